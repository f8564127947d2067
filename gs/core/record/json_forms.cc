// Extended forms: objects in JSON text that stand for values JSON has no type for.
#include "gs/core/record/json_forms.h"

#include "gs/base/hex.h"
#include "gs/core/record/json_reader.h"
#include "gs/core/record/text_forms.h"

namespace gs::record {
namespace {

struct NamedForm {
  std::string_view name;
  Form form;
  std::string_view hint;
};

constexpr NamedForm kForms[] = {
    {"$int", Form::integer, "{\"$int\":\"-5\"}, a 64-bit integer as decimal text"},
    {"$big", Form::big, "{\"$big\":\"-5\"}, an integer of at most 16 KiB as decimal text"},
    {"$date", Form::date, "{\"$date\":\"2026-11-23T00:00:00.000Z\"}, with milliseconds and Z"},
    {"$id", Form::id, "{\"$id\":\"uuid\"}, 36 characters with dashes"},
    {"$bytes", Form::bytes, "{\"$bytes\":\"base64\"}, padded with ="},
    {"$set", Form::set, "{\"$set\":[...]}"},
    {"$blob", Form::blob, "{\"$blob\":{\"sha256\":\"64 hexadecimal digits\",\"size\":1}}"},
    {"$literal", Form::literal, "{\"$literal\":{...}}"},
    {"$unset", Form::unset, "{\"$unset\":true}, only as the value of a field in an update"},
};

// Values up to here are exact as JSON numbers; larger sizes are decimal text.
constexpr double kExactMax = 9007199254740992.0;

std::optional<std::uint64_t> size_of(const ValueView& value) {
  if (value.type == Type::number) {
    const double size = value.number();
    if (!(size >= 0 && size <= kExactMax)) return std::nullopt;
    const auto whole = static_cast<std::uint64_t>(size);
    if (static_cast<double>(whole) != size) return std::nullopt;
    return whole;
  }
  Big big;
  if (value.type != Type::string || !Big::parse(value.text(), big)) return std::nullopt;
  if (big.negative || big.magnitude.size() > 8) return std::nullopt;
  std::uint64_t size = 0;
  if (!big.magnitude.empty()) std::memcpy(&size, big.magnitude.data(), big.magnitude.size());
  if (size <= static_cast<std::uint64_t>(kExactMax)) return std::nullopt;
  return size;
}

}  // namespace

Form form_named(std::string_view name) noexcept {
  if (name.empty() || name[0] != '$') return Form::none;
  for (const NamedForm& form : kForms) {
    if (form.name == name) return form.form;
  }
  return Form::none;
}

bool JsonReader::form_value(Form form, std::size_t depth, Type& type) {
  if (form == Form::literal) {
    if (!take('{')) return fail("\"$literal\" must hold an object");
    return object(depth, Braces::literal, type);
  }
  const bool set = form == Form::set && peek() == '[';
  const bool blob = form == Form::blob && peek() == '{';
  if (!set && !blob) return value(depth + 1, type);
  // The braces of a set's form are no level of their own, those of a blob none at all. When it
  // turns out to be an ordinary object, because another member follows, they all count.
  const std::size_t outer = deepest_;
  deepest_ = 0;
  if (set ? !value(depth, type) : !(take('{') && object(depth + 1, Braces::blob, type)))
    return false;
  skip_space();
  const bool alone = peek() == '}';
  if (blob && alone) deepest_ = 0;
  if (set && !alone) ++deepest_;
  if (deepest_ > kNestingMax) {
    return fail(at_, "nested deeper than 128 levels", Code::too_large);
  }
  deepest_ = std::max(deepest_, outer);
  return true;
}

bool JsonReader::convert(Form form, std::size_t depth, std::size_t start, std::size_t value_at,
                         Type& type) {
  const Type found = static_cast<Type>(*out_.at(value_at));
  const Bytes content = out_.from(value_at + 1);
  bool done = false;
  switch (form) {
    case Form::literal:
    case Form::set:
      done = found == (form == Form::set ? Type::array : Type::object);
      if (!done) break;
      std::memmove(out_.at(start), content.data(), content.size());
      out_.cut_to(start + content.size());
      type = found;
      if (form == Form::set) {
        array_to_set(out_, start);
        type = Type::set;
      }
      break;
    case Form::blob:
      done = found == Type::object && convert_blob(start, {found, content}, type);
      break;
    case Form::unset:
      done = (unset_ == Unset::members || (unset_ == Unset::fields && depth == 2)) &&
             found == Type::boolean && content[0] == 1;
      out_.cut_to(start);
      type = kAbsentMember;
      break;
    default:
      done = found == Type::string && convert_text(form, start, as_text(content), type);
      break;
  }
  if (done) return true;
  std::string message = "the form is ";
  for (const NamedForm& named : kForms) {
    if (named.form == form) message.append(named.hint);
  }
  message.append("; to store an object that looks like it, wrap it: {\"$literal\":{...}}");
  error_ = Error(Code::invalid, std::move(message));
  return false;
}

bool JsonReader::convert_text(Form form, std::size_t start, std::string_view text, Type& type) {
  // The text stays where it is in the sink until it has been read.
  out_.cut_to(start);
  if (form == Form::integer || form == Form::date) {
    type = form == Form::integer ? Type::integer : Type::date;
    const auto number = form == Form::integer ? parse_integer(text) : parse_date(text);
    if (number) out_.append_number(*number);
    return number.has_value();
  }
  if (form == Form::id) {
    type = Type::id;
    const std::optional<Id> id = Id::parse(text);
    if (id) out_.append(id->bytes);
    return id.has_value();
  }
  if (form == Form::bytes) {
    type = Type::bytes;
    Buffer bytes;
    if (!parse_base64(text, bytes)) return false;
    out_.append(bytes);
    return true;
  }
  type = Type::big;
  Big big;
  if (!Big::parse(text, big)) return false;
  out_.append_number<std::uint8_t>(big.negative ? 1 : 0);
  out_.append(big.magnitude);
  return true;
}

bool JsonReader::convert_blob(std::size_t start, const ValueView& value, Type& type) {
  if (value.count() != 2 || value.member_name(0) != "sha256" || value.member_name(1) != "size") {
    return false;
  }
  const ValueView digest_text = value.member(0);
  if (digest_text.type != Type::string) return false;
  const std::optional<Digest> digest = Digest::parse(digest_text.text());
  const std::optional<std::uint64_t> size = size_of(value.member(1));
  if (!digest || !size) return false;
  out_.cut_to(start);
  out_.append(digest->bytes);
  out_.append_number(*size);
  type = Type::blob;
  return true;
}

}  // namespace gs::record
