#include "gs/core/crdt/text/span_index.h"

#include <algorithm>

#include "gs/base/check.h"

namespace gs::crdt {

SpanIndex::Where SpanIndex::find(std::uint32_t unit) const noexcept {
  const auto after = std::upper_bound(keys_.begin(), keys_.end(), unit);
  const auto chunk =
      static_cast<std::size_t>(after == keys_.begin() ? 0 : after - keys_.begin() - 1);
  const auto& entries = chunks_[chunk];
  const auto next =
      std::upper_bound(entries.begin(), entries.end(), unit,
                       [](std::uint32_t key, const Entry& entry) { return key < entry.first; });
  const auto at = next == entries.begin() ? 0 : next - entries.begin() - 1;
  return {chunk, static_cast<std::size_t>(at)};
}

void SpanIndex::add(std::uint32_t first, std::uint32_t leaf) {
  if (chunks_.empty()) {
    keys_.push_back(first);
    chunks_.push_back({{first, leaf}});
    return;
  }
  const Where where = find(first);
  auto& entries = chunks_[where.chunk];
  const std::size_t at = entries[where.at].first < first ? where.at + 1 : where.at;
  entries.insert(entries.begin() + static_cast<std::ptrdiff_t>(at), {first, leaf});
  keys_[where.chunk] = entries[0].first;
  if (entries.size() < kChunk) return;
  const auto middle = entries.begin() + kChunk / 2;
  std::vector<Entry> upper(middle, entries.end());
  entries.erase(middle, entries.end());
  const auto next = static_cast<std::ptrdiff_t>(where.chunk) + 1;
  keys_.insert(keys_.begin() + next, upper[0].first);
  chunks_.insert(chunks_.begin() + next, std::move(upper));
}

void SpanIndex::move(std::uint32_t first, std::uint32_t leaf) noexcept {
  const Where where = find(first);
  GS_CHECK(chunks_[where.chunk][where.at].first == first);
  chunks_[where.chunk][where.at].leaf = leaf;
}

void SpanIndex::remove(std::uint32_t first) noexcept {
  const Where where = find(first);
  auto& entries = chunks_[where.chunk];
  GS_CHECK(entries[where.at].first == first);
  entries.erase(entries.begin() + static_cast<std::ptrdiff_t>(where.at));
  if (!entries.empty()) {
    keys_[where.chunk] = entries[0].first;
    return;
  }
  const auto chunk = static_cast<std::ptrdiff_t>(where.chunk);
  keys_.erase(keys_.begin() + chunk);
  chunks_.erase(chunks_.begin() + chunk);
}

std::size_t SpanIndex::memory_bytes() const noexcept {
  std::size_t bytes =
      keys_.capacity() * sizeof(std::uint32_t) + chunks_.capacity() * sizeof(std::vector<Entry>);
  for (const auto& entries : chunks_) bytes += entries.capacity() * sizeof(Entry);
  return bytes;
}

std::uint32_t SpanIndex::leaf_of(std::uint32_t unit) const noexcept {
  const Where where = find(unit);
  return chunks_[where.chunk][where.at].leaf;
}

}  // namespace gs::crdt
