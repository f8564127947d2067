// Gives each distinct entry (id, digest) of a change or transaction its index, by first use.
//
// Open addressing; a slot carries the generation that filled it, so that begin() forgets everything
// without touching the slots: a database closes thousands of changes a second. The hash is keyed,
// so nobody outside can prepare entries that collide. Not thread-safe.
#pragma once

#include <vector>

#include "gs/base/endian.h"

namespace gs {

template <typename Entry>
class Interner {
 public:
  // `key`: 16 secret bytes.
  void begin(const std::uint8_t* key) {
    key_[0] = load_u64(key);
    key_[1] = load_u64(key + 8) | 1;
    entries_.clear();
    last_ = 0;
    if (slots_.size() > kSlotsKept || entries_.capacity() > kSlotsKept) {  // after a giant
      slots_ = std::vector<std::uint64_t>();  // `= {}` would keep the memory
      entries_ = std::vector<Entry>();
    }
    if (slots_.empty()) {
      resize(kBitsFirst);
    } else if (++generation_ == kGenerations) {
      resize(bits_);
    }
  }

  // Room for so many entries: they will not move.
  void reserve(std::size_t count) { entries_.reserve(count); }

  std::uint32_t add(const Entry& entry) {
    if (last_ < entries_.size() && entries_[last_] == entry) return last_;
    if (entries_.size() * 2 >= slots_.size()) resize(bits_ + 1);
    const std::uint64_t hash = hash_of(entry);
    const std::size_t mask = slots_.size() - 1;
    const std::uint64_t tag = tag_of(hash);
    auto at = static_cast<std::size_t>(hash >> (64 - bits_));
    for (;; at = (at + 1) & mask) {
      const std::uint64_t slot = slots_[at];
      if ((slot >> 48) != generation_) break;
      if ((slot >> 32) != tag) continue;
      const auto index = static_cast<std::uint32_t>(slot);
      if (entries_[index] == entry) return last_ = index;
    }
    last_ = static_cast<std::uint32_t>(entries_.size());
    slots_[at] = (tag << 32) | last_;
    entries_.push_back(entry);
    return last_;
  }

  std::size_t size() const noexcept { return entries_.size(); }
  std::size_t memory_bytes() const noexcept {
    return entries_.capacity() * sizeof(Entry) + slots_.capacity() * sizeof(std::uint64_t);
  }
  const std::vector<Entry>& entries() const noexcept { return entries_; }

 private:
  static constexpr int kBitsFirst = 8;
  static constexpr std::size_t kSlotsKept = std::size_t{1} << 16;  // 512 KiB between changes
  static constexpr std::uint64_t kGenerations = 0xffff;

  std::uint64_t hash_of(const Entry& entry) const noexcept {
    std::uint64_t hash = key_[0];
    for (std::size_t at = 0; at < sizeof(Entry); at += 8) {
      hash = (hash ^ load_u64(entry.bytes.data() + at)) * key_[1];
      hash ^= hash >> 32;
    }
    return hash * 0x9e3779b97f4a7c15u;
  }
  // Generation, then 16 bits of the hash that did not choose the slot.
  std::uint64_t tag_of(std::uint64_t hash) const noexcept {
    return (generation_ << 16) | (hash & 0xffff);
  }

  void resize(int bits) {
    bits_ = bits;
    generation_ = 1;
    slots_.assign(std::size_t{1} << bits, 0);
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t index = 0; index < entries_.size(); ++index) {
      const std::uint64_t hash = hash_of(entries_[index]);
      auto at = static_cast<std::size_t>(hash >> (64 - bits_));
      while (slots_[at] != 0) at = (at + 1) & mask;
      slots_[at] = (tag_of(hash) << 32) | index;
    }
  }

  std::uint64_t key_[2] = {0, 1};
  std::uint64_t generation_ = 0;
  int bits_ = 0;
  std::uint32_t last_ = 0;
  std::vector<Entry> entries_;
  std::vector<std::uint64_t> slots_;  // generation 16 | hash 16 | index 32
};

}  // namespace gs
