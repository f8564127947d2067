// The fields of a record between its text and its shape: names and contents one behind the other.
//
// Internal to this module: the encoder collects them, a layout changes them.
#pragma once

#include <string_view>
#include <vector>

#include "gs/core/record/content.h"

namespace gs::record {

// A field whose name and content stand in a scratch buffer.
struct Piece {
  std::size_t name_begin, name_end;
  std::size_t begin, end;  // of the content
  Type type;               // kAbsentMember: to be removed
};

struct Pieces {
  Buffer contents;
  std::vector<Piece> list;

  std::string_view name(const Piece& piece) const noexcept {
    return as_text({contents.data() + piece.name_begin, piece.name_end - piece.name_begin});
  }
  Bytes content(const Piece& piece) const noexcept {
    return {contents.data() + piece.begin, piece.end - piece.begin};
  }
};

}  // namespace gs::record
