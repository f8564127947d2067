// Ed25519 by libsodium (twice as fast as OpenSSL's, and the same code in WebAssembly, so all
// replicas agree on every odd key and signature), and the choice of the algorithm.
#include "gs/core/crypto/signature.h"

#include <cstring>
#include <string>

#include <sodium/crypto_sign_ed25519.h>
#include <sodium/utils.h>

#include "gs/base/check.h"

#if !defined(__wasm__)
#include "gs/core/crypto/verify_openssl.h"
#endif

namespace gs::crypto {
namespace {

static_assert(kEd25519PublicBytes == crypto_sign_ed25519_PUBLICKEYBYTES);
static_assert(kEd25519SignatureBytes == crypto_sign_ed25519_BYTES);

Error wrong_size(const char* what, std::size_t bytes, std::size_t expected) {
  return Error(Code::invalid, std::string("ed25519 ") + what + ": " + std::to_string(bytes) +
                                  " bytes where " + std::to_string(expected) + " belong");
}

Error verify_ed25519(Bytes public_key, Bytes message, Bytes signature) {
  if (public_key.size() != kEd25519PublicBytes) {
    return wrong_size("public key", public_key.size(), kEd25519PublicBytes);
  }
  if (signature.size() != kEd25519SignatureBytes) {
    return wrong_size("signature", signature.size(), kEd25519SignatureBytes);
  }
  if (crypto_sign_ed25519_verify_detached(signature.data(), message.data(), message.size(),
                                          public_key.data()) != 0) {
    return Error(Code::bad_signature, "ed25519 signature does not match its message and key");
  }
  return Error();
}

}  // namespace

KeyPair KeyPair::from_seed(std::span<const std::uint8_t, 32> seed) noexcept {
  static_assert(sizeof secret_ == crypto_sign_ed25519_SECRETKEYBYTES);
  KeyPair pair;
  const int failed =
      crypto_sign_ed25519_seed_keypair(pair.public_.data(), pair.secret_.data(), seed.data());
  GS_CHECK(failed == 0);  // it has no way to fail
  return pair;
}

KeyPair::KeyPair(KeyPair&& other) noexcept { *this = std::move(other); }

KeyPair& KeyPair::operator=(KeyPair&& other) noexcept {
  if (this == &other) return *this;
  public_ = other.public_;
  secret_ = other.secret_;
  sodium_memzero(other.secret_.data(), other.secret_.size());
  return *this;
}

KeyPair::~KeyPair() { sodium_memzero(secret_.data(), secret_.size()); }

Signature KeyPair::sign(Bytes message) const noexcept {
  Signature signature;
  const int failed = crypto_sign_ed25519_detached(signature.data(), nullptr, message.data(),
                                                  message.size(), secret_.data());
  GS_CHECK(failed == 0);  // it has no way to fail
  return signature;
}

Error verify(Algorithm algorithm, Bytes public_key, Bytes message, Bytes signature) {
  switch (algorithm) {
    case Algorithm::ed25519:
      return verify_ed25519(public_key, message, signature);
#if !defined(__wasm__)
    case Algorithm::rsa_pss_sha256:
      return verify_rsa_pss(public_key, message, signature);
    case Algorithm::ecdsa_p256_sha256:
      return verify_ecdsa_p256(public_key, message, signature);
#else
    case Algorithm::rsa_pss_sha256:
    case Algorithm::ecdsa_p256_sha256:
      break;
#endif
  }
  return Error(Code::unsupported, "signature algorithm " +
                                      std::to_string(static_cast<unsigned>(algorithm)) +
                                      ": this build cannot check it");
}

}  // namespace gs::crypto
