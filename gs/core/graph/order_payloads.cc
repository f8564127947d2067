// Payloads that order, name and join changes: seal, reference, revert, merge.
#include <string>

#include "gs/base/check.h"
#include "gs/core/graph/operation.h"
#include "gs/core/graph/payload_io.h"
#include "gs/core/graph/unique.h"
#include "gs/core/graph/version_name.h"
#include "gs/core/record/utf8.h"

namespace gs::graph {

namespace {

// Changes that a payload names, each once.
Result<std::vector<Digest>> ascending_heads(const char* kind, Bytes digests) {
  std::vector<Digest> heads(digests.size() / sizeof(Digest));
  if (!heads.empty()) std::memcpy(heads.data(), digests.data(), digests.size());
  for (std::size_t i = 1; i < heads.size(); ++i) {
    if (!(heads[i - 1] < heads[i])) return payload_invalid(kind, "its heads do not ascend");
  }
  return heads;
}

}  // namespace

Buffer encode_seal(const Seal& seal) {
  GS_CHECK(seal.changes.size() <= kSealChangesMax);
  PayloadWriter out(80 + seal.changes.size() * sizeof(Digest) + seal.voids.size() * 64);
  out.number(seal.first_position)
      .number(static_cast<std::uint32_t>(seal.changes.size()))
      .number(static_cast<std::uint32_t>(seal.voids.size()))
      .digest(seal.state)
      .digest(seal.log_root);
  for (const Digest& change : seal.changes) out.digest(change);
  for (const Void& entry : seal.voids) {
    GS_CHECK(entry.message.size() <= kReasonBytesMax);
    out.number(entry.change)
        .number(entry.transaction)
        .number(entry.code)
        .number(static_cast<std::uint32_t>(entry.message.size()))
        .text(entry.message)
        .pad();
  }
  return out.take();
}

namespace {

constexpr std::size_t kVoidBytesMin = 16;

Error read_voids(PayloadReader& reader, std::uint32_t count, Seal& seal) {
  seal.voids.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    Void entry;
    entry.change = reader.number<std::uint32_t>();
    entry.transaction = reader.number<std::uint32_t>();
    entry.code = reader.number<std::uint32_t>();
    entry.message = reader.text(reader.number<std::uint32_t>());
    reader.pad();
    if (entry.change >= seal.changes.size())
      return payload_invalid("seal", "a void names no change of it");
    if (entry.code == 0) return payload_invalid("seal", "a void without a code");
    if (entry.message.size() > kReasonBytesMax) {
      return Error(Code::too_large, "seal payload: a message is over 1,024 bytes");
    }
    if (!record::valid_utf8(entry.message))
      return payload_invalid("seal", "a message is not UTF-8");
    if (i > 0) {
      const Void& last = seal.voids.back();
      const bool ascends = last.change < entry.change ||
                           (last.change == entry.change && last.transaction < entry.transaction);
      if (!ascends) return payload_invalid("seal", "its voids do not ascend");
    }
    seal.voids.push_back(entry);
  }
  return {};
}

}  // namespace

Result<Seal> parse_seal(Bytes payload) {
  PayloadReader reader(payload);
  Seal seal;
  seal.first_position = reader.number<std::uint64_t>();
  const auto changes = reader.number<std::uint32_t>();
  const auto voids = reader.number<std::uint32_t>();
  seal.state = reader.digest();
  seal.log_root = reader.digest();
  if (changes > kSealChangesMax)
    return Error(Code::too_large, "seal payload: over 1,048,576 changes");
  const Bytes digests = reader.bytes(std::size_t{changes} * sizeof(Digest));
  if (changes == 0 || digests.empty())
    return payload_invalid("seal", "no changes, or not all of them");
  if (seal.first_position > ~std::uint64_t{0} - changes)
    return payload_invalid("seal", "positions overflow");
  if (!all_unique(digests, sizeof(Digest)))
    return payload_invalid("seal", "a change is in it twice");
  seal.changes.resize(changes);
  std::memcpy(seal.changes.data(), digests.data(), digests.size());
  // Each takes at least 16 bytes, so memory stays bounded by the payload.
  if (voids > reader.left() / kVoidBytesMin) return payload_crooked("seal");
  GS_TRY_OK(read_voids(reader, voids, seal));
  if (!reader.finish()) return payload_crooked("seal");
  return seal;
}

Buffer encode_reference(const Reference& reference) {
  GS_CHECK(reference.name.size() <= kNameBytesMax);
  GS_CHECK(reference.heads.size() <= kParentsMax);
  const bool has_id = !reference.branch.is_zero();
  PayloadWriter out(32 + reference.heads.size() * sizeof(Digest) + reference.name.size());
  out.number(static_cast<std::uint8_t>(reference.what))
      .number(static_cast<std::uint8_t>(has_id))
      .number(static_cast<std::uint16_t>(reference.name.size()))
      .number(static_cast<std::uint32_t>(reference.heads.size()));
  for (const Digest& head : reference.heads) out.digest(head);
  if (has_id) out.bytes(reference.branch.bytes);
  return out.text(reference.name).take();
}

Result<Reference> parse_reference(Bytes payload) {
  PayloadReader reader(payload);
  const auto what = reader.number<std::uint8_t>();
  const auto form = reader.number<std::uint8_t>();
  const auto name_bytes = reader.number<std::uint16_t>();
  const auto heads = reader.number<std::uint32_t>();
  if (heads > kParentsMax) return Error(Code::too_large, "reference payload: over 1,024 heads");
  const Bytes digests = reader.bytes(std::size_t{heads} * sizeof(Digest));
  const Bytes branch = reader.bytes(form == 1 ? sizeof(BranchId) : 0);
  Reference reference;
  reference.name = reader.text(name_bytes);
  if (!reader.finish()) return payload_crooked("reference");
  if (what > static_cast<std::uint8_t>(Refers::tag))
    return payload_invalid("reference", "unknown sort");
  reference.what = static_cast<Refers>(what);
  if ((reference.what == Refers::removed) != (heads == 0)) {
    return payload_invalid("reference",
                           "heads belong to branches and tags, and only those have them");
  }
  GS_TRY_OK(check_payload_text("reference", "name", reference.name, kNameBytesMax));
  GS_TRY_OK(check_version_name(reference.name).in("reference payload"));
  if (form > 1 || (form == 1 && reference.what != Refers::branch)) {
    return payload_invalid("reference", "an id belongs to branches");
  }
  if (form == 1) {
    std::memcpy(reference.branch.bytes.data(), branch.data(), branch.size());
    if (reference.branch.is_zero() || reference.branch == branch_id(reference.name)) {
      return payload_invalid("reference", "its id is that of main, or of its name");
    }
  }
  GS_TRY(reference.heads, ascending_heads("reference", digests));
  return reference;
}

Buffer encode_merge(const Merge& merge) {
  GS_CHECK(!merge.heads.empty() && merge.heads.size() <= kParentsMax);
  PayloadWriter out(24 + merge.heads.size() * sizeof(Digest));
  out.bytes(merge.branch.bytes)
      .number(static_cast<std::uint32_t>(merge.heads.size()))
      .number(std::uint32_t{0});
  for (const Digest& head : merge.heads) out.digest(head);
  return out.take();
}

Result<Merge> parse_merge(Bytes payload) {
  PayloadReader reader(payload);
  const Bytes branch = reader.bytes(sizeof(BranchId));
  const auto heads = reader.number<std::uint32_t>();
  reader.zeros(4);
  if (heads > kParentsMax) return Error(Code::too_large, "merge payload: over 1,024 heads");
  const Bytes digests = reader.bytes(std::size_t{heads} * sizeof(Digest));
  if (!reader.finish()) return payload_crooked("merge");
  if (heads == 0) return payload_invalid("merge", "it names no change");
  Merge merge;
  std::memcpy(merge.branch.bytes.data(), branch.data(), branch.size());
  GS_TRY(merge.heads, ascending_heads("merge", digests));
  return merge;
}

Buffer encode_revert(const Revert& revert) {
  return PayloadWriter(kRevertBytes)
      .digest(revert.change)
      .number(revert.hlc)
      .number(static_cast<std::uint8_t>(revert.why))
      .take();
}

Result<Revert> parse_revert(Bytes payload) {
  PayloadReader reader(payload);
  Revert revert;
  const Bytes change = reader.bytes(sizeof(Digest));
  revert.hlc = reader.number<Hlc>();
  const auto why = reader.number<std::uint8_t>();
  if (!reader.finish()) return payload_crooked("revert");
  std::memcpy(revert.change.bytes.data(), change.data(), change.size());
  if (revert.change.is_zero()) return payload_invalid("revert", "it names no change");
  if (why > static_cast<std::uint8_t>(Why::redo))
    return payload_invalid("revert", "unknown reason");
  revert.why = static_cast<Why>(why);
  return revert;
}

}  // namespace gs::graph
