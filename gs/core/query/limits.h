// Bounds of a query, each with its reason; docs/QUERY.md tells them to users.
#pragma once

#include <cstddef>

namespace gs::query {

// A query comes from a person or a program's few lines; what is larger holds data.
inline constexpr std::size_t kQueryBytesMax = std::size_t{1} << 20;
// $and, $or and $not inside each other: each is one call while a record is looked at.
inline constexpr std::size_t kFilterDepthMax = 64;
// Conditions: each may cost some nanoseconds for every record.
inline constexpr std::size_t kConditionsMax = 4096;
// Logical operators and the filters in them: each condition may stand in a filter of its own, and
// below a $not.
inline constexpr std::size_t kFilterGroupsMax = 4 * kConditionsMax;
// Values of one $in: their sorted keys stay in a processor's cache.
inline constexpr std::size_t kInMax = 65'536;
// Fields of `sort`, paths of `by`: more can hardly differ where these are equal.
inline constexpr std::size_t kSortFieldsMax = 16;
inline constexpr std::size_t kSelectMax = 1024;  // as many as a shape has fields
inline constexpr std::size_t kIncludesMax = 64;
inline constexpr std::size_t kIncludeDepthMax = 8;
inline constexpr std::size_t kGroupFieldsMax = 64;
// A field's name has at most 1,024 bytes; this leads through four of the longest.
inline constexpr std::size_t kPathBytesMax = 4096;
// Characters and bytes between two % that are looked for by the bits of one word.
inline constexpr std::size_t kLikeWildMax = 64;
// Each name is compared with those before it.
inline constexpr std::size_t kParametersMax = 256;
inline constexpr std::size_t kParameterNameBytesMax = 256;  // what a person would give it
// A cursor has to fit into a query, with everything else.
inline constexpr std::size_t kCursorBytesMax = std::size_t{256} << 10;

}  // namespace gs::query
