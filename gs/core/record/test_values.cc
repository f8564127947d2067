#include "gs/core/record/test_values.h"

#include <limits>

#include "gs/base/hex.h"
#include "gs/core/record/content.h"
#include "gs/core/record/json.h"

namespace gs::record {

std::string ValueMaker::text() {
  static constexpr const char* kPieces[] = {
      "a",    "key", "Zürich", "日本", "😀", "\"", "\\", "\n",
      "\x01", " ",   "$int",   "{}",   "",  "/",  "0",  "long enough for a word"};
  std::string made;
  for (std::uint64_t i = below(5); i > 0; --i) made += kPieces[below(std::size(kPieces))];
  return made;
}

double ValueMaker::number() {
  static constexpr double kSpecial[] = {0.0,
                                        -0.0,
                                        1.0,
                                        -1.5,
                                        0.1,
                                        1e21,
                                        1e-7,
                                        123456789012345680000.0,
                                        9007199254740991.0,
                                        9007199254740992.0,
                                        9007199254740994.0,
                                        5e-324,
                                        2.2250738585072014e-308,
                                        1.7976931348623157e308};
  if (below(2) == 0) return kSpecial[below(std::size(kSpecial))];
  for (;;) {
    const std::uint64_t bits = random_();
    double made = 0;
    std::memcpy(&made, &bits, sizeof made);
    if (made - made == 0) return made;  // finite
  }
}

Value ValueMaker::scalar() {
  switch (below(10)) {
    case 0:
      return {};
    case 1:
      return below(2) == 0;
    case 2:
      return number();
    case 3:
      return Value::integer(static_cast<std::int64_t>(random_()) >> below(64));
    case 4:
      return Date{static_cast<std::int64_t>(random_()) >> below(64)};
    case 5: {
      Id id;
      for (auto& byte : id.bytes) byte = static_cast<std::uint8_t>(random_());
      return id;
    }
    case 6: {
      Buffer bytes(below(9));
      for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random_());
      return bytes;
    }
    case 7: {
      Big big;
      big.magnitude.resize(below(20));
      for (auto& byte : big.magnitude) byte = static_cast<std::uint8_t>(random_() | 1);
      big.negative = !big.magnitude.empty() && below(2) == 0;
      return big;
    }
    case 8: {
      BlobRef blob;
      blob.digest.bytes[below(32)] = static_cast<std::uint8_t>(random_());
      blob.size = random_() >> below(64);
      return blob;
    }
    default:
      return text();
  }
}

Value ValueMaker::value(int depth) {
  if (depth <= 0 || below(3) != 0) return scalar();
  if (below(3) == 0) return object(4, depth - 1);
  Array array;
  for (std::uint64_t i = below(5); i > 0; --i) array.push_back(value(depth - 1));
  if (below(2) == 0) return array;
  return value_of(bytes_of(Set{std::move(array)}));
}

Object ValueMaker::object(std::size_t members_max, int depth) {
  Object object;
  for (std::uint64_t i = below(members_max + 1); i > 0; --i) {
    std::string name = text();
    if (below(8) == 0) name = "$set";
    bool known = false;
    for (const Member& member : object) known = known || member.first == name;
    if (!known) object.emplace_back(std::move(name), value(depth));
  }
  return object;
}

Buffer bytes_of(const Value& value) {
  Buffer bytes;
  const Error error = encode_any(value, bytes);
  return error ? Buffer{} : bytes;
}

Value value_of(Bytes any_bytes) {
  return ValueView{static_cast<Type>(any_bytes[0]), any_bytes.subspan(1)}.to_value();
}

std::string json_of(const Value& value) {
  std::string text;
  append_json(value, text);
  return text;
}

std::string json_of(const RecordView& record) {
  std::string text;
  append_json(record, text);
  return text;
}

std::string json_of_delta(const RecordView& delta) {
  std::string text;
  append_delta_json(delta, text);
  return text;
}

Buffer copy(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

Buffer encode_again(const RecordView& record) {
  const Shape& shape = record.shape();
  std::vector<Value> values(shape.field_count());
  std::vector<const Value*> pointers(shape.field_count());
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!record.present(i)) continue;
    values[i] = record.field(i).to_value();
    pointers[i] = &values[i];
  }
  Buffer bytes;
  const Error error = encode(shape, pointers, bytes);
  return error ? Buffer{} : bytes;
}

bool has_absent_member(const RecordView& record) {
  if (!record.shape().self_describing()) return false;
  const ValueView object = record.field(record.shape().keyed() ? 1 : 0);
  for (std::uint32_t i = 0; i < object.count(); ++i) {
    if (object.member(i).type == kAbsentMember) return true;
  }
  return false;
}

std::uint64_t read_everything(const RecordView& record) {
  const Shape& shape = record.shape();
  std::uint64_t sum = record.size() + record.bytes().back() + record.key().size();
  for (std::size_t i = 0; i < shape.field_count(); ++i) {
    sum += record.present(i) + 2u * record.is_null(i) + bytes_of(record.field(i).to_value()).size();
    if (const auto found = record.find(shape.fields()[i].name)) sum += found->content.size();
  }
  return sum + json_of(record).size() + record.to_object().size();
}

std::string spaceless(std::string_view spaced) {
  std::string hex;
  for (const char c : spaced) {
    if (c != ' ') hex.push_back(c);
  }
  return hex;
}

Buffer hex_bytes(std::string_view spaced) {
  const std::string hex = spaceless(spaced);
  Buffer bytes(hex.size() / 2);
  return from_hex(hex, bytes) ? bytes : Buffer{};
}

ShapePtr shape_of(std::vector<Field> fields, int flags) {
  return Shape::make("T", std::move(fields), static_cast<std::uint8_t>(flags)).value();
}

namespace {

Error try_encode(const Shape& shape, const std::vector<Value>& values, Buffer& out) {
  std::vector<const Value*> pointers;
  for (const Value& value : values) pointers.push_back(&value);
  return encode(shape, pointers, out);
}

}  // namespace

Buffer encoded(const Shape& shape, const std::vector<Value>& values) {
  Buffer out;
  return try_encode(shape, values, out) ? Buffer{} : out;
}

Code refused(const Shape& shape, const Value& value) {
  Buffer out = {1, 2, 3};
  const Code code = try_encode(shape, {value}, out).code();
  return out == Buffer{1, 2, 3} ? code : Code::failed;
}

Code check(const Shape& shape, std::string_view spaced_hex) {
  return validate(shape, hex_bytes(spaced_hex)).code();
}

}  // namespace gs::record
