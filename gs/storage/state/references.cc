#include "gs/storage/state/references.h"

#include "gs/base/endian.h"
#include "gs/core/crypto/sha256.h"

namespace gs::state {

namespace {

// A node of the map, its strings and vectors.
constexpr std::size_t kEntryBytes = 200;

graph::Stamp stamp_of(const Reference& reference) noexcept {
  return {reference.hlc, reference.writer};
}

}  // namespace

std::size_t References::bytes_of(std::string_view name, std::size_t heads) noexcept {
  return kEntryBytes + name.size() + heads * sizeof(Digest);
}

std::size_t References::bytes_of(const graph::Reference& reference) noexcept {
  return bytes_of(reference.name, reference.heads.size());
}

const Reference* References::find(std::string_view name) const {
  const auto at = all_.find(name);
  return at == all_.end() || !at->second.is_there() ? nullptr : &at->second;
}

Error References::check_room(const graph::Reference& reference, std::size_t bytes_before) const {
  if (bytes_ + bytes_before + bytes_of(reference) <= bytes_max_) return {};
  return Error(Code::too_large,
               "the storage has " + std::to_string(all_.size()) +
                   " names of versions, removed ones among them, and no room for more. Use one "
                   "of the removed names again, or keep names in records");
}

void References::put(const graph::Reference& reference, std::uint64_t hlc,
                     const id::Writer& writer) {
  const auto [at, is_new] = all_.try_emplace(std::string(reference.name));
  Reference& entry = at->second;
  if (!is_new) {
    if (graph::Stamp{hlc, writer} < stamp_of(entry)) return;
    bytes_ -= bytes_of(at->first, entry.heads.size());
  }
  entry = {reference.what, reference.heads, hlc, writer, reference.branch};
  bytes_ += bytes_of(reference);
}

void References::clear() noexcept {
  all_.clear();
  bytes_ = 0;
}

Buffer References::encode(std::string_view name, const Reference& reference) {
  Buffer out(sizeof reference.hlc);
  store_u64(out.data(), reference.hlc);
  out.insert(out.end(), reference.writer.bytes.begin(), reference.writer.bytes.end());
  const Buffer payload = graph::encode_reference(
      {.what = reference.what, .name = name, .heads = reference.heads, .branch = reference.branch});
  out.insert(out.end(), payload.begin(), payload.end());
  return out;
}

Digest References::digest() const {
  if (all_.empty()) return {};
  crypto::Sha256 hash;
  hash.add(as_bytes("gs references"));
  for (const auto& [name, reference] : all_) hash.add(encode(name, reference));
  return hash.finish();
}

}  // namespace gs::state
