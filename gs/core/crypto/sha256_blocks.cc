// The compression function, borrowed: OpenSSL's natively, libsodium's in WebAssembly.
//
// Neither library offers it by itself, but both hash whole blocks straight from the input when
// nothing is buffered, and keep their state in a public struct. Padding and buffering are ours
// (sha256.cc), the same on every platform, and cost a fifth of OpenSSL's EVP for short messages.
#include "gs/core/crypto/sha256_blocks.h"

#include <cstring>

#if defined(__wasm__)

#include <sodium/crypto_hash_sha256.h>

namespace gs::crypto {

void sha256_blocks(Sha256State& state, const std::uint8_t* blocks, std::size_t count) noexcept {
  crypto_hash_sha256_state context;
  std::memcpy(context.state, state.data(), sizeof state);
  context.count = 0;  // nothing is buffered
  crypto_hash_sha256_update(&context, blocks, count * kBlockBytes);
  std::memcpy(state.data(), context.state, sizeof state);
}

}  // namespace gs::crypto

#else

// OpenSSL 3 calls these functions deprecated in favour of EVP, which allocates and looks up its
// implementation for every message: five times the time of a 36-byte message.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

namespace gs::crypto {

void sha256_blocks(Sha256State& state, const std::uint8_t* blocks, std::size_t count) noexcept {
  SHA256_CTX context;
  std::memcpy(context.h, state.data(), sizeof state);
  context.num = 0;  // nothing is buffered
  context.Nl = 0;   // the length, which only the padding would need
  context.Nh = 0;
  context.md_len = SHA256_DIGEST_LENGTH;
  SHA256_Update(&context, blocks, count * kBlockBytes);
  std::memcpy(state.data(), context.h, sizeof state);
}

}  // namespace gs::crypto

#endif
