// Taking back marks: what to mark in a text, once what was typed is taken back (taken_text.h), for
// it to be marked as if some operations had never been. What others marked over it since stays.
// Characters that come back have the marks that they had. Pure. Errors: damaged.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "gs/core/merge/taken_text.h"

namespace gs::merge {

// A mark to make; null as its value takes marks away. Positions are those of the text behind all
// edits that take_back_edits() gives.
struct MarkToMake {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  std::string key;
  Buffer value;
  bool grows_at_begin = false;
  bool grows_at_end = false;
};

Result<std::vector<MarkToMake>> take_back_marks(
    const TypedField& field, const WriterOrder& order,
    const std::function<bool(const LocalStamp&)>& is_taken,
    const std::function<bool(const LocalStamp&)>& restores);  // as in taken_text.h

}  // namespace gs::merge
