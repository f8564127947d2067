// What differs within a field that is a text in two records, as diff and revert tell it. Pure.
#pragma once

#include "globalstorage/history.h"
#include "gs/core/crdt/text/hunks.h"
#include "gs/core/record/record.h"

namespace gs::engine {

// Of other fields: nothing.
inline std::vector<TextHunk> field_hunks(const record::ValueView& before,
                                         const record::ValueView& after) {
  if (before.type != Type::string || after.type != Type::string) return {};
  std::vector<TextHunk> hunks;
  for (const crdt::Hunk& hunk : crdt::text_hunks(before.text(), after.text())) {
    hunks.push_back(
        {hunk.before, hunk.after, std::string(hunk.removed), std::string(hunk.inserted)});
  }
  return hunks;
}

}  // namespace gs::engine
