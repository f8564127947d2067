// Copies a part of a file, but for blocks of zeros.
#include "gs/storage/log/sparse_copy.h"

#include <algorithm>
#include <cstring>

#include "gs/storage/log/frame.h"
#include "gs/storage/log/impl.h"

namespace gs::log {
namespace {

// Leaves out what is zero already.
void copy_blocks(std::uint8_t* to, Bytes from) noexcept {
  while (!from.empty()) {
    const Bytes block = from.first(std::min<std::size_t>(from.size(), kBlockBytes));
    if (!is_zero(block)) std::memcpy(to, block.data(), block.size());
    to += block.size();
    from = from.subspan(block.size());
  }
}

}  // namespace

Result<SparseCopy> SparseCopy::read(platform::File& file, std::uint64_t offset, std::uint64_t end) {
  SparseCopy copy;
  if (end <= offset) return copy;
  const auto bytes = static_cast<std::size_t>(end - offset);
  // Large blocks of calloc() are pages that do not exist before they are written.
  copy.bytes_.reset(static_cast<std::uint8_t*>(std::calloc(bytes, 1)));
  if (!copy.bytes_) {
    return Error(Code::too_large, "no room for a copy of " + std::to_string(bytes) + " bytes");
  }
  Buffer piece(std::min(bytes, kReadPieceBytes));
  while (copy.size_ < bytes) {
    const MutableBytes part = MutableBytes(piece).first(std::min(piece.size(), bytes - copy.size_));
    GS_TRY(const std::size_t read, file.read(offset + copy.size_, part));
    if (read == 0) break;
    copy_blocks(copy.bytes_.get() + copy.size_, part.first(read));
    copy.size_ += read;
  }
  return copy;
}

}  // namespace gs::log
