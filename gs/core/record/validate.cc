// Accepts exactly the canonical encodings, so that afterwards nothing has to be checked again.
#include <cmath>

#include "gs/base/endian.h"
#include "gs/core/record/content.h"
#include "gs/core/record/utf8.h"

namespace gs::record {
namespace {

// What is wrong, as static text; null when nothing is.
using Problem = const char*;

Problem any_problem(Bytes bytes, std::size_t depth);

Problem number_problem(Bytes content) {
  if (content.size() != 8) return "a number has not 8 bytes";
  return std::isfinite(load<double>(content.data())) ? nullptr : "a number is not finite";
}

Problem boolean_problem(Bytes content) {
  return content.size() == 1 && content[0] <= 1 ? nullptr : "a boolean is not 0 or 1";
}

Problem big_problem(Bytes content) {
  if (content.empty() || content[0] > 1) return "a big integer has no sign of 0 or 1";
  if (content.size() - 1 > kBigBytesMax) return "a big integer is over its limit";
  if (content.size() == 1) return content[0] == 0 ? nullptr : "a big integer is a negative zero";
  return content.back() != 0 ? nullptr : "a big integer has leading zeros";
}

// Checks the table of `parts` ends in a container's content; `data` is what follows it.
Problem table_problem(Bytes content, std::size_t parts_each, Bytes& data) {
  if (content.size() < 4) return "a container is cut off";
  const std::uint64_t parts = std::uint64_t{load_u32(content.data())} * parts_each;
  if (parts > (content.size() - 4) / 4) return "a container counts more elements than it can hold";
  const std::size_t table = 4 + 4 * static_cast<std::size_t>(parts);
  data = content.subspan(table);
  std::uint32_t last = 0;
  for (std::size_t at = 4; at < table; at += 4) {
    const std::uint32_t end = load_u32(content.data() + at);
    if (end < last) return "end offsets of a container go back";
    last = end;
  }
  return last == data.size() ? nullptr : "a container's elements do not fill it";
}

Problem elements_problem(Bytes content, std::size_t depth, bool ascending) {
  Bytes data;
  if (Problem problem = table_problem(content, 1, data)) return problem;
  const std::uint32_t count = load_u32(content.data());
  std::uint32_t begin = 0;
  std::string_view before;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t end = load_u32(content.data() + 4 + 4 * i);
    const Bytes element = data.subspan(begin, end - begin);
    if (Problem problem = any_problem(element, depth + 1)) return problem;
    // An element is never empty, so the first one is above the empty text.
    if (ascending && as_text(element) <= before) return "elements of a set do not ascend";
    before = as_text(element);
    begin = end;
  }
  return nullptr;
}

// `record`: the object of a self-describing record, whose members may be absent.
Problem members_problem(Bytes content, std::size_t depth, bool record) {
  Bytes data;
  if (Problem problem = table_problem(content, 2, data)) return problem;
  const std::uint32_t count = load_u32(content.data());
  const std::uint8_t* ends = content.data() + 4;
  std::vector<std::string_view> names;
  names.reserve(count);
  std::uint32_t begin = 0;
  for (std::size_t i = 0; i < count; ++i, ends += 8) {
    const std::uint32_t name_end = load_u32(ends);
    const std::uint32_t end = load_u32(ends + 4);
    const Bytes name = data.subspan(begin, name_end - begin);
    const Bytes value = data.subspan(name_end, end - name_end);
    begin = end;
    if (!valid_utf8(name)) return "a member name is not UTF-8";
    names.push_back(as_text(name));
    if (record && value.size() == 1 && value[0] == static_cast<std::uint8_t>(kAbsentMember))
      continue;
    if (Problem problem = any_problem(value, depth + 1)) return problem;
  }
  return find_duplicate(names) ? "an object has a name twice" : nullptr;
}

Problem content_problem(Type type, Bytes content, std::size_t depth) {
  switch (type) {
    case Type::null:
      return content.empty() ? nullptr : "a null has content";
    case Type::boolean:
      return boolean_problem(content);
    case Type::number:
      return number_problem(content);
    case Type::integer:
    case Type::date:
      return content.size() == 8 ? nullptr : "an integer or date has not 8 bytes";
    case Type::id:
      return content.size() == 16 ? nullptr : "an id has not 16 bytes";
    case Type::string:
      return valid_utf8(content) ? nullptr : "a string is not UTF-8";
    case Type::bytes:
      return nullptr;
    case Type::big:
      return big_problem(content);
    case Type::blob:
      return content.size() == 40 ? nullptr : "a blob has not 40 bytes";
    case Type::array:
    case Type::set:
    case Type::object:
      if (depth > kNestingMax) return "values are nested too deep";
      if (type == Type::object) return members_problem(content, depth, false);
      return elements_problem(content, depth, type == Type::set);
    case Type::any:
      break;
  }
  return "a value has an unknown type";
}

Problem any_problem(Bytes bytes, std::size_t depth) {
  if (bytes.empty()) return "a value has no type";
  return content_problem(static_cast<Type>(bytes[0]), bytes.subspan(1), depth);
}

class Checker {
 public:
  Checker(const Shape& shape, Bytes record) : shape_(shape), record_(record) {}

  Error run() {
    if (Problem problem = frame_problem()) return fail(problem);
    if (Problem problem = bits_problem()) return fail(problem);
    const std::size_t required = (shape_.keyed() ? 1u : 0u) + (shape_.self_describing() ? 1u : 0u);
    for (std::size_t i = 0; i < shape_.field_count(); ++i) {
      const bool value = present(i) && !null(i);
      if (i < required && !value) return fail("the key or the object is missing", i);
      const Problem problem =
          shape_.place(i).variable ? variable_problem(i, value) : fixed_problem(i, value);
      if (problem) return fail(problem, i);
    }
    return tail_problem() ? fail(tail_problem()) : Error();
  }

 private:
  bool present(std::size_t field) const { return (word(field) >> (field % 32) & 1) != 0; }
  bool null(std::size_t field) const { return (word(field) >> (32 + field % 32) & 1) != 0; }
  std::uint64_t word(std::size_t field) const {
    return load_u64(record_.data() + 8 + 8 * (field / 32));
  }

  Error fail(Problem problem) const { return {Code::invalid, std::string("record: ") + problem}; }
  Error fail(Problem problem, std::size_t field) const {
    return {Code::invalid, "record: field " + std::to_string(field) + " \"" +
                               shape_.fields()[field].name + "\": " + problem};
  }

  Problem frame_problem() const {
    if (record_.size() > kRecordBytesMax) return "larger than 16 MiB";
    if (record_.size() < shape_.heap_begin() || record_.size() < 8) return "cut off";
    if (record_.size() % 8 != 0) return "its size is no multiple of 8";
    if (load_u32(record_.data()) != record_.size()) return "its size field differs from its size";
    if (load_u32(record_.data() + 4) != 0) return "bytes 4 to 7 are not zero";
    return nullptr;
  }

  Problem bits_problem() const {
    for (std::size_t word_index = 0; word_index < shape_.words(); ++word_index) {
      const std::uint64_t bits = load_u64(record_.data() + 8 + 8 * word_index);
      const std::size_t fields = std::min<std::size_t>(32, shape_.field_count() - 32 * word_index);
      const std::uint64_t known = (std::uint64_t{1} << fields) - 1;
      const std::uint64_t present = bits & 0xffffffffu;
      if ((present & ~known) != 0) return "a bit is set for a field that is not there";
      if (((bits >> 32) & ~present) != 0) return "a field is null but not present";
    }
    return nullptr;
  }

  Problem fixed_problem(std::size_t field, bool value) {
    const Place& place = shape_.place(field);
    if (place.type == Type::null) return value ? "a field of type null has a value" : nullptr;
    const std::size_t size = place.type == Type::id ? 16 : place.type == Type::boolean ? 1 : 8;
    const Bytes slot = record_.subspan(place.slot, size);
    fixed_end_ = std::max(fixed_end_, place.slot + size);
    if (value) return content_problem(place.type, slot, 0);
    for (const std::uint8_t byte : slot) {
      if (byte != 0) return "no value, but its slot is not zero";
    }
    return nullptr;
  }

  Problem variable_problem(std::size_t field, bool value) {
    const Place& place = shape_.place(field);
    const std::uint32_t end = load_u32(record_.data() + shape_.fixed_end() + 4 * place.slot);
    const Bytes heap = record_.subspan(shape_.heap_begin());
    if (end < heap_used_ || end > heap.size()) return "its end offset is wrong";
    const Bytes content = heap.subspan(heap_used_, end - heap_used_);
    heap_used_ = end;
    if (!value) return content.empty() ? nullptr : "no value, but it has data";
    const bool key = shape_.keyed() && field == 0;
    if (key && content.empty()) return "the key is empty";
    if (place.type == Type::any) {
      if (!content.empty() && content[0] == 0) return "null is told by the bits, not by a value";
      return any_problem(content, 2);
    }
    if (shape_.self_describing() && !key) return members_problem(content, 1, true);
    return content_problem(place.type, content, 2);
  }

  // What pads the fixed slots and the whole record.
  Problem tail_problem() const {
    const std::size_t fixed_end = std::max(fixed_end_, 8 + 8 * std::size_t{shape_.words()});
    for (std::size_t i = fixed_end; i < shape_.fixed_end(); ++i) {
      if (record_[i] != 0) return "padding after the fixed slots is not zero";
    }
    const std::size_t end = shape_.heap_begin() + heap_used_;
    if (align_up(end, std::size_t{8}) != record_.size()) return "bytes after its last field";
    for (std::size_t i = end; i < record_.size(); ++i) {
      if (record_[i] != 0) return "padding at its end is not zero";
    }
    return nullptr;
  }

  const Shape& shape_;
  const Bytes record_;
  std::size_t fixed_end_ = 0;  // where the last fixed slot ends
  std::size_t heap_used_ = 0;
};

}  // namespace

Error validate(const Shape& shape, Bytes record) { return Checker(shape, record).run(); }

Error validate_any(Bytes value, std::size_t depth) {
  const Problem problem = any_problem(value, depth);
  return problem ? Error(Code::invalid, std::string("value: ") + problem) : Error();
}

}  // namespace gs::record
