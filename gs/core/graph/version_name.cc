#include "gs/core/graph/version_name.h"

#include <algorithm>
#include <string>

#include "gs/core/graph/operation.h"
#include "gs/core/record/utf8.h"

namespace gs::graph {

namespace {

constexpr std::size_t kPrefixCharsMin = 4;  // of the digest of a change

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

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

// 2026-11-29, whatever follows.
bool begins_with_day(std::string_view name) noexcept {
  constexpr std::string_view kForm = "dddd-dd-dd";
  if (name.size() < kForm.size()) return false;
  return std::equal(kForm.begin(), kForm.end(), name.begin(),
                    [](char form, char c) { return form == 'd' ? is_digit(c) : c == form; });
}

Error refused(std::string_view name, const char* why) {
  return Error(Code::invalid, "'" + std::string(name) + "' cannot name a version: " + why);
}

}  // namespace

Error check_version_name(std::string_view name) {
  if (name.empty() || name.size() > kNameBytesMax) {
    return Error(Code::invalid, "a name of " + std::to_string(name.size()) +
                                    " bytes; names of versions have 1 to 255");
  }
  if (!record::valid_utf8(name)) return Error(Code::invalid, "a name of a version is not UTF-8");
  if (has_control_character(name)) {
    return Error(Code::invalid, "a name of a version has a control character, as a tab or newline");
  }
  if (name == kMainName || name == kNowName) return refused(name, "it is what is there now");
  if (name.front() == '-') return refused(name, "it begins like an option. Begin with a letter");
  if (name.find_first_of(" ~^:") != std::string_view::npos ||
      name.find("..") != std::string_view::npos) {
    return refused(name, "it has a blank, '~', '^', ':' or '..'. Use '-', '_', '.' or '/'");
  }
  if (name.size() >= kPrefixCharsMin && std::all_of(name.begin(), name.end(), is_hexadecimal)) {
    return refused(name, "it looks like the digest of a change. Put a word before it");
  }
  if (begins_with_day(name)) return refused(name, "it begins like a time. Put a word before it");
  return {};
}

}  // namespace gs::graph
