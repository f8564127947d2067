// Rows in the order of (collection, id, newest first): sorting them and merging sorted lists.
#pragma once

#include <vector>

#include "gs/storage/state/row_table.h"

namespace gs::state {

// By row number, both of `table`. A higher number is newer.
bool row_before(const RowTable& table, std::uint32_t a, std::uint32_t b) noexcept;

// Sorts `numbers`. Cheap when they are in order already, as rows with minted ids are.
void sort_rows(const RowTable& table, std::vector<std::uint32_t>& numbers);

// Both sorted; every number in `newer` is higher than every one in `older`.
std::vector<std::uint32_t> merge_rows(const RowTable& table,
                                      const std::vector<std::uint32_t>& older,
                                      const std::vector<std::uint32_t>& newer);

}  // namespace gs::state
