// One block of an index run, as it lies in the file.
//
// Whoever makes one from bytes of a file asks fits() first; then nothing here leads out of it. That
// its keys ascend is the word of whoever wrote it.
//
// Pure.
#pragma once

#include <algorithm>

#include "gs/storage/index/pair.h"
#include "gs/storage/index/run_format.h"

namespace gs::index {

class Block {
 public:
  Block() = default;
  Block(const std::uint8_t* base, std::uint64_t at) noexcept : base_(base), at_(at) {
    std::memcpy(&head_, base, sizeof head_);
    const std::size_t entry = head_.level == 0 ? 0 : 8;
    children_ = base + kBlockHeadBytes + std::size_t{head_.count} * sizeof(Id);
    ends_ = children_ + std::size_t{head_.count} * entry;
    prefix_ = ends_ + std::size_t{head_.count} * 4;
  }

  // Whether a head with these numbers can be that of a block with `room` bytes for it.
  static bool fits(const BlockHead& head, std::uint64_t room) noexcept {
    if (head.count == 0 || head.bytes % 8 != 0 || head.bytes > room) return false;
    if (head.removed > head.count || head.level >= kBlockLevelsMax) return false;
    const std::uint64_t keys = std::uint64_t{head.prefix_bytes} + head.suffix_bytes;
    return block_bytes(head.count, head.level, keys) <= head.bytes;
  }

  const BlockHead& head() const noexcept { return head_; }
  std::uint64_t at() const noexcept { return at_; }
  std::uint32_t count() const noexcept { return head_.count; }
  Bytes prefix() const noexcept { return {prefix_, head_.prefix_bytes}; }
  const Id& id(std::uint32_t i) const noexcept {
    return *reinterpret_cast<const Id*>(base_ + kBlockHeadBytes + std::size_t{i} * sizeof(Id));
  }
  bool is_removed(std::uint32_t i) const noexcept {
    return (load_u32(ends_ + std::size_t{i} * 4) & ~kSuffixEndMask) != 0;
  }
  std::uint64_t child(std::uint32_t i) const noexcept {
    return load_u64(children_ + std::size_t{i} * 8);
  }
  // Inside of the block, whatever the ends are.
  Bytes suffix(std::uint32_t i) const noexcept {
    const std::uint32_t begin = std::min(i == 0 ? 0 : end(i - 1), head_.suffix_bytes);
    const std::uint32_t last = std::clamp(end(i), begin, head_.suffix_bytes);
    return {prefix_ + head_.prefix_bytes + begin, last - begin};
  }
  // Whether the ends say what the bytes can hold.
  bool has_suffix(std::uint32_t i) const noexcept {
    return (i == 0 ? 0 : end(i - 1)) <= end(i) && end(i) <= head_.suffix_bytes;
  }

  // The first entry that is not before the pair.
  std::uint32_t lower(const Pair& pair) const noexcept {
    const bool is_cold = head_.level == 0;  // bounds are asked for in every search
    if (is_cold) prefetch_eighths();
    const std::size_t shared = std::min(pair.key.size(), prefix().size());
    const int order = compare_keys(prefix().first(shared), pair.key.first(shared));
    if (order != 0) return order < 0 ? count() : 0;
    if (pair.key.size() < prefix().size()) return 0;
    const Bytes rest = pair.key.subspan(shared);
    std::uint32_t first = 0;
    std::uint32_t left = count();
    while (left > 0) {
      if (is_cold && left <= count() / 8 && left > count() / 16) prefetch(first, left);
      if (is_cold && left == kIdsOfLine) __builtin_prefetch(&id(first + left / 2));
      const std::uint32_t half = left / 2;
      if (compare_at(first + half, rest, *pair.id) < 0) {
        first += half + 1;
        left -= half + 1;
      } else {
        left = half;
      }
    }
    return first;
  }
  // Of a block of bounds: the entry whose block the pair lies in.
  std::uint32_t covering(const Pair& pair) const noexcept {
    const std::uint32_t place = lower(pair);
    const bool at_bound = place < count() && pair.key.size() >= head_.prefix_bytes &&
                          compare_at(place, pair.key.subspan(head_.prefix_bytes), *pair.id) == 0;
    return at_bound || place == 0 ? place : place - 1;
  }
  std::uint32_t count_added(std::uint32_t from, std::uint32_t to) const noexcept {
    if (head_.removed == 0) return to - from;
    std::uint32_t added = 0;
    for (std::uint32_t i = from; i < to; ++i) added += is_removed(i) ? 0 : 1;
    return added;
  }

 private:
  // Halving looks at an end and then at the suffix there, one after the other. What it may look at
  // in its first three steps is asked for at once, suffixes where they are when all are as long ...
  void prefetch_eighths() const noexcept {
    const std::uint8_t* const suffixes = prefix_ + head_.prefix_bytes;
    for (std::size_t eighth = 1; eighth < 8; ++eighth) {
      __builtin_prefetch(ends_ + std::size_t{count()} * eighth / 8 * 4);
      __builtin_prefetch(suffixes + std::size_t{head_.suffix_bytes} * eighth / 8);
    }
  }
  // ... and then all that is left.
  void prefetch(std::uint32_t first, std::uint32_t left) const noexcept {
    constexpr std::size_t kLineBytes = 64;
    const std::uint8_t* const ends = ends_ + std::size_t{first} * 4;
    for (std::size_t at = 0; at < std::size_t{left} * 4; at += kLineBytes) {
      __builtin_prefetch(ends + at);
    }
    const std::size_t bytes = head_.suffix_bytes / 8;
    const std::uint8_t* const suffixes =
        prefix_ + head_.prefix_bytes + std::size_t{head_.suffix_bytes} * first / count();
    for (std::size_t at = 0; at < std::min(bytes, kLongestBytes); at += kLineBytes) {
      __builtin_prefetch(suffixes + at);
    }
  }
  static constexpr std::uint32_t kIdsOfLine = 3;
  static constexpr std::size_t kLongestBytes = 1024;  // of suffixes that are asked for at once

  std::uint32_t end(std::uint32_t i) const noexcept {
    return load_u32(ends_ + std::size_t{i} * 4) & kSuffixEndMask;
  }
  int compare_at(std::uint32_t i, Bytes rest, const Id& id) const noexcept {
    const int order = compare_keys(suffix(i), rest);
    return order != 0 ? order : compare_ids(this->id(i), id);
  }

  const std::uint8_t* base_ = nullptr;
  std::uint64_t at_ = 0;  // in the file
  BlockHead head_;
  const std::uint8_t* children_ = nullptr;
  const std::uint8_t* ends_ = nullptr;
  const std::uint8_t* prefix_ = nullptr;
};

}  // namespace gs::index
