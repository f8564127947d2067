// What a JavaScript engine may have of memory, counted to the byte.
//
// Each block carries its size, so that the count does not depend on what malloc makes of it. One
// thread.
#pragma once

extern "C" {
#include <quickjs.h>
}

#include <cstddef>
#include <cstdint>

namespace gs::engine::script {

class Memory {
 public:
  explicit Memory(std::uint64_t limit) noexcept : limit_(limit) {}

  // Calls into this object, which has to be given as their `opaque`.
  static const JSMallocFunctions kFunctions;

  std::uint64_t used() const noexcept { return used_; }
  std::uint64_t limit() const noexcept { return limit_; }
  // Whether a request was refused since forget_refusal().
  bool has_refused() const noexcept { return refused_; }
  void forget_refusal() noexcept { refused_ = false; }

  void* allocate(std::size_t bytes) noexcept;
  void free(void* block) noexcept;
  void* resize(void* block, std::size_t bytes) noexcept;
  static std::size_t size(const void* block) noexcept;

 private:
  bool may_take(std::size_t more) noexcept;

  const std::uint64_t limit_;
  std::uint64_t used_ = 0;  // with the heads
  bool refused_ = false;
};

}  // namespace gs::engine::script
