// RSA-OAEP and AES-256-GCM by OpenSSL's EVP. Every size is checked before it is used.
#include "cmd/gstore/upstream/private_key.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <algorithm>
#include <climits>
#include <optional>

#include "globalstorage/bytes.h"
#include "gs/core/crypto/openssl_handles.h"

namespace gs::cli {
namespace {

constexpr std::string_view kMagic("gsenc1\0\0", 8);
constexpr std::size_t kSizeAt = 8;
constexpr std::size_t kNonceAt = 16;
constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kWrappedAt = 28;
constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kKeyBytes = 32;
// A key beyond it makes each value slow to decrypt; upstream makes 2,048 bits.
constexpr int kKeyBitsMax = 8192;
constexpr std::size_t kTextBytesMax = std::size_t{256} << 20;

using crypto::ErrorQueueKept;
using KeyContext = crypto::Handle<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using Cipher = crypto::Handle<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;
using Bio = crypto::Handle<BIO, BIO_free_all>;

int digit_of(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+' || c == '-') return 62;
  return c == '/' || c == '_' ? 63 : -1;
}

// Either alphabet, with or without padding; white space where `blanks`. Empty: it is no base64.
std::optional<Buffer> base64(std::string_view text, bool blanks) {
  while (text.ends_with('=') || (blanks && (text.ends_with('\n') || text.ends_with('\r')))) {
    text.remove_suffix(1);
  }
  Buffer bytes;
  bytes.reserve(text.size() / 4 * 3 + 3);
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : text) {
    if (blanks && (c == '\n' || c == '\r' || c == ' ' || c == '\t')) continue;
    const int digit = digit_of(c);
    if (digit < 0) return std::nullopt;
    bits = (bits << 6 | static_cast<std::uint32_t>(digit)) & 0xFFFFFF;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes.push_back(static_cast<std::uint8_t>(bits >> held));
  }
  return bytes;
}

std::optional<Buffer> oaep(EVP_PKEY* key, const EVP_MD* digest, Bytes wrapped) {
  const KeyContext context(EVP_PKEY_CTX_new(key, nullptr));
  if (!context || EVP_PKEY_decrypt_init(context.get()) != 1 ||
      EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_OAEP_PADDING) != 1 ||
      EVP_PKEY_CTX_set_rsa_oaep_md(context.get(), digest) != 1 ||
      EVP_PKEY_CTX_set_rsa_mgf1_md(context.get(), digest) != 1) {
    return std::nullopt;
  }
  Buffer plain(static_cast<std::size_t>(EVP_PKEY_get_size(key)));
  std::size_t size = plain.size();
  if (EVP_PKEY_decrypt(context.get(), plain.data(), &size, wrapped.data(), wrapped.size()) != 1) {
    return std::nullopt;
  }
  plain.resize(size);
  return plain;
}

// `head`: the bytes that are not encrypted but protected.
std::optional<std::string> gcm(Bytes secret, Bytes nonce, Bytes head, Bytes body, Bytes tag) {
  const Cipher cipher(EVP_CIPHER_CTX_new());
  Buffer expected(tag.begin(), tag.end());
  std::string plain(body.size(), '\0');
  auto* const out = reinterpret_cast<std::uint8_t*>(plain.data());
  int size = 0;
  const bool fits = cipher &&
                    EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, secret.data(),
                                       nonce.data()) == 1 &&
                    EVP_DecryptUpdate(cipher.get(), nullptr, &size, head.data(),
                                      static_cast<int>(head.size())) == 1 &&
                    EVP_DecryptUpdate(cipher.get(), out, &size, body.data(),
                                      static_cast<int>(body.size())) == 1 &&
                    EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG,
                                        static_cast<int>(kTagBytes), expected.data()) == 1 &&
                    EVP_DecryptFinal_ex(cipher.get(), out + size, &size) == 1;
  if (!fits) return std::nullopt;
  return plain;
}

std::optional<std::string> open_envelope(EVP_PKEY* key, Bytes bytes) {
  const std::size_t size = bytes[kSizeAt] | static_cast<std::size_t>(bytes[kSizeAt + 1])
                                                << CHAR_BIT;
  const std::size_t body_at = kWrappedAt + size;
  if (body_at + kTagBytes > bytes.size()) return std::nullopt;
  const auto secret = oaep(key, EVP_sha256(), bytes.subspan(kWrappedAt, size));
  if (!secret || secret->size() != kKeyBytes) return std::nullopt;
  return gcm(*secret, bytes.subspan(kNonceAt, kNonceBytes), bytes.first(body_at),
             bytes.subspan(body_at, bytes.size() - body_at - kTagBytes), bytes.last(kTagBytes));
}

// SHA-1 is upstream's form in Node.js, SHA-256 the one in browsers.
std::optional<std::string> open_block(EVP_PKEY* key, Bytes bytes) {
  auto plain = oaep(key, EVP_sha1(), bytes);
  if (!plain) plain = oaep(key, EVP_sha256(), bytes);
  if (!plain) return std::nullopt;
  return std::string(as_text(*plain));
}

// What stands between the two lines of a PEM.
std::optional<Buffer> der_of(std::string_view pem) {
  constexpr std::string_view kHeader = "PRIVATE KEY-----";
  constexpr std::string_view kFooter = "-----END ";
  const std::size_t begin = pem.find(kHeader);
  if (!pem.starts_with("-----BEGIN ") || begin == std::string_view::npos) return std::nullopt;
  pem.remove_prefix(begin + kHeader.size());
  const std::size_t end = pem.find(kFooter);
  if (end == std::string_view::npos) return std::nullopt;
  return base64(pem.substr(0, end), true);
}

}  // namespace

void PrivateKey::Free::operator()(evp_pkey_st* key) const noexcept { EVP_PKEY_free(key); }

Result<PrivateKey> PrivateKey::parse(std::string_view pem) {
  const ErrorQueueKept kept;
  const auto der = der_of(pem.substr(std::min(pem.find("-----"), pem.size())));
  if (!der) return Error(Code::invalid, "no private key in PEM");
  const std::uint8_t* at = der->data();
  Held key(d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(der->size())));
  if (!key || EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_RSA) {
    return Error(Code::invalid, "no RSA key");
  }
  if (EVP_PKEY_get_bits(key.get()) > kKeyBitsMax) {
    return Error(Code::invalid, "RSA key of more than 8192 bits");
  }
  return PrivateKey(std::move(key));
}

Result<std::string> PrivateKey::decrypt(std::string_view text) const {
  const ErrorQueueKept kept;
  const auto bytes = text.size() > kTextBytesMax ? std::nullopt : base64(text, false);
  std::optional<std::string> plain;
  if (bytes && bytes->size() > kWrappedAt && as_text(*bytes).starts_with(kMagic)) {
    plain = open_envelope(key_.get(), *bytes);
  } else if (bytes) {
    plain = open_block(key_.get(), *bytes);
  }
  if (plain) return *std::move(plain);
  return Error(Code::damaged,
               "The value cannot be decrypted: it was encrypted for another key, or changed");
}

bool PrivateKey::is_same(const PrivateKey& other) const {
  return EVP_PKEY_eq(key_.get(), other.key_.get()) == 1;
}

Result<std::string> PrivateKey::public_pem() const {
  const ErrorQueueKept kept;
  const Bio out(BIO_new(BIO_s_mem()));
  char* text = nullptr;  // belongs to `out`
  if (!out || PEM_write_bio_PUBKEY(out.get(), key_.get()) != 1) {
    return Error(Code::unsupported, "OpenSSL cannot write a public key");
  }
  const long size = BIO_get_mem_data(out.get(), &text);
  return std::string(text, static_cast<std::size_t>(size));
}

}  // namespace gs::cli
