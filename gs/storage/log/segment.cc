#include "gs/storage/log/segment.h"

#include <algorithm>
#include <cstdio>

#include "gs/base/crc32c.h"
#include "gs/base/digit.h"
#include "gs/base/endian.h"
#include "gs/storage/log/frame.h"

namespace gs::log {
namespace {

constexpr std::uint32_t kSegmentMagic = 0x316c7367;  // "gsl1"
constexpr std::size_t kHeaderCheckedBytes = 56;
constexpr std::size_t kUsedBytes = 60;
constexpr std::string_view kSuffix = ".gsl";

// Decimal digits without a leading zero unless `width` is filled with them; nullopt on overflow.
std::optional<std::uint32_t> parse_number(std::string_view digits) {
  if (digits.empty() || digits.size() > 10) return std::nullopt;
  std::uint64_t number = 0;
  for (const char c : digits) {
    if (!is_digit(c)) return std::nullopt;
    number = number * 10 + static_cast<std::uint64_t>(c - '0');
  }
  if (number > 0xffff'ffff) return std::nullopt;
  return static_cast<std::uint32_t>(number);
}

HeaderCheck unsound(std::string what) {
  HeaderCheck check;
  check.what = std::move(what);
  return check;
}

// The checks cover all of the page, so its offset tells nothing about the byte that differs.
HeaderCheck unsound_page(const char* what) {
  return unsound(std::string("segment header, the first page of the file: ") + what);
}

}  // namespace

std::string segment_name(SegmentName name) {
  char text[32];
  if (name.generation == 0) {
    std::snprintf(text, sizeof text, "%08u.gsl", name.number);
  } else {
    std::snprintf(text, sizeof text, "%08u-%u.gsl", name.number, name.generation);
  }
  return text;
}

std::optional<SegmentName> parse_segment_name(std::string_view name) {
  constexpr std::size_t kDigits = 8;
  if (name.size() < kDigits + kSuffix.size() || !name.ends_with(kSuffix)) return std::nullopt;
  const std::string_view stem = name.substr(0, name.size() - kSuffix.size());
  const auto number = parse_number(stem.substr(0, kDigits));
  if (!number || *number == 0) return std::nullopt;
  SegmentName parsed{*number, 0};
  if (stem.size() > kDigits) {
    const std::string_view generation = stem.substr(kDigits + 1);
    const auto value = parse_number(generation);
    if (stem[kDigits] != '-' || !value || generation[0] == '0') return std::nullopt;
    parsed.generation = *value;
  }
  return parsed;
}

Buffer encode_header(const SegmentHeader& header) {
  Buffer out(kSegmentHeaderBytes);
  store_u32(out.data(), kSegmentMagic);
  store_u16(out.data() + 4, kSegmentVersion);
  store_u32(out.data() + 8, header.number);
  store_u32(out.data() + 12, header.generation);
  store_u64(out.data() + 16, header.first_sequence);
  std::copy(header.storage.bytes.begin(), header.storage.bytes.end(), out.begin() + 24);
  store_u32(out.data() + kHeaderCheckedBytes, crc32c(Bytes(out).first(kHeaderCheckedBytes)));
  return out;
}

HeaderCheck check_header(Bytes file, SegmentName name, const Digest& storage) {
  if (file.size() < kSegmentHeaderBytes)
    return unsound("the file is shorter than a segment header");
  const std::uint8_t* at = file.data();
  if (load_u32(at) != kSegmentMagic) return unsound_page("wrong magic");
  if (load_u32(at + kHeaderCheckedBytes) != crc32c(file.first(kHeaderCheckedBytes))) {
    return unsound_page("wrong checksum");
  }
  HeaderCheck check;
  const std::uint16_t version = load_u16(at + 4);
  if (version > kSegmentVersion) {
    check.state = HeaderState::newer;
    return check;
  }
  if (version == 0 || load_u16(at + 6) != 0) return unsound_page("impossible version");
  if (!is_zero(file.first(kSegmentHeaderBytes).subspan(kUsedBytes))) {
    return unsound_page("bytes that must be zero are not");
  }
  check.header.number = load_u32(at + 8);
  check.header.generation = load_u32(at + 12);
  check.header.first_sequence = load_u64(at + 16);
  std::copy_n(at + 24, check.header.storage.bytes.size(), check.header.storage.bytes.begin());
  if (check.header.number != name.number) return unsound_page("number is not the file's");
  if (check.header.generation != name.generation) {
    return unsound_page("generation is not the file's");
  }
  if (check.header.storage != storage) return unsound_page("segment of another storage");
  check.state = HeaderState::sound;
  return check;
}

}  // namespace gs::log
