// SHA-256 (FIPS 180-4), the one hash of every format.
//
// Natively by OpenSSL's block function (uses the processor's instructions); in WebAssembly by
// libsodium. Pure, no allocation, safe from any thread.
#pragma once

#include <initializer_list>

#include "globalstorage/bytes.h"
#include "globalstorage/id.h"

namespace gs::crypto {

Digest sha256(Bytes bytes) noexcept;
// The digest of the parts joined.
Digest sha256(std::initializer_list<Bytes> parts) noexcept;

// For input that arrives in pieces.
class Sha256 {
 public:
  Sha256() noexcept;
  void add(Bytes bytes) noexcept;
  Digest finish() noexcept;  // the object is spent afterwards

 private:
  alignas(8) std::uint8_t state_[128];
};

}  // namespace gs::crypto
