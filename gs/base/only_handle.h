// Whether a shared object has one handle left, so that its owner may use the memory again. Pure.
#pragma once

#include <memory>

namespace gs {

// What others did with it before they let go of their handles is over then: to let go of a second
// handle waits for that, which to read the count does not. Nobody else can get one meanwhile, when
// there are no weak handles.
template <typename T>
bool is_only_handle(const std::shared_ptr<T>& handle) noexcept {
  if (handle.use_count() != 1) return false;
  const std::shared_ptr<T> second = handle;  // NOLINT(performance-unnecessary-copy-initialization)
  return true;
}

}  // namespace gs
