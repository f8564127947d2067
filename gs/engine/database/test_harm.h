// For tests: what may happen to the bytes of a file while nobody looks.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

#include "gs/engine/database/test_world.h"

namespace gs::engine::testing {

inline constexpr std::size_t kPieceBytes = 48;

enum class Harm : std::uint8_t { flip, zeros, doubled, exchanged, cut, appended, gone };
constexpr Harm kHarms[] = {Harm::flip, Harm::zeros,    Harm::doubled, Harm::exchanged,
                           Harm::cut,  Harm::appended, Harm::gone};

// False when the harm does nothing here.
inline bool harm(Files& files, const std::string& path, std::size_t at, Harm how) {
  Buffer& bytes = files[path];
  const Buffer before = bytes;
  const std::size_t piece = std::min(kPieceBytes, bytes.size() - at);
  const auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(at);
  const auto end = begin + static_cast<std::ptrdiff_t>(piece);
  switch (how) {
    case Harm::flip:
      *begin ^= static_cast<std::uint8_t>(1u << at % 8);
      break;
    case Harm::zeros:
      std::fill(begin, end, std::uint8_t{0});
      break;
    case Harm::doubled: {
      const Buffer copy(begin, end);
      bytes.insert(end, copy.begin(), copy.end());
      break;
    }
    case Harm::exchanged:
      if (at < kPieceBytes || piece < kPieceBytes) return false;
      std::swap_ranges(begin, end, begin - kPieceBytes);
      break;
    case Harm::cut:
      bytes.resize(at);
      break;
    case Harm::appended:
      if (at != 0) return false;  // once for each file
      bytes.insert(bytes.end(), kPieceBytes, std::uint8_t{0x67});
      break;
    case Harm::gone:
      if (at != 0) return false;
      files.erase(path);
      return true;
  }
  return bytes != before;
}

}  // namespace gs::engine::testing
