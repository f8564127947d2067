#include "gs/storage/blob/blob_store.h"

#include "gs/core/crypto/sha256_pieces.h"

namespace gs::blob {

std::string BlobStore::path_of(const Digest& digest) const {
  const std::string name = digest.text();
  return directory_ + "/" + name.substr(0, 2) + "/" + name;
}

Result<BlobRef> BlobStore::put(Bytes bytes) {
  if (bytes.size() > kBlobBytesMax) {
    return Error(Code::too_large, "a blob of " + std::to_string(bytes.size()) +
                                      " bytes; the limit is " + std::to_string(kBlobBytesMax) +
                                      ". Split it into several blobs");
  }
  const BlobRef blob{crypto::sha256(bytes), bytes.size()};
  const std::string path = path_of(blob.digest);
  const std::string group = path.substr(0, path.rfind('/'));
  // A file that is there may be damaged; then this is how it is repaired.
  GS_TRY(const bool is_there, files_.exists(path));
  const Result<bool> known = is_there ? matches_name(path) : Result<bool>(false);
  if (known.ok() && *known) {
    // Its name may be from a put that failed, or that is not done yet.
    GS_TRY_OK(files_.sync_directory(group));
    return blob;
  }
  GS_TRY_OK(files_.make_directory(group, true));
  GS_TRY_OK(files_.write_whole(path, bytes));
  return blob;
}

Result<Buffer> BlobStore::get(const BlobRef& blob) const {
  auto bytes = files_.read_whole(path_of(blob.digest), kBlobBytesMax);
  if (bytes.code() == Code::not_found) {
    return Error(Code::not_found, "no blob " + blob.digest.text() +
                                      " in this storage. Put it, or copy it from a backup");
  }
  if (!bytes.ok()) return std::move(bytes).error().in("blob " + blob.digest.text());
  if (bytes->size() != blob.size || crypto::sha256(bytes.value()) != blob.digest) {
    return Error(Code::damaged, "blob " + blob.digest.text() +
                                    " does not match its digest. Copy it again from a backup");
  }
  return std::move(bytes).value();
}

Error BlobStore::each(const std::function<Error(const std::string& path)>& visit) const {
  auto groups = files_.list(directory_);
  if (groups.code() == Code::not_found) return {};
  if (!groups.ok()) return std::move(groups).error();
  for (const std::string& group : groups.value()) {
    const bool is_group =
        group.size() == 2 && group.find_first_not_of("0123456789abcdef") == std::string::npos;
    if (!is_group) continue;  // somebody else's
    GS_TRY(const std::vector<std::string> names, files_.list(directory_ + "/" + group));
    for (const std::string& name : names) {
      const auto digest = Digest::parse(name);
      const std::string path = directory_ + "/" + group + "/" + name;
      if (digest && path_of(*digest) == path) GS_TRY_OK(visit(path));
    }
  }
  return {};
}

Result<std::uint64_t> BlobStore::total_bytes() const {
  std::uint64_t total = 0;
  GS_TRY_OK(each([&](const std::string& path) -> Error {
    GS_TRY(auto file, files_.open(path, platform::OpenMode::read));
    GS_TRY(const std::uint64_t bytes, file->size());
    total += bytes;
    return {};
  }));
  return total;
}

Result<std::uint64_t> BlobStore::size_of(const Digest& digest) const {
  GS_TRY(const auto file, files_.open(path_of(digest), platform::OpenMode::read));
  return file->size();
}

Result<bool> BlobStore::matches_name(const std::string& path) const {
  GS_TRY(const auto file, files_.open(path, platform::OpenMode::read));
  GS_TRY(const crypto::Hashed hashed,
         crypto::sha256_pieces(
             [&](std::uint64_t offset, MutableBytes out) { return file->read(offset, out); }));
  return hashed.digest.text() == std::string_view(path).substr(path.rfind('/') + 1);
}

}  // namespace gs::blob
