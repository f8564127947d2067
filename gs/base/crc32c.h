// CRC-32C (Castagnoli, reflected, as in iSCSI): finds accidents in stored bytes, not attacks.
//
// Pure. Uses the processor's instruction where there is one, tables elsewhere; same result.
// Source: RFC 3720 appendix B.4 (vectors in crc32c_test.cc).
#pragma once

#include "globalstorage/bytes.h"

namespace gs {

inline constexpr std::uint32_t kCrc32cPolynomial = 0x82f63b78;  // 0x1edc6f41, reflected

// The checksum of `bytes`, continuing from `previous` (0 to begin).
std::uint32_t crc32c(Bytes bytes, std::uint32_t previous = 0) noexcept;

}  // namespace gs
