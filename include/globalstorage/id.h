// The 128-bit name of a record, valid on every replica.
//
// Two forms, both valid UUIDs:
//   minted  UUIDv7  unix_ms(48) 0111 counter(12) 10 tail(62); sorts by time of creation; the tail
//                   is derived from the writer's key and mint counter, so every replica can check
//                   who made it. An id is no secret and no capability.
//   keyed   UUIDv8  SHA-256(collection, key): what a foreign key of the application maps to.
// Text form: 36 lower-case characters with dashes. Order of the bytes = order of the text.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gs {

struct Id {
  std::array<std::uint8_t, 16> bytes{};

  friend bool operator==(const Id&, const Id&) = default;
  friend auto operator<=>(const Id&, const Id&) = default;

  bool is_zero() const noexcept { return *this == Id{}; }
  int version() const noexcept { return bytes[6] >> 4; }

  static constexpr std::size_t kTextBytes = 36;
  std::string text() const;
  // Accepts exactly the text form (either case); anything else is nullopt.
  static std::optional<Id> parse(std::string_view text) noexcept;
};

// A 32-byte SHA-256 digest: names changes, shapes, blobs, states.
struct Digest {
  std::array<std::uint8_t, 32> bytes{};

  friend bool operator==(const Digest&, const Digest&) = default;
  friend auto operator<=>(const Digest&, const Digest&) = default;

  bool is_zero() const noexcept { return *this == Digest{}; }

  // 64 lower-case hexadecimal characters.
  std::string text() const;
  static std::optional<Digest> parse(std::string_view text) noexcept;
};

}  // namespace gs
