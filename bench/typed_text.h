// The recorded session of one writer that rows of texts type, all of it or its first edits.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gs/core/crdt/text/test_trace.h"
#include "gs/core/crdt/text/text.h"

namespace gs::bench {

// One behind the other, so that reading them costs next to nothing.
struct TypedPatch {
  std::uint32_t pos;
  std::uint32_t deleted;
  std::string_view inserted;  // of the trace
};

struct TypedText {
  crdt::testing::Trace trace;
  std::vector<TypedPatch> patches;
  std::string end;     // what they come to
  bool whole = false;  // all of the session
};

// The first edits of the paper.
TypedText typed_paper(std::uint64_t edits);

crdt::Writer text_writer(std::uint32_t agent);
// As one writer.
void type_all(crdt::Text& text, const TypedText& typed);

// npm packages that have texts.
const std::vector<std::string>& text_peers();

}  // namespace gs::bench
