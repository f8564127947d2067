// Random values from a seed, and what the tests of this module share.
#pragma once

#include <iostream>
#include <random>

#include "gs/core/record/encoder.h"

namespace gs::record {

class ValueMaker {
 public:
  explicit ValueMaker(std::uint64_t seed) : random_(seed) { std::cout << "seed " << seed << "\n"; }
  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
  std::string text();  // UTF-8 of all lengths, sometimes with what JSON escapes
  double number();     // likes zeros, subnormals, 2^53 and its neighbours
  Value scalar();
  // Containers of at most `depth` levels. Canonical: sets are in order.
  Value value(int depth);
  Object object(std::size_t members_max, int depth);

 private:
  std::mt19937_64 random_;
};

// The encoded bytes of a value on its own; fails the test when there are none.
Buffer bytes_of(const Value& value);
Value value_of(Bytes any_bytes);
std::string json_of(const Value& value);
std::string json_of(const RecordView& record);
std::string json_of_delta(const RecordView& delta);
Buffer copy(Bytes bytes);
// Encodes again what a valid record holds; empty when that fails.
Buffer encode_again(const RecordView& record);
// True when the self-describing record has a member that is absent, which Values cannot tell.
bool has_absent_member(const RecordView& record);
// Reads everything in the record by every way there is; returns a number that depends on all of it.
std::uint64_t read_everything(const RecordView& record);

// Hexadecimal with spaces between what belongs together.
Buffer hex_bytes(std::string_view spaced);
std::string spaceless(std::string_view spaced);

// Records of shapes in the collection "T".
ShapePtr shape_of(std::vector<Field> fields, int flags = 0);
// The record; empty when there is an error.
Buffer encoded(const Shape& shape, const std::vector<Value>& values);
// The code of the error for a record of one value; Code::failed when it changed the buffer.
Code refused(const Shape& shape, const Value& value);
// What validate() says to these bytes.
Code check(const Shape& shape, std::string_view spaced_hex);

}  // namespace gs::record
