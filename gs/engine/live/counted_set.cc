#include "gs/engine/live/counted_set.h"

#include <algorithm>
#include <iterator>
#include <optional>

#include "gs/base/check.h"

namespace gs::engine {
namespace {

// Keys of a leaf, children of an inner node: a few cache lines to search, and three levels for a
// hundred thousand keys.
constexpr std::size_t kNodeMax = 64;
// Below that a node looks for a neighbour to join.
constexpr std::size_t kNodeMin = kNodeMax / 4;
// Of nodes made from a list, so that the next inserts do not split each of them.
constexpr std::size_t kNodeFilled = kNodeMax * 3 / 4;

std::size_t cost_of(std::string_view key) noexcept { return sizeof(std::string) + key.size(); }

}  // namespace

// A leaf has keys. An inner node has children; its key i is not greater than any key below child
// i, and greater than all below child i - 1. Key 0 matters only when the node
// joins the one before it.
struct CountedSet::Node {
  std::vector<std::string> keys;
  std::vector<std::unique_ptr<Node>> children;
  std::vector<std::size_t> counts;  // of keys below each child

  bool is_leaf() const noexcept { return children.empty(); }
  std::size_t width() const noexcept { return keys.size(); }

  std::size_t count() const noexcept {
    if (is_leaf()) return keys.size();
    std::size_t sum = 0;
    for (const std::size_t each : counts) sum += each;
    return sum;
  }
  // Of the keys here, how many are less.
  std::size_t lower(std::string_view key) const noexcept {
    const auto less = [](const std::string& a, std::string_view b) { return a < b; };
    return static_cast<std::size_t>(std::lower_bound(keys.begin(), keys.end(), key, less) -
                                    keys.begin());
  }
  // The child that has the key, if any has.
  std::size_t child_of(std::string_view key) const noexcept {
    const auto less = [](std::string_view a, const std::string& b) { return a < b; };
    return static_cast<std::size_t>(std::upper_bound(keys.begin() + 1, keys.end(), key, less) -
                                    keys.begin()) -
           1;
  }
  bool holds(std::size_t place, std::string_view key) const noexcept {
    return place < keys.size() && keys[place] == key;
  }

  void add_child(std::size_t place, std::string least, std::unique_ptr<Node> child) {
    const auto offset = static_cast<std::ptrdiff_t>(place);
    keys.insert(keys.begin() + offset, std::move(least));
    counts.insert(counts.begin() + offset, child->count());
    children.insert(children.begin() + offset, std::move(child));
  }
  void remove_child(std::size_t place) {
    const auto offset = static_cast<std::ptrdiff_t>(place);
    keys.erase(keys.begin() + offset);
    counts.erase(counts.begin() + offset);
    children.erase(children.begin() + offset);
  }

  // The upper half of a full node, as a node of its own.
  std::unique_ptr<Node> split();
  // Takes all that the next node has.
  void join(Node& next);

  // Null: was there already.
  bool insert(std::string_view key, std::unique_ptr<Node>& upper);
  bool erase(std::string_view key);
  void mend(std::size_t place);
};

namespace {

using Node = CountedSet::Node;

template <typename T>
void move_tail(std::vector<T>& from, std::size_t start, std::vector<T>& to) {
  const auto begin = from.begin() + static_cast<std::ptrdiff_t>(start);
  to.insert(to.end(), std::make_move_iterator(begin), std::make_move_iterator(from.end()));
  from.erase(begin, from.end());
}

}  // namespace

std::unique_ptr<Node> CountedSet::Node::split() {
  auto upper = std::make_unique<Node>();
  const std::size_t half = width() / 2;
  move_tail(keys, half, upper->keys);
  if (!is_leaf()) {
    move_tail(children, half, upper->children);
    move_tail(counts, half, upper->counts);
  }
  return upper;
}

void CountedSet::Node::join(Node& next) {
  move_tail(next.keys, 0, keys);
  move_tail(next.children, 0, children);
  move_tail(next.counts, 0, counts);
}

bool CountedSet::Node::insert(std::string_view key, std::unique_ptr<Node>& upper) {
  if (is_leaf()) {
    const std::size_t place = lower(key);
    if (holds(place, key)) return false;
    keys.emplace(keys.begin() + static_cast<std::ptrdiff_t>(place), key);
  } else {
    const std::size_t place = child_of(key);
    std::unique_ptr<Node> beside;
    if (!children[place]->insert(key, beside)) return false;
    ++counts[place];
    if (beside != nullptr) {
      counts[place] -= beside->count();
      std::string least = beside->keys[0];
      add_child(place + 1, std::move(least), std::move(beside));
    }
  }
  if (width() > kNodeMax) upper = split();
  return true;
}

bool CountedSet::Node::erase(std::string_view key) {
  if (is_leaf()) {
    const std::size_t place = lower(key);
    if (!holds(place, key)) return false;
    keys.erase(keys.begin() + static_cast<std::ptrdiff_t>(place));
    return true;
  }
  const std::size_t place = child_of(key);
  if (!children[place]->erase(key)) return false;
  --counts[place];
  mend(place);
  return true;
}

// Joins a child that has become small with a neighbour, so that the tree gets no deeper than its
// keys ask for.
void CountedSet::Node::mend(std::size_t place) {
  if (children[place]->width() >= kNodeMin || width() == 1) return;
  const std::size_t left = place == 0 ? 0 : place - 1;
  const std::size_t right = left + 1;
  if (children[left]->width() + children[right]->width() > kNodeMax) return;
  children[left]->join(*children[right]);
  counts[left] += counts[right];
  remove_child(right);
}

CountedSet::CountedSet() : root_(std::make_unique<Node>()) {}
CountedSet::~CountedSet() = default;
CountedSet::CountedSet(CountedSet&&) noexcept = default;
CountedSet& CountedSet::operator=(CountedSet&&) noexcept = default;

void CountedSet::assign(std::vector<std::string> keys) {
  size_ = keys.size();
  bytes_ = 0;
  std::vector<std::unique_ptr<Node>> level;
  std::vector<std::string> leasts;
  for (std::size_t i = 0; i < keys.size();) {
    auto leaf = std::make_unique<Node>();
    leasts.push_back(keys[i]);
    for (const std::size_t end = std::min(i + kNodeFilled, keys.size()); i < end; ++i) {
      bytes_ += cost_of(keys[i]);
      leaf->keys.push_back(std::move(keys[i]));
    }
    level.push_back(std::move(leaf));
  }
  while (level.size() > 1) {
    std::vector<std::unique_ptr<Node>> above;
    std::vector<std::string> above_leasts;
    for (std::size_t i = 0; i < level.size();) {
      auto node = std::make_unique<Node>();
      above_leasts.push_back(leasts[i]);
      for (const std::size_t end = std::min(i + kNodeFilled, level.size()); i < end; ++i) {
        node->add_child(node->width(), std::move(leasts[i]), std::move(level[i]));
      }
      above.push_back(std::move(node));
    }
    level = std::move(above);
    leasts = std::move(above_leasts);
  }
  root_ = level.empty() ? std::make_unique<Node>() : std::move(level.front());
}

bool CountedSet::insert(std::string_view key) {
  std::unique_ptr<Node> upper;
  if (!root_->insert(key, upper)) return false;
  if (upper != nullptr) {
    auto root = std::make_unique<Node>();
    std::string least = upper->keys[0];
    root->add_child(0, std::string(), std::move(root_));
    root->add_child(1, std::move(least), std::move(upper));
    root_ = std::move(root);
  }
  ++size_;
  bytes_ += cost_of(key);
  return true;
}

bool CountedSet::erase(std::string_view key) {
  if (!root_->erase(key)) return false;
  while (root_->children.size() == 1) {
    auto only = std::move(root_->children.front());
    root_ = std::move(only);
  }
  --size_;
  bytes_ -= cost_of(key);
  return true;
}

std::size_t CountedSet::rank(std::string_view key) const noexcept {
  std::size_t before = 0;
  const Node* node = root_.get();
  while (!node->is_leaf()) {
    const std::size_t place = node->child_of(key);
    for (std::size_t i = 0; i < place; ++i) before += node->counts[i];
    node = node->children[place].get();
  }
  return before + node->lower(key);
}

bool CountedSet::contains(std::string_view key) const noexcept {
  const Node* node = root_.get();
  while (!node->is_leaf()) node = node->children[node->child_of(key)].get();
  return node->holds(node->lower(key), key);
}

std::string_view CountedSet::at(std::size_t place) const noexcept {
  GS_CHECK(place < size_);
  const Node* node = root_.get();
  while (!node->is_leaf()) {
    std::size_t child = 0;
    for (; place >= node->counts[child]; ++child) place -= node->counts[child];
    node = node->children[child].get();
  }
  return node->keys[place];
}

}  // namespace gs::engine
