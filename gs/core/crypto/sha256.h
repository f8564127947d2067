// SHA-256 (FIPS 180-4), the one hash of every format.
//
// Natively by OpenSSL's block function (uses the processor's instructions); in WebAssembly by
// libsodium. Pure, no allocation, safe from any thread.
#pragma once

#include <array>
#include <initializer_list>

#include "globalstorage/bytes.h"
#include "globalstorage/id.h"

namespace gs::crypto {

Digest sha256(Bytes bytes) noexcept;
// The digest of the parts joined.
Digest sha256(std::initializer_list<Bytes> parts) noexcept;

// One message of sha256_many: the bytes of `head`, then those of `body`.
struct Message {
  Bytes head;
  Bytes body;
};
// out[i] = digest of messages[i], for many short messages: in three quarters of the time of one by
// one where the processor has SHA instructions, in half of it where it has AVX-512 as well. `out`
// has the size of `messages`. It may overlap what the messages view: out[i] is written after
// messages 0 to i were read.
void sha256_many(std::span<const Message> messages, std::span<Digest> out) noexcept;

// For input that arrives in pieces.
class Sha256 {
 public:
  Sha256() noexcept;
  void add(Bytes bytes) noexcept;
  Digest finish() noexcept;  // the object is spent afterwards

 private:
  alignas(16) std::array<std::uint32_t, 8> state_;
  std::uint64_t size_ = 0;                   // bytes so far
  std::array<std::uint8_t, 64> incomplete_;  // the last size_ % 64 of them
};

}  // namespace gs::crypto
