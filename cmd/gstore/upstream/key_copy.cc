// Where js/lib/compatible/keys.js looks for the pair.
#include "cmd/gstore/upstream/key_copy.h"

#include "gs/platform/posix/posix_file_system.h"

namespace gs::cli {
namespace {

constexpr std::string_view kPrivate = "keys/private.pem";
constexpr std::string_view kPublic = "keys/public.pem";

Error other_pair(const std::string& file) {
  return Error(Code::conflict,
               file +
                   " is of another pair than the encrypted records. Give --decrypt to store "
                   "them in plain text, or import into a new storage");
}

}  // namespace

Error check_pair(const std::string& storage, const PrivateKey& key) {
  platform::PosixFileSystem files(storage);
  const auto pem = files.read_whole(kPrivate, kKeyFileBytesMax);
  if (pem.ok()) {
    const auto own = PrivateKey::parse(as_text(*pem));
    return own.ok() && own->is_same(key) ? Error() : other_pair(files.display(kPrivate));
  }
  if (pem.code() != Code::not_found) return pem.error().copy();
  GS_TRY(const bool has_public, files.exists(kPublic));
  return has_public ? other_pair(files.display(kPublic)) : Error();
}

Error copy_pair(const std::string& storage, const PrivateKey& key, const std::string& pem) {
  platform::PosixFileSystem files(storage);
  GS_TRY(const bool is_there, files.exists(kPrivate));
  if (is_there) return {};
  GS_TRY(const std::string public_pem, key.public_pem());
  // The private one decides: who has it alone makes the other from it.
  GS_TRY_OK(files.write_whole(kPrivate, as_bytes(pem), true));
  return files.write_whole(kPublic, as_bytes(public_pem), true);
}

}  // namespace gs::cli
