#include "gs/core/record/json_reader.h"

#include "gs/base/digit.h"
#include "gs/core/record/plain_text.h"
#include "gs/core/record/text_forms.h"
#include "gs/core/record/utf8.h"

namespace gs::record {
namespace {

// A scalar's form may stand inside the deepest container, and a blob's form has two braces.
constexpr std::size_t kBracesMax = kNestingMax + 2;

constexpr std::string_view kExpectedValue =
    "expected a value: an object, array, string, number, true, false or null";

constexpr std::string_view kTooDeep = "nested deeper than 128 levels";

std::uint8_t* put_utf8(std::uint32_t code, std::uint8_t* to) noexcept {
  const auto put = [&to](std::uint32_t byte) { *to++ = static_cast<std::uint8_t>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xc0 | code >> 6);
    put(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    put(0xe0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3f));
    put(0x80 | (code & 0x3f));
  } else {
    put(0xf0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3f));
    put(0x80 | (code >> 6 & 0x3f));
    put(0x80 | (code & 0x3f));
  }
  return to;
}

}  // namespace

bool JsonReader::fail(const char* at, std::string_view what, Code code) {
  std::size_t line = 1;
  std::size_t column = 1;
  for (const char* c = begin_; c != at; ++c) {
    if (*c == '\n') {
      ++line;
      column = 1;
    } else if ((static_cast<std::uint8_t>(*c) & 0xc0) != 0x80) {
      ++column;  // characters, not bytes
    }
  }
  error_ = Error(code, "JSON line " + std::to_string(line) + ", column " + std::to_string(column) +
                           ": " + std::string(what));
  return false;
}

bool JsonReader::at_end() {
  skip_space();
  return at_ == end_ || fail("text after the end of the value; pass one JSON value at a time");
}

bool JsonReader::bounded() {
  if (out_.used() - out_.begin() <= limit_) return true;
  return fail(at_,
              "the content up to here is more than " + std::to_string(limit_) +
                  " bytes; store large values as blobs",
              Code::too_large);
}

bool JsonReader::string() {
  // What comes out is never longer than what is left of the text.
  std::uint8_t* to = out_.room(left());
  std::uint8_t* const begin = to;
  const char* at = at_;
  for (;;) {
    const std::size_t plain = copy_plain(at, static_cast<std::size_t>(end_ - at), to);
    at += plain;
    to += plain;
    if (at == end_) return fail(at, "the text ends inside a string; a closing quote is missing");
    const auto c = static_cast<std::uint8_t>(*at);
    if (c == '"') break;
    if (c == '\\') {
      at_ = at + 1;
      if (!escape(to)) return false;
      at = at_;
    } else if (c < 0x20) {
      return fail(at,
                  "a control character in a string; write it as an escape such as \\n or \\u0000");
    } else {
      // Such characters come in rows.
      do {
        const auto* sequence = reinterpret_cast<const std::uint8_t*>(at);
        const std::size_t size = utf8_sequence(sequence, static_cast<std::size_t>(end_ - at));
        if (size == 0) return fail(at, "the text is not UTF-8; convert it first");
        for (std::size_t i = 0; i < size; ++i) *to++ = sequence[i];
        at += size;
      } while (at != end_ && (static_cast<std::uint8_t>(*at) & 0x80) != 0);
    }
  }
  at_ = at + 1;
  out_.advance(static_cast<std::size_t>(to - begin));
  return true;
}

bool JsonReader::unicode(std::uint32_t& unit) {
  unit = 0;
  if (left() < 4) return fail("\\u needs four hexadecimal digits");
  for (int i = 0; i < 4; ++i, ++at_) {
    const char c = *at_;
    const int lower = c | 0x20;
    if (!is_digit(c) && (lower < 'a' || lower > 'f'))
      return fail("\\u needs four hexadecimal digits");
    unit = unit << 4 | static_cast<std::uint32_t>(is_digit(c) ? c - '0' : lower - 'a' + 10);
  }
  return true;
}

bool JsonReader::escape(std::uint8_t*& to) {
  static constexpr std::string_view kFrom = "\"\\/bfnrt";
  static constexpr std::string_view kTo = "\"\\/\b\f\n\r\t";
  const char* const start = at_ - 1;
  const char c = peek();
  if (at_ != end_) ++at_;
  if (c != 'u') {
    const std::size_t found = c == '\0' ? std::string_view::npos : kFrom.find(c);
    if (found == std::string_view::npos) {
      return fail(start, "an unknown escape; JSON has \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\u");
    }
    *to++ = static_cast<std::uint8_t>(kTo[found]);
    return true;
  }
  std::uint32_t code = 0;
  if (!unicode(code)) return false;
  if (code >= 0xd800 && code < 0xe000) {
    std::uint32_t low = 0;
    const bool pair = code < 0xdc00 && take("\\u");
    if (pair && !unicode(low)) return false;
    if (!pair || low < 0xdc00 || low >= 0xe000) {
      return fail(start, "half of a surrogate pair; such text is not Unicode and cannot be stored");
    }
    code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
  }
  to = put_utf8(code, to);
  return true;
}

bool JsonReader::number_text(std::string_view& text) {
  const char* const start = at_;
  const auto digits = [this] {
    const char* const first = at_;
    while (at_ != end_ && is_digit(*at_)) ++at_;
    return at_ != first;
  };
  if (peek() == '-') ++at_;
  const char* const integer = at_;
  if (!digits()) return fail(start, "expected a value");
  if (*integer == '0' && at_ - integer > 1) {
    return fail(start, "a number with leading zeros; write it as a string to keep them");
  }
  if (peek() == '.') {
    ++at_;
    if (!digits()) return fail("expected a digit after the point");
  }
  if (peek() == 'e' || peek() == 'E') {
    ++at_;
    if (peek() == '+' || peek() == '-') ++at_;
    if (!digits()) return fail("expected a digit in the exponent");
  }
  text = {start, static_cast<std::size_t>(at_ - start)};
  return true;
}

bool JsonReader::number(double& out) {
  std::string_view text;
  if (!number_text(text)) return false;
  const std::optional<double> value = parse_double(text);
  if (!value) {
    return fail(text.data(), "the number is beyond a double; use {\"$big\":\"...\"} or a string");
  }
  out = *value;
  return true;
}

bool JsonReader::word(std::string_view text) {
  if (take(text)) return true;
  return fail(kExpectedValue);
}

bool JsonReader::value(std::size_t depth, Type& type) {
  switch (peek()) {
    case '"':
      ++at_;
      type = Type::string;
      return string();
    case '{':
      ++at_;
      return object(depth, Braces::ordinary, type);
    case '[':
      ++at_;
      return array(depth, type);
    case 't':
    case 'f': {
      const bool truth = peek() == 't';
      type = Type::boolean;
      if (!word(truth ? "true" : "false")) return false;
      out_.append_number<std::uint8_t>(truth ? 1 : 0);
      return true;
    }
    case 'n':
      type = Type::null;
      return word("null");
    case '-':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9': {
      double value = 0;
      type = Type::number;
      if (!number(value)) return false;
      out_.append_number(value);
      return true;
    }
    default:
      if (at_ == end_) return fail("the text ends where a value should be");
      return fail(kExpectedValue);
  }
}

bool JsonReader::array(std::size_t depth, Type& type) {
  if (depth > kNestingMax) return fail(at_ - 1, kTooDeep, Code::too_large);
  deepest_ = std::max(deepest_, depth);
  const std::size_t start = out_.used();
  const std::size_t ends = scratch_.ends.size();
  type = Type::array;
  if (!take(']')) {
    do {
      skip_space();
      const std::size_t tag = out_.used();
      out_.append_number<std::uint8_t>(0);
      Type element = Type::null;
      if (!value(depth + 1, element) || !bounded()) return false;
      if (element == kAbsentMember) return fail("only fields and members of objects are removed");
      *out_.at(tag) = static_cast<std::uint8_t>(element);
      scratch_.ends.push_back(static_cast<std::uint32_t>(out_.used() - start));
    } while (take(','));
    if (!take(']')) return fail("expected ',' or ']' after an element");
  }
  const std::size_t count = scratch_.ends.size() - ends;
  insert_table(out_, start, count, {scratch_.ends.data() + ends, count});
  scratch_.ends.resize(ends);
  return bounded();
}

bool JsonReader::key(bool first, bool& end) {
  end = take('}');
  if (end) return true;
  if (!first && !take(',')) return fail("expected ',' or '}' after a member");
  if (!take('"')) return fail("expected a key in double quotes");
  if (!string()) return false;
  if (!take(':')) return fail("expected ':' after the key");
  skip_space();
  return true;
}

bool JsonReader::object(std::size_t depth, Braces braces, Type& type) {
  const char* const opening = at_ - 1;
  if (depth > kBracesMax) return fail(opening, kTooDeep, Code::too_large);
  const std::size_t start = out_.used();
  const std::size_t ends = scratch_.ends.size();
  const auto end_part = [&] {
    scratch_.ends.push_back(static_cast<std::uint32_t>(out_.used() - start));
  };
  for (bool first = true;; first = false) {
    bool end = false;
    if (!key(first, end)) return false;
    if (end) break;
    const Form form =
        first && braces != Braces::literal ? form_named(as_text(out_.from(start))) : Form::none;
    end_part();
    const std::size_t tag = out_.used();
    out_.append_number<std::uint8_t>(0);
    Type member = Type::null;
    if (form == Form::none) {
      if (!value(depth + 1, member)) return false;
    } else {
      if (!form_value(form, depth, member)) return false;
    }
    *out_.at(tag) = static_cast<std::uint8_t>(member);
    end_part();
    if (!bounded()) return false;
    if (form == Form::none) continue;
    if (take('}')) {
      scratch_.ends.resize(ends);
      return convert(form, depth, start, tag, type) || fail(opening, std::string(error_.message()));
    }
    if (form == Form::literal) return fail("\"$literal\" must be the only member of its object");
  }
  if (depth > kNestingMax && braces != Braces::blob) {
    return fail(opening, kTooDeep, Code::too_large);
  }
  deepest_ = std::max(deepest_, depth);
  const std::size_t parts = scratch_.ends.size() - ends;
  const std::span<const std::uint32_t> table(scratch_.ends.data() + ends, parts);
  scratch_.names.clear();
  for (std::size_t i = 0; i < parts; i += 2) {
    const std::size_t begin = i == 0 ? 0 : table[i - 1];
    scratch_.names.push_back(as_text({out_.at(start + begin), table[i] - begin}));
  }
  if (const std::string_view* twice = find_duplicate(scratch_.names)) {
    return fail(opening,
                "the object that begins here has the key \"" + std::string(*twice) + "\" twice");
  }
  insert_table(out_, start, parts / 2, table);
  scratch_.ends.resize(ends);
  type = Type::object;
  return bounded();
}

}  // namespace gs::record
