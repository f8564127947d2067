// Fills one block of an index run and gives its bytes.
//
// Pure.
#pragma once

#include <vector>

#include "gs/storage/index/block.h"

namespace gs::index {

class BlockBuilder {
 public:
  // Keys are kept whole until the block is made. What they share may be long: so much of them is
  // kept at most, then the block ends however little of it would be stored.
  static constexpr std::size_t kKeyBytesHeld = 16 * kBlockBytes;

  explicit BlockBuilder(std::uint32_t level) noexcept : level_(level) {}

  std::uint32_t count() const noexcept { return static_cast<std::uint32_t>(ids_.size()); }
  Bytes first_key() const noexcept { return key(0); }
  const Id& first_id() const noexcept { return ids_.front(); }
  std::uint64_t first_child() const noexcept { return children_.front(); }
  Bytes last_key() const noexcept { return key(count() - 1); }
  const Id& last_id() const noexcept { return ids_.back(); }

  // Whether the block stays within its bounds with this key behind the others.
  bool has_room(Bytes next) const noexcept {
    const std::size_t shared = shared_bytes(Bytes(keys_).first(shared_), next);
    const std::size_t held = keys_.size() + next.size();
    const std::size_t stored = held - shared * count();
    return held <= kKeyBytesHeld && block_bytes(count() + 1, level_, stored) <= kBlockBytes;
  }
  // Not before the last one. `child`: above level 0.
  void add(Bytes next, const Id& id, bool removed, std::uint64_t child) {
    shared_ = ids_.empty() ? next.size() : shared_bytes(Bytes(keys_).first(shared_), next);
    keys_.insert(keys_.end(), next.begin(), next.end());
    ends_.push_back(keys_.size());
    ids_.push_back(id);
    removed_.push_back(removed);
    removed_count_ += removed ? 1 : 0;
    if (level_ != 0) children_.push_back(child);
  }

  // The bytes of the block, until the next call of anything here.
  Bytes make(std::uint64_t back) {
    const std::size_t suffixes = keys_.size() - shared_ * count();
    const std::uint64_t bytes = block_bytes(count(), level_, shared_ + suffixes);
    made_.assign(static_cast<std::size_t>(align_up(bytes, std::uint64_t{8})), 0);
    const BlockHead head{static_cast<std::uint32_t>(made_.size()),
                         count(),
                         removed_count_,
                         level_,
                         static_cast<std::uint32_t>(shared_),
                         static_cast<std::uint32_t>(suffixes),
                         back};
    std::uint8_t* to = made_.data();
    to = put(to, &head, sizeof head);
    to = put(to, ids_.data(), ids_.size() * sizeof(Id));
    to = put(to, children_.data(), children_.size() * 8);
    std::uint32_t end = 0;
    for (std::uint32_t i = 0; i < count(); ++i, to += 4) {
      end += static_cast<std::uint32_t>(key(i).size() - shared_);
      store_u32(to, end | (removed_[i] ? ~kSuffixEndMask : 0));
    }
    to = put(to, keys_.data(), shared_);
    for (std::uint32_t i = 0; i < count(); ++i) {
      to = put(to, key(i).data() + shared_, key(i).size() - shared_);
    }
    return made_;
  }
  void clear() noexcept {
    keys_.clear();
    ends_.clear();
    ids_.clear();
    removed_.clear();
    children_.clear();
    removed_count_ = 0;
    shared_ = 0;
  }

 private:
  Bytes key(std::uint32_t i) const noexcept {
    const std::size_t begin = i == 0 ? 0 : ends_[i - 1];
    return Bytes(keys_).subspan(begin, ends_[i] - begin);
  }
  static std::uint8_t* put(std::uint8_t* to, const void* from, std::size_t bytes) noexcept {
    if (bytes != 0) std::memcpy(to, from, bytes);
    return to + bytes;
  }

  std::uint32_t level_;
  std::size_t shared_ =
      0;  // bytes that all keys begin with; they ascend, so the first and the last
  Buffer keys_;
  std::vector<std::size_t> ends_;  // of the keys
  std::vector<Id> ids_;
  std::vector<bool> removed_;
  std::vector<std::uint64_t> children_;
  std::uint32_t removed_count_ = 0;
  Buffer made_;
};

}  // namespace gs::index
