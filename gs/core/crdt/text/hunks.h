// Where two texts differ, for people who look at it.
//
// Lines are compared, then the words of lines that differ, then the code points of words that
// differ: so somebody who changed a paragraph sees its words, and what is alike far apart is found
// at little cost. Words of which no more than three quarters stay are one hunk, not an exchange of
// letters. Where more lines differ than a search follows, texts are compared between the lines that
// both have once (anchors.h).
//
// Bounds: kHunksMax; those of the search (myers.h), kDistanceMax for each step and
// kSearchWorkMax for all of them together. Beyond, what lies between two places that are known
// to be alike is one hunk. Pure. Beside that: time O(n log n) in lines, memory 4 bytes for each
// unit that is compared.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace gs::crdt {

// More than that nobody looks at; the last of so many has the rest.
inline constexpr std::size_t kHunksMax = 1024;

// Where it begins in each text, in code points, and what they have there.
struct Hunk {
  std::uint64_t before = 0;
  std::uint64_t after = 0;
  std::string_view removed;
  std::string_view inserted;
};

// Both are UTF-8 and have to stay. Ascending; between each and the next something is alike.
std::vector<Hunk> text_hunks(std::string_view before, std::string_view after);

}  // namespace gs::crdt
