#include "bench/typed_text.h"

#include "bench/need.h"

namespace gs::bench {

TypedText typed_paper(std::uint64_t edits) {
  TypedText typed;
  typed.trace = crdt::testing::read_trace("automerge-paper");
  for (const auto& transaction : typed.trace.transactions) {
    for (const auto& patch : transaction.patches) {
      if (typed.patches.size() == edits) break;
      typed.patches.push_back({patch.pos, patch.deleted, patch.inserted});
    }
  }
  typed.whole = typed.patches.size() < edits;
  if (typed.whole) {
    typed.end = typed.trace.end;
    return typed;
  }
  for (const TypedPatch& patch : typed.patches) {
    typed.end.replace(patch.pos, patch.deleted, patch.inserted);
  }
  return typed;
}

crdt::Writer text_writer(std::uint32_t agent) {
  crdt::Writer writer;
  writer.bytes[0] = static_cast<std::uint8_t>(agent + 1);
  return writer;
}

void type_all(crdt::Text& text, const TypedText& typed) {
  const std::uint32_t self = text.writer_number(text_writer(0));
  for (const TypedPatch& patch : typed.patches) {
    need(text.erase(self, patch.pos, patch.deleted), "erase");
    need(text.insert(self, patch.pos, patch.inserted), "insert");
  }
}

const std::vector<std::string>& text_peers() {
  static const std::vector<std::string> names = {"yjs", "loro", "json-joy", "diamond", "automerge"};
  return names;
}

}  // namespace gs::bench
