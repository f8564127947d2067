// What identifies a storage and its writer on disk: storage.json and keys/.
//
//   storage.json    {"format":1,"storage":"<64 hex>","created":"<ISO time>","engine":"0.1.0"}
//   keys/writer     magic "gskey1\0\0", u8 algorithm (1 Ed25519), 7 zeros, u8[32] seed, u32
//   CRC-32C of
//                   the 48 bytes before it; mode 0600, directory 0700; never in a backup
//   keys/instance   the identity of the file keys/writer where it was made: a copied directory has
//                   another one, and gets a new writer before its first write
//   keys/writer.*   writers that this directory had before, named after their public keys
//
// Errors: not_a_storage, newer_format, damaged, io.
#pragma once

#include <optional>

#include "gs/core/crypto/signature.h"
#include "gs/platform/environment.h"

namespace gs::engine {

inline constexpr std::uint32_t kFormatVersion = 1;
inline constexpr const char* kEngineVersion = "0.1.0";
// Ends a creation: a directory with it is a storage.
inline constexpr const char* kStorageFile = "storage.json";
inline constexpr const char* kKeyDirectory = "keys";
// Stands while a creation is under way, so that an interrupted one can be told from damage.
inline constexpr const char* kCreatingFile = "creating";

struct StorageFile {
  Digest storage;
  std::uint32_t format = kFormatVersion;
};

Error write_storage_file(platform::Environment& env, const Digest& storage);
Result<StorageFile> read_storage_file(platform::FileSystem& files);

// Makes and stores a new writer key. The one that is there, of whatever directory, is kept.
Result<crypto::KeyPair> make_writer_key(platform::Environment& env);
// The stored key; nullopt when there is none or when the directory was copied from elsewhere.
Result<std::optional<crypto::KeyPair>> read_writer_key(platform::FileSystem& files);
// The stored key, wherever it was made: from now on it belongs to this directory. For an owner who
// says that no other copy writes; nullopt when there is none.
Result<std::optional<crypto::KeyPair>> keep_writer_key(platform::FileSystem& files);
// Whether there is a key at all, of this directory or another.
Result<bool> has_writer_key(platform::FileSystem& files);
// Whether the key was made in this very directory, so that what lies beside it was written here.
// False where the file system cannot tell.
bool is_at_home(platform::FileSystem& files);

}  // namespace gs::engine
