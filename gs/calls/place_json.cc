// Marks of texts and nodes of trees.
#include "gs/calls/report_json.h"

namespace gs::calls {

std::string mark_json(const TextMark& mark, Spelling spelling) {
  ReportObject line(spelling);
  return line.number("from", mark.from)
      .number("to", mark.to)
      .text("key", mark.key)
      .raw("value", mark.value_json)
      .take();
}

ReportObject node_object(const TreeNode& node, Spelling spelling) {
  ReportObject line(spelling);
  line.text("id", node.id);
  if (!node.parent.empty()) line.text("parent", node.parent);
  line.raw("value", node.value);
  return line;
}

}  // namespace gs::calls
