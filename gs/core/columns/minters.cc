#include "gs/core/columns/minters.h"

#include <algorithm>

#include "gs/base/endian.h"

namespace gs::columns {
namespace {

constexpr std::size_t kTriesOfId = 4;  // on average
constexpr std::size_t kTriesBehindGap = 64;
// For the first id, of each writer; of a block with few ids not so many for each of them.
constexpr std::size_t kTriesFromBegin = 4096;
constexpr std::size_t kTriesFromBeginOfId = 16;

constexpr int kCounterBits = 12;

}  // namespace

std::uint64_t head_of_id(const Id& id) noexcept {
  const std::uint64_t first = load_u64_be(id.bytes.data());
  return first >> 16 << kCounterBits | (first & id::kIdCounterMax);
}

Id id_of_head(const id::Writer& writer, std::uint64_t mint, std::uint64_t head) noexcept {
  return id::minted_id(writer, mint, head >> kCounterBits,
                       static_cast<std::uint32_t>(head & id::kIdCounterMax));
}

void Minters::forget() {
  minters_.clear();
  last_ = 0;
}

void Minters::begin_block(std::size_t ids) noexcept {
  from_begin_ = std::min(kTriesFromBegin, ids * kTriesFromBeginOfId);
  tries_left_ = ids * kTriesOfId + kWritersMax * from_begin_ + kTriesBehindGap;
  searched_ = false;
}

void Minters::add_writer(const id::Writer& writer) {
  const auto same = [&](const Minter& one) { return one.writer == writer; };
  if (minters_.size() == kWritersMax || std::any_of(minters_.begin(), minters_.end(), same)) return;
  minters_.push_back({.writer = writer});
}

std::optional<Minting> Minters::found(Minter& minter, const Id& id, std::uint64_t mint) {
  const std::uint64_t head = head_of_id(id);
  minter.anchors.insert_or_assign(head >> kCounterBits, Anchor{mint, head});
  last_ = static_cast<std::size_t>(&minter - minters_.data());
  return Minting{minter.writer, mint};
}

std::optional<Minting> Minters::try_from(Minter& minter, const Id& id, std::uint64_t first,
                                         std::size_t tries) {
  for (std::size_t i = 0; i < tries && tries_left_ > 0; ++i) {
    --tries_left_;
    if (id::minted_by(id, minter.writer, first + i)) return found(minter, id, first + i);
  }
  return std::nullopt;
}

std::optional<Minting> Minters::guess(Minter& minter, const Id& id) {
  const std::uint64_t head = head_of_id(id);
  const auto behind = minter.anchors.upper_bound(head >> kCounterBits);
  if (behind == minter.anchors.begin()) return std::nullopt;
  const auto& [ms, anchor] = *std::prev(behind);
  if (ms == head >> kCounterBits) return try_from(minter, id, anchor.mint + head - anchor.head, 1);
  // The first of this millisecond was minted after the anchor, perhaps others between them.
  return try_from(minter, id, anchor.mint + 1 + (head & id::kIdCounterMax), kTriesBehindGap);
}

std::optional<Minting> Minters::find(const Id& id, const std::optional<Minting>& said) {
  if (id.version() != id::kMintedVersion) return std::nullopt;
  if (said && id::minted_by(id, said->writer, said->mint)) {
    for (Minter& minter : minters_) {
      if (minter.writer == said->writer) return found(minter, id, said->mint);
    }
    return said;
  }
  for (std::size_t i = 0; i < minters_.size(); ++i) {
    if (auto one = guess(minters_[(last_ + i) % minters_.size()], id)) return one;
  }
  if (searched_) return std::nullopt;
  searched_ = true;
  for (Minter& minter : minters_) {
    if (auto one = try_from(minter, id, 0, from_begin_)) return one;
  }
  return std::nullopt;
}

}  // namespace gs::columns
