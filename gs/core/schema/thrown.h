// What JavaScript would have thrown, as an Error whose message is String(err).
//
// The texts that V8 gives to its own errors are part of what users of Metaschema see; hosts make
// errors of the class that the message begins with. Pure.
#pragma once

#include <string>

#include "globalstorage/error.h"

namespace gs::schema {

inline constexpr const char* kNoObject = "TypeError: Cannot convert undefined or null to object";
inline constexpr const char* kFullStack = "RangeError: Maximum call stack size exceeded";

inline Error thrown_error(std::string text) { return Error(Code::invalid, std::move(text)); }
// What Metaschema may accept and we do not: docs/SCHEMA.md, "Differences".
inline Error unsupported(const std::string& what) {
  return Error(Code::invalid, "Error: Unsupported definition: " + what);
}

}  // namespace gs::schema
