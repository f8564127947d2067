// Which changes may write to which records: so that who looks for a few of them reads few changes.
//
// Consecutive changes make a group of about kGroupIds records, which has a Bloom filter of their
// ids: 10 bits each, so one of 120 groups is taken for nothing. Memory: 1.3 bytes for each record
// that a change writes to. One thread. Source: Bloom, "Space/time trade-offs in hash coding with
// allowable errors", 1970; Kirsch, Mitzenmacher, "Less hashing, same performance", 2008.
#pragma once

#include <span>
#include <vector>

#include "globalstorage/id.h"
#include "gs/core/graph/causal_graph.h"

namespace gs::engine {

class WrittenIds {
 public:
  static constexpr std::size_t kGroupIds = 1024;
  // Of one question. Whoever looks for more reads everything.
  static constexpr std::size_t kAskedMax = 4096;

  // The next change of the log. Changes that are not added may write to any record.
  void add(graph::ChangeNumber change, std::span<const Id> ids);
  void add_any(graph::ChangeNumber change);
  // Of these changes, ascending, those that may write to one of the records.
  std::vector<graph::ChangeRange> narrowed(std::span<const graph::ChangeRange> changes,
                                           std::span<const Id> ids) const;

 private:
  struct Group {
    graph::ChangeRange changes;
    std::size_t ids = 0;
    bool is_any = false;
    std::vector<std::uint64_t> words;

    void add(const Id& id) noexcept;
    bool may_have(const Id& id) const noexcept;
  };
  Group& group_for(graph::ChangeNumber change, std::size_t ids);

  std::vector<Group> groups_;  // ascending
};

}  // namespace gs::engine
