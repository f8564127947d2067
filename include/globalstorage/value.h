// One value of a field, owned: what a program hands in when it does not have JSON text.
//
// All JSON values plus 64-bit integers, big integers, dates, ids, bytes and sets. Objects keep the
// order of their keys. A Value copies its content; reading a record does not need Values (see
// Record), so this type is for building and for tests, not for the hot path.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "globalstorage/bytes.h"
#include "globalstorage/id.h"

namespace gs {

// Numbers are part of the record format (docs/FORMAT.md, "Types"): append, never renumber.
enum class Type : std::uint8_t {
  null = 0,
  boolean = 1,
  number = 2,   // binary64; NaN and infinities are refused
  integer = 3,  // signed 64 bit
  date = 4,     // signed 64 bit milliseconds since 1970-01-01 00:00 UTC
  id = 5,       // 16 bytes
  string = 6,   // UTF-8
  bytes = 7,
  big = 8,  // integer of any size: sign byte, then magnitude, little-endian, no leading zeros
  array = 9,
  object = 10,
  set = 11,   // unique elements in the order of their encoded bytes
  blob = 12,  // 32-byte SHA-256 and u64 size of a value in blobs/
  any = 13,   // a field whose type is told by its value
};

const char* type_name(Type type) noexcept;

class Value;
using Array = std::vector<Value>;
using Member = std::pair<std::string, Value>;
using Object = std::vector<Member>;

struct Date {
  std::int64_t ms = 0;
  friend bool operator==(const Date&, const Date&) = default;
};

// The largest magnitude of a Big: 131,072 bits. Turning it into decimal text costs the square of
// its
// size, so this bound keeps the worst one at some milliseconds (see big.cc); real keys and moduli
// have at most a tenth of it.
inline constexpr std::size_t kBigBytesMax = std::size_t{16} << 10;
// As many decimal digits as 131,072 bits can have.
inline constexpr std::size_t kBigDigitsMax = 39'457;

// An integer beyond 64 bits, as sign and decimal-free magnitude (little-endian, no leading zeros).
// Zero has no magnitude and is not negative.
struct Big {
  bool negative = false;
  Buffer magnitude;
  // Decimal text with an optional minus: "0", or digits without a leading zero; no "-0". False, and
  // `out` unchanged, for anything else and for more than kBigBytesMax.
  static bool parse(std::string_view decimal, Big& out);
  // Any magnitude up to kBigBytesMax, which the caller has checked (ours, when it is larger).
  std::string text() const;
  friend bool operator==(const Big&, const Big&) = default;
};

struct BlobRef {
  Digest digest;
  std::uint64_t size = 0;
  friend bool operator==(const BlobRef&, const BlobRef&) = default;
};

// Equal sets have equal elements in the same order: the encoder sorts, this type does not.
struct Set {
  Array elements;
  friend bool operator==(const Set& a, const Set& b);
};

class Value {
 public:
  // All in value.cc: a variant of so many types is dear to compile wherever it is made or dropped.
  Value() noexcept;                  // null
  Value(std::nullptr_t) noexcept;    // NOLINT(google-explicit-constructor)
  Value(bool value) noexcept;        // NOLINT(google-explicit-constructor)
  Value(double value) noexcept;      // NOLINT(google-explicit-constructor)
  Value(int value) noexcept;         // NOLINT(google-explicit-constructor)
  Value(const char* text);           // NOLINT(google-explicit-constructor)
  Value(std::string_view text);      // NOLINT(google-explicit-constructor)
  Value(std::string text) noexcept;  // NOLINT(google-explicit-constructor)
  Value(Buffer bytes) noexcept;      // NOLINT(google-explicit-constructor)
  Value(Date date) noexcept;         // NOLINT(google-explicit-constructor)
  Value(Id id) noexcept;             // NOLINT(google-explicit-constructor)
  Value(Big big) noexcept;           // NOLINT(google-explicit-constructor)
  Value(BlobRef blob) noexcept;      // NOLINT(google-explicit-constructor)
  Value(Array array) noexcept;       // NOLINT(google-explicit-constructor)
  Value(Object object) noexcept;     // NOLINT(google-explicit-constructor)
  Value(Set set) noexcept;           // NOLINT(google-explicit-constructor)
  Value(const Value& other);
  Value(Value&& other) noexcept;
  Value& operator=(const Value& other);
  Value& operator=(Value&& other) noexcept;
  ~Value();
  // An explicit 64-bit integer; a plain int or double is a JSON number.
  static Value integer(std::int64_t value);

  Type type() const noexcept;
  template <typename T>
  const T* get() const noexcept {
    return std::get_if<T>(&data_);
  }

  friend bool operator==(const Value&, const Value&);

 private:
  std::variant<std::nullptr_t, bool, double, std::int64_t, Date, Id, std::string, Buffer, Big,
               Array, Object, Set, BlobRef>
      data_;  // null until something is put in
};

}  // namespace gs
