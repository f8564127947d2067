// Goal: good signatures of all three algorithms pass, everything else is refused with the right
// code.
// Method: RFC 8032 and frozen openssl vectors, every single-bit change, each bound, misuse.
#include "gs/core/crypto/signature.h"

#include <gtest/gtest.h>

#include "gs/base/hex.h"
#include "gs/core/crypto/signature_vectors.h"

namespace gs::crypto {
namespace {

Buffer bytes_of(std::string_view hex) {
  Buffer bytes(hex.size() / 2);
  EXPECT_TRUE(from_hex(hex, bytes));
  return bytes;
}

KeyPair pair_of(std::string_view seed_hex) {
  std::array<std::uint8_t, 32> seed{};
  EXPECT_TRUE(from_hex(seed_hex, seed));
  return KeyPair::from_seed(seed);
}

void flip(MutableBytes bytes, std::size_t bit) {
  bytes[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
}

// RFC 8032, section 7.1.
struct Vector {
  const char* seed;
  const char* public_key;
  const char* message;
  const char* signature;
};
constexpr Vector kRfc8032[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b"
     "46b"
     "d25bf5f0595bbe24655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11"
     "d8c"
     "387b2eaeb4302aeeb00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc"
     "659"
     "4a7c15e9716ed28dc027beceea1ec40a"},
};

TEST(Ed25519, MatchesTheVectorsOfRfc8032) {
  for (const Vector& vector : kRfc8032) {
    const KeyPair pair = pair_of(vector.seed);
    const Buffer message = bytes_of(vector.message);
    EXPECT_EQ(to_hex(pair.public_key()), vector.public_key);
    EXPECT_EQ(to_hex(pair.seed()), vector.seed);
    EXPECT_EQ(to_hex(pair.sign(message)), vector.signature);
    EXPECT_TRUE(
        verify(Algorithm::ed25519, pair.public_key(), message, bytes_of(vector.signature)).ok());
  }
}

TEST(Ed25519, EverySingleBitChangeIsNoticed) {
  const KeyPair pair = pair_of(kRfc8032[2].seed);
  Buffer message = bytes_of("00112233445566778899");
  Buffer signature = [&] {
    const Signature made = pair.sign(message);
    return Buffer(made.begin(), made.end());
  }();
  Buffer key(pair.public_key().begin(), pair.public_key().end());
  const auto check = [&] { return verify(Algorithm::ed25519, key, message, signature).code(); };
  for (Buffer* part : {&message, &signature, &key}) {
    for (std::size_t bit = 0; bit < part->size() * 8; ++bit) {
      flip(*part, bit);
      EXPECT_EQ(check(), Code::bad_signature) << "bit " << bit;
      flip(*part, bit);
    }
  }
  EXPECT_EQ(check(), Code::ok);
}

// With the neutral point as key, (R = neutral, s = 0) would sign every message.
TEST(Ed25519, KeysOfSmallOrderAreRefused) {
  Buffer key(32);
  key[0] = 1;
  Buffer signature(64);
  signature[0] = 1;
  EXPECT_EQ(verify(Algorithm::ed25519, key, as_bytes("any"), signature).code(),
            Code::bad_signature);
}

// s and s + L sign the same; only the smaller one is valid, so a signature has one form.
TEST(Ed25519, ASecondFormOfASignatureIsRefused) {
  const Buffer order = bytes_of("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  const KeyPair pair = pair_of(kRfc8032[0].seed);
  Signature signature = pair.sign(as_bytes("text"));
  unsigned carry = 0;
  for (std::size_t i = 0; i < 32; ++i) {
    carry += unsigned{signature[32 + i]} + order[i];
    signature[32 + i] = static_cast<std::uint8_t>(carry);
    carry >>= 8;
  }
  ASSERT_EQ(carry, 0u);
  EXPECT_EQ(verify(Algorithm::ed25519, pair.public_key(), as_bytes("text"), signature).code(),
            Code::bad_signature);
}

TEST(Ed25519, OtherSizesAreInvalid) {
  const KeyPair pair = pair_of(kRfc8032[0].seed);
  const Signature signature = pair.sign({});
  const Bytes key = pair.public_key();
  EXPECT_EQ(verify(Algorithm::ed25519, key.first(31), {}, signature).code(), Code::invalid);
  EXPECT_EQ(verify(Algorithm::ed25519, Buffer(33), {}, signature).code(), Code::invalid);
  EXPECT_EQ(verify(Algorithm::ed25519, {}, {}, signature).code(), Code::invalid);
  EXPECT_EQ(verify(Algorithm::ed25519, key, {}, Bytes(signature).first(63)).code(), Code::invalid);
  EXPECT_EQ(verify(Algorithm::ed25519, key, {}, Buffer(65)).code(), Code::invalid);
  EXPECT_EQ(verify(Algorithm::ed25519, key, {}, {}).code(), Code::invalid);
}

TEST(KeyPair, MovingHandsTheSecretOver) {
  KeyPair first = pair_of(kRfc8032[0].seed);
  KeyPair second(std::move(first));
  EXPECT_EQ(to_hex(second.seed()), kRfc8032[0].seed);
  EXPECT_EQ(to_hex(first.seed()), std::string(64, '0'));  // NOLINT(bugprone-use-after-move): wiped
  first = std::move(second);
  EXPECT_EQ(to_hex(first.sign({})), kRfc8032[0].signature);
}

TEST(Verify, AnUnknownAlgorithmIsUnsupported) {
  for (const int number : {0, 4, 255}) {
    EXPECT_EQ(verify(static_cast<Algorithm>(number), Buffer(32), {}, Buffer(64)).code(),
              Code::unsupported);
  }
}

#if defined(__wasm__)

TEST(Verify, RsaAndEcdsaAreUnsupportedInWebAssembly) {
  for (const Algorithm algorithm : {Algorithm::rsa_pss_sha256, Algorithm::ecdsa_p256_sha256}) {
    EXPECT_EQ(verify(algorithm, bytes_of(vectors::kP256Key), {}, Buffer(64)).code(),
              Code::unsupported);
  }
}

#else

Code check_rsa(std::string_view key, std::string_view signature) {
  return verify(Algorithm::rsa_pss_sha256, bytes_of(key), as_bytes(vectors::kSignedText),
                bytes_of(signature))
      .code();
}

Code check_p256(std::string_view key, std::string_view signature) {
  return verify(Algorithm::ecdsa_p256_sha256, bytes_of(key), as_bytes(vectors::kSignedText),
                bytes_of(signature))
      .code();
}

TEST(RsaPss, AcceptsWhatOpensslSigned) {
  EXPECT_EQ(check_rsa(vectors::kRsaKey, vectors::kRsaSignature), Code::ok);
}

TEST(RsaPss, EverySingleBitOfTheSignatureMatters) {
  const Buffer key = bytes_of(vectors::kRsaKey);
  Buffer signature = bytes_of(vectors::kRsaSignature);
  for (std::size_t bit = 0; bit < signature.size() * 8; ++bit) {
    flip(signature, bit);
    EXPECT_EQ(
        verify(Algorithm::rsa_pss_sha256, key, as_bytes(vectors::kSignedText), signature).code(),
        Code::bad_signature);
    flip(signature, bit);
  }
  EXPECT_EQ(verify(Algorithm::rsa_pss_sha256, key, as_bytes("gs vectos"), signature).code(),
            Code::bad_signature);
}

TEST(RsaPss, OtherPaddingsAreRefused) {
  EXPECT_EQ(check_rsa(vectors::kRsaKey, vectors::kRsaShortSaltSignature), Code::bad_signature);
  EXPECT_EQ(check_rsa(vectors::kRsaKey, vectors::kRsaPkcs1Signature), Code::bad_signature);
}

TEST(RsaPss, KeysOutsideTheBoundsAreInvalid) {
  EXPECT_EQ(check_rsa(vectors::kRsa1024Key, vectors::kRsaSignature), Code::invalid);
  EXPECT_EQ(check_rsa(vectors::kRsaLongExponentKey, vectors::kRsaSignature), Code::invalid);
  EXPECT_EQ(check_rsa(vectors::kP256Key, vectors::kRsaSignature), Code::invalid);
  EXPECT_EQ(check_rsa("", vectors::kRsaSignature), Code::invalid);
  EXPECT_EQ(check_rsa(std::string(vectors::kRsaKey) + "00", vectors::kRsaSignature), Code::invalid);
  EXPECT_EQ(check_rsa(std::string(2 * kPublicKeyBytesMax + 2, '3'), vectors::kRsaSignature),
            Code::invalid);
  EXPECT_EQ(check_rsa(vectors::kRsaKey, vectors::kP256Signature), Code::invalid);
}

TEST(EcdsaP256, AcceptsWhatOpensslSigned) {
  EXPECT_EQ(check_p256(vectors::kP256Key, vectors::kP256Signature), Code::ok);
}

TEST(EcdsaP256, EverySingleBitOfTheSignatureMatters) {
  const Buffer key = bytes_of(vectors::kP256Key);
  Buffer signature = bytes_of(vectors::kP256Signature);
  for (std::size_t bit = 0; bit < signature.size() * 8; ++bit) {
    flip(signature, bit);
    EXPECT_EQ(
        verify(Algorithm::ecdsa_p256_sha256, key, as_bytes(vectors::kSignedText), signature).code(),
        Code::bad_signature);
    flip(signature, bit);
  }
}

TEST(EcdsaP256, ZeroAndOverlongPartsAreRefused) {
  EXPECT_EQ(check_p256(vectors::kP256Key, std::string(128, '0')), Code::bad_signature);
  EXPECT_EQ(check_p256(vectors::kP256Key, std::string(128, 'f')), Code::bad_signature);
  EXPECT_EQ(check_p256(vectors::kP256Key, std::string(126, 'f')), Code::invalid);
  EXPECT_EQ(check_p256(vectors::kP256Key, ""), Code::invalid);
}

// One key, one encoding: else one key could pose as several writers.
TEST(EcdsaP256, OtherFormsOfTheSameKeyAreInvalid) {
  EXPECT_EQ(check_p256(vectors::kP256CompressedKey, vectors::kP256Signature), Code::invalid);
  EXPECT_EQ(check_p256(vectors::kP256ExplicitKey, vectors::kP256Signature), Code::invalid);
  EXPECT_EQ(check_p256(vectors::kP384Key, vectors::kP256Signature), Code::invalid);
  EXPECT_EQ(check_p256(vectors::kRsaKey, vectors::kP256Signature), Code::invalid);
}

TEST(EcdsaP256, EverySingleBitOfTheKeyMatters) {
  Buffer key = bytes_of(vectors::kP256Key);
  const Buffer signature = bytes_of(vectors::kP256Signature);
  for (std::size_t bit = 0; bit < key.size() * 8; ++bit) {
    flip(key, bit);
    const Code code =
        verify(Algorithm::ecdsa_p256_sha256, key, as_bytes(vectors::kSignedText), signature).code();
    EXPECT_TRUE(code == Code::invalid || code == Code::bad_signature) << "bit " << bit;
    flip(key, bit);
  }
}

#endif

}  // namespace
}  // namespace gs::crypto
