// Several sources as one sorted list of pairs, walked in both directions: of equal pairs the
// newest.
//
// Sources are few, tables and runs of one index: the ones that stand on a pair are kept sorted, and
// one that steps is moved to its place, mostly by one comparison.
//
// Threads: one at a time. No allocation but in the constructor. Errors: is_cut_short().
#pragma once

#include <memory>
#include <vector>

#include "gs/storage/index/source.h"

namespace gs::index {

class Merge {
 public:
  // Newest first.
  explicit Merge(std::vector<std::unique_ptr<Source>> sources);

  // For a reader at another sequence, who seeks next.
  void see(Sequence at) noexcept {
    for (auto& source : sources_) source->see(at);
    live_.clear();
    on_pair_ = cut_short_ = false;
    forward_ = true;
  }

  // Before the first pair at or behind this one; behind the last pair. Then next() and previous()
  // lead to the pairs around.
  void seek(const Pair& from) noexcept;
  void seek_end() noexcept;
  // To the next pair or the one before; false when there is none. Then the other leads back to the
  // last pair that was met.
  bool next() noexcept { return step(true); }
  bool previous() noexcept { return step(false); }

  // Where it stands: valid until the next call.
  const Pair& pair() const noexcept { return live_.front().source->pair(); }
  bool is_removed() const noexcept { return live_.front().source->is_removed(); }
  // Damage ended the walk: what comes after it may be older than what it hides.
  bool is_cut_short() const noexcept { return cut_short_; }

  // As that of every source.
  bool begins_behind(Bytes key) const noexcept;

  // From the pair that it stands on up to `to`, null for the end, when one source has all of them:
  // how many were added. None when several have some. Then seek().
  bool count_alone(const Pair* to, std::uint64_t& count) noexcept;

 private:
  struct Live {
    Source* source = nullptr;
    std::size_t age = 0;  // 0: the newest
  };

  bool step(bool forward) noexcept;
  void advance(Source& source) const noexcept { forward_ ? source.next() : source.previous(); }
  void leave() noexcept;
  void enlist() noexcept;
  void place(std::size_t at) noexcept;
  bool after(const Live& a, const Live& b) const noexcept;

  std::vector<std::unique_ptr<Source>> sources_;
  std::vector<Live> live_;  // that stand on a pair, in the order of the walk
  bool forward_ = true;
  bool on_pair_ = false;
  bool cut_short_ = false;
};

}  // namespace gs::index
