// Strict UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF.
//
// Pure, no allocation, safe from any thread.
#pragma once

#include "globalstorage/bytes.h"

namespace gs::record {

inline constexpr std::uint64_t kHighBits = 0x8080808080808080u;

// Size in bytes of the sequence at `at`, of which `left` > 0 bytes may be read; 0 when it is wrong.
std::size_t utf8_sequence(const std::uint8_t* at, std::size_t left) noexcept;

bool valid_utf8(Bytes bytes) noexcept;
inline bool valid_utf8(std::string_view text) noexcept { return valid_utf8(as_bytes(text)); }

}  // namespace gs::record
