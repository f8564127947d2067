#include "gs/core/graph/version_name.h"

#include <algorithm>
#include <string>

#include "gs/base/digit.h"
#include "gs/core/graph/operation.h"
#include "gs/core/record/utf8.h"

namespace gs::graph {

namespace {

constexpr std::size_t kPrefixCharsMin = 4;  // of the digest of a change
constexpr std::size_t kDigestChars = 64;

bool is_hexadecimal(char c) noexcept {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// The ASCII ones, and those of ISO 8859, which are C2 80 to C2 9F.
bool has_control_character(std::string_view name) noexcept {
  for (std::size_t i = 0; i < name.size(); ++i) {
    const auto byte = static_cast<unsigned char>(name[i]);
    if (byte < 0x20 || byte == 0x7f) return true;
    if (byte == 0xc2 && i + 1 < name.size() && static_cast<unsigned char>(name[i + 1]) < 0xa0)
      return true;
  }
  return false;
}

Error refused(std::string_view name, const char* why) {
  return Error(Code::invalid, "'" + std::string(name) + "' cannot name a version: " + why);
}

}  // namespace

bool looks_like_digest(std::string_view text) noexcept {
  return text.size() >= kPrefixCharsMin && text.size() <= kDigestChars &&
         std::all_of(text.begin(), text.end(), is_hexadecimal);
}

bool looks_like_time(std::string_view text) noexcept {
  constexpr std::string_view kForm = "dddd-dd-dd";
  if (text.size() < kForm.size()) return false;
  return std::equal(kForm.begin(), kForm.end(), text.begin(),
                    [](char form, char c) { return form == 'd' ? is_digit(c) : c == form; });
}

Error check_version_name(std::string_view name) {
  if (name.empty() || name.size() > kNameBytesMax) {
    return Error(Code::invalid, "a name of " + std::to_string(name.size()) +
                                    " bytes; names of versions have 1 to 255");
  }
  if (!record::valid_utf8(name)) return Error(Code::invalid, "a name of a version is not UTF-8");
  if (has_control_character(name)) {
    return Error(Code::invalid, "a name of a version has a control character, as a tab or newline");
  }
  if (name == kMainName) return refused(name, "it is the branch that each storage begins with");
  if (name == kNowName) return refused(name, "it is what is there now");
  if (name.front() == '-') return refused(name, "it begins like an option. Begin with a letter");
  if (name.find_first_of(" ~^:") != std::string_view::npos ||
      name.find("..") != std::string_view::npos) {
    return refused(name, "it has a blank, '~', '^', ':' or '..'. Use '-', '_', '.' or '/'");
  }
  if (looks_like_digest(name)) {
    return refused(name, "it looks like the digest of a change. Put a word before it");
  }
  if (looks_like_time(name)) return refused(name, "it begins like a time. Put a word before it");
  return {};
}

}  // namespace gs::graph
