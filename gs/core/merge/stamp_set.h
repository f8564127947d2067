// Stamps to be asked about: a few, or as many as a record has writers. Keeps its memory.
#pragma once

#include <algorithm>
#include <vector>

#include "gs/core/merge/image.h"

namespace gs::merge {

class StampSet {
 public:
  void clear() noexcept {
    stamps_.clear();
    is_sorted_ = true;
  }
  void add(const LocalStamp& stamp) {
    stamps_.push_back(stamp);
    is_sorted_ = stamps_.size() <= kByEye;
  }
  bool has(const LocalStamp& stamp) {
    if (stamps_.size() <= kByEye) {
      return std::find(stamps_.begin(), stamps_.end(), stamp) != stamps_.end();
    }
    if (!is_sorted_) std::sort(stamps_.begin(), stamps_.end(), before);
    is_sorted_ = true;
    return std::binary_search(stamps_.begin(), stamps_.end(), stamp, before);
  }

  // Any order that tells all apart; not who wins.
  static bool before(const LocalStamp& a, const LocalStamp& b) noexcept {
    return a.hlc != b.hlc ? a.hlc < b.hlc : a.writer < b.writer;
  }

 private:
  static constexpr std::size_t kByEye = 8;
  std::vector<LocalStamp> stamps_;
  bool is_sorted_ = true;
};

}  // namespace gs::merge
