// blob put and blob get: values larger than a record, named by their digest.
#include <algorithm>

#include "cmd/gstore/commands.h"
#include "cmd/gstore/support/blob_ref.h"
#include "cmd/gstore/support/input.h"
#include "cmd/gstore/support/json_text.h"
#include "gs/storage/blob/blob_store.h"

namespace gs::cli {
namespace {

constexpr std::size_t kWriteBytes = std::size_t{1} << 20;

}  // namespace

Result<Exit> put_blob(Session& session) {
  constexpr std::string_view kStep = "A blob has no more; store the file in parts.";
  GS_TRY(const std::string content, read_all(session.arguments.file, blob::kBlobBytesMax, kStep));
  GS_TRY(Storage storage, open_storage(session, Access::write));
  GS_TRY(const BlobRef ref, storage.put_blob(as_bytes(content)));
  if (session.arguments.json) {
    JsonObject inner;
    inner.text("sha256", ref.digest.text()).number("size", ref.size);
    JsonObject line;
    line.raw("$blob", inner.take());
    session.out.line(line.take());
  } else {
    session.out.line(ref.digest.text() + ':' + std::to_string(ref.size));
  }
  GS_TRY_OK(storage.close());
  return Exit::ok;
}

Result<Exit> get_blob(Session& session) {
  const BlobRef ref = parse_blob_ref(session.arguments.id).value_or(BlobRef{});
  GS_TRY(const Storage storage, open_storage(session, Access::read));
  GS_TRY(const Buffer content, storage.get_blob(ref));
  std::string_view rest = as_text(content);
  while (!rest.empty() && session.out.wanted()) {
    const std::size_t n = std::min(rest.size(), kWriteBytes);
    session.out.write(rest.substr(0, n));
    rest.remove_prefix(n);
  }
  return Exit::ok;
}

}  // namespace gs::cli
