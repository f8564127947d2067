// Writers of tests: they are numbers, and so are their keys.
#pragma once

#include "gs/core/merge/merged_record.h"

namespace gs::merge {

inline Digest key_of_number(std::uint32_t number) noexcept {
  Digest key;
  for (std::size_t i = 0; i < 4; ++i) {
    key.bytes[i] = static_cast<std::uint8_t>(number >> (24 - 8 * i));
  }
  return key;
}

class NumberedWriters final : public WriterOrder {
 public:
  Digest key(std::uint32_t writer) const noexcept override { return key_of_number(writer + 1); }
};

// Greater numbers come first, so that numbers are not taken for keys.
class BackwardWriters final : public WriterOrder {
 public:
  Digest key(std::uint32_t writer) const noexcept override { return key_of_number(~writer); }
};

}  // namespace gs::merge
