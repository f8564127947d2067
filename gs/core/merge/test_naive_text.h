// What a text with marks must come to, worked out character by character from the words of
// docs/FORMAT.md ("Text edits", "Text marks"), with nothing kept and nothing clever.
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "gs/core/crdt/text/operation.h"

namespace gs::merge::testing {

class NaiveText {
 public:
  struct Stamp {
    std::uint64_t hlc = 0;
    Digest writer;
    friend auto operator<=>(const Stamp&, const Stamp&) = default;
  };

  explicit NaiveText(const std::string& value) {
    views_.push_back({0});
    for (const std::string& point : points_of(value)) {
      insert(0, {}, visible(views_[0]).size(), point);
    }
  }

  // Of an operation that stands on others, by their numbers from 1 on; its number.
  std::size_t add(const Stamp& stamp, const std::vector<std::size_t>& parents, Bytes bytes) {
    std::set<std::size_t> view{0, views_.size()};
    for (const std::size_t one : parents) view.insert(views_[one].begin(), views_[one].end());
    const std::size_t number = views_.size();
    views_.push_back(view);
    const auto edits = crdt::parse_edits(bytes);
    std::vector<std::string> inserted = points_of(std::string(edits->text));
    std::size_t next = 0;
    crdt::ChainReader reader(*edits);
    crdt::TextMark mark;
    std::uint32_t in_operation = 0;
    for (crdt::EditRun run; reader.next(run, &mark);) {
      for (std::uint32_t i = 0; i < run.count; ++i) {
        switch (run.edit) {
          case crdt::Edit::insert:
            insert(number, stamp.writer, run.pos + i, inserted[next++]);
            break;
          case crdt::Edit::erase:
            erase(number, run.pos);
            break;
          case crdt::Edit::erase_back:
            erase(number, run.pos - i);
            break;
          case crdt::Edit::touch:
            add_mark(number, stamp, in_operation++, mark);
        }
      }
    }
    return number;
  }

  std::string text() const {
    std::string text;
    for (const std::size_t node : visible(all())) text += nodes_[node].point;
    return text;
  }

  // "from-to key=value" of each stretch, by position, then by key.
  std::string marks() const {
    const std::vector<std::size_t> shown = visible(all());
    std::vector<std::map<std::string, std::string>> of(shown.size() + 1);
    for (std::size_t i = 0; i < shown.size(); ++i) of[i] = marks_at(shown[i]);
    std::string told;
    for (std::size_t i = 0; i < shown.size(); ++i) {
      for (const auto& [key, value] : of[i]) {
        const auto has = [&](std::size_t at) {
          const auto found = of[at].find(key);
          return found != of[at].end() && found->second == value;
        };
        if (i > 0 && has(i - 1)) continue;
        std::size_t end = i;
        while (has(end)) ++end;
        told += std::to_string(i) + "-" + std::to_string(end) + " " + key + "=" + value + "\n";
      }
    }
    return told;
  }

 private:
  static constexpr std::size_t kNone = ~std::size_t{0};
  static constexpr std::ptrdiff_t kTypedBehindMax = 256;
  struct Node {
    std::size_t operation = 0;
    Digest writer;
    std::size_t seq = 0;
    std::string point;
    std::size_t parent = kNone;
    bool is_right = true;
    std::size_t right_origin = kNone;
    std::set<std::size_t> deleted_by;  // operations
    // In the text that its writer saw: what stood behind it, and what was deleted in between.
    std::size_t next_shown = kNone;
    std::set<std::size_t> deleted_between{};
  };
  struct Mark {
    Stamp stamp;
    std::size_t operation = 0;
    std::uint32_t number = 0;
    std::size_t begin = kNone;
    bool is_behind_begin = false;
    std::size_t end = kNone;
    bool is_before_end = false;
    std::string key;
    std::string value;
  };

  static std::vector<std::string> points_of(const std::string& text) {
    std::vector<std::string> points;
    for (const char byte : text) {
      if ((static_cast<unsigned char>(byte) & 0xc0u) != 0x80u) points.emplace_back();
      points.back() += byte;
    }
    return points;
  }
  std::set<std::size_t> all() const {
    std::set<std::size_t> view;
    for (std::size_t i = 0; i < views_.size(); ++i) view.insert(i);
    return view;
  }
  std::vector<std::size_t> inserted(const std::set<std::size_t>& view) const {
    std::vector<std::size_t> found;
    for (const std::size_t node : order_) {
      if (view.count(nodes_[node].operation) != 0) found.push_back(node);
    }
    return found;
  }
  bool is_deleted(std::size_t node, const std::set<std::size_t>& view) const {
    return std::any_of(nodes_[node].deleted_by.begin(), nodes_[node].deleted_by.end(),
                       [&](std::size_t one) { return view.count(one) != 0; });
  }
  std::vector<std::size_t> visible(const std::set<std::size_t>& view) const {
    std::vector<std::size_t> found = inserted(view);
    std::erase_if(found, [&](std::size_t node) { return is_deleted(node, view); });
    return found;
  }

  void insert(std::size_t operation, const Digest& writer, std::size_t pos,
              const std::string& point) {
    const std::set<std::size_t>& view = views_[operation];
    const std::vector<std::size_t> before = visible(view);
    const std::vector<std::size_t> known = inserted(view);
    Node node;
    node.operation = operation;
    node.writer = writer;
    node.seq = seqs_[writer]++;
    node.point = point;
    const std::size_t left = pos == 0 ? kNone : before[pos - 1];
    std::size_t behind = 0;
    if (left != kNone) {
      behind =
          static_cast<std::size_t>(std::find(known.begin(), known.end(), left) - known.begin()) + 1;
    }
    node.right_origin = behind < known.size() ? known[behind] : kNone;
    const bool has_children = std::any_of(known.begin(), known.end(), [&](std::size_t one) {
      return nodes_[one].parent == left && nodes_[one].is_right;
    });
    node.parent = has_children ? node.right_origin : left;
    node.is_right = !has_children;
    node.next_shown = pos < before.size() ? before[pos] : kNone;
    for (std::size_t i = behind; i < known.size() && known[i] != node.next_shown; ++i) {
      node.deleted_between.insert(known[i]);
    }
    nodes_.push_back(node);
    order_.clear();
    read_below(kNone);
  }
  void erase(std::size_t operation, std::size_t pos) {
    nodes_[visible(views_[operation])[pos]].deleted_by.insert(operation);
  }

  void read_below(std::size_t node) {
    for (const std::size_t child : children(node, false)) read_below(child);
    if (node != kNone) order_.push_back(node);
    for (const std::size_t child : children(node, true)) read_below(child);
  }
  std::vector<std::size_t> children(std::size_t node, bool is_right) const {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      if (nodes_[i].parent == node && nodes_[i].is_right == is_right) found.push_back(i);
    }
    std::sort(found.begin(), found.end(),
              [&](std::size_t a, std::size_t b) { return sibling_before(a, b); });
    return found;
  }
  bool sibling_before(std::size_t a, std::size_t b) const {
    const Node& x = nodes_[a];
    const Node& y = nodes_[b];
    if (x.is_right && x.right_origin != y.right_origin) {
      if (x.right_origin == kNone || y.right_origin == kNone) return x.right_origin == kNone;
      return comes_before(y.right_origin, x.right_origin);
    }
    return x.writer != y.writer ? x.writer < y.writer : x.seq < y.seq;
  }
  std::vector<std::size_t> path(std::size_t node) const {
    std::vector<std::size_t> up;
    for (; node != kNone; node = nodes_[node].parent) up.push_back(node);
    return {up.rbegin(), up.rend()};
  }
  bool comes_before(std::size_t a, std::size_t b) const {
    const std::vector<std::size_t> x = path(a);
    const std::vector<std::size_t> y = path(b);
    std::size_t i = 0;
    while (i < x.size() && i < y.size() && x[i] == y[i]) ++i;
    if (i == x.size()) return nodes_[y[i]].is_right;
    if (i == y.size()) return !nodes_[x[i]].is_right;
    if (nodes_[x[i]].is_right != nodes_[y[i]].is_right) return nodes_[y[i]].is_right;
    return sibling_before(x[i], y[i]);
  }

  void add_mark(std::size_t operation, const Stamp& stamp, std::uint32_t number,
                const crdt::TextMark& said) {
    const std::vector<std::size_t> shown = visible(views_[operation]);
    Mark mark{stamp, operation, number, kNone, false, kNone, false, std::string(said.key), {}};
    if (!crdt::takes_away(said.value)) mark.value = std::string(as_text(said.value));
    mark.is_behind_begin = said.grows_at_begin;
    if (!said.grows_at_begin) mark.begin = shown[said.from];
    if (said.grows_at_begin && said.from != 0) mark.begin = shown[said.from - 1];
    mark.is_before_end = said.grows_at_end;
    if (!said.grows_at_end) mark.end = shown[said.to() - 1];
    if (said.grows_at_end && said.to() != shown.size()) mark.end = shown[said.to()];
    marks_.push_back(mark);
  }
  std::ptrdiff_t place_of(std::size_t node) const {
    return std::find(order_.begin(), order_.end(), node) - order_.begin();
  }
  bool was_typed_behind(std::size_t node, std::size_t deleted) const {
    if (nodes_[node].deleted_between.count(deleted) != 0) return true;
    const std::size_t next = nodes_[node].next_shown;
    return next != kNone && place_of(next) < place_of(deleted) && was_typed_behind(next, deleted);
  }
  bool stands_behind(std::size_t node, std::size_t other) const {
    const std::ptrdiff_t from = place_of(other);
    if (place_of(node) > from) return true;
    if (nodes_[other].deleted_by.empty()) return false;
    for (std::ptrdiff_t i = from - 1; i >= 0 && i >= from - kTypedBehindMax; --i) {
      const std::size_t one = order_[static_cast<std::size_t>(i)];
      if (one == node) return was_typed_behind(one, other);
    }
    return false;
  }
  bool covers(const Mark& mark, std::size_t node) const {
    const bool is_begun =
        mark.begin == kNone || (mark.is_behind_begin ? stands_behind(node, mark.begin)
                                                     : place_of(node) >= place_of(mark.begin));
    const bool is_ended =
        mark.end != kNone &&
        (mark.is_before_end ? place_of(node) >= place_of(mark.end) : stands_behind(node, mark.end));
    return is_begun && !is_ended;
  }
  std::map<std::string, std::string> marks_at(std::size_t node) const {
    std::map<std::string, const Mark*> last;
    for (const Mark& mark : marks_) {
      if (!covers(mark, node)) continue;
      const Mark*& best = last[mark.key];
      const auto rank = [](const Mark& one) {
        return std::make_tuple(one.stamp, one.operation, one.number);
      };
      if (best == nullptr || rank(*best) < rank(mark)) best = &mark;
    }
    std::map<std::string, std::string> found;
    for (const auto& [key, mark] : last) {
      if (!mark->value.empty()) found[key] = mark->value;
    }
    return found;
  }

  std::vector<Node> nodes_;
  std::vector<std::size_t> order_;
  std::vector<std::set<std::size_t>> views_;  // of each operation, with itself
  std::map<Digest, std::size_t> seqs_;
  std::vector<Mark> marks_;
};

}  // namespace gs::merge::testing
