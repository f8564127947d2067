// Digital signatures. Every stored signature names its algorithm by the number below.
//
// Writers sign with Ed25519; RSA-PSS (SHA-256, salt 32, modulus 2048..8192) and ECDSA P-256 are
// accepted from identities that live in hardware or enterprises (native builds only; elsewhere
// `unsupported`). Pure apart from OpenSSL's own state; safe from any thread.
#pragma once

#include <array>

#include "globalstorage/bytes.h"
#include "globalstorage/id.h"
#include "globalstorage/result.h"

namespace gs::crypto {

enum class Algorithm : std::uint8_t { ed25519 = 1, rsa_pss_sha256 = 2, ecdsa_p256_sha256 = 3 };

inline constexpr std::size_t kEd25519PublicBytes = 32;
inline constexpr std::size_t kEd25519SignatureBytes = 64;

using PublicKey = std::array<std::uint8_t, kEd25519PublicBytes>;
using Signature = std::array<std::uint8_t, kEd25519SignatureBytes>;

// An Ed25519 key pair. Wipes its secret when destroyed; not copyable.
class KeyPair {
 public:
  // Deterministic: the same 32-byte seed gives the same pair. The seed is the stored secret.
  static KeyPair from_seed(std::span<const std::uint8_t, 32> seed) noexcept;

  KeyPair(KeyPair&&) noexcept;
  KeyPair& operator=(KeyPair&&) noexcept;
  KeyPair(const KeyPair&) = delete;
  KeyPair& operator=(const KeyPair&) = delete;
  ~KeyPair();

  const PublicKey& public_key() const noexcept { return public_; }
  Bytes seed() const noexcept { return {secret_.data(), 32}; }
  Signature sign(Bytes message) const noexcept;

 private:
  KeyPair() = default;
  PublicKey public_{};
  std::array<std::uint8_t, 64> secret_{};
};

// The largest public key: the DER of an RSA key of 8,192 bits has about 1,060 bytes.
inline constexpr std::size_t kPublicKeyBytesMax = 2048;

// Succeeds when `signature` is valid. `public_key`: 32 raw bytes for Ed25519; otherwise the DER
// SubjectPublicKeyInfo, canonical, so that every replica accepts the same keys. `signature`: 64
// bytes for Ed25519; as long as the modulus for RSA; r and s, 32 big-endian bytes each, for ECDSA.
// Errors: bad_signature, invalid (key or sizes), unsupported.
Error verify(Algorithm algorithm, Bytes public_key, Bytes message, Bytes signature);

}  // namespace gs::crypto
