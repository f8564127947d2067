// The RSA key of a directory of upstream, and what it decrypts: docs/FORMAT.md, "Encrypted values
// of the compatible interface", with both older forms. By OpenSSL, whose queue of errors is left
// as it was. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "globalstorage/result.h"

struct evp_pkey_st;

namespace gs::cli {

// A PEM of 8,192 bits has a tenth of it.
inline constexpr std::uint64_t kKeyFileBytesMax = 64 * 1024;

class PrivateKey {
 public:
  // PEM as OpenSSL and as upstream in browsers write it. Errors: invalid.
  static Result<PrivateKey> parse(std::string_view pem);

  // The JSON of a value from its text. Errors: damaged.
  Result<std::string> decrypt(std::string_view text) const;
  bool is_same(const PrivateKey& other) const;
  // Its public key, made from it, as PEM. Errors: unsupported.
  Result<std::string> public_pem() const;

 private:
  struct Free {
    void operator()(evp_pkey_st* key) const noexcept;
  };
  using Held = std::unique_ptr<evp_pkey_st, Free>;
  explicit PrivateKey(Held key) : key_(std::move(key)) {}

  Held key_;
};

}  // namespace gs::cli
