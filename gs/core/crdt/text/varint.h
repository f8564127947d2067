// Numbers in as few bytes as they need: 7 bits a byte, lowest first, 0x80 says that more follow.
//
// One number has one form: a reader refuses a last byte of zero, and what does not fit 32 bits (64
// where the name says so). Signed numbers are folded, 0 -1 1 -2 ... to 0 1 2 3 ... Pure; no
// allocation by readers.
#pragma once

#include "globalstorage/bytes.h"

namespace gs::crdt {

inline constexpr std::size_t kVarintBytesMax = 5;
inline constexpr std::size_t kVarint64BytesMax = 10;

inline void append_varint64(Buffer& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<std::uint8_t>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<std::uint8_t>(value));
}
inline void append_varint(Buffer& out, std::uint32_t value) { append_varint64(out, value); }

// Takes one number off the front of `in`; false: the bytes are none, and `in` is unspecified.
inline bool take_varint(Bytes& in, std::uint32_t& value) noexcept {
  if (!in.empty() && in[0] < 0x80) {
    value = in[0];
    in = in.subspan(1);
    return true;
  }
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < in.size() && i < kVarintBytesMax; ++i) {
    bits |= static_cast<std::uint64_t>(in[i] & 0x7f) << (7 * i);
    if (in[i] >= 0x80) continue;
    if (in[i] == 0 || bits > 0xffffffff) return false;
    value = static_cast<std::uint32_t>(bits);
    in = in.subspan(i + 1);
    return true;
  }
  return false;
}

// The same of a number of 64 bits.
inline bool take_varint64(Bytes& in, std::uint64_t& value) noexcept {
  value = 0;
  for (std::size_t i = 0; i < in.size() && i < kVarint64BytesMax; ++i) {
    const std::uint64_t bits = in[i] & 0x7f;
    if (i + 1 == kVarint64BytesMax && bits > 1) return false;
    value |= bits << (7 * i);
    if (in[i] >= 0x80) continue;
    if (in[i] == 0 && i > 0) return false;
    in = in.subspan(i + 1);
    return true;
  }
  return false;
}

// A block is the number of its bytes, then they. False as above.
inline bool take_block(Bytes& in, Bytes& block) noexcept {
  std::uint32_t bytes = 0;
  if (!take_varint(in, bytes) || bytes > in.size()) return false;
  block = in.first(bytes);
  in = in.subspan(bytes);
  return true;
}

inline void append_block(Buffer& out, Bytes block) {
  append_varint(out, static_cast<std::uint32_t>(block.size()));
  out.insert(out.end(), block.begin(), block.end());
}

// `difference` is taken modulo 2^32, so every pair of positions has one.
constexpr std::uint32_t fold(std::uint32_t difference) noexcept {
  return (difference << 1) ^ (0 - (difference >> 31));
}
constexpr std::uint32_t unfold(std::uint32_t folded) noexcept {
  return (folded >> 1) ^ (0 - (folded & 1));
}

}  // namespace gs::crdt
