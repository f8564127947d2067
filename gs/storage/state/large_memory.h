// Memory for what lookups jump around in: large pages where the system has them, which saves most
// of the address translation misses (a third of a lookup's time in a million records).
//
// Pages that were never touched cost nothing. Ask for large pages only for memory that will be used
// whole: the first touch takes 2 MiB at once.
#pragma once

#include <cstddef>
#include <memory>

namespace gs::state {

inline constexpr std::size_t kLargePageBytes = std::size_t{2} << 20;

// Not initialised; aligned to a cache line, from the size of a large page on to a large page. Ends
// the program when there is none, like new. The same `bytes` go to free_aligned().
void* allocate_aligned(std::size_t bytes);
void free_aligned(void* memory, std::size_t bytes) noexcept;
// A hint that takes effect for pages not touched yet. `memory` came from allocate_aligned().
void prefer_large_pages(void* memory, std::size_t bytes) noexcept;
// Has the system give the pages now, by a thread that can wait for them: another one that writes
// there later, or at the same time, need not. A hint; what the memory holds stays.
void touch_pages(void* memory, std::size_t bytes) noexcept;

struct FreeAligned {
  std::size_t bytes = 0;
  void operator()(void* memory) const noexcept { free_aligned(memory, bytes); }
};

}  // namespace gs::state
