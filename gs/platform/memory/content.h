// The bytes of one file in RAM, with mappings that never move. Shared by the memory file system and
// the simulated disk.
//
// A mapping keeps its block alive. map(n) reserves n bytes, so a file that grows inside its mapping
// stays in its block. A file that outgrows it moves to a larger block, and from then on every write
// goes to the old blocks as well, as long as somebody holds a mapping of them.
//
// Bytes of a block at and after the file's end are zero. Not thread-safe: the owner locks. Reading
// mapped bytes needs no lock as long as nobody writes those very bytes.
// Errors: no_space (memory or address space is used up).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "globalstorage/bytes.h"
#include "globalstorage/result.h"
#include "gs/platform/file_system.h"

namespace gs::platform {

// A file in RAM is no longer than this: with any sum of two offsets far from overflow, and a wild
// offset refused before it meets an allocator that promises everything.
inline constexpr std::uint64_t kContentBytesMax =
    sizeof(void*) == 4 ? std::uint64_t{1} << 30 : std::uint64_t{64} << 30;

class Content {
 public:
  Content() = default;
  Content(const Content&) = delete;
  Content& operator=(const Content&) = delete;

  std::uint64_t size() const noexcept { return size_; }
  Bytes bytes() const noexcept { return {block_ ? block_->data : nullptr, size_}; }

  Error write(std::uint64_t offset, Bytes bytes);
  std::size_t read(std::uint64_t offset, MutableBytes out) const noexcept;
  Error resize(std::uint64_t bytes);
  Result<std::unique_ptr<Mapping>> map(std::uint64_t bytes);

 private:
  struct Block {
    explicit Block(std::size_t bytes) noexcept;
    ~Block();
    Block(const Block&) = delete;
    Block& operator=(const Block&) = delete;

    std::uint8_t* data;  // zeroed; null when there was no memory
    std::size_t capacity;
  };
  class View;

  Error reserve(std::uint64_t bytes);
  // The written range has changed in block_; brings it to older blocks that are still mapped.
  void mirror(std::size_t offset, std::size_t bytes) noexcept;

  std::shared_ptr<Block> block_;
  std::vector<std::weak_ptr<Block>> older_;
  std::size_t size_ = 0;
  std::size_t written_ = 0;  // nothing but zeros from here on: need not be cleared or copied
};

}  // namespace gs::platform
