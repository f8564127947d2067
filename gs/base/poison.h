// Memory that lies ready to be used again: the address sanitizer notices who still reads it.
//
// Whoever gives such memory back to the system makes it readable first. Nothing elsewhere.
#pragma once

#include <cstddef>

#if defined(GS_SANITIZE_ADDRESS)
#include <sanitizer/asan_interface.h>
#endif

namespace gs {

#if defined(GS_SANITIZE_ADDRESS)
inline void poison(void* memory, std::size_t bytes) noexcept {
  ASAN_POISON_MEMORY_REGION(memory, bytes);
}
inline void unpoison(void* memory, std::size_t bytes) noexcept {
  ASAN_UNPOISON_MEMORY_REGION(memory, bytes);
}
#else
inline void poison(void*, std::size_t) noexcept {}
inline void unpoison(void*, std::size_t) noexcept {}
#endif

}  // namespace gs
