// The hash of what is too long to be held at once, such as a file.
//
// Pure: the bytes come by a call. Errors: those of that call.
#pragma once

#include <cstdint>

#include "globalstorage/result.h"
#include "gs/core/crypto/sha256.h"

namespace gs::crypto {

inline constexpr std::size_t kHashPieceBytes = std::size_t{256} << 10;

struct Hashed {
  Digest digest;
  std::uint64_t bytes = 0;
};

// `read(offset, out)` fills `out` with what lies at `offset` and gives, as a Result, how many bytes
// these are: 0 is the end.
template <typename Read>
Result<Hashed> sha256_pieces(const Read& read) {
  Sha256 hash;
  Hashed hashed;
  Buffer piece(kHashPieceBytes);
  for (;;) {
    GS_TRY(const std::size_t got, read(hashed.bytes, MutableBytes(piece)));
    if (got == 0) break;
    hash.add(Bytes(piece).first(got));
    hashed.bytes += got;
  }
  hashed.digest = hash.finish();
  return hashed;
}

}  // namespace gs::crypto
