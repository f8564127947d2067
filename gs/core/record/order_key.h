// Order-preserving bytes: memcmp of two keys orders the values that they were made of.
//
// The order is total (docs/QUERY.md, "Order of values"): missing and null < false < true < numbers
// by mathematical value < dates < ids < strings < bytes < arrays < objects < sets < blobs. Values
// are equal exactly when their keys are. No key is the beginning of another, so keys of several
// values, one behind the other, order by the first that differs; inverted, they order backwards.
//
//   type             bytes
//   null, missing    10
//   false, true      20, 21
//   number, integer, 30, then of the largest double <= value, 8 bytes: its bits, big-endian, all
//   big              inverted when it is negative, else the sign bit alone; u16 big-endian length
//                    of the rest, value - double, and the rest, big-endian without leading zeros.
//                    Below all doubles: the double is -infinity, the rest is -largest double -
//                    value, length and rest inverted. -0 is 0
//   date             40, i64 big-endian with the sign bit inverted
//   id               50, its 16 bytes
//   string           60, its bytes with 00 as 00 ff, then 00 00
//   bytes            70, likewise
//   array            80, keys of its elements, 00
//   object           90, per member in the order of names: key of the name, key of the value; 00
//   set              a0, keys of its elements in their order, 00
//   blob             b0, digest, u64 big-endian size
//
// Pure; recursion is as deep as the value. Bytes of a record that validate() has accepted.
#pragma once

#include "gs/core/record/record.h"

namespace gs::record {

void append_order_key(const ValueView& value, Buffer& out);
// Of a value that is not there; the same as null's.
void append_missing_key(Buffer& out);
// Makes what was appended since `start` order backwards.
void invert_order(Buffer& out, std::size_t start) noexcept;

// The first byte of a key tells its class; numbers share one, and so do false and true.
enum class OrderClass : std::uint8_t {
  null = 0x10,
  boolean = 0x20,
  number = 0x30,
  date = 0x40,
  id = 0x50,
  string = 0x60,
  bytes = 0x70,
  array = 0x80,
  object = 0x90,
  set = 0xa0,
  blob = 0xb0,
};
OrderClass order_class(Type type) noexcept;
const char* order_class_name(OrderClass of) noexcept;

// A number as its key holds it, for comparisons without keys.
struct NumberParts {
  double floor = 0;  // the largest double <= value; -infinity below all of them
  Buffer rest;       // big-endian, no leading zeros; empty when the double is the value
  bool exact() const noexcept { return rest.empty(); }
};
// Of a number, integer or big.
NumberParts number_parts(const ValueView& number);

}  // namespace gs::record
