#include "gs/core/crdt/tree/place_index.h"

#include <algorithm>

#include "gs/base/check.h"
#include "gs/base/endian.h"

namespace gs::tree {
namespace {

constexpr std::size_t kTieBytes = 1 + 44;
constexpr std::int64_t kStep = 16;  // what stays free between neighbours, for four bisections

// Numbers of n + 1 bytes: the first byte's bits that say so, and how many bits are left.
struct NumberForm {
  std::uint8_t mark;
  int bits;
};
constexpr NumberForm kForms[] = {{0x80, 6}, {0xc0, 13}, {0xe0, 20}, {0xf0, 27}, {0xf8, 34}};

constexpr std::int64_t largest_number() {
  std::int64_t sum = -1;
  for (const NumberForm& form : kForms) sum += std::int64_t{1} << form.bits;
  return sum;
}
constexpr std::int64_t kNumberMax = largest_number();
constexpr std::int64_t kNumberMin = -kNumberMax - 1;

void append_number(std::string& out, std::int64_t number) {
  const bool negative = number < 0;
  std::int64_t rest = negative ? -1 - number : number;
  std::size_t form = 0;
  for (; rest >> kForms[form].bits != 0; ++form) rest -= std::int64_t{1} << kForms[form].bits;
  const std::uint64_t mark = std::uint64_t{kForms[form].mark} << (8 * form);
  const std::uint64_t bytes = mark | static_cast<std::uint64_t>(rest);
  for (std::size_t i = 0; i <= form; ++i) {
    const auto byte = static_cast<std::uint8_t>(bytes >> (8 * (form - i)));
    out.push_back(static_cast<char>(negative ? ~byte : byte));
  }
}

// A part of a key.
struct Digit {
  bool tie = false;
  std::int64_t number = 0;
  std::string_view bytes{};
};

std::size_t form_of(std::uint8_t first) noexcept {
  std::size_t form = std::size(kForms) - 1;
  while (form > 0 && first < kForms[form].mark) --form;
  return form;
}

// Takes a digit off the front; false: there is none, or its bytes are none.
bool take_digit(std::string_view& in, Digit& digit) noexcept {
  if (in.empty()) return false;
  const auto first = static_cast<std::uint8_t>(in[0]);
  digit.tie = first == 0;
  if (!digit.tie && (first < 0x04 || first > 0xfb)) return false;
  const std::uint8_t turned = first < 0x80 ? 0xff : 0;
  const std::size_t form = form_of(first ^ turned);
  const std::size_t size = digit.tie ? kTieBytes : form + 1;
  if (size > in.size()) return false;
  digit.bytes = in.substr(0, size);
  in = in.substr(size);
  if (digit.tie) return true;
  std::uint64_t bits = 0;
  for (const char byte : digit.bytes) bits = bits << 8 | (static_cast<std::uint8_t>(byte) ^ turned);
  bits &= (std::uint64_t{1} << kForms[form].bits) - 1;
  digit.number = static_cast<std::int64_t>(bits);
  for (std::size_t i = 0; i < form; ++i) digit.number += std::int64_t{1} << kForms[i].bits;
  if (turned != 0) digit.number = -1 - digit.number;
  return true;
}

bool begins_with_number(std::string_view rest) noexcept { return !rest.empty() && rest[0] != 0; }

std::string key_of(const PlaceKey& place) {
  std::string key(place.index);
  std::uint8_t tie[kTieBytes] = {};
  store_u64_be(tie + 1, place.id.hlc);
  std::copy(place.id.writer->bytes.begin(), place.id.writer->bytes.end(), tie + 9);
  store_u32(tie + 41, __builtin_bswap32(place.id.number));
  key.append(reinterpret_cast<const char*>(tie), kTieBytes);
  return key;
}

// A name against the 44 bytes of a tie.
std::strong_ordering compare_with_tie(const EditIdView& id, std::string_view tie) noexcept {
  const auto* const bytes = reinterpret_cast<const std::uint8_t*>(tie.data());
  const std::uint64_t hlc = load_u64_be(bytes);
  if (id.hlc != hlc) return id.hlc <=> hlc;
  const int order = std::memcmp(id.writer->bytes.data(), bytes + 8, id.writer->bytes.size());
  if (order != 0) return order <=> 0;
  return id.number <=> __builtin_bswap32(load_u32(bytes + 40));
}

// The key of `place`, whose index is the beginning of a longer one, against the rest of that.
std::strong_ordering compare_with_rest(const EditIdView& id, std::string_view rest) noexcept {
  if (rest[0] != 0) return std::strong_ordering::less;
  const std::strong_ordering order = compare_with_tie(id, rest.substr(1, kTieBytes - 1));
  return order == std::strong_ordering::equal ? std::strong_ordering::less : order;
}

// What comes behind all keys that begin as `out` and go on as `rest` or with less.
void append_above(std::string& out, std::string_view rest) {
  Digit digit;
  while (begins_with_number(rest)) {
    GS_CHECK(take_digit(rest, digit));
    append_number(out, std::min(digit.number, kNumberMax - kStep) + kStep);
    if (digit.number < kNumberMax) return;
  }
  append_number(out, 0);
}

// What comes before all keys that begin as `out` and go on as `rest` or with more. The least number
// is followed by another one, as nothing comes before it.
void append_below(std::string& out, std::string_view rest) {
  Digit digit;
  for (;;) {
    GS_CHECK(begins_with_number(rest) && take_digit(rest, digit));
    if (digit.number > kNumberMin + 1) {
      append_number(out, std::max(digit.number - kStep, kNumberMin + 1));
      return;
    }
    append_number(out, kNumberMin);
    if (digit.number > kNumberMin) {
      append_number(out, 0);
      return;
    }
  }
}

// Both go on with other digits; `low` comes before `high`.
void append_between(std::string& out, const Digit& low, std::string_view low_rest,
                    const Digit& high, std::string_view high_rest) {
  const std::int64_t room = high.number - low.number;
  if (!low.tie && room >= 2) return append_number(out, low.number + room / 2);
  if (!low.tie && begins_with_number(high_rest)) {
    out.append(high.bytes);  // shorter than the sibling behind, and before it
    return;
  }
  out.append(low.bytes);
  append_above(out, low_rest);
}

std::string between(std::string_view low, std::string_view high) {
  std::string out;
  Digit low_digit;
  Digit high_digit;
  while (!low.empty() && !high.empty()) {
    std::string_view low_rest = low;
    std::string_view high_rest = high;
    GS_CHECK(take_digit(low_rest, low_digit));
    GS_CHECK(take_digit(high_rest, high_digit));
    if (low_digit.bytes != high_digit.bytes) {
      if (low_digit.tie && !high_digit.tie) {
        append_below(out, high);
      } else {
        append_between(out, low_digit, low_rest, high_digit, high_rest);
      }
      return out;
    }
    out.append(low_digit.bytes);
    low = low_rest;
    high = high_rest;
  }
  if (high.empty()) {
    append_above(out, low);
  } else {
    append_below(out, high);
  }
  return out;
}

}  // namespace

bool valid_index(std::string_view index) noexcept {
  if (index.size() > kIndexBytesMax) return false;
  bool after_number = false;
  bool open = true;  // nothing may end here
  Digit digit;
  while (!index.empty()) {
    if (!take_digit(index, digit)) return false;
    if (digit.tie && (!after_number || open)) return false;
    after_number = !digit.tie;
    open = digit.tie || digit.number == kNumberMin;
  }
  return !open;
}

std::strong_ordering operator<=>(const PlaceKey& a, const PlaceKey& b) noexcept {
  const std::size_t shared = std::min(a.index.size(), b.index.size());
  const int order = shared == 0 ? 0 : std::memcmp(a.index.data(), b.index.data(), shared);
  if (order != 0) return order <=> 0;
  if (a.index.size() == b.index.size()) return a.id <=> b.id;
  if (a.index.size() < b.index.size()) return compare_with_rest(a.id, b.index.substr(shared));
  return 0 <=> compare_with_rest(b.id, a.index.substr(shared));
}

Result<std::string> index_between(const PlaceKey* lower, const PlaceKey* upper) {
  std::string index =
      between(lower == nullptr ? "" : key_of(*lower), upper == nullptr ? "" : key_of(*upper));
  if (index.size() > kIndexBytesMax) {
    return Error(Code::too_large,
                 "tree: too many nodes were put between these two; put it elsewhere, or move one "
                 "of its neighbours first");
  }
  return index;
}

}  // namespace gs::tree
