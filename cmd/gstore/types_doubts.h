// What a TypeScript compiler will not take of the interfaces that Metaschema prints for a schema.
#pragma once

#include <string>
#include <string_view>

namespace gs::cli {

// For a note: names that are none in TypeScript, and members that stand twice. Empty: it compiles,
// as far as names go.
std::string types_doubts(std::string_view interfaces);

}  // namespace gs::cli
