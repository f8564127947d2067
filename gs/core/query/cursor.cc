#include "gs/core/query/cursor.h"

#include <algorithm>

#include "gs/core/crypto/sha256.h"
#include "gs/core/record/text_forms.h"

namespace gs::query {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kCheckBytes = 8;
constexpr std::size_t kHeadBytes = 1 + kCheckBytes;

void append(Bytes bytes, Buffer& out) { out.insert(out.end(), bytes.begin(), bytes.end()); }

void append_check(const Digest& fingerprint, Bytes key, Buffer& out) {
  const Digest digest = crypto::sha256({Bytes(fingerprint.bytes), key});
  append(Bytes(digest.bytes).first(kCheckBytes), out);
}

Error not_ours() {
  return Error(Code::invalid,
               "query: cursor: it does not belong to this query. Give the cursor of a result with "
               "the same collection, filter, sort and group, or leave it out");
}

// A text and its length first, so that no two lists of texts have the same bytes.
void note(std::string_view text, Buffer& out) {
  const std::string size = std::to_string(text.size()) + ':';
  append(as_bytes(size), out);
  append(as_bytes(text), out);
}

void note_group(const Group& group, Buffer& out) {
  note("group", out);
  for (const Path& path : group.by) note(path.text(), out);
  note("fields", out);
  for (const GroupField& field : group.fields) {
    note(field.name, out);
    note(std::to_string(static_cast<int>(field.function)), out);
    note(field.path ? field.path->text() : std::string(), out);
  }
}

}  // namespace

Digest Query::fingerprint() const {
  Buffer bytes;
  const Buffer noted = filter.fingerprint();
  note(collection, bytes);
  note(as_text(noted), bytes);
  for (const SortField& field : sort) {
    note(field.path.text(), bytes);
    note(field.descending ? "desc" : "asc", bytes);
  }
  if (group) note_group(*group, bytes);
  return crypto::sha256(bytes);
}

Result<std::string> make_cursor(const Digest& fingerprint, Bytes key) {
  Buffer bytes{kVersion};
  append_check(fingerprint, key, bytes);
  append(key, bytes);
  std::string text;
  if (bytes.size() <= kCursorBytesMax / 4 * 3) record::append_base64(bytes, text);
  if (text.empty()) {
    return Error(Code::too_large, "a cursor of " + std::to_string(bytes.size()) +
                                      " bytes: the values of the sort fields are too long. Sort by "
                                      "shorter ones, or use offset");
  }
  while (text.back() == '=') text.pop_back();
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  return text;
}

Result<Buffer> read_cursor(const Digest& fingerprint, std::string_view text) {
  std::string base64(text);
  std::replace(base64.begin(), base64.end(), '-', '+');
  std::replace(base64.begin(), base64.end(), '_', '/');
  while (base64.size() % 4 != 0) base64.push_back('=');
  Buffer bytes;
  if (!record::parse_base64(base64, bytes)) return not_ours();
  if (bytes.size() < kHeadBytes || bytes[0] != kVersion) return not_ours();
  const Bytes key = Bytes(bytes).subspan(kHeadBytes);
  Buffer check;
  append_check(fingerprint, key, check);
  if (!equal(check, Bytes(bytes).subspan(1, kCheckBytes))) return not_ours();
  return Buffer(key.begin(), key.end());
}

}  // namespace gs::query
