// Where a node stands among its siblings: a byte string that lies between those of its neighbours.
//
// An index is digits: whole numbers in an encoding whose bytes sort as the numbers do, and ties,
// the names of nodes. Siblings stand in the order of their keys: index, 00, name of the node. As
// the name is part of the key, there is room also between nodes with one index, which writers make
// that put something at one place at once. (What each of them goes on to put there may mix.)
// docs/FORMAT.md, "Tree operation", has the bytes.
//
// How long indexes grow, for n insertions: at an end, or again and again before or behind one node,
// with the logarithm of n (steps are of 16, and a byte more holds 128 times as many); each time
// between the last two, which no scheme without renaming makes shorter than n bits, by a byte for
// about 6. At kIndexBytesMax an insertion is refused.
//
// Pure. Errors: too_large.
// Source: Weiss, Urso and Molli, "Logoot", 2009, for names in positions; the digits are our own.
#pragma once

#include <string>
#include <string_view>

#include "globalstorage/result.h"
#include "gs/core/crdt/tree/types.h"

namespace gs::tree {

inline constexpr std::size_t kIndexBytesMax = 4096;

bool valid_index(std::string_view index) noexcept;

// Of a node, what its order among siblings depends on. Of a removed one, the index is empty.
struct PlaceKey {
  std::string_view index{};
  EditIdView id{};
};

// The order of keys as bytes, of valid or empty indexes.
std::strong_ordering operator<=>(const PlaceKey& a, const PlaceKey& b) noexcept;

// An index for a node between two siblings; null: there is none on that side. lower < upper; both
// indexes are valid.
Result<std::string> index_between(const PlaceKey* lower, const PlaceKey* upper);

}  // namespace gs::tree
