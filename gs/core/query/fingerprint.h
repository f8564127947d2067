// How parts of a query are written one behind the other, so that equal queries give equal bytes and
// no others do: the size of each in eight bytes, then its text. Pure.
#pragma once

#include <iterator>
#include <string>
#include <string_view>

#include "gs/base/endian.h"
#include "gs/core/record/json.h"

namespace gs::query {

inline void note_part(std::string_view text, Buffer& out) {
  std::uint8_t size[8];
  store(size, static_cast<std::uint64_t>(text.size()));
  out.insert(out.end(), std::begin(size), std::end(size));
  const Bytes bytes = as_bytes(text);
  out.insert(out.end(), bytes.begin(), bytes.end());
}

inline void note_value(const Value& value, Buffer& out) {
  std::string text;
  record::append_json(value, text);
  note_part(text, out);
}

}  // namespace gs::query
