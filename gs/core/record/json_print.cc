// Values and records to JSON text.
#include <bit>
#include <cmath>

#include "gs/base/endian.h"
#include "gs/base/hex.h"
#include "gs/core/record/content.h"
#include "gs/core/record/json.h"
#include "gs/core/record/json_forms.h"
#include "gs/core/record/text_forms.h"

namespace gs::record {
namespace {

void append_form(std::string_view name, std::string_view text, std::string& out) {
  out.append("{\"").append(name).append("\":\"").append(text).append("\"}");
}

void append_blob(const BlobRef& blob, std::string& out) {
  out.append("{\"$blob\":{\"sha256\":\"").append(to_hex(blob.digest.bytes)).append("\",\"size\":");
  // Sizes beyond 2^53 do not occur in practice; as text they survive anyway.
  if (blob.size <= (std::uint64_t{1} << 53)) {
    out.append(std::to_string(blob.size));
  } else {
    out.append("\"").append(std::to_string(blob.size)).append("\"");
  }
  out.append("}}");
}

void append_bytes(Bytes bytes, std::string& out) {
  out.append("{\"$bytes\":\"");
  append_base64(bytes, out);
  out.append("\"}");
}

void append_date_form(std::int64_t ms, std::string& out) {
  out.append("{\"$date\":\"");
  append_date(ms, out);
  out.append("\"}");
}

void append_number_or_null(double number, std::string& out) {
  // Only a Value that was never stored can be NaN or infinite; JSON.stringify prints null as well.
  if (!std::isfinite(number)) {
    out.append("null");
  } else {
    append_json_number(number, out);
  }
}

// Prints `count` parts with commas between; `print(i)` returns false for one that is left out.
template <typename Print>
void append_list(char open, char close, std::size_t count, std::string& out, const Print& print) {
  out.push_back(open);
  bool comma = false;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t size = out.size();
    if (comma) out.push_back(',');
    if (print(i)) {
      comma = true;
    } else {
      out.resize(size);
    }
  }
  out.push_back(close);
}

template <typename Container>
void append_elements(const Container& container, std::size_t count, std::string& out) {
  append_list('[', ']', count, out, [&](std::size_t i) {
    if constexpr (std::is_same_v<Container, ValueView>) {
      append_json(container.element(static_cast<std::uint32_t>(i)), out);
    } else {
      append_json(container[i], out);
    }
    return true;
  });
}

void append_object(const Object& object, std::string& out) {
  const bool wrap = !object.empty() && needs_literal(object[0].first, object.size());
  if (wrap) out.append("{\"$literal\":");
  append_list('{', '}', object.size(), out, [&](std::size_t i) {
    append_json_string(object[i].first, out);
    out.push_back(':');
    append_json(object[i].second, out);
    return true;
  });
  if (wrap) out.push_back('}');
}

// What is printed of a field that a record has not: nothing, or that an update removes it.
enum class Absent : bool { left_out, unset };

// False when the field is to be left out.
bool append_member(std::string_view name, const ValueView& value, bool present, Absent absent,
                   std::string& out) {
  if (!present && absent == Absent::left_out) return false;
  append_json_string(name, out);
  out.push_back(':');
  if (present) {
    append_json(value, out);
  } else {
    out.append("{\"$unset\":true}");
  }
  return true;
}

void append_members(const ValueView& object, Absent absent, std::string& out) {
  append_list('{', '}', object.count(), out, [&](std::size_t i) {
    const auto index = static_cast<std::uint32_t>(i);
    const ValueView value = object.member(index);
    return append_member(object.member_name(index), value, value.type != kAbsentMember, absent,
                         out);
  });
}

void append_record(const RecordView& record, Absent absent, std::string& out) {
  const Shape& shape = record.shape();
  const std::size_t first = shape.key_fields();
  if (shape.self_describing()) return append_members(record.field(first), absent, out);
  append_list('{', '}', shape.field_count() - first, out, [&](std::size_t i) {
    const std::size_t field = first + i;
    return append_member(shape.fields()[field].name, record.field(field), record.present(field),
                         absent, out);
  });
}

}  // namespace

void append_json_string(std::string_view text, std::string& out) {
  static constexpr char kHex[] = "0123456789abcdef";
  out.push_back('"');
  const char* at = text.data();
  const char* const end = at + text.size();
  const char* run = at;
  while (at != end) {
    if (end - at >= 8) {
      const std::uint64_t special =
          escape_bytes(load_u64(reinterpret_cast<const std::uint8_t*>(at)));
      if (special == 0) {
        at += 8;
        continue;
      }
      at += std::countr_zero(special) / 8;
    }
    const char c = *at;
    if (static_cast<std::uint8_t>(c) >= 0x20 && c != '"' && c != '\\') {
      ++at;
      continue;
    }
    out.append(run, at);
    run = ++at;
    out.push_back('\\');
    static constexpr std::string_view kFrom = "\"\\\b\f\n\r\t";
    static constexpr std::string_view kTo = "\"\\bfnrt";
    const std::size_t found = kFrom.find(c);
    if (found != std::string_view::npos) {
      out.push_back(kTo[found]);
    } else {
      out.append("u00");
      out.push_back(kHex[c >> 4]);
      out.push_back(kHex[c & 15]);
    }
  }
  out.append(run, end);
  out.push_back('"');
}

void append_json(const Value& value, std::string& out) {
  switch (value.type()) {
    case Type::null:
    case Type::any:
      out.append("null");
      return;
    case Type::boolean:
      out.append(*value.get<bool>() ? "true" : "false");
      return;
    case Type::number:
      return append_number_or_null(*value.get<double>(), out);
    case Type::integer:
      return append_form("$int", std::to_string(*value.get<std::int64_t>()), out);
    case Type::date:
      return append_date_form(value.get<Date>()->ms, out);
    case Type::id:
      return append_form("$id", value.get<Id>()->text(), out);
    case Type::string:
      return append_json_string(*value.get<std::string>(), out);
    case Type::bytes:
      return append_bytes(*value.get<Buffer>(), out);
    case Type::big:
      return append_form("$big", value.get<Big>()->text(), out);
    case Type::array:
      return append_elements(*value.get<Array>(), value.get<Array>()->size(), out);
    case Type::object:
      return append_object(*value.get<Object>(), out);
    case Type::set:
      out.append("{\"$set\":");
      append_elements(value.get<Set>()->elements, value.get<Set>()->elements.size(), out);
      out.push_back('}');
      return;
    case Type::blob:
      return append_blob(*value.get<BlobRef>(), out);
  }
}

void append_json(const ValueView& value, std::string& out) {
  switch (value.type) {
    case Type::null:
    case Type::any:
      out.append("null");
      return;
    case Type::boolean:
      out.append(value.boolean() ? "true" : "false");
      return;
    case Type::number:
      return append_json_number(value.number(), out);
    case Type::string:
      return append_json_string(value.text(), out);
    case Type::bytes:
      return append_bytes(value.content, out);
    case Type::array:
      return append_elements(value, value.count(), out);
    case Type::set:
      out.append("{\"$set\":");
      append_elements(value, value.count(), out);
      out.push_back('}');
      return;
    case Type::object: {
      const std::uint32_t count = value.count();
      const bool wrap = count > 0 && needs_literal(value.member_name(0), count);
      if (wrap) out.append("{\"$literal\":");
      append_members(value, Absent::left_out, out);
      if (wrap) out.push_back('}');
      return;
    }
    case Type::integer:
    case Type::date:
    case Type::id:
    case Type::big:
    case Type::blob:
      return append_json(value.to_value(), out);
  }
}

void append_json(const RecordView& record, std::string& out) {
  append_record(record, Absent::left_out, out);
}

void append_delta_json(const RecordView& delta, std::string& out) {
  append_record(delta, Absent::unset, out);
}

}  // namespace gs::record
