#include "gs/core/merge/edited_tree.h"

#include <algorithm>

#include "gs/core/crdt/text/varint.h"
#include "gs/core/merge/tree_draft.h"
#include "gs/core/merge/tree_nodes.h"

namespace gs::merge {

using tree::Stamp;

namespace {

constexpr std::size_t kKeyBytes = sizeof(tree::Writer::bytes);

Error bad_tree_edits(const char* what) {
  return Error(Code::invalid, std::string("edits of a tree: ") + what);
}

Buffer content_of_operation(const tree::Operation& made) {
  const std::vector<tree::Writer> table = tree::named_writers(made);
  Buffer bytes;
  crdt::append_varint(bytes, static_cast<std::uint32_t>(table.size()));
  for (const tree::Writer& one : table) {
    bytes.insert(bytes.end(), one.bytes.begin(), one.bytes.end());
  }
  const Buffer operation = tree::encode_operation(made, table);
  bytes.insert(bytes.end(), operation.begin(), operation.end());
  return bytes;
}

}  // namespace

std::optional<TreeContent> tree_content(Bytes bytes) {
  std::uint32_t count = 0;
  if (!crdt::take_varint(bytes, count) || count > bytes.size() / kKeyBytes) return std::nullopt;
  TreeContent content;
  content.table.resize(count);
  for (tree::Writer& one : content.table) {
    std::copy_n(bytes.begin(), kKeyBytes, one.bytes.begin());
    bytes = bytes.subspan(kKeyBytes);
  }
  for (std::size_t i = 1; i < count; ++i) {
    if (content.table[i] <= content.table[i - 1]) return std::nullopt;
  }
  content.operation = bytes;
  return content;
}

bool is_tree_operation(Bytes bytes) {
  const auto content = tree_content(bytes);
  return content && tree::OperationView::parse(content->operation).ok();
}

// Its nodes are there before all edits.
EditedTree::EditedTree(std::string_view value) {
  std::vector<tree::NodeId> planted;
  for (const NodeInArray& node : nodes_of_array(value)) {
    const bool is_below = node.parent != NodeInArray::kNone;
    auto made = tree_.plant(is_below ? planted[node.parent] : tree::kRoot, node.value);
    if (!made.ok()) return;  // an index that is too long: none of 2^34 siblings is
    planted.push_back(*made);
  }
}

Error EditedTree::check(const Stamp& stamp, std::span<const std::uint32_t> parents) const {
  const bool is_later = std::all_of(parents.begin(), parents.end(),
                                    [&](std::uint32_t one) { return stamps_[one] <= stamp; });
  if (is_later && stamp.hlc > tree::kPlanted.hlc) return {};
  return bad_tree_edits("their stamp is not above what they stand on");
}

// What is named has to be in the past of who names it: so all replicas find it, or none.
Error EditedTree::check_sources(const tree::Arrival& arrival,
                                std::span<const std::uint32_t> parents) const {
  GS_TRY(const tree::OperationView view, tree::OperationView::parse(arrival.payload));
  std::vector<std::uint32_t> operations;
  std::vector<bool> is_used(arrival.table.size());
  for (const tree::Source& source : view.sources()) {
    if (source.writer > arrival.table.size() || source.back >= arrival.stamp.hlc) {
      return bad_tree_edits("a source cannot be");
    }
    Stamp stamp{arrival.stamp.hlc - source.back, arrival.stamp.writer};
    if (source.writer != 0) {
      stamp.writer = arrival.table[source.writer - 1];
      is_used[source.writer - 1] = true;
    }
    if (stamp == tree::kPlanted) continue;
    const auto found = by_stamp_.find(stamp);
    if (found == by_stamp_.end()) return bad_tree_edits("a source is not there");
    operations.push_back(found->second.last);
  }
  if (std::find(is_used.begin(), is_used.end(), false) != is_used.end()) {
    return bad_tree_edits("a key is there for nothing");
  }
  if (past_.has_all(parents, operations)) return {};
  return bad_tree_edits("a source is not in their past");
}

std::uint32_t EditedTree::first_number(const Stamp& stamp) const {
  const auto found = by_stamp_.find(stamp);
  return found == by_stamp_.end() ? 0 : found->second.edits;
}

void EditedTree::note(const Stamp& stamp, std::span<const std::uint32_t> parents,
                      std::uint32_t edits) {
  Stamped& stamped = by_stamp_[stamp];
  stamped.last = static_cast<std::uint32_t>(stamps_.size());
  stamped.edits += edits;
  stamps_.push_back(stamp);
  past_.add(parents);
  last_.push_back({});  // trees name nodes by stamps
}

Error EditedTree::add(const crdt::Writer& writer, std::uint64_t hlc,
                      std::span<const std::uint32_t> parents, Bytes edits) {
  const auto content = tree_content(edits);
  if (!content) return bad_tree_edits("the keys of writers are cut off or not in order");
  const Stamp stamp{hlc, writer};
  const tree::Arrival arrival{stamp, content->operation, content->table, first_number(stamp)};
  GS_TRY(const tree::OperationView view, tree::OperationView::parse(arrival.payload));
  if (!draft_.empty()) {
    const Next next{writer, hlc, parents, edits};
    if (!may_take(&next)) return bad_tree_edits("others were to come");
    draft_.clear();
  } else {
    GS_TRY_OK(check(stamp, parents));
    GS_TRY_OK(check_sources(arrival, parents));
    GS_TRY_OK(tree_.add(arrival));
  }
  note(stamp, parents, view.edit_count());
  return {};
}

bool EditedTree::may_take(const Next* next) const {
  if (draft_.empty()) return true;
  return next != nullptr && draft_stamp_ == Stamp{next->hlc, next->writer} &&
         past_.are_heads(next->parents) &&
         std::equal(draft_.begin(), draft_.end(), next->edits.begin(), next->edits.end());
}

std::string EditedTree::shown() const {
  tree_.settle();
  return array_of_tree(tree_);
}

std::size_t EditedTree::memory_bytes() const noexcept {
  constexpr std::size_t kStampBytes = 2 * (sizeof(Stamp) + sizeof(Stamped)) + 48;
  return tree_.memory_bytes() + stamps_.size() * kStampBytes;
}

Result<Buffer> EditedTree::draft(const Stamp& stamp, const TreeEdits& edits) {
  tree_.settle();
  GS_TRY(tree::Operation made, tree_.begin(stamp, first_number(stamp)));
  TreeDraft draft(tree_, made, edits.first_new);
  GS_TRY_OK(edits.wanted ? draft.become(*edits.wanted) : draft.edit(edits.edits));
  if (made.edits.empty()) return Buffer();
  draft_ = content_of_operation(made);
  draft_stamp_ = stamp;
  return draft_;
}

}  // namespace gs::merge
