#include "gs/platform/posix/place.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <utility>

#include "globalstorage/result.h"

namespace gs::platform {
namespace {

#if defined(O_PATH)
constexpr int kWalk = O_PATH | O_DIRECTORY;  // asks for no more than the right to pass through
#else
constexpr int kWalk = O_RDONLY | O_DIRECTORY;
#endif

}  // namespace

Error check_no_link(const Place& place) {
  struct stat status {};
  const int result = ::fstatat(place.in(), place.name.c_str(), &status, AT_SYMLINK_NOFOLLOW);
  if (result != 0 || !S_ISLNK(status.st_mode)) return {};
  return Error(Code::invalid, place.path +
                                  ": is a symbolic link, which could lead out of the storage. If "
                                  "you trust what it points to, put that in its place");
}

Error place_error(int number, const Place& place, std::string_view operation, Attempt attempt) {
  // What the system says of a link depends on what was tried.
  if (number == ELOOP || number == ENOTDIR || number == EEXIST) GS_TRY_OK(check_no_link(place));
  return os_error(number, place.path, operation, attempt);
}

Descriptor open_place(const Place& place, int flags, unsigned mode) noexcept {
  return open_descriptor_at(place.in(), place.name, flags | O_NOFOLLOW, mode);
}

Result<Place> find_place(const std::string& root, std::string_view path, std::string_view operation,
                         Attempt attempt) {
  std::string full = path.empty() && !root.empty() ? root : root + "/" + std::string(path);
  Place place{open_descriptor(root + "/", kWalk), ".", full};
  if (!place.directory.open()) return os_error(errno, full, operation, attempt);
  for (;;) {
    const std::size_t slash = path.find('/');
    if (!path.empty()) place.name = path.substr(0, slash);
    if (slash == std::string_view::npos) break;
    path.remove_prefix(slash + 1);
    place.path = full.substr(0, full.size() - path.size() - 1);
    Descriptor next = open_place(place, kWalk);
    if (!next.open()) {
      const int number = errno;
      GS_TRY_OK(check_no_link(place));
      return os_error(number, full, operation, attempt);
    }
    place.directory = std::move(next);
  }
  place.path = std::move(full);
  return place;
}

}  // namespace gs::platform
