// Names of versions.
#include "gs/calls/report_json.h"

namespace gs::calls {

const char* kind_word(NamedVersion::Kind kind) noexcept {
  return kind == NamedVersion::Kind::tag ? "tag" : "branch";
}

std::string named_json(const NamedVersion& named, bool is_current,
                       const std::optional<Divergence>& apart, Spelling spelling) {
  ReportObject line(spelling);
  line.text("name", named.name)
      .text("kind", kind_word(named.kind))
      .raw("heads", digests_json(named.heads));
  if (named.time_ms != 0) line.text("writer", named.writer.text()).time(named.time_ms);
  if (named.kind == NamedVersion::Kind::branch) line.boolean("checkedOut", is_current);
  if (apart) line.number("ahead", apart->ahead).number("behind", apart->behind);
  return line.take();
}

}  // namespace gs::calls
