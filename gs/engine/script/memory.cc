#include "gs/engine/script/memory.h"

#include <cstdlib>
#include <cstring>
#include <limits>

namespace gs::engine::script {
namespace {

// As large as the strictest alignment.
constexpr std::size_t kHeadBytes = alignof(std::max_align_t) < 16 ? 16 : alignof(std::max_align_t);

std::uint8_t* head_of(void* block) noexcept {
  return static_cast<std::uint8_t*>(block) - kHeadBytes;
}

void* with_head(std::uint8_t* head, std::size_t bytes) noexcept {
  std::memcpy(head, &bytes, sizeof bytes);
  return head + kHeadBytes;
}

Memory& memory_of(JSMallocState* state) noexcept { return *static_cast<Memory*>(state->opaque); }

}  // namespace

bool Memory::may_take(std::size_t more) noexcept {
  const bool may = more <= std::numeric_limits<std::size_t>::max() / 2 && used_ + more <= limit_;
  refused_ = refused_ || !may;
  return may;
}

void* Memory::allocate(std::size_t bytes) noexcept {
  if (!may_take(bytes + kHeadBytes)) return nullptr;
  auto* const head = static_cast<std::uint8_t*>(std::malloc(bytes + kHeadBytes));
  if (head == nullptr) {
    refused_ = true;
    return nullptr;
  }
  used_ += bytes + kHeadBytes;
  return with_head(head, bytes);
}

void Memory::free(void* block) noexcept {
  if (block == nullptr) return;
  used_ -= size(block) + kHeadBytes;
  std::free(head_of(block));
}

void* Memory::resize(void* block, std::size_t bytes) noexcept {
  if (block == nullptr) return bytes == 0 ? nullptr : allocate(bytes);
  if (bytes == 0) {
    free(block);
    return nullptr;
  }
  const std::size_t before = size(block);
  if (bytes > before && !may_take(bytes - before)) return nullptr;
  auto* const head = static_cast<std::uint8_t*>(std::realloc(head_of(block), bytes + kHeadBytes));
  if (head == nullptr) {
    refused_ = true;
    return nullptr;
  }
  used_ = used_ - before + bytes;
  return with_head(head, bytes);
}

std::size_t Memory::size(const void* block) noexcept {
  if (block == nullptr) return 0;
  std::size_t bytes = 0;
  std::memcpy(&bytes, static_cast<const std::uint8_t*>(block) - kHeadBytes, sizeof bytes);
  return bytes;
}

const JSMallocFunctions Memory::kFunctions = {
    [](JSMallocState* state, std::size_t bytes) { return memory_of(state).allocate(bytes); },
    [](JSMallocState* state, void* block) { memory_of(state).free(block); },
    [](JSMallocState* state, void* block, std::size_t bytes) {
      return memory_of(state).resize(block, bytes);
    },
    [](const void* block) { return Memory::size(block); }};

}  // namespace gs::engine::script
