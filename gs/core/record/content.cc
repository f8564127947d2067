#include "gs/core/record/content.h"

#include <algorithm>
#include <cmath>

#include "gs/core/record/utf8.h"

namespace gs::record {
namespace {

// Up to so many names, comparing each with each is faster than sorting.
constexpr std::size_t kCompareAllMax = 16;

Error write_elements(const Array& array, std::size_t depth, Sink& out,
                     std::vector<std::uint32_t>& ends) {
  const std::size_t start = out.used();
  ends.reserve(array.size());
  for (const Value& element : array) {
    GS_TRY_OK(write_any(element, depth + 1, out));
    ends.push_back(static_cast<std::uint32_t>(out.used() - start));
  }
  return {};
}

Error write_array(const Array& array, std::size_t depth, Sink& out) {
  const std::size_t start = out.used();
  std::vector<std::uint32_t> ends;
  GS_TRY_OK(write_elements(array, depth, out, ends));
  insert_table(out, start, ends.size(), ends);
  return {};
}

Error write_set(const Set& set, std::size_t depth, Sink& out) {
  const std::size_t start = out.used();
  std::vector<std::uint32_t> ends;
  GS_TRY_OK(write_elements(set.elements, depth, out, ends));
  finish_set(out, start, ends);
  return {};
}

Error write_members(const Object& object, std::size_t depth, Sink& out) {
  const std::size_t start = out.used();
  std::vector<std::uint32_t> ends;
  std::vector<std::string_view> names;
  ends.reserve(2 * object.size());
  names.reserve(object.size());
  for (const auto& [name, value] : object) {
    if (!valid_utf8(name)) return {Code::invalid, "a member name of an object is not UTF-8"};
    if (name.size() > kRecordBytesMax) return too_large_record(name.size());
    names.push_back(name);
    out.append(as_bytes(name));
    ends.push_back(static_cast<std::uint32_t>(out.used() - start));
    GS_TRY_OK(write_any(value, depth + 1, out));
    ends.push_back(static_cast<std::uint32_t>(out.used() - start));
  }
  if (const std::string_view* twice = find_duplicate(names)) {
    return {Code::invalid, "an object has the name \"" + std::string(*twice) + "\" twice"};
  }
  insert_table(out, start, object.size(), ends);
  return {};
}

Error write_big(const Big& big, Sink& out) {
  if (big.magnitude.size() > kBigBytesMax) {
    return {Code::too_large, "a big integer of " + std::to_string(big.magnitude.size()) +
                                 " bytes, the limit is " + std::to_string(kBigBytesMax)};
  }
  const bool zero = big.magnitude.empty();
  if (zero ? big.negative : big.magnitude.back() == 0) {
    return {Code::invalid, "a big integer has leading zeros or is a negative zero"};
  }
  out.append_number<std::uint8_t>(big.negative ? 1 : 0);
  out.append(big.magnitude);
  return {};
}

Error write_container(const Value& value, std::size_t depth, Sink& out) {
  if (depth > kNestingMax) {
    return {Code::too_large, "nested deeper than " + std::to_string(kNestingMax) + " levels"};
  }
  const std::size_t start = out.used();
  if (const Array* array = value.get<Array>()) GS_TRY_OK(write_array(*array, depth, out));
  if (const Object* object = value.get<Object>()) GS_TRY_OK(write_members(*object, depth, out));
  if (const Set* set = value.get<Set>()) GS_TRY_OK(write_set(*set, depth, out));
  if (out.used() - start > kRecordBytesMax) return too_large_record(out.used() - start);
  return {};
}

Error write_bytes(Bytes bytes, Sink& out) {
  if (bytes.size() > kRecordBytesMax) return too_large_record(bytes.size());
  out.append(bytes);
  return {};
}

}  // namespace

Error too_large_record(std::size_t size, std::size_t bytes_max) {
  return {Code::too_large, "record: at least " + std::to_string(size) + " bytes, the limit is " +
                               std::to_string(bytes_max) + "; store large values as blobs"};
}

Error write_content(const Value& value, std::size_t depth, Sink& out) {
  switch (value.type()) {
    case Type::null:
    case Type::any:
      return {};
    case Type::boolean:
      out.append_number<std::uint8_t>(*value.get<bool>() ? 1 : 0);
      return {};
    case Type::number:
      if (!std::isfinite(*value.get<double>())) {
        return {Code::invalid, "a number is not finite; NaN and infinities cannot be stored"};
      }
      out.append_number(*value.get<double>());
      return {};
    case Type::integer:
      out.append_number(*value.get<std::int64_t>());
      return {};
    case Type::date:
      out.append_number(value.get<Date>()->ms);
      return {};
    case Type::id:
      out.append(value.get<Id>()->bytes);
      return {};
    case Type::string: {
      const std::string& text = *value.get<std::string>();
      if (!valid_utf8(text)) return {Code::invalid, "a string is not UTF-8; store it as bytes"};
      return write_bytes(as_bytes(text), out);
    }
    case Type::bytes:
      return write_bytes(*value.get<Buffer>(), out);
    case Type::big:
      return write_big(*value.get<Big>(), out);
    case Type::array:
    case Type::object:
    case Type::set:
      return write_container(value, depth, out);
    case Type::blob:
      out.append(value.get<BlobRef>()->digest.bytes);
      out.append_number(value.get<BlobRef>()->size);
      return {};
  }
  return {};
}

Error write_any(const Value& value, std::size_t depth, Sink& out) {
  // Checked for every value, so that a wrong program cannot use memory without end.
  const std::size_t written = out.used() - out.begin();
  if (written > kRecordBytesMax) return too_large_record(written);
  out.append_number(static_cast<std::uint8_t>(value.type()));
  return write_content(value, depth, out);
}

void write_object(std::span<const NamedPart> members, Sink& out) {
  const std::size_t table = 4 + 8 * members.size();
  const std::size_t start = out.used();
  out.append_zeros(table);
  store_u32(out.at(start), static_cast<std::uint32_t>(members.size()));
  std::size_t slot = start + 4;
  const auto end = [&] {
    store_u32(out.at(slot), static_cast<std::uint32_t>(out.used() - start - table));
    slot += 4;
  };
  for (const auto& [name, part] : members) {
    out.append(as_bytes(name));
    end();
    const Type type = part.state == Part::absent ? kAbsentMember : part.type;
    out.append_number(static_cast<std::uint8_t>(type));
    out.append(part.content);
    end();
  }
}

void insert_table(Sink& out, std::size_t start, std::size_t count,
                  std::span<const std::uint32_t> ends) {
  const std::size_t size = out.used() - start;
  const std::size_t table = 4 + 4 * ends.size();
  out.room(table);
  std::uint8_t* at = out.at(start);
  std::memmove(at + table, at, size);
  store_u32(at, static_cast<std::uint32_t>(count));
  if (!ends.empty()) std::memcpy(at + 4, ends.data(), 4 * ends.size());
  out.advance(table);
}

void finish_set(Sink& out, std::size_t start, std::vector<std::uint32_t>& ends) {
  std::vector<std::string_view> elements;
  elements.reserve(ends.size());
  std::size_t begin = 0;
  for (const std::uint32_t end : ends) {
    elements.push_back(as_text({out.at(start + begin), end - begin}));
    begin = end;
  }
  const auto unordered = [](std::string_view a, std::string_view b) { return !(a < b); };
  if (std::adjacent_find(elements.begin(), elements.end(), unordered) != elements.end()) {
    std::sort(elements.begin(), elements.end());
    elements.erase(std::unique(elements.begin(), elements.end()), elements.end());
    std::string sorted;
    sorted.reserve(out.used() - start);
    ends.clear();
    for (const std::string_view element : elements) {
      sorted.append(element);
      ends.push_back(static_cast<std::uint32_t>(sorted.size()));
    }
    out.cut_to(start);
    out.append(as_bytes(sorted));
  }
  insert_table(out, start, ends.size(), ends);
}

void array_to_set(Sink& out, std::size_t start) {
  std::vector<std::uint32_t> ends(load_u32(out.at(start)));
  const std::size_t table = 4 + 4 * ends.size();
  if (!ends.empty()) std::memcpy(ends.data(), out.at(start + 4), 4 * ends.size());
  const std::size_t size = out.used() - start - table;
  std::memmove(out.at(start), out.at(start + table), size);
  out.cut_to(start + size);
  finish_set(out, start, ends);
}

const std::string_view* find_duplicate(std::vector<std::string_view>& names) {
  if (names.size() <= kCompareAllMax) {
    for (std::size_t i = 1; i < names.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (names[i] == names[j]) return &names[i];
      }
    }
    return nullptr;
  }
  std::sort(names.begin(), names.end());
  const auto found = std::adjacent_find(names.begin(), names.end());
  return found == names.end() ? nullptr : &*found;
}

}  // namespace gs::record
