#include "gs/core/crdt/tree/operation.h"

#include <algorithm>
#include <map>

#include "gs/base/check.h"
#include "gs/base/endian.h"
#include "gs/core/crdt/text/varint.h"
#include "gs/core/crdt/tree/place_index.h"
#include "gs/core/record/record.h"

namespace gs::tree {
namespace {

using crdt::append_varint;
using crdt::append_varint64;
using crdt::take_varint;
using crdt::take_varint64;

Error broken_tree_operation(const char* what) {
  return Error(Code::invalid, std::string("tree operation: ") + what);
}

bool gives_value(Kind kind) noexcept { return kind == Kind::create || kind == Kind::set; }
bool gives_place(Kind kind) noexcept { return kind == Kind::create || kind == Kind::move; }

// Calls visit(NodeId) for the names that an edit writes, in order.
template <typename Visit>
void each_name(const Edit& edit, Visit visit) {
  if (edit.kind != Kind::create) visit(edit.node);
  if (gives_place(edit.kind)) visit(edit.parent);
}

// Knows by which number each named operation goes.
class NameWriter {
 public:
  NameWriter(const Operation& operation, std::span<const Writer> table)
      : stamp_(operation.stamp), first_(operation.first) {
    for (std::size_t i = 0; i < table.size(); ++i) {
      numbers_.emplace(table[i], static_cast<std::uint32_t>(i + 1));
    }
    for (const Edit& edit : operation.edits) {
      each_name(edit, [&](const NodeId& node) {
        if (node != kRoot && !is_own(node)) sources_.push_back(source_of(node));
      });
    }
    std::sort(sources_.begin(), sources_.end());
    sources_.erase(std::unique(sources_.begin(), sources_.end()), sources_.end());
  }

  void append_sources(Buffer& out) const {
    append_varint(out, static_cast<std::uint32_t>(sources_.size()));
    for (const Source& source : sources_) {
      append_varint(out, source.writer);
      append_varint64(out, source.back);
    }
  }

  void append(Buffer& out, const NodeId& node, std::uint32_t times, std::uint32_t plus) const {
    const std::uint32_t source = number_of(node);
    append_varint(out, source * times + plus);
    if (source == NodeName::kOfRoot) return;
    append_varint(out, source == NodeName::kOfThis ? node.number - first_ : node.number);
  }

 private:
  bool is_own(const NodeId& node) const noexcept {
    return node.stamp() == stamp_ && node.number >= first_;
  }

  Source source_of(const NodeId& node) const {
    if (node.writer == stamp_.writer) return {0, stamp_.hlc - node.hlc};
    const auto found = numbers_.find(node.writer);
    GS_CHECK(found != numbers_.end());
    return {found->second, stamp_.hlc - node.hlc};
  }

  std::uint32_t number_of(const NodeId& node) const {
    if (node == kRoot) return NodeName::kOfRoot;
    if (is_own(node)) return NodeName::kOfThis;
    const auto found = std::lower_bound(sources_.begin(), sources_.end(), source_of(node));
    return NodeName::kFirstSource + static_cast<std::uint32_t>(found - sources_.begin());
  }

  const Stamp& stamp_;
  const std::uint32_t first_;
  std::map<Writer, std::uint32_t> numbers_;
  std::vector<Source> sources_;
};

void append_sized(Buffer& out, Bytes bytes) {
  append_varint(out, static_cast<std::uint32_t>(bytes.size()));
  out.insert(out.end(), bytes.begin(), bytes.end());
}

void append_edit(Buffer& out, const Edit& edit, const NameWriter& names) {
  const auto kind = static_cast<std::uint32_t>(edit.kind);
  names.append(out, edit.kind == Kind::create ? edit.parent : edit.node, 4, kind);
  if (edit.kind == Kind::move) names.append(out, edit.parent, 1, 0);
  if (gives_place(edit.kind)) append_sized(out, as_bytes(edit.index));
  if (gives_value(edit.kind)) append_sized(out, edit.value);
}

bool take_sized(Bytes& in, Bytes& bytes) noexcept {
  std::uint32_t size = 0;
  if (!take_varint(in, size) || size > in.size()) return false;
  bytes = in.first(size);
  in = in.subspan(size);
  return true;
}

// The rest of a name whose source is known.
bool take_number(Bytes& in, NodeName& name) noexcept {
  name.number = 0;
  return name.source == NodeName::kOfRoot || take_varint(in, name.number);
}

// Sees that names are of what there is, and that no source is there for nothing.
class NameChecker {
 public:
  explicit NameChecker(std::size_t sources) : used_(sources) {}

  // A name in the edit that follows those seen.
  bool good(const NodeName& name) {
    if (name.source == NodeName::kOfRoot) return true;
    if (name.source == NodeName::kOfThis) {
      return name.number < creates_.size() && creates_[name.number];
    }
    const std::size_t source = name.source - NodeName::kFirstSource;
    if (source >= used_.size() || name.number >= kEditsMax) return false;
    used_[source] = true;
    return true;
  }
  void edit_done(Kind kind) { creates_.push_back(kind == Kind::create); }
  bool all_used() const { return std::find(used_.begin(), used_.end(), false) == used_.end(); }

 private:
  std::vector<bool> used_;
  std::vector<bool> creates_;
};

}  // namespace

std::vector<Writer> named_writers(const Operation& operation) {
  std::vector<Writer> writers;
  for (const Edit& edit : operation.edits) {
    each_name(edit, [&](const NodeId& node) {
      if (node != kRoot && node.writer != operation.stamp.writer) writers.push_back(node.writer);
    });
  }
  std::sort(writers.begin(), writers.end());
  writers.erase(std::unique(writers.begin(), writers.end()), writers.end());
  return writers;
}

Buffer encode_operation(const Operation& operation, std::span<const Writer> table) {
  GS_CHECK(!operation.edits.empty());
  const NameWriter names(operation, table);
  Buffer out;
  names.append_sources(out);
  append_varint(out, static_cast<std::uint32_t>(operation.edits.size()));
  for (const Edit& edit : operation.edits) append_edit(out, edit, names);
  out.resize(align_up(out.size(), std::size_t{8}));
  return out;
}

Error OperationView::take_edit(Bytes& in, EditView& edit) {
  std::uint32_t head = 0;
  if (!take_varint(in, head)) return broken_tree_operation("an edit is cut off");
  edit = {.kind = static_cast<Kind>(head % 4)};
  NodeName& first = edit.kind == Kind::create ? edit.parent : edit.node;
  first.source = head / 4;
  if (!take_number(in, first)) return broken_tree_operation("a name of a node is cut off");
  if (edit.kind != Kind::create && first.source == NodeName::kOfRoot) {
    return broken_tree_operation("the root stays what it is");
  }
  if (edit.kind == Kind::move &&
      (!take_varint(in, edit.parent.source) || !take_number(in, edit.parent))) {
    return broken_tree_operation("a name of a parent is cut off");
  }
  Bytes index;
  if (gives_place(edit.kind) && !take_sized(in, index)) {
    return broken_tree_operation("an index is cut off");
  }
  edit.index = as_text(index);
  if (gives_value(edit.kind) && !take_sized(in, edit.value)) {
    return broken_tree_operation("a value is cut off");
  }
  return {};
}

Error OperationView::parse_sources(Bytes& in) {
  std::uint32_t count = 0;
  if (!take_varint(in, count)) return broken_tree_operation("no count of sources");
  // A source takes two bytes, so what is reserved is in proportion to what was sent.
  if (count > kSourcesMax || count > in.size() / 2) {
    return broken_tree_operation("more sources than there can be");
  }
  sources_.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    Source source;
    if (!take_varint(in, source.writer) || !take_varint64(in, source.back) ||
        (source.back == 0 && source.writer != 0)) {
      return broken_tree_operation("a source has no such form");
    }
    if (i > 0 && source <= sources_.back()) {
      return broken_tree_operation("sources are not in order");
    }
    sources_.push_back(source);
  }
  return {};
}

Error OperationView::parse_edits(Bytes& in) {
  if (!take_varint(in, edit_count_)) return broken_tree_operation("no count of edits");
  if (edit_count_ == 0) return broken_tree_operation("no edits");
  if (edit_count_ > kEditsMax) return broken_tree_operation("too many edits");
  const Bytes all = in;
  NameChecker names(sources_.size());
  EditView edit;
  for (std::uint32_t i = 0; i < edit_count_; ++i) {
    GS_TRY_OK(take_edit(in, edit));
    if (!names.good(edit.node) || !names.good(edit.parent)) {
      return broken_tree_operation("an edit names a node that nothing created before it");
    }
    if (gives_place(edit.kind) && !valid_index(edit.index)) {
      return broken_tree_operation("an index is none");
    }
    if (gives_value(edit.kind)) {
      if (Error error = record::validate_any(edit.value, record::kMemberDepth))
        return std::move(error).in("tree operation");
    }
    names.edit_done(edit.kind);
  }
  if (!names.all_used()) return broken_tree_operation("no edit names a node of a source");
  edits_ = all.first(all.size() - in.size());
  return {};
}

Result<OperationView> OperationView::parse(Bytes payload) {
  if (payload.size() > kOperationBytesMax) {
    return Error(Code::too_large, "a tree operation of more than 16 MiB");
  }
  if (payload.size() % 8 != 0) return broken_tree_operation("its size is no multiple of 8");
  OperationView view;
  Bytes rest = payload;
  GS_TRY_OK(view.parse_sources(rest));
  GS_TRY_OK(view.parse_edits(rest));
  if (rest.size() >= 8) return broken_tree_operation("bytes behind its end");
  for (const std::uint8_t byte : rest) {
    if (byte != 0) return broken_tree_operation("padding is not zero");
  }
  return view;
}

}  // namespace gs::tree
