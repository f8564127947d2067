#include "gs/platform/path.h"

#include <cstdint>
#include <string>

#include "globalstorage/result.h"

namespace gs::platform {
namespace {

// The path as it may appear in a message: short and printable, whatever somebody passed in.
std::string quoted(std::string_view path) {
  constexpr std::size_t kShownBytesMax = 80;
  std::string text = "\"";
  for (const char c : path.substr(0, kShownBytesMax)) {
    text += c >= ' ' && static_cast<std::uint8_t>(c) < 0x7f ? c : '?';
  }
  return text + (path.size() > kShownBytesMax ? "...\"" : "\"");
}

Error refuse(std::string_view path, std::string_view why) {
  return Error(Code::invalid, "path " + quoted(path) + " " + std::string(why));
}

}  // namespace

Error check_path(std::string_view path) {
  if (path.empty()) return refuse(path, "is empty; name a file");
  if (path.size() > kPathBytesMax) return refuse(path, "has more than 1024 bytes");
  if (path.find('\0') != std::string_view::npos) return refuse(path, "contains a NUL byte");
  if (path.front() == '/') return refuse(path, "is absolute; paths are relative to the root");
  if (path.back() == '/') return refuse(path, "ends with a slash");
  std::string_view rest = path;
  for (;;) {
    const std::size_t slash = rest.find('/');
    const std::string_view name = rest.substr(0, slash);
    if (name.empty()) return refuse(path, "has an empty name between two slashes");
    if (name == "." || name == "..") return refuse(path, "contains \".\" or \"..\"");
    if (name.size() > kNameBytesMax) return refuse(path, "has a name of more than 255 bytes");
    if (slash == std::string_view::npos) return {};
    rest.remove_prefix(slash + 1);
  }
}

Error check_whole_path(std::string_view path) {
  GS_TRY_OK(check_path(path));
  if (last_name(path).size() <= kWholeNameBytesMax) return {};
  return refuse(path, "has a name of more than 234 bytes, which leaves no room for its new copy");
}

Error check_directory_path(std::string_view path) {
  return path.empty() ? Error() : check_path(path);
}

std::string_view parent_path(std::string_view path) noexcept {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

std::string_view last_name(std::string_view path) noexcept {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

}  // namespace gs::platform
