// Named versions: tags and branches. A version is a set of changes, the heads, and means all that
// comes before them, themselves included.
//
// Of all reference operations with one name the one with the greatest stamp counts: hlc, then the
// writer's key. So the table is a function of the set of these operations, whatever their order. A
// removal is one too, and is kept: forgotten, it would not win against an older operation that
// comes late. A writer's stamps never repeat but within one transaction, where the last one counts.
//
// Beyond kBytesMax no name is added: like those of Tables, a limit far away from what makes sense.
// Threads: one at a time.
#pragma once

#include <map>
#include <string>

#include "gs/core/graph/operation.h"

namespace gs::state {

struct Reference {
  graph::Refers what = graph::Refers::removed;
  std::vector<Digest> heads;  // ascending, unique; none of a removed one
  std::uint64_t hlc = 0;
  id::Writer writer;         // its chain
  graph::BranchId branch{};  // as in graph::Reference

  bool is_there() const noexcept { return what != graph::Refers::removed; }
  // Of a branch: what changes on it carry.
  graph::BranchId id_of(std::string_view name) const {
    return branch.is_zero() ? graph::branch_id(name) : branch;
  }
  friend bool operator==(const Reference&, const Reference&) = default;
};

class References {
 public:
  using All = std::map<std::string, Reference, std::less<>>;
  // Names, heads and what goes with them: 60,000 names of one head.
  static constexpr std::size_t kBytesMax = std::size_t{16} << 20;

  explicit References(std::size_t bytes_max = kBytesMax) : bytes_max_(bytes_max) {}

  // Also removed ones.
  const All& all() const noexcept { return all_; }
  // Null: never heard of, or removed.
  const Reference* find(std::string_view name) const;
  // Whether put() may be called, with these before it. Errors: too_large.
  Error check_room(const graph::Reference& reference, std::size_t bytes_before = 0) const;
  static std::size_t bytes_of(const graph::Reference& reference) noexcept;
  void put(const graph::Reference& reference, std::uint64_t hlc, const id::Writer& writer);
  void clear() noexcept;
  bool empty() const noexcept { return all_.empty(); }

  // docs/FORMAT.md "State digest": zeros when there never was a reference.
  Digest digest() const;
  // One entry, as checkpoints and the digest have it.
  static Buffer encode(std::string_view name, const Reference& reference);

  friend bool operator==(const References& a, const References& b) { return a.all_ == b.all_; }

 private:
  static std::size_t bytes_of(std::string_view name, std::size_t heads) noexcept;

  All all_;
  std::size_t bytes_ = 0;
  std::size_t bytes_max_;
};

}  // namespace gs::state
