#include "gs/core/rules/check.h"

#include <algorithm>

#include "gs/core/record/json.h"

namespace gs::rules {

using record::ValueView;
using Kind = Rule::Kind;

namespace {

constexpr std::size_t kShownBytesMax = 40;  // of a value in a message

bool is_list(Type type) noexcept { return type == Type::array || type == Type::set; }

double number_of(const ValueView& value) noexcept {
  return value.type == Type::number ? value.number() : static_cast<double>(value.integer());
}

// Length as JavaScript counts it: UTF-16 units of a text, elements, members.
double length_of(const ValueView& value) noexcept {
  switch (value.type) {
    case Type::string: {
      double units = 0;
      for (const std::uint8_t byte : value.content) {
        if ((byte & 0xc0) != 0x80) units += byte >= 0xf0 ? 2 : 1;
      }
      return units;
    }
    case Type::array:
    case Type::set:
    case Type::object:
      return value.count();
    case Type::number:
    case Type::integer:
      return number_of(value);
    default:
      return 0;
  }
}

bool equals(const Value& allowed, const ValueView& value) {
  if (const std::string* text = allowed.get<std::string>()) {
    return value.type == Type::string && value.text() == *text;
  }
  if (const double* number = allowed.get<double>()) {
    const bool is_number = value.type == Type::number || value.type == Type::integer;
    return is_number && number_of(value) == *number;
  }
  return value.to_value() == allowed;
}

std::string plain_number(double number) {
  std::string text;
  record::append_json_number(number, text);
  return text;
}

std::string elements_text(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " element" : " elements");
}

}  // namespace

std::string described(const ValueView& value) {
  std::string text;
  if (value.type != Type::array && value.type != Type::object && value.type != Type::set &&
      value.content.size() <= kShownBytesMax) {
    record::append_json(value, text);
    return value.is_null() ? text : std::string(type_name(value.type)) + " " + text;
  }
  return type_name(value.type);
}

// --- what is wrong ---

bool Checker::fail(std::string expected, std::string got) {
  if (out_ != nullptr && out_->size() < kViolationsMax) {
    out_->push_back({path_, std::move(expected), std::move(got)});
  }
  return false;
}

bool Checker::field(const Rule& rule, const ValueView& given, std::string_view name) {
  if (out_ == nullptr) return value(rule, given);
  const std::size_t before = path_.size();
  if (!path_.empty() && !name.starts_with('[')) path_ += '.';
  path_ += name;
  const bool right = value(rule, given);
  path_.resize(before);
  return right;
}

bool Checker::missing(const Rule& rule, std::string_view name) {
  if (out_ == nullptr) return false;
  const std::size_t before = path_.size();
  if (!path_.empty()) path_ += '.';
  path_ += name;
  fail(rule.expected(), "nothing");
  path_.resize(before);
  return false;
}

bool Checker::unexpected(std::string_view name) {
  if (out_ == nullptr) return false;
  const std::size_t before = path_.size();
  if (!path_.empty()) path_ += '.';
  path_ += name;
  fail("no such field", "one");
  path_.resize(before);
  return false;
}

// --- values ---

bool Checker::value(const Rule& rule, const ValueView& given) {
  if (given.is_null()) return !rule.required || fail(rule.expected(), "null");
  if (!has_type(rule, given)) return fail(rule.expected(), described(given));
  bool right = bounds(rule, given);
  switch (rule.kind) {
    case Kind::array:
    case Kind::set:
    case Kind::links:
      right = elements(rule, given) && right;
      break;
    case Kind::structure:
      right = members(rule, given) && right;
      break;
    case Kind::object:
    case Kind::map:
      right = (given.type == Type::object ? values(rule, given) : pairs(rule, given)) && right;
      break;
    case Kind::tuple:
      right = tuple(rule, given) && right;
      break;
    default:
      break;
  }
  return calls(rule, given) && right;
}

bool Checker::has_type(const Rule& rule, const ValueView& given) {
  const Type type = given.type;
  switch (rule.kind) {
    case Kind::string:
      return type == Type::string;
    case Kind::number:
      return type == Type::number || type == Type::integer;
    case Kind::bigint:
      return type == Type::integer || type == Type::big;
    case Kind::boolean:
      return type == Type::boolean;
    case Kind::enumeration:
      return std::any_of(rule.allowed.begin(), rule.allowed.end(),
                         [&](const Value& allowed) { return equals(allowed, given); });
    case Kind::array:
    case Kind::tuple:
      return type == Type::array;
    case Kind::set:
      return type == Type::set;
    case Kind::links:
      return is_list(type);
    case Kind::object:
    case Kind::structure:
      return type == Type::object;
    case Kind::map:
      return type == Type::object || type == Type::array;
    case Kind::json:
      return type == Type::object || is_list(type) || type == Type::date;
    case Kind::link:
      return type == Type::id;
    case Kind::custom:
      return true;
  }
  return false;
}

bool Checker::elements(const Rule& rule, const ValueView& given) {
  bool right = true;
  for (std::uint32_t i = 0; i < given.count() && (right || out_ != nullptr); ++i) {
    const ValueView element = given.element(i);
    if (rule.kind == Kind::links) {
      if (element.type == Type::id) continue;
      right = false;
      if (out_ == nullptr) break;
      const std::size_t before = path_.size();
      path_ += "[" + std::to_string(i) + "]";
      fail("id of " + rule.target, described(element));
      path_.resize(before);
      continue;
    }
    const std::string name = out_ == nullptr ? std::string() : "[" + std::to_string(i) + "]";
    right = field(*rule.element, element, name) && right;
  }
  return right;
}

bool Checker::members(const Rule& rule, const ValueView& given) {
  bool right = true;
  std::vector<bool> seen(rule.members.size());
  for (std::uint32_t i = 0; i < given.count(); ++i) {
    const std::string_view name = given.member_name(i);
    const auto at = std::lower_bound(
        rule.members.begin(), rule.members.end(), name,
        [](const NamedRule& member, std::string_view wanted) { return member.name < wanted; });
    if (at == rule.members.end() || at->name != name) {
      right = unexpected(name);
      continue;
    }
    seen[static_cast<std::size_t>(at - rule.members.begin())] = true;
    right = field(at->rule, given.member(i), name) && right;
  }
  for (std::size_t i = 0; i < seen.size(); ++i) {
    if (!seen[i] && rule.members[i].rule.required) {
      right = missing(rule.members[i].rule, rule.members[i].name);
    }
  }
  return right;
}

namespace {

// Whether a value has the `typeof` that keys must have. Words that are none allow all.
bool is_key(std::string_view wanted, const ValueView& key) {
  const Type type = key.type;
  if (wanted == "string") return type == Type::string;
  if (wanted == "number") return type == Type::number || type == Type::integer;
  if (wanted == "boolean") return type == Type::boolean;
  if (wanted == "bigint") return type == Type::integer || type == Type::big;
  return true;
}

// Names of members are texts: of other types is what says such a value.
bool says_key(std::string_view wanted, std::string_view name) {
  if (wanted == "boolean") return name == "true" || name == "false";
  if (wanted != "number" && wanted != "bigint") return true;
  if (wanted == "bigint" && name.find_first_not_of("-0123456789") != std::string_view::npos) {
    return false;
  }
  // A text of JSON that begins like a number is one.
  const bool begins_right = !name.empty() && (name[0] == '-' || (name[0] >= '0' && name[0] <= '9'));
  return begins_right && !record::check_json(name);
}

}  // namespace

bool Checker::values(const Rule& rule, const ValueView& given) {
  if (given.count() == 0 && rule.required && rule.kind == Kind::object) {
    return fail("an object with members", "an empty one");
  }
  bool right = true;
  for (std::uint32_t i = 0; i < given.count(); ++i) {
    const std::string_view name = given.member_name(i);
    if (!says_key(rule.key, name)) right = wrong_key(rule, '"' + std::string(name) + '"');
    right = field(*rule.element, given.member(i), name) && right;
  }
  return right;
}

bool Checker::wrong_key(const Rule& rule, const std::string& got) {
  return fail("keys of type " + rule.key, "the key " + got);
}

bool Checker::pairs(const Rule& rule, const ValueView& given) {
  bool right = true;
  for (std::uint32_t i = 0; i < given.count(); ++i) {
    const ValueView pair = given.element(i);
    if (pair.type != Type::array || pair.count() != 2) {
      right = fail("an array of pairs of a key and a value", described(pair));
      continue;
    }
    const ValueView key = pair.element(0);
    if (!is_key(rule.key, key)) right = wrong_key(rule, described(key));
    const std::string name = out_ == nullptr ? std::string() : "[" + std::to_string(i) + "]";
    right = field(*rule.element, pair.element(1), name) && right;
  }
  return right;
}

bool Checker::tuple(const Rule& rule, const ValueView& given) {
  if (given.count() > rule.items.size()) {
    return fail("a tuple of at most " + elements_text(rule.items.size()),
                elements_text(given.count()));
  }
  bool right = true;
  for (std::uint32_t i = 0; i < rule.items.size(); ++i) {
    const std::string name = out_ == nullptr ? std::string() : "[" + std::to_string(i) + "]";
    if (i < given.count()) {
      right = field(rule.items[i], given.element(i), name) && right;
    } else if (rule.items[i].required) {
      right = fail("a tuple of at least " + elements_text(i + 1), elements_text(given.count()));
    }
  }
  return right;
}

bool Checker::bounds(const Rule& rule, const ValueView& given) {
  bool right = true;
  if (rule.has_length) {
    const double length = length_of(given);
    if (rule.length_min != 0 && length < rule.length_min) {
      right = fail("a length of at least " + plain_number(rule.length_min), plain_number(length));
    }
    if (rule.length_max != 0 && length > rule.length_max) {
      right = fail("a length of at most " + plain_number(rule.length_max), plain_number(length));
    }
  }
  if (rule.has_range && (given.type == Type::number || given.type == Type::integer)) {
    const double number = number_of(given);
    if (number < rule.min) right = fail("at least " + plain_number(rule.min), described(given));
    if (number > rule.max) right = fail("at most " + plain_number(rule.max), described(given));
  }
  return right;
}

// --- functions of the schema ---

// As Metaschema reads what a validation gives: nothing or true is right.
bool Checker::said(const schema::Outcome& outcome) {
  if (outcome.threw) return fail({}, "its validation failed: " + outcome.thrown);
  using Js = schema::JsValue::Kind;
  const schema::JsValue& value = outcome.value;
  switch (value.kind) {
    case Js::undefined:
    case Js::null:
      return true;
    case Js::boolean:
      return value.boolean || fail("a value that validates", "one that does not");
    case Js::string:
      return value.text.empty() || fail({}, value.text);
    case Js::array: {
      bool right = true;
      for (const schema::JsValue& each : value.items) right = fail({}, each.text);
      return right;
    }
    case Js::object: {
      bool right = true;
      for (const auto& [name, member] : value.members) {
        if (name != "errors") continue;
        for (const schema::JsValue& each : member.items) {
          right = fail({}, each.text);
        }
      }
      return right;
    }
    default:
      return true;
  }
}

bool Checker::calls(const Rule& rule, const ValueView& given) {
  if (!rule.pattern && !rule.validate && rule.kind != Kind::custom) return true;
  if (functions_ == nullptr) return true;
  bool right = true;
  const auto call = [&](std::uint32_t function) {
    schema::JsValue path;
    path.kind = schema::JsValue::Kind::string;
    path.text = path_;
    const schema::JsValue arguments[] = {to_js(given), std::move(path)};
    return functions_->call(function, arguments);
  };
  if (rule.pattern && given.type == Type::string) {
    const schema::Outcome outcome = call(*rule.pattern);
    if (outcome.threw) {
      right = fail({}, "its pattern failed: " + outcome.thrown);
    } else if (!outcome.value.boolean) {
      right = fail("a text that matches " + rule.pattern_text, described(given));
    }
  }
  if (rule.kind == Kind::custom) right = said(call(rule.check_type)) && right;
  if (rule.validate) right = said(call(*rule.validate)) && right;
  return right;
}

bool Checker::whole(std::uint32_t function, schema::JsValue record) {
  if (functions_ == nullptr) return true;
  schema::JsValue path;
  path.kind = schema::JsValue::Kind::string;
  const schema::JsValue arguments[] = {std::move(record), std::move(path)};
  return said(functions_->call(function, arguments));
}

}  // namespace gs::rules
