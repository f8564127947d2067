// Writes changes into a bundle, one block at a time.
//
// The header is written last, as it says how much there is: a file that was not finished begins
// with zeros and is no bundle. A block is put into columns (gs/core/columns) and read back before
// it is written; where that gives anything else, or more bytes, it is one frame. One thread at a
// time. Memory: a block a few times, and twice what columns keep in mind.
// Errors: those of files; too_large.
#pragma once

#include <memory>

#include "gs/core/crypto/sha256.h"
#include "gs/platform/file_system.h"
#include "gs/storage/bundle/format.h"
#include "gs/storage/bundle/streams.h"

namespace gs::bundle {

class BundleWriter {
 public:
  // `file` is empty. `since`: in any order, at most kHeadsMax.
  BundleWriter(std::unique_ptr<platform::File> file, const Digest& storage,
               std::vector<Digest> since);
  ~BundleWriter();
  BundleWriter(const BundleWriter&) = delete;
  BundleWriter& operator=(const BundleWriter&) = delete;

  // A part of a file of the base, before any change: of the files in the order of BaseFile.
  Error add_piece(const Piece& piece);
  // Errors: as above; invalid (bytes too few or too many for a change).
  Error add(Bytes change);
  // Everything is on stable storage when it returns. Nothing is added after it.
  Result<Header> finish();

 private:
  Error write(Bytes bytes);
  Error write_block();
  Error write_stored(Bytes stored, BlockForm form);
  // Into stored_; false: they are better as one frame.
  Result<bool> put_into_columns();
  bool comes_back();

  std::unique_ptr<platform::File> file_;
  Compressor compressor_;
  columns::Encoder encoder_;
  columns::Decoder check_;  // what a reader will make of it
  Header header_;
  crypto::Sha256 hash_;
  std::uint64_t at_ = 0;  // where the next byte goes
  Buffer raw_;
  Buffer stored_;
  Buffer frame_;
  Buffer again_;
  std::vector<Buffer> streams_;
};

}  // namespace gs::bundle
