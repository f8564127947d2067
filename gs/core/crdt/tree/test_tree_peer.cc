#include "gs/core/crdt/tree/test_tree_peer.h"

#include <algorithm>

#include "globalstorage/value.h"

namespace gs::tree::testing {

Writer tree_writer(std::uint32_t number) {
  Writer writer;
  writer.bytes[0] = 0xaa;
  writer.bytes[30] = static_cast<std::uint8_t>(number >> 8);
  writer.bytes[31] = static_cast<std::uint8_t>(number);
  return writer;
}

Buffer text_value(std::string_view text) {
  Buffer value{static_cast<std::uint8_t>(Type::string)};
  value.insert(value.end(), text.begin(), text.end());
  return value;
}

void TreePeer::begin(std::uint64_t ahead) {
  hlc_ += ahead;
  auto begun = tree.begin({hlc_, writer_});
  failed = failed || !begun.ok();
  if (begun.ok()) made_ = std::move(begun).value();
}

NodeId TreePeer::create(std::string_view value, const Spot& spot) {
  const auto node = tree.create(made_, spot, text_value(value));
  failed = failed || !node.ok();
  return node.ok() ? *node : kRoot;
}

void TreePeer::move(const NodeId& node, const Spot& spot) {
  failed = tree.move(made_, node, spot).code() != Code::ok || failed;
}

void TreePeer::set(const NodeId& node, std::string_view value) {
  failed = tree.set(made_, node, text_value(value)).code() != Code::ok || failed;
}

void TreePeer::remove(const NodeId& node) {
  failed = tree.remove(made_, node).code() != Code::ok || failed;
}

SentTree TreePeer::finish() {
  SentTree sent{.made = std::move(made_)};
  sent.table = named_writers(sent.made);
  sent.payload = encode_operation(sent.made, sent.table);
  failed = failed || sent.payload.size() > sent.made.bytes_max;
  made_ = {};
  return sent;
}

Error TreePeer::receive(const SentTree& sent) {
  hlc_ = std::max(hlc_, sent.made.stamp.hlc);
  return tree.apply(sent.arrival());
}

void give_to_all(std::vector<TreePeer>& peers, const std::vector<SentTree>& sent) {
  for (TreePeer& peer : peers) {
    for (const SentTree& one : sent) {
      peer.failed = peer.receive(one).code() != Code::ok || peer.failed;
    }
  }
}

std::string outline(const Tree& tree, const NodeId& parent) {
  std::string text;
  std::size_t level = 0;
  tree.walk(parent, [&](const NodeView& node, std::size_t depth) {
    for (; level > depth; --level) text += ')';
    if (depth > level) {
      text += '(';
    } else if (!text.empty()) {
      text += ' ';
    }
    level = depth;
    text += as_text(node.value.subspan(1));
  });
  return text + std::string(level, ')');
}

std::optional<Operation> operation_of(const OperationView& view, const Arrival& arrival) {
  Operation operation{.stamp = arrival.stamp, .first = arrival.first};
  bool good = true;
  const auto id_of = [&](const NodeName& name) -> NodeId {
    if (name.source == NodeName::kOfRoot) return kRoot;
    if (name.source == NodeName::kOfThis) {
      return {arrival.stamp.hlc, arrival.stamp.writer, arrival.first + name.number};
    }
    const Source& source = view.sources()[name.source - NodeName::kFirstSource];
    if (source.writer > arrival.table.size() || source.back >= arrival.stamp.hlc ||
        (source.back == 0 && name.number >= arrival.first)) {
      good = false;
      return kRoot;
    }
    return {arrival.stamp.hlc - source.back,
            source.writer == 0 ? arrival.stamp.writer : arrival.table[source.writer - 1],
            name.number};
  };
  view.edits([&](const EditView& edit) {
    Edit made{.kind = edit.kind, .node = id_of(edit.node), .parent = id_of(edit.parent)};
    made.index = edit.index;
    made.value.assign(edit.value.begin(), edit.value.end());
    if (edit.kind == Kind::create) {
      made.node = {arrival.stamp.hlc, arrival.stamp.writer,
                   arrival.first + static_cast<std::uint32_t>(operation.edits.size())};
    }
    operation.edits.push_back(std::move(made));
  });
  if (!good) return std::nullopt;
  return operation;
}

}  // namespace gs::tree::testing
