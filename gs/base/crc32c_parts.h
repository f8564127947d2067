// Checksums of many parts of the same bytes, overlapping ones too, for about the price of one
// pass over them.
//
// Checksums of the first 256 bytes, 512, and so on are kept (4 bytes each), as far as parts that
// were asked for reach. A part then costs two rests of less than 256 bytes and one multiplication.
// One thread at a time.
#pragma once

#include <cstdint>
#include <vector>

#include "globalstorage/bytes.h"

namespace gs {

class Crc32cParts {
 public:
  explicit Crc32cParts(Bytes bytes);  // less than 4 GiB

  // crc32c(bytes from `begin` to `end`, previous).
  std::uint32_t sum(std::size_t begin, std::size_t end, std::uint32_t previous = 0);

 private:
  std::uint32_t sum_to(std::size_t end);

  Bytes bytes_;
  std::vector<std::uint32_t> known_{0};  // of the first 0, 256, 512 ... bytes
};

}  // namespace gs
