// Ctrl-C and SIGTERM as a flag, for work that should stop at a good moment.
#pragma once

#include <atomic>

namespace gs::cli {

// From now on the first signal sets stop_requested(); the second one ends the program at once.
void catch_interrupts();
const std::atomic<bool>& stop_requested() noexcept;

}  // namespace gs::cli
