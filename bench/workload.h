// The workload: keys and values made from a seed, byte for byte the same for every subject.
//
// Values are text of 64 different characters, so that a subject which only stores text under a
// foreign key gets the same bytes as the others; they do not compress.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

namespace gs::bench {

using Key = std::array<std::uint8_t, 16>;

// How keys arrive: ordered = time-ordered, each greater than all before it; random = uniform.
enum class Order { ordered, random };

struct Entry {
  Key key{};  // a subject that names records itself replaces it by the name that it gave
  std::string_view value;
};

// SplitMix64 (Steele, Lea, Flood, 2014): any index at once, no state to share.
inline std::uint64_t mix(std::uint64_t x) noexcept {
  x += 0x9E3779B97F4A7C15;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
  return x ^ (x >> 31);
}

inline std::uint64_t first_word(const void* bytes) noexcept {
  std::uint64_t word;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

class Workload {
 public:
  Workload(std::uint64_t seed, std::uint64_t records, std::size_t value_bytes)
      : seed_(seed), records_(records), value_bytes_(value_bytes), pool_(kPoolBytes, '\0') {
    constexpr char kLetters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (std::size_t i = 0; i < pool_.size(); ++i) pool_[i] = kLetters[mix(seed ^ ~i) & 63];
  }

  std::uint64_t seed() const noexcept { return seed_; }
  std::uint64_t records() const noexcept { return records_; }
  std::size_t value_bytes() const noexcept { return value_bytes_; }

  std::string_view value(std::uint64_t index) const noexcept {
    return {pool_.data() + mix(seed_ + 3 * index) % (kPoolBytes - value_bytes_), value_bytes_};
  }

  // Ordered keys look like time-ordered UUIDs: a big-endian counter, then random bytes.
  Key key(Order order, std::uint64_t index) const noexcept {
    std::uint64_t words[2] = {mix(seed_ + 5 * index + 1), mix(seed_ + 5 * index + 2)};
    if (order == Order::ordered) words[0] = __builtin_bswap64(kFirst + index);
    Key key;
    std::memcpy(key.data(), words, sizeof words);
    return key;
  }

  // Entries [first, first + count) into `out`.
  void fill(Order order, std::uint64_t first, std::uint64_t count, std::vector<Entry>& out) const {
    out.resize(count);
    for (std::uint64_t i = 0; i < count; ++i) out[i] = {key(order, first + i), value(first + i)};
  }

  // `count` random places below `below`.
  std::vector<std::uint64_t> places(std::uint64_t count, std::uint64_t below) const {
    std::vector<std::uint64_t> out(count);
    for (std::uint64_t i = 0; i < count; ++i) out[i] = mix(seed_ + 7 * i + 11) % below;
    return out;
  }

 private:
  static constexpr std::size_t kPoolBytes = std::size_t{1} << 20;
  static constexpr std::uint64_t kFirst = std::uint64_t{0x0190'0000'0000} << 16;

  std::uint64_t seed_;
  std::uint64_t records_;
  std::size_t value_bytes_;
  std::string pool_;
};

}  // namespace gs::bench
