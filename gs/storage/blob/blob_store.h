// Values larger than a record, kept by their SHA-256.
//
//   blobs/<first 2 hex>/<64 hex>    the bytes, nothing else
//
// A blob is written whole under its digest and never changes; the same bytes are stored once.
// Reading checks the digest. At most kBlobBytesMax. Safe from any thread.
// Errors: not_found, damaged, too_large, io, no_space.
#pragma once

#include <functional>
#include <string>

#include "globalstorage/value.h"
#include "gs/platform/environment.h"

namespace gs::blob {

inline constexpr std::uint64_t kBlobBytesMax = std::uint64_t{1} << 30;  // read in one piece

class BlobStore {
 public:
  BlobStore(platform::FileSystem& files, std::string directory)
      : files_(files), directory_(std::move(directory)) {}

  Result<BlobRef> put(Bytes bytes);
  Result<Buffer> get(const BlobRef& blob) const;
  // Bytes of all blobs together, and each path to `visit`.
  Result<std::uint64_t> total_bytes() const;
  Error each(const std::function<Error(const std::string& path)>& visit) const;
  // Bytes of the file of one blob. Errors: not_found.
  Result<std::uint64_t> size_of(const Digest& digest) const;
  // Whether a path that each() gave holds what its name says. Reads by pieces.
  Result<bool> matches_name(const std::string& path) const;

 private:
  std::string path_of(const Digest& digest) const;
  platform::FileSystem& files_;
  std::string directory_;
};

}  // namespace gs::blob
