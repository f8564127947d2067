// Words that all parts of a tree that many edit at once share: stamps, names of edits, limits.
//
// An edit is named by the stamp of its operation and its number in it. Who made which operation is
// signed, so nobody chooses a name and no two edits have one. A node is named by the edit that
// created it. The order of names is the order in which edits count. Pure values; any thread.
#pragma once

#include <compare>
#include <cstdint>

#include "globalstorage/id.h"

namespace gs::tree {

using Writer = Digest;  // the 32 bytes by which ties are broken, equal on all replicas

// Of one operation, as in the other operations that many make at once (gs/core/crdt/text/types.h).
inline constexpr std::size_t kOperationBytesMax = std::size_t{16} << 20;
inline constexpr std::uint32_t kEditsMax = std::uint32_t{1} << 20;
inline constexpr std::uint32_t kSourcesMax = 2 * kEditsMax;  // an edit names two nodes at most

// When and by whom an operation was made; hlc is not 0.
struct Stamp {
  std::uint64_t hlc = 0;
  Writer writer{};
  friend bool operator==(const Stamp&, const Stamp&) = default;
  friend auto operator<=>(const Stamp&, const Stamp&) = default;
};

struct EditId {
  std::uint64_t hlc = 0;
  Writer writer{};
  std::uint32_t number = 0;  // in its operation
  friend bool operator==(const EditId&, const EditId&) = default;
  friend auto operator<=>(const EditId&, const EditId&) = default;

  Stamp stamp() const noexcept { return {hlc, writer}; }
};

using NodeId = EditId;

// The parents that no edit created.
inline constexpr NodeId kRoot{};
inline constexpr NodeId kTrash{.number = 1};

// Of nodes that are there before anybody edits. Nobody's key.
inline constexpr Stamp kPlanted{.hlc = 1};

// The same as EditId in less space, for what is kept for each node: the writer is in a table.
struct EditIdView {
  std::uint64_t hlc = 0;
  const Writer* writer = nullptr;
  std::uint32_t number = 0;

  EditId id() const noexcept { return {hlc, *writer, number}; }
  bool is_of(const Stamp& stamp) const noexcept {
    return hlc == stamp.hlc && *writer == stamp.writer;
  }
  friend bool operator==(const EditIdView& a, const EditIdView& b) noexcept {
    return a <=> b == std::strong_ordering::equal;
  }
  friend std::strong_ordering operator<=>(const EditIdView& a, const EditIdView& b) noexcept {
    if (a.hlc != b.hlc) return a.hlc <=> b.hlc;
    if (a.writer != b.writer && *a.writer != *b.writer) return *a.writer <=> *b.writer;
    return a.number <=> b.number;
  }
};

inline EditIdView view_of(const EditId& id) noexcept { return {id.hlc, &id.writer, id.number}; }

}  // namespace gs::tree
