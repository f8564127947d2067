#include "gs/platform/posix/system_random.h"

#include <sys/random.h>
#include <unistd.h>

#include <algorithm>

#include "gs/base/check.h"

namespace gs::platform {

void SystemRandom::fill(MutableBytes out) {
  constexpr std::size_t kBytesPerCall = 256;  // the limit of getentropy(), which never falls short
  while (!out.empty()) {
    const std::size_t bytes = std::min(out.size(), kBytesPerCall);
    // It fails only on a kernel without getrandom(), older than any that we support. Going on
    // would mean keys that others can guess, so this is the one system call that may stop us.
    GS_CHECK(::getentropy(out.data(), bytes) == 0);
    out = out.subspan(bytes);
  }
}

}  // namespace gs::platform
