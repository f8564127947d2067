#include "gs/core/merge/tree_nodes.h"

#include <charconv>
#include <map>

#include "gs/base/hex.h"
#include "gs/core/merge/elements.h"
#include "gs/core/record/content.h"

namespace gs::merge {

using record::NamedPart;
using record::Part;
using record::ValueView;
using tree::NodeId;

namespace {

constexpr std::string_view kId = "id";
constexpr std::string_view kParent = "parent";
constexpr std::string_view kValue = "value";
constexpr std::string_view kChildren = "children";
constexpr std::size_t kKeyDigits = 16;
constexpr std::uint8_t kNull[] = {static_cast<std::uint8_t>(Type::null)};

// All of it, in the one way that numbers are spelled.
template <typename Number>
bool take_number(std::string_view text, int base, Number& number) {
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number, base);
  if (text.empty() || read.ec != std::errc() || read.ptr != end) return false;
  const bool has_capitals = text.find_first_of("ABCDEF") != std::string_view::npos;
  return !has_capitals && (text[0] != '0' || text.size() == 1);
}

Part part_of_any(Bytes value) {
  const auto type = static_cast<Type>(value[0]);
  return {type == Type::null ? Part::null : Part::value, type, value.subspan(1)};
}

// The elements of an array that come one behind the other.
class ArrayMaker {
 public:
  void add(std::string_view id, std::string_view parent, Bytes value) {
    NamedPart members[3];
    std::size_t count = 0;
    members[count++] = {kId, {Part::value, Type::string, as_bytes(id)}};
    if (!parent.empty()) {
      members[count++] = {kParent, {Part::value, Type::string, as_bytes(parent)}};
    }
    members[count++] = {kValue, part_of_any(value)};
    sink_.append_number(static_cast<std::uint8_t>(Type::object));
    record::write_object({members, count}, sink_);
    ends_.push_back(static_cast<std::uint32_t>(sink_.used()));
  }

  std::string content() {
    sink_.finish();
    std::string all(4 * (ends_.size() + 1), '\0');
    auto* const at = reinterpret_cast<std::uint8_t*>(all.data());
    store_u32(at, static_cast<std::uint32_t>(ends_.size()));
    for (std::size_t i = 0; i < ends_.size(); ++i) store_u32(at + 4 * (i + 1), ends_[i]);
    all += as_text(elements_);
    return all;
  }

 private:
  Buffer elements_;
  record::Sink sink_{elements_};
  std::vector<std::uint32_t> ends_;
};

// Reads an array. Nested ones are as deep as records allow (record.h).
class ArrayReader {
 public:
  void read(const ValueView& array, std::size_t parent) {
    const std::uint32_t count = array.count();
    for (std::uint32_t i = 0; i < count; ++i) read_node(array.element(i), parent);
  }

  std::vector<NodeInArray> nodes;

 private:
  struct Members {
    std::optional<ValueView> id;
    std::optional<ValueView> parent;
    std::optional<ValueView> value;
    std::optional<ValueView> children;
  };

  // False: it is no node, but the value of one.
  static bool take_members(const ValueView& element, Members& members) {
    if (element.type != Type::object || element.count() == 0) return false;
    for (std::uint32_t i = 0; i < element.count(); ++i) {
      const std::string_view name = element.member_name(i);
      const ValueView member = element.member(i);
      const bool is_text = member.type == Type::string;
      if (name == kId && is_text) {
        members.id = member;
      } else if (name == kParent && (is_text || member.is_null())) {
        members.parent = member;
      } else if (name == kValue) {
        members.value = member;
      } else if (name == kChildren && member.type == Type::array) {
        members.children = member;
      } else {
        return false;
      }
    }
    return true;
  }

  // What would be nested too deeply as the value of a node that is shown is left out.
  static Bytes value_in(const ValueView& value) {
    const Bytes all = element_bytes(value);
    const bool may_nest = value.type == Type::object || is_collection(value.type);
    return may_nest && record::validate_any(all, record::kMemberDepth) ? Bytes(kNull) : all;
  }

  void read_node(const ValueView& element, std::size_t parent) {
    Members members;
    if (!take_members(element, members)) {
      nodes.push_back({{}, parent, value_in(element)});
      return;
    }
    NodeInArray node{{}, parent, members.value ? value_in(*members.value) : Bytes(kNull)};
    if (members.parent && members.parent->type == Type::string && parent == NodeInArray::kNone) {
      const auto found = by_id_.find(members.parent->text());
      if (found != by_id_.end()) node.parent = found->second;
    }
    if (members.id) node.id = members.id->text();
    const std::size_t number = nodes.size();
    if (!node.id.empty()) by_id_.emplace(node.id, number);
    nodes.push_back(node);
    if (members.children) read(*members.children, number);
  }

  std::map<std::string_view, std::size_t> by_id_;  // the first of each name
};

// Each behind its parent and what is below earlier siblings; siblings keep their order.
std::vector<NodeInArray> in_preorder(const std::vector<NodeInArray>& nodes) {
  constexpr std::size_t kNone = NodeInArray::kNone;
  std::vector<std::size_t> first(nodes.size() + 1, kNone);  // child; the root's is the last one
  std::vector<std::size_t> next(nodes.size(), kNone);       // sibling
  for (std::size_t i = nodes.size(); i-- > 0;) {
    std::size_t& head = first[nodes[i].parent == kNone ? nodes.size() : nodes[i].parent];
    next[i] = head;
    head = i;
  }
  std::vector<NodeInArray> sorted;
  sorted.reserve(nodes.size());
  std::vector<std::pair<std::size_t, std::size_t>> open{{first.back(), kNone}};  // and its parent
  while (!open.empty()) {
    const auto [at, parent] = open.back();
    open.pop_back();
    if (at == kNone) continue;
    open.emplace_back(next[at], parent);
    open.emplace_back(first[at], sorted.size());
    sorted.push_back({nodes[at].id, parent, nodes[at].value});
  }
  return sorted;
}

}  // namespace

std::string node_text(const NodeId& node) {
  if (node.stamp() == tree::kPlanted) return std::to_string(node.number);
  char digits[16];
  const auto end = std::to_chars(digits, digits + sizeof digits, node.hlc, 16).ptr;
  std::string text(digits, end);
  text += '-';
  text += to_hex(Bytes(node.writer.bytes).first(kKeyDigits / 2));
  if (node.number != 0) text += '-' + std::to_string(node.number);
  return text;
}

std::optional<NodeId> node_named(const tree::Tree& tree, std::string_view text) {
  NodeId node;
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) {
    node = {tree::kPlanted.hlc, tree::kPlanted.writer, 0};
    if (!take_number(text, 10, node.number)) return std::nullopt;
  } else {
    if (!take_number(text.substr(0, dash), 16, node.hlc)) return std::nullopt;
    std::string_view rest = text.substr(dash + 1);
    if (rest.size() < kKeyDigits) return std::nullopt;
    std::uint8_t key[kKeyDigits / 2];
    if (!from_hex(rest.substr(0, kKeyDigits), key)) return std::nullopt;
    rest = rest.substr(kKeyDigits);
    if (!rest.empty() && (rest[0] != '-' || !take_number(rest.substr(1), 10, node.number))) {
      return std::nullopt;
    }
    const tree::Writer* const writer = tree.writer_like(key);
    if (writer == nullptr) return std::nullopt;
    node.writer = *writer;
    if (node_text(node) != text) return std::nullopt;
  }
  if (!tree.find(node)) return std::nullopt;
  return node;
}

std::vector<NodeInArray> nodes_of_array(std::string_view content) {
  ArrayReader reader;
  if (!content.empty()) reader.read({Type::array, as_bytes(content)}, NodeInArray::kNone);
  return in_preorder(reader.nodes);
}

std::string array_of_tree(const tree::Tree& tree) {
  ArrayMaker array;
  std::vector<std::string> above;  // the texts of what is above the node
  tree.walk(tree::kRoot, [&](const tree::NodeView& node, std::size_t depth) {
    above.resize(depth);
    std::string id = node_text(node.id);
    array.add(id, depth == 0 ? std::string_view() : std::string_view(above.back()), node.value);
    above.push_back(std::move(id));
  });
  return array.content();
}

std::string array_of_nodes(const std::vector<NodeInArray>& nodes) {
  ArrayMaker array;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const bool is_below = nodes[i].parent != NodeInArray::kNone;
    array.add(std::to_string(i), is_below ? std::to_string(nodes[i].parent) : std::string(),
              nodes[i].value);
  }
  return array.content();
}

}  // namespace gs::merge
