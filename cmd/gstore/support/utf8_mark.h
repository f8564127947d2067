// The byte order mark that some programs put before UTF-8 text; it is no part of the text.
#pragma once

#include "cmd/gstore/support/input.h"

namespace gs::cli {

inline constexpr std::string_view kUtf8Mark = "\xEF\xBB\xBF";

// Call at the beginning of a stream.
inline Error skip_utf8_mark(Input& input) {
  while (input.rest().size() < kUtf8Mark.size()) {
    GS_TRY(const bool grown, input.more());
    if (!grown) return {};
  }
  if (input.rest().substr(0, kUtf8Mark.size()) == kUtf8Mark) input.consume(kUtf8Mark.size());
  return {};
}

}  // namespace gs::cli
