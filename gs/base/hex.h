// Bytes as lower-case hexadecimal text, and back.
#pragma once

#include <optional>
#include <string>

#include "globalstorage/bytes.h"

namespace gs {

std::string to_hex(Bytes bytes);
// Fills `out` exactly; false when the length or any character is wrong (either case accepted).
bool from_hex(std::string_view text, MutableBytes out) noexcept;

}  // namespace gs
