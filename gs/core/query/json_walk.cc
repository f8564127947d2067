#include "gs/core/query/json_walk.h"

#include <algorithm>

#include "gs/base/check.h"
#include "gs/core/record/json.h"

namespace gs::query {
namespace {

// Of most objects in a query.
constexpr std::size_t kMembersAhead = 4;

constexpr std::string_view kSpace = " \t\r\n";

void skip_space(std::string_view text, std::size_t& at) noexcept {
  const std::size_t next = text.find_first_not_of(kSpace, at);
  at = next == std::string_view::npos ? text.size() : next;
}

std::size_t end_of_string(std::string_view text, std::size_t at) noexcept {
  for (++at; text[at] != '"'; ++at) {
    if (text[at] == '\\') ++at;
  }
  return at + 1;
}

std::size_t end_of_container(std::string_view text, std::size_t at) noexcept {
  std::size_t depth = 0;
  for (;;) {
    const char c = text[at];
    if (c == '"') {
      at = end_of_string(text, at);
      continue;
    }
    ++at;
    if (c == '{' || c == '[') ++depth;
    if ((c == '}' || c == ']') && --depth == 0) return at;
  }
}

// The value that begins at `at`, which moves behind it and the space there.
std::string_view take_value(std::string_view text, std::size_t& at) noexcept {
  const std::size_t start = at;
  const char c = text[at];
  if (c == '"') {
    at = end_of_string(text, at);
  } else if (c == '{' || c == '[') {
    at = end_of_container(text, at);
  } else {
    at = std::min(text.find_first_of(",]} \t\r\n", at), text.size());
  }
  const std::string_view value = text.substr(start, at - start);
  skip_space(text, at);
  return value;
}

}  // namespace

std::string_view trimmed(std::string_view text) noexcept {
  std::size_t at = 0;
  skip_space(text, at);
  return text.substr(at, text.find_last_not_of(kSpace) + 1 - at);
}

std::vector<JsonMember> members_of(std::string_view object) {
  GS_CHECK(is_object(object));
  std::vector<JsonMember> members;
  members.reserve(kMembersAhead);
  std::size_t at = 1;
  for (skip_space(object, at); object[at] != '}';) {
    const std::string_view name = take_value(object, at);
    ++at;  // the colon
    skip_space(object, at);
    members.push_back({text_of(name), take_value(object, at)});
    if (object[at] == ',') ++at;
    skip_space(object, at);
  }
  return members;
}

std::vector<std::string_view> elements_of(std::string_view array) {
  GS_CHECK(is_array(array));
  std::vector<std::string_view> elements;
  std::size_t at = 1;
  for (skip_space(array, at); array[at] != ']';) {
    elements.push_back(take_value(array, at));
    if (array[at] == ',') ++at;
    skip_space(array, at);
  }
  return elements;
}

std::string text_of(std::string_view string) {
  if (string.find('\\') == std::string_view::npos) {
    return std::string(string.substr(1, string.size() - 2));
  }
  return *record::parse_json(string).value().get<std::string>();
}

}  // namespace gs::query
