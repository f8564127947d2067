#include "gs/platform/posix/os_error.h"

#include <cerrno>
#include <string>
#include <system_error>

namespace gs::platform {
namespace {

Code code_of(int number, Attempt attempt) noexcept {
  switch (number) {
    case ENOENT:
    case ENOTDIR:
      return Code::not_found;
    case EEXIST:
      return Code::exists;
    case ENOSPC:
    case EDQUOT:
      return Code::no_space;
    case EROFS:
      return Code::read_only;
    case EACCES:
    case EPERM:
      return attempt == Attempt::write ? Code::read_only : Code::io;
    case EFBIG:
      return Code::too_large;
    case EISDIR:
    case ENOTEMPTY:
    case ENAMETOOLONG:
    case ELOOP:
      return Code::invalid;
    default:
      return Code::io;
  }
}

std::string_view advice_of(Code code) noexcept {
  switch (code) {
    case Code::no_space:
      return "; free some space and try again";
    case Code::read_only:
      return "; check the owner, the permissions and how the disk is mounted";
    default:
      return "";
  }
}

}  // namespace

Error os_error(int number, std::string_view path, std::string_view operation, Attempt attempt) {
  const Code code = code_of(number, attempt);
  std::string message(path);
  message += ": cannot ";
  message += operation;
  message += ": ";
  message += std::generic_category().message(number);  // strerror() that is safe with threads
  message += advice_of(code);
  return Error(code, std::move(message));
}

}  // namespace gs::platform
