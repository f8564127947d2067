// RSA-PSS and ECDSA P-256 by OpenSSL's EVP. Every bound is checked before the arithmetic starts.
#include "gs/core/crypto/verify_openssl.h"

#if !defined(__wasm__)

#include <cstring>
#include <string>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "globalstorage/result.h"
#include "gs/core/crypto/openssl_handles.h"
#include "gs/core/crypto/signature.h"

namespace gs::crypto {
namespace {

constexpr int kRsaBitsMin = 2048;  // less can be factored by a rich enemy
constexpr int kRsaBitsMax = 8192;  // more would only make a check slow: 0.4 ms at this size
// A long public exponent makes one check as slow as signing; real keys have 65537.
constexpr int kRsaExponentBitsMax = 64;
constexpr int kPssSaltBytes = 32;
constexpr std::size_t kEcdsaPartBytes = 32;

// SubjectPublicKeyInfo { id-ecPublicKey, prime256v1 }, up to the mark of an uncompressed point.
// What
// OpenSSL would read besides (compressed and hybrid points, the curve as parameters) are other
// forms
// of the same key, which could then pose as several writers.
constexpr std::uint8_t kP256Start[] = {0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
                                       0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
                                       0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04};
constexpr std::size_t kP256KeyBytes = sizeof kP256Start + 2 * kEcdsaPartBytes;

using Key = Handle<EVP_PKEY, EVP_PKEY_free>;
using Context = Handle<EVP_MD_CTX, EVP_MD_CTX_free>;
using Number = Handle<BIGNUM, BN_free>;
using EcdsaParts = Handle<ECDSA_SIG, ECDSA_SIG_free>;

Error bad_key(const char* why) { return Error(Code::invalid, std::string("public key: ") + why); }

// The same key can be written in several ways that OpenSSL reads; only the one it writes is valid.
bool is_canonical(const EVP_PKEY* key, Bytes der) {
  if (i2d_PUBKEY(key, nullptr) != static_cast<int>(der.size())) return false;
  Buffer written(der.size());
  std::uint8_t* end = written.data();
  return i2d_PUBKEY(key, &end) > 0 && equal(written, der);
}

Result<Key> parse_key(Bytes der, int type) {
  if (der.empty() || der.size() > kPublicKeyBytesMax) return bad_key("1 to 2048 bytes expected");
  const std::uint8_t* at = der.data();
  Key key(d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size())));
  if (!key) return bad_key("not a DER SubjectPublicKeyInfo");
  if (EVP_PKEY_get_base_id(key.get()) != type) return bad_key("of another algorithm");
  if (!is_canonical(key.get(), der)) return bad_key("not in canonical DER");
  return key;
}

Error check_rsa(const EVP_PKEY* key) {
  const int bits = EVP_PKEY_get_bits(key);
  if (bits < kRsaBitsMin || bits > kRsaBitsMax) return bad_key("RSA of 2048 to 8192 bits expected");
  BIGNUM* value = nullptr;
  if (EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &value) != 1) return bad_key("no exponent");
  const Number exponent(value);
  if (BN_is_odd(exponent.get()) == 0 || BN_is_one(exponent.get()) != 0) return bad_key("exponent");
  if (BN_num_bits(exponent.get()) > kRsaExponentBitsMax) return bad_key("exponent over 64 bits");
  return Error();
}

bool is_p256_form(Bytes der) {
  return der.size() == kP256KeyBytes && equal(der.first(sizeof kP256Start), kP256Start);
}

// r and s as OpenSSL wants them: a DER sequence of two integers.
Result<Buffer> ecdsa_to_der(Bytes raw) {
  Number r(BN_bin2bn(raw.data(), kEcdsaPartBytes, nullptr));
  Number s(BN_bin2bn(raw.data() + kEcdsaPartBytes, kEcdsaPartBytes, nullptr));
  const EcdsaParts parts(ECDSA_SIG_new());
  if (!r || !s || !parts) return Error(Code::unsupported, "ecdsa: OpenSSL has no memory");
  if (ECDSA_SIG_set0(parts.get(), r.get(), s.get()) != 1) {
    return Error(Code::unsupported, "ecdsa: OpenSSL failed to hold a signature");
  }
  static_cast<void>(r.release());
  static_cast<void>(s.release());  // both belong to `parts` now
  Buffer der(static_cast<std::size_t>(i2d_ECDSA_SIG(parts.get(), nullptr)));
  std::uint8_t* end = der.data();
  i2d_ECDSA_SIG(parts.get(), &end);
  return der;
}

bool set_pss(EVP_PKEY_CTX* context) {
  return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(context, kPssSaltBytes) == 1 &&
         EVP_PKEY_CTX_set_rsa_mgf1_md(context, EVP_sha256()) == 1;
}

Error verify_with(EVP_PKEY* key, bool pss, Bytes message, Bytes signature) {
  const Context context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* settings = nullptr;  // belongs to `context`
  if (!context || EVP_DigestVerifyInit(context.get(), &settings, EVP_sha256(), nullptr, key) != 1 ||
      (pss && !set_pss(settings))) {
    return Error(Code::unsupported, "signature: OpenSSL on this machine does not offer it");
  }
  if (EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(),
                       message.size()) != 1) {
    return Error(Code::bad_signature, "signature does not match its message and key");
  }
  return Error();
}

}  // namespace

Error verify_rsa_pss(Bytes public_key, Bytes message, Bytes signature) {
  const ErrorQueueKept kept;
  GS_TRY(const Key key, parse_key(public_key, EVP_PKEY_RSA));
  GS_TRY_OK(check_rsa(key.get()));
  if (signature.size() != static_cast<std::size_t>(EVP_PKEY_get_size(key.get()))) {
    return Error(Code::invalid, "rsa signature: not as long as the modulus");
  }
  return verify_with(key.get(), true, message, signature);
}

Error verify_ecdsa_p256(Bytes public_key, Bytes message, Bytes signature) {
  const ErrorQueueKept kept;
  if (!is_p256_form(public_key)) return bad_key("91 bytes of an uncompressed P-256 point expected");
  GS_TRY(const Key key, parse_key(public_key, EVP_PKEY_EC));
  if (signature.size() != 2 * kEcdsaPartBytes) {
    return Error(Code::invalid, "ecdsa signature: 64 bytes expected, r then s");
  }
  GS_TRY(const Buffer der, ecdsa_to_der(signature));
  return verify_with(key.get(), false, message, der);
}

}  // namespace gs::crypto

#endif
