// Little-endian loads and stores at any alignment. Pure; compiles to single instructions.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace gs {

static_assert(std::endian::native == std::endian::little, "big-endian hosts need byte swaps here");

template <typename T>
inline T load(const std::uint8_t* from) noexcept {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

template <typename T>
inline void store(std::uint8_t* to, T value) noexcept {
  std::memcpy(to, &value, sizeof value);
}

inline std::uint16_t load_u16(const std::uint8_t* from) noexcept {
  return load<std::uint16_t>(from);
}
inline std::uint32_t load_u32(const std::uint8_t* from) noexcept {
  return load<std::uint32_t>(from);
}
inline std::uint64_t load_u64(const std::uint8_t* from) noexcept {
  return load<std::uint64_t>(from);
}
inline void store_u16(std::uint8_t* to, std::uint16_t value) noexcept { store(to, value); }
inline void store_u32(std::uint8_t* to, std::uint32_t value) noexcept { store(to, value); }
inline void store_u64(std::uint8_t* to, std::uint64_t value) noexcept { store(to, value); }

// Big-endian, for keys whose byte order must equal their number order.
inline std::uint64_t load_u64_be(const std::uint8_t* from) noexcept {
  return __builtin_bswap64(load_u64(from));
}
inline void store_u64_be(std::uint8_t* to, std::uint64_t value) noexcept {
  store_u64(to, __builtin_bswap64(value));
}

// The next multiple of `step` (a power of two), at or above `size`.
template <typename T>
constexpr T align_up(T size, T step) noexcept {
  return (size + (step - 1)) & ~(step - 1);
}

}  // namespace gs
