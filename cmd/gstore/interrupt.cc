// The signal handler of gstore.
#include "cmd/gstore/interrupt.h"

#include <csignal>

namespace gs::cli {
namespace {

std::atomic<bool> signal_came{false};
static_assert(std::atomic<bool>::is_always_lock_free);  // or a handler could not set it

void on_signal(int) { signal_came = true; }

}  // namespace

void catch_interrupts() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = static_cast<int>(SA_RESETHAND);  // not SA_RESTART: a read has to return
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

const std::atomic<bool>& stop_requested() noexcept { return signal_came; }

}  // namespace gs::cli
