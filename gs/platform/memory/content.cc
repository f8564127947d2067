#include "gs/platform/memory/content.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>

namespace gs::platform {

// calloc, not new: large blocks come as untouched zero pages, so reserving is nearly free.
Content::Block::Block(std::size_t bytes) noexcept
    : data(static_cast<std::uint8_t*>(std::calloc(bytes, 1))), capacity(bytes) {}

Content::Block::~Block() { std::free(data); }

class Content::View final : public Mapping {
 public:
  View(std::shared_ptr<Block> block, std::size_t bytes) : block_(std::move(block)), bytes_(bytes) {}
  Bytes bytes() const noexcept override { return {block_ ? block_->data : nullptr, bytes_}; }
  void advise(Pattern) noexcept override {}

 private:
  std::shared_ptr<Block> block_;
  std::size_t bytes_;
};

Error Content::write(std::uint64_t offset, Bytes bytes) {
  if (bytes.empty()) return {};
  if (offset > kContentBytesMax) return Error(Code::no_space, "no memory for a file that long");
  GS_TRY_OK(reserve(offset + bytes.size()));
  const std::size_t at = static_cast<std::size_t>(offset);
  std::memcpy(block_->data + at, bytes.data(), bytes.size());
  size_ = std::max(size_, at + bytes.size());
  written_ = std::max(written_, at + bytes.size());
  mirror(at, bytes.size());
  return {};
}

std::size_t Content::read(std::uint64_t offset, MutableBytes out) const noexcept {
  if (offset >= size_ || out.empty()) return 0;
  const std::size_t at = static_cast<std::size_t>(offset);
  const std::size_t bytes = std::min(out.size(), size_ - at);
  std::memcpy(out.data(), block_->data + at, bytes);
  return bytes;
}

Error Content::resize(std::uint64_t bytes) {
  GS_TRY_OK(reserve(bytes));
  size_ = static_cast<std::size_t>(bytes);
  if (size_ < written_) {
    std::memset(block_->data + size_, 0, written_ - size_);
    mirror(size_, written_ - size_);
    written_ = size_;
  }
  return {};
}

Result<std::unique_ptr<Mapping>> Content::map(std::uint64_t bytes) {
  GS_TRY_OK(reserve(bytes));
  return std::unique_ptr<Mapping>(std::make_unique<View>(block_, static_cast<std::size_t>(bytes)));
}

Error Content::reserve(std::uint64_t bytes) {
  if (block_ ? bytes <= block_->capacity : bytes == 0) return {};
  if (bytes > kContentBytesMax) return Error(Code::no_space, "no memory for a file that long");
  constexpr std::size_t kFirstBytes = 512;  // most files in tests are tiny
  const std::size_t wanted = static_cast<std::size_t>(bytes);
  const std::size_t doubled = block_ ? block_->capacity * 2 : kFirstBytes;
  auto block = std::make_shared<Block>(std::max(wanted, doubled));
  if (block->data == nullptr) block = std::make_shared<Block>(wanted);
  if (block->data == nullptr) {
    return Error(Code::no_space, "no memory for a file of " + std::to_string(bytes) + " bytes");
  }
  if (written_ > 0) std::memcpy(block->data, block_->data, written_);
  if (block_ && block_.use_count() > 1) older_.push_back(block_);
  block_ = std::move(block);
  return {};
}

void Content::mirror(std::size_t offset, std::size_t bytes) noexcept {
  std::size_t kept = 0;
  for (std::weak_ptr<Block>& older : older_) {
    const std::shared_ptr<Block> block = older.lock();
    if (!block) continue;
    if (offset < block->capacity) {
      std::memcpy(block->data + offset, block_->data + offset,
                  std::min(bytes, block->capacity - offset));
    }
    older_[kept++].swap(older);
  }
  older_.resize(kept);
}

}  // namespace gs::platform
