// The files of the log: their names and the header that each begins with.
//
//   00000001.gsl       segment 1 as it was first written (generation 0)
//   00000001-2.gsl     segment 1 after its second rewrite (generation 2)
//
// The byte table of the header is in log.h. Pure. Safe to call from any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "globalstorage/id.h"
#include "gs/storage/log/log.h"

namespace gs::log {

inline constexpr std::uint16_t kSegmentVersion = 1;
inline constexpr std::uint32_t kSegmentNumberMax = 99'999'999;  // eight digits in the name
// An offset must fit a Location's 32 bits; the rest leaves room for sums.
inline constexpr std::uint64_t kSegmentFileBytesMax = std::uint64_t{0xffff'0000};

struct SegmentName {
  std::uint32_t number = 0;
  std::uint32_t generation = 0;
};

std::string segment_name(SegmentName name);
// Accepts exactly what segment_name() makes; nullopt for every other file.
std::optional<SegmentName> parse_segment_name(std::string_view name);

struct SegmentHeader {
  std::uint32_t number = 0;
  std::uint32_t generation = 0;
  std::uint64_t first_sequence = 0;
  Digest storage;
};

// kSegmentHeaderBytes bytes.
Buffer encode_header(const SegmentHeader& header);

enum class HeaderState {
  sound,
  unsound,  // not a header of this segment of this storage: `what` says why
  newer,    // whole, of a later version of the format
};

struct HeaderCheck {
  HeaderState state = HeaderState::unsound;
  SegmentHeader header;  // when sound
  std::string what;      // when unsound
};

// `file`: the segment file from its begin, of any length.
HeaderCheck check_header(Bytes file, SegmentName name, const Digest& storage);

}  // namespace gs::log
