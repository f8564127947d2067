// Which stretches of a text have which marks, when marks overlap: of those with one key the last
// one counts, those with different keys stand beside each other. O(m log m) in marks. Pure.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "globalstorage/bytes.h"

namespace gs::crdt {

// From code point `from` up to `to`, not including it. The value is an any value, null for none.
struct MarkSpan {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  std::string_view key{};
  Bytes value{};
};

// `marks`: any, also empty ones; a later one covers those before it with the same key. Returns
// stretches that are as long as they can be, without those of null, ascending by `from`, then by
// key. Adds to `work`, if there is one, how many places it went through.
std::vector<MarkSpan> cover_marks(std::span<const MarkSpan> marks, std::uint64_t* work = nullptr);

}  // namespace gs::crdt
