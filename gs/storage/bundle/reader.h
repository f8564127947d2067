// Reads a bundle, which anybody may have made.
//
// Nothing in it is believed: sizes are compared with their limits and with the file before anything
// is allocated, a frame that unpacks to another size than the block says is refused, and check()
// tells a file that was cut, changed or put together from others. What the changes say is for
// whoever takes them to judge. One thread at a time. Memory: one block, stored and raw, and what
// columns keep in mind (gs/core/columns).
//
// Errors: invalid (no bundle), newer_format, damaged, io; all with the name of the file, and
// damaged with the offset.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "gs/platform/file_system.h"
#include "gs/storage/bundle/format.h"
#include "gs/storage/bundle/streams.h"

namespace gs::bundle {

class BundleReader {
 public:
  using Progress = std::function<void(std::uint64_t done, std::uint64_t total)>;  // bytes

  // `name` is for messages.
  static Result<BundleReader> open(std::unique_ptr<platform::File> file, std::string name);
  ~BundleReader();
  BundleReader(BundleReader&&) noexcept;
  BundleReader& operator=(BundleReader&&) noexcept;

  const Header& header() const noexcept { return header_; }
  // Reads the whole file and compares all sums; unpacks nothing.
  Error check(const Progress& progress = {});
  // The next piece of the base, which stays until the next call; none: changes follow, or the end.
  Result<std::optional<Piece>> next_piece();
  // The changes of the next block; they stay until the next call. None: the end. Pieces are passed
  // over.
  Result<std::vector<Bytes>> next();
  std::uint64_t offset() const noexcept { return at_; }  // how far next() has come

 private:
  BundleReader(std::unique_ptr<platform::File> file, std::string name);
  Error read_header();
  Error read(std::uint64_t at, MutableBytes out);
  Result<BlockHead> read_block(std::uint64_t at, BlockHeadBytes& head);
  Error check_end(std::uint64_t at, const Digest& sha256);
  Error unpack(const BlockHead& block);
  Result<std::vector<Bytes>> split() const;
  Error damage(std::uint64_t at, std::string_view what) const;

  std::unique_ptr<platform::File> file_;
  std::string name_;
  std::unique_ptr<Decompressor> decompressor_;
  columns::Decoder columns_;
  Header header_;
  std::uint64_t at_ = 0;  // of the next block
  std::uint64_t changes_ = 0;
  std::uint64_t change_bytes_ = 0;
  Buffer stored_;
  Buffer raw_;
};

}  // namespace gs::bundle
