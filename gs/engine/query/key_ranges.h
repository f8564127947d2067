// What a filter says about the keys of an index: the ranges in which the key of every record that
// passes lies.
//
// Only conditions that all have to hold count; of several on one path the ones that say most. What
// has an irregular key (indexes/keys.h) lies in none of the ranges and may pass all the same.
// Pure.
#pragma once

#include <vector>

#include "gs/core/query/query.h"
#include "gs/core/rules/rules.h"
#include "gs/storage/index/tiers.h"

namespace gs::engine {

// More are not better than a scan of what lies between.
inline constexpr std::size_t kKeyRangesMax = 1024;

struct KeyRanges {
  std::vector<index::Range> ranges;  // ascending, none overlaps
  std::size_t equal_fields = 0;      // of the index, from the first, that have certain values
  bool has_interval = false;         // the next one lies between two values
  // Whether every record with such a key passes, so that nothing is left to look at.
  bool is_exact = false;
};

// No ranges: the filter says nothing about the index's first field. In the memory of `out`.
void key_ranges(const query::Filter& filter, const rules::IndexDefinition& index, KeyRanges& out);

}  // namespace gs::engine
