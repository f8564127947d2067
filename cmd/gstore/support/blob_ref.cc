// Names of blobs.
#include "cmd/gstore/support/blob_ref.h"

#include <charconv>

#include "cmd/gstore/support/json_text.h"

namespace gs::cli {
namespace {

bool parse_size(std::string_view text, std::uint64_t& size) {
  const char* const end = text.data() + text.size();
  const auto [after, status] = std::from_chars(text.data(), end, size);
  return status == std::errc() && after == end;
}

}  // namespace

std::optional<BlobRef> parse_blob_ref(std::string_view text) {
  std::string digest;
  std::string_view size;
  if (const auto inner = find_member(text, "$blob")) {
    const auto sha256 = find_member(*inner, "sha256");
    digest = sha256 ? unquote(*sha256).value_or("") : "";
    size = find_member(*inner, "size").value_or("");
  } else if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) {
    digest = text.substr(0, colon);
    size = text.substr(colon + 1);
  }
  BlobRef ref;
  const auto parsed = Digest::parse(digest);
  if (!parsed || !parse_size(size, ref.size)) return std::nullopt;
  ref.digest = *parsed;
  return ref;
}

}  // namespace gs::cli
