// Text forms of record ids (UUID) and digests (hexadecimal).
#include "globalstorage/id.h"

#include <cstring>

#include "gs/base/hex.h"

namespace gs {
namespace {

constexpr std::size_t kDashes[] = {8, 13, 18, 23};

}  // namespace

std::string Id::text() const {
  std::string text = to_hex(bytes);
  for (const std::size_t dash : kDashes) text.insert(dash, 1, '-');
  return text;
}

std::optional<Id> Id::parse(std::string_view text) noexcept {
  if (text.size() != Id::kTextBytes) return std::nullopt;
  char hex[32];
  std::size_t from = 0;
  std::size_t to = 0;
  for (const std::size_t dash : kDashes) {
    if (text[dash] != '-') return std::nullopt;
    std::memcpy(hex + to, text.data() + from, dash - from);
    to += dash - from;
    from = dash + 1;
  }
  std::memcpy(hex + to, text.data() + from, Id::kTextBytes - from);
  Id id;
  if (!from_hex({hex, sizeof hex}, id.bytes)) return std::nullopt;
  return id;
}

std::string Digest::text() const { return to_hex(bytes); }

std::optional<Digest> Digest::parse(std::string_view text) noexcept {
  Digest digest;
  if (!from_hex(text, digest.bytes)) return std::nullopt;
  return digest;
}

}  // namespace gs
