#include "cmd/gstore/support/id_doubts.h"

#include <algorithm>

#include "globalstorage/id.h"

namespace gs::cli {
namespace {

constexpr std::size_t kIdCharacters = 36;
// So much of an id may be mistyped; what differs more is a foreign key of another form.
constexpr std::size_t kMoreOrLessMax = 2;
constexpr std::size_t kOthersMax = 2;
constexpr std::size_t kDashesMin = 3;

bool is_hexadecimal(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool is_of_id(char c) noexcept { return c == '-' || is_hexadecimal(c); }

bool looks_like_id(std::string_view text) noexcept {
  const auto dashes = static_cast<std::size_t>(std::count(text.begin(), text.end(), '-'));
  const auto known = static_cast<std::size_t>(std::count_if(text.begin(), text.end(), is_of_id));
  return text.size() + kMoreOrLessMax >= kIdCharacters &&
         text.size() <= kIdCharacters + kMoreOrLessMax && dashes >= kDashesMin &&
         text.size() - known <= kOthersMax;
}

}  // namespace

std::string id_doubts(std::string_view text) {
  if (Id::parse(text) || !looks_like_id(text)) return {};
  const auto other = std::find_if_not(text.begin(), text.end(), is_of_id);
  if (other != text.end()) {
    return "its character " + std::to_string(other - text.begin() + 1) +
           " is none of 0 to 9, a to f and -";
  }
  if (text.size() != kIdCharacters) {
    return "it has " + std::to_string(text.size()) + " characters, and an id has 36";
  }
  return "its dashes are not behind the characters 8, 12, 16 and 20 that an id has";
}

}  // namespace gs::cli
