#include "gs/calls/arguments.h"

#include <cmath>

#include "gs/base/check.h"
#include "gs/base/nearest.h"
#include "gs/calls/json_text.h"
#include "gs/core/record/json.h"

namespace gs::calls {
namespace {

constexpr std::uint64_t kNoLimit = ~std::uint64_t{0};

std::string_view expected(Kind kind) noexcept {
  switch (kind) {
    case Kind::text:
      return "a text";
    case Kind::path:
      return "the path of a file or directory, a text of 1 to 4096 bytes without zeros";
    case Kind::flag:
      return "true or false";
    case Kind::count:
      return "a whole number from 0 to 9007199254740992";
    case Kind::digest:
      return "a digest, 64 hexadecimal digits";
    case Kind::version:
      return "a version: a text that names it, or an array of up to 65536 digests of 64 "
             "hexadecimal digits each";
    case Kind::document:
      return "an object, or a text that has it as JSON";
    case Kind::name_kind:
      return "\"tag\" or \"branch\"";
    case Kind::side:
      break;
  }
  return "\"before\" or \"after\"";
}

bool is_digest(const Value& value) {
  const auto* const text = value.get<std::string>();
  return text != nullptr && Digest::parse(*text).has_value();
}

bool is_path(const std::string& text) {
  return !text.empty() && text.size() <= kPathBytesMax && text.find('\0') == std::string::npos;
}

// JSON numbers, and integers in the form of the engine.
std::optional<std::uint64_t> count_of(const Value& value) {
  if (const auto* const integer = value.get<std::int64_t>()) {
    const bool fits = *integer >= 0 && *integer <= static_cast<std::int64_t>(kCountMax);
    return fits ? std::optional(static_cast<std::uint64_t>(*integer)) : std::nullopt;
  }
  const auto* const number = value.get<double>();
  if (number == nullptr || !(*number >= 0 && *number <= static_cast<double>(kCountMax))) return {};
  if (std::trunc(*number) != *number) return {};
  return static_cast<std::uint64_t>(*number);
}

bool is_version(const Value& value) {
  if (value.type() == Type::string) return true;
  const Array* const digests = value.get<Array>();
  if (digests == nullptr || digests->size() > kHeadsMax) return false;
  for (const Value& digest : *digests) {
    if (!is_digest(digest)) return false;
  }
  return true;
}

bool fits(const Value& value, Kind kind) {
  const auto* const text = value.get<std::string>();
  switch (kind) {
    case Kind::text:
      return text != nullptr;
    case Kind::path:
      return text != nullptr && is_path(*text);
    case Kind::flag:
      return value.type() == Type::boolean;
    case Kind::count:
      return count_of(value).has_value();
    case Kind::digest:
      return is_digest(value);
    case Kind::version:
      return is_version(value);
    case Kind::document:
      return text != nullptr || value.type() == Type::object;
    case Kind::name_kind:
      return text != nullptr && (*text == "tag" || *text == "branch");
    case Kind::side:
      break;
  }
  return text != nullptr && (*text == "before" || *text == "after");
}

const Parameter* parameter_named(const Parameters& parameters, std::string_view name) {
  for (const Parameter& parameter : parameters) {
    if (!parameter.name.empty() && parameter.name == name) return &parameter;
  }
  return nullptr;
}

std::string given_as(const Value& value) {
  if (const auto* const text = value.get<std::string>()) return "the text '" + shown(*text) + '\'';
  if (const auto* const number = value.get<double>()) {
    std::string out = "the number ";
    record::append_json_number(*number, out);
    return out;
  }
  return std::string("the type ") + type_name(value.type());
}

Error unknown(std::string_view method, const Parameters& parameters, std::string_view name) {
  std::vector<std::string> known;
  std::string list;
  for (const Parameter& parameter : parameters) {
    if (parameter.name.empty()) continue;
    known.emplace_back(parameter.name);
    list += (list.empty() ? " It takes `" : ", `") + known.back() + '`';
  }
  const std::string guess = meant(name, known);
  return Error(Code::invalid, std::string(method) + ": there is no argument `" + shown(name) + '`' +
                                  (guess.empty() ? "." : guess) +
                                  (list.empty() ? " It takes none" : list));
}

Error check(std::string_view method, const Parameters& parameters, const Object& members) {
  for (const auto& [name, value] : members) {
    const Parameter* const parameter = parameter_named(parameters, name);
    if (parameter == nullptr) return unknown(method, parameters, name);
    if (fits(value, parameter->kind)) continue;
    return Error(Code::invalid, std::string(method) + ": `" + name + "` has to be " +
                                    std::string(expected(parameter->kind)) + ", and is " +
                                    given_as(value));
  }
  for (const Parameter& parameter : parameters) {
    if (!parameter.is_required) continue;
    bool is_given = false;
    for (const Member& member : members) is_given = is_given || member.first == parameter.name;
    if (is_given) continue;
    return Error(Code::invalid, std::string(method) + ": the argument `" +
                                    std::string(parameter.name) + "` is missing, " +
                                    std::string(expected(parameter.kind)));
  }
  return {};
}

}  // namespace

std::string shown(std::string_view given) {
  if (given.size() <= kShownBytesMax) return valid_utf8(given);
  return valid_utf8(given.substr(0, kShownBytesMax)) + "..";
}

std::string meant(std::string_view given, const std::vector<std::string>& known) {
  const auto near = nearest(given, known);
  return near ? ". Did you mean `" + *near + "`?" : std::string();
}

Result<Arguments> Arguments::parse(std::string_view method, const Parameters& parameters,
                                   std::string_view json) {
  auto value = record::parse_json(json);
  if (!value.ok()) return std::move(value).error().in(std::string(method) + ": arguments");
  const Object* const members = value->get<Object>();
  if (members == nullptr) {
    return Error(Code::invalid, std::string(method) +
                                    ": arguments are one JSON object with a member for each, and "
                                    "what was given is " +
                                    given_as(*value));
  }
  GS_TRY_OK(check(method, parameters, *members));
  return Arguments(parameters, *members);
}

const Value* Arguments::find(std::string_view name) const {
  GS_CHECK(parameter_named(*parameters_, name) != nullptr);
  for (const Member& member : members_) {
    if (member.first == name) return &member.second;
  }
  return nullptr;
}

std::string_view Arguments::text(std::string_view name) const {
  const Value* const value = find(name);
  return value == nullptr ? std::string_view() : *value->get<std::string>();
}

bool Arguments::flag(std::string_view name) const {
  const Value* const value = find(name);
  return value != nullptr && *value->get<bool>();
}

std::uint64_t Arguments::count(std::string_view name) const {
  const Value* const value = find(name);
  return value == nullptr ? kNoLimit : *count_of(*value);
}

// As it was given when it is a text, so that messages about a place in it are right.
std::string Arguments::document(std::string_view name) const {
  const Value* const value = find(name);
  if (value == nullptr) return {};
  if (const auto* const text = value->get<std::string>()) return *text;
  std::string json;
  record::append_json(*value, json);
  return json;
}

std::optional<Digest> Arguments::digest(std::string_view name) const {
  const Value* const value = find(name);
  return value == nullptr ? std::nullopt : Digest::parse(*value->get<std::string>());
}

Result<std::optional<Version>> Arguments::version(const Storage& storage,
                                                  std::string_view name) const {
  std::optional<Version> version;
  if (!has(name)) return version;
  GS_TRY(version, required_version(storage, name));
  return version;
}

Result<Version> Arguments::required_version(const Storage& storage, std::string_view name) const {
  const Value* const value = find(name);
  GS_CHECK(value != nullptr);
  if (const auto* const text = value->get<std::string>()) return storage.find_version(*text);
  Version version;
  for (const Value& digest : *value->get<Array>()) {
    version.heads.push_back(*Digest::parse(*digest.get<std::string>()));
  }
  return version;
}

}  // namespace gs::calls
