// blob put and blob get: values larger than a record, named by their digest.
#include <algorithm>
#include <charconv>

#include "cmd/gstore/commands.h"
#include "cmd/gstore/support/input.h"
#include "cmd/gstore/support/json_text.h"

namespace gs::cli {
namespace {

// The API takes a blob in one piece, so it has to fit in memory; 4 GiB is beyond that on most
// machines, and the limit keeps a wrong pipe from filling all of it.
constexpr std::size_t kBlobBytesMax = std::size_t{4} << 30;
constexpr std::size_t kWriteBytes = std::size_t{1} << 20;

bool parse_size(std::string_view text, std::uint64_t& size) {
  const char* const end = text.data() + text.size();
  const auto [after, status] = std::from_chars(text.data(), end, size);
  return status == std::errc() && after == end;
}

Result<BlobRef> parse_ref(const std::string& text) {
  std::string digest;
  std::string_view size;
  if (const auto inner = find_member(text, "$blob")) {
    const auto sha256 = find_member(*inner, "sha256");
    digest = sha256 ? unquote(*sha256).value_or("") : "";
    size = find_member(*inner, "size").value_or("");
  } else if (const std::size_t colon = text.find(':'); colon != std::string::npos) {
    digest = text.substr(0, colon);
    size = std::string_view(text).substr(colon + 1);
  }
  BlobRef ref;
  const auto parsed = Digest::parse(digest);
  if (!parsed || !parse_size(size, ref.size)) {
    return Error(Code::invalid, "'" + text.substr(0, 100) +
                                    "' names no blob. Give SHA256:SIZE as `gstore blob put` prints "
                                    "it, or the value as JSON.");
  }
  ref.digest = *parsed;
  return ref;
}

}  // namespace

Result<Exit> put_blob(Session& session) {
  GS_TRY(const std::string content, read_all(session.arguments.file, kBlobBytesMax));
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
  GS_TRY(const BlobRef ref, parse_ref(session.arguments.id));
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
