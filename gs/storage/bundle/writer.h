// Writes changes into a bundle, one block at a time.
//
// The header is written last, as it says how much there is: a file that was not finished begins
// with zeros and is no bundle. One thread at a time. Memory: a block, raw and compressed.
// Errors: those of files; too_large.
#pragma once

#include <memory>

#include "gs/core/crypto/sha256.h"
#include "gs/platform/file_system.h"
#include "gs/storage/bundle/format.h"

namespace gs::bundle {

class BundleWriter {
 public:
  // `file` is empty. `since`: in any order, at most kHeadsMax.
  BundleWriter(std::unique_ptr<platform::File> file, const Digest& storage,
               std::vector<Digest> since);
  ~BundleWriter();
  BundleWriter(const BundleWriter&) = delete;
  BundleWriter& operator=(const BundleWriter&) = delete;

  // Errors: as above; invalid (bytes too few or too many for a change).
  Error add(Bytes change);
  // Everything is on stable storage when it returns. Nothing is added after it.
  Result<Header> finish();

 private:
  struct Compressor;
  Error write(Bytes bytes);
  Error write_block();

  std::unique_ptr<platform::File> file_;
  std::unique_ptr<Compressor> compressor_;
  Header header_;
  crypto::Sha256 hash_;
  std::uint64_t at_ = 0;  // where the next byte goes
  Buffer raw_;
  Buffer stored_;
};

}  // namespace gs::bundle
