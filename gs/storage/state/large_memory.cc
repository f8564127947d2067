// Aligned memory from new; the hints are system calls on Linux and nothing elsewhere.

#include "gs/storage/state/large_memory.h"

#include <new>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace gs::state {

namespace {

// A table in 32 bits of address space has no room for such borders.
std::align_val_t alignment(std::size_t bytes) noexcept {
  constexpr std::size_t kCacheLineBytes = 64;
  return std::align_val_t{sizeof(void*) > 4 && bytes >= kLargePageBytes ? kLargePageBytes
                                                                        : kCacheLineBytes};
}

}  // namespace

void* allocate_aligned(std::size_t bytes) { return ::operator new(bytes, alignment(bytes)); }

void free_aligned(void* memory, std::size_t bytes) noexcept {
  ::operator delete(memory, alignment(bytes));
}

void prefer_large_pages([[maybe_unused]] void* memory,
                        [[maybe_unused]] std::size_t bytes) noexcept {
#if defined(__linux__)
  if (bytes < kLargePageBytes) return;
  // Where it fails, pages stay small and everything works as well.
  static_cast<void>(madvise(memory, bytes, MADV_HUGEPAGE));
#endif
}

void touch_pages([[maybe_unused]] void* memory, [[maybe_unused]] std::size_t bytes) noexcept {
#if defined(MADV_POPULATE_WRITE)
  static_cast<void>(madvise(memory, bytes, MADV_POPULATE_WRITE));
#endif
}

}  // namespace gs::state
