#include "gs/core/crdt/text/rope.h"

#include <algorithm>
#include <cstring>

#include "gs/base/check.h"

namespace gs::crdt {
namespace {

// Below this a leaf looks for a neighbour to join, which must not become nearly full by it.
constexpr std::uint32_t kLeafSmall = 256;
constexpr std::uint32_t kLeafJoined = 768;
constexpr std::uint32_t kInnerSmall = 8;
constexpr std::uint32_t kInnerJoined = 24;
// Of leaves that a long text is written to: some room for edits that follow.
constexpr std::size_t kLeafFill = 896;

std::uint32_t in_unit(const Measure& size, TextUnit unit) noexcept {
  switch (unit) {
    case TextUnit::bytes:
      return size.bytes;
    case TextUnit::points:
      return size.points;
    case TextUnit::units16:
      return size.units16;
    case TextUnit::lines:
      break;
  }
  return size.lines;
}

// The longest beginning of at most `bytes` that ends with a whole code point.
std::size_t whole_points(std::string_view text, std::size_t bytes) noexcept {
  if (bytes >= text.size()) return text.size();
  while ((static_cast<std::uint8_t>(text[bytes]) & 0xc0) == 0x80) --bytes;
  return bytes;
}

// The bytes before position `value` of `unit`; of lines: behind line feed number `value`.
std::size_t bytes_before(std::string_view text, TextUnit unit, std::uint32_t value) noexcept {
  if (value == 0) return 0;
  if (unit == TextUnit::bytes) return whole_points(text, value);
  if (unit == TextUnit::points) return bytes_of_points(text, value);
  std::size_t at = 0;
  std::uint32_t seen = 0;
  while (at < text.size()) {
    const auto first = static_cast<std::uint8_t>(text[at]);
    const std::size_t size = first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (unit == TextUnit::units16) {
      seen += size == 4 ? 2 : 1;
      if (seen > value) break;
    } else if (first == '\n') {
      ++seen;
    }
    at += size;
    if (seen == value) break;
  }
  return at;
}

}  // namespace

std::uint32_t Rope::Leaf::byte_of(std::uint32_t point) const noexcept {
  if (size.ascii()) return point;
  if (point == size.points) return size.bytes;
  return static_cast<std::uint32_t>(bytes_of_points(text(), point));
}

Rope::Rope() { assign({}); }

std::uint32_t Rope::new_leaf() {
  if (free_leaves_.empty()) {
    leaves_.push_back(std::unique_ptr<Leaf>(new Leaf));
    return static_cast<std::uint32_t>(leaves_.size() - 1);
  }
  const std::uint32_t leaf = free_leaves_.back();
  free_leaves_.pop_back();
  leaves_[leaf]->size = {};
  return leaf;
}

std::uint32_t Rope::new_inner() {
  if (free_inners_.empty()) {
    inners_.push_back(std::make_unique<Inner>());
    return static_cast<std::uint32_t>(inners_.size() - 1);
  }
  const std::uint32_t inner = free_inners_.back();
  free_inners_.pop_back();
  *inners_[inner] = {};
  return inner;
}

void Rope::assign(std::string_view text) {
  leaves_.clear();
  inners_.clear();
  free_leaves_.clear();
  free_inners_.clear();
  root_ = new_inner();
  inners_[0]->count = 1;
  inners_[0]->child[0] = new_leaf();
  leaves_[0]->parent = 0;
  leaves_[0]->slot = 0;
  size_ = {};
  near_leaf_ = kNone;
  if (!text.empty()) insert_long({}, text);
}

Rope::At Rope::seek(std::uint32_t pos, bool inside) const noexcept {
  if (near_leaf_ != kNone && pos >= near_begin_) {
    const std::uint32_t offset = pos - near_begin_;
    const std::uint32_t points = leaves_[near_leaf_]->size.points;
    if (offset < points || (offset == points && !inside)) return {near_leaf_, offset};
  }
  std::uint32_t offset = pos;
  std::uint32_t node = root_;
  while (true) {
    const Inner& inner = *inners_[node];
    std::uint32_t slot = 0;
    const std::uint32_t past = inside ? 0 : 1;
    while (slot + 1 < inner.count && offset >= inner.size[slot].points + past) {
      offset -= inner.size[slot++].points;
    }
    work_ += slot + 1;
    node = inner.child[slot];
    if (inner.low) break;
  }
  near_leaf_ = node;
  near_begin_ = pos - offset;
  return {node, offset};
}

// `change` is done to every size from the leaf up.
template <typename Do>
void Rope::resize(std::uint32_t number, Do change) noexcept {
  const Leaf& leaf = *leaves_[number];
  change(leaves_[number]->size);
  change(size_);
  std::uint32_t slot = leaf.slot;
  for (std::uint32_t node = leaf.parent; node != kNone;) {
    Inner& inner = *inners_[node];
    change(inner.size[slot]);
    slot = inner.slot;
    node = inner.parent;
  }
}

void Rope::grow(std::uint32_t leaf, const Measure& more) noexcept {
  resize(leaf, [more](Measure& size) { size += more; });
}

void Rope::shrink(std::uint32_t leaf, const Measure& less) noexcept {
  resize(leaf, [less](Measure& size) { size -= less; });
}

void Rope::insert(std::uint32_t pos, std::string_view text) {
  GS_CHECK(pos <= size_.points);
  const At at = seek(pos, false);
  Leaf& leaf = *leaves_[at.leaf];
  if (text.size() > kLeafBytes - leaf.size.bytes) {
    insert_long(at, text);
    return;
  }
  const std::uint32_t byte = leaf.byte_of(at.offset);
  std::memmove(leaf.bytes + byte + text.size(), leaf.bytes + byte, leaf.size.bytes - byte);
  if (text.size() == 1) {
    leaf.bytes[byte] = text[0];  // a key pressed: not worth a call
  } else {
    std::memcpy(leaf.bytes + byte, text.data(), text.size());
  }
  work_ += leaf.size.bytes - byte;
  grow(at.leaf, measure(text));
}

void Rope::fill(std::uint32_t number, std::string_view text) noexcept {
  Leaf& leaf = *leaves_[number];
  std::memcpy(leaf.bytes + leaf.size.bytes, text.data(), text.size());
  work_ += text.size();
  grow(number, measure(text));
}

// Cuts the leaf in two and writes on at the end of the first, with as many new ones as it takes.
// The first still begins where it did, so a remembered place stays true.
void Rope::insert_long(At at, std::string_view text) {
  std::uint32_t number = at.leaf;
  const std::uint32_t byte = leaves_[number]->byte_of(at.offset);
  if (byte < leaves_[number]->size.bytes) {
    const std::uint32_t upper = add_leaf_after(number);
    const std::string_view tail = leaves_[number]->text().substr(byte);
    fill(upper, tail);
    shrink(number, measure(tail));
  }
  const std::size_t room = kLeafBytes - leaves_[number]->size.bytes;
  const std::size_t first = whole_points(text, std::min(room, text.size()));
  fill(number, text.substr(0, first));
  text.remove_prefix(first);
  while (!text.empty()) {
    const std::size_t part = whole_points(text, kLeafFill);
    number = add_leaf_after(number);
    fill(number, text.substr(0, part));
    text.remove_prefix(part);
  }
}

std::uint32_t Rope::add_leaf_after(std::uint32_t leaf) {
  const std::uint32_t fresh = new_leaf();
  add_child(leaves_[leaf]->parent, leaves_[leaf]->slot + 1, fresh);
  return fresh;
}

Measure Rope::size_of(const Inner& inner) const noexcept {
  Measure sum;
  for (std::uint32_t slot = 0; slot < inner.count; ++slot) sum += inner.size[slot];
  return sum;
}

void Rope::adopt(std::uint32_t number, std::uint32_t from) noexcept {
  const Inner& inner = *inners_[number];
  for (std::uint32_t slot = from; slot < inner.count; ++slot) {
    const std::uint32_t child = inner.child[slot];
    (inner.low ? leaves_[child]->parent : inners_[child]->parent) = number;
    (inner.low ? leaves_[child]->slot : inners_[child]->slot) = slot;
  }
  work_ += inner.count - from;
}

std::uint32_t Rope::split_inner(std::uint32_t number) {
  if (number == root_) {
    const Measure whole = size_of(*inners_[number]);
    root_ = new_inner();
    Inner& root = *inners_[root_];
    root.low = false;
    root.count = 1;
    root.child[0] = number;
    root.size[0] = whole;
    adopt(root_, 0);
  }
  const std::uint32_t fresh = new_inner();
  Inner& lower = *inners_[number];
  Inner& upper = *inners_[fresh];
  const std::uint32_t half = lower.count / 2;
  upper.low = lower.low;
  upper.count = lower.count - half;
  std::copy(lower.child + half, lower.child + lower.count, upper.child);
  std::copy(lower.size + half, lower.size + lower.count, upper.size);
  lower.count = half;
  adopt(fresh, 0);
  add_child(lower.parent, lower.slot + 1, fresh);
  // Both have the same parent now, also when that was split: what moved is counted in its place.
  const Measure moved = size_of(upper);
  inners_[upper.parent]->size[upper.slot] = moved;
  inners_[lower.parent]->size[lower.slot] -= moved;
  return fresh;
}

// An empty child, into the same node as the child before it.
void Rope::add_child(std::uint32_t number, std::uint32_t slot, std::uint32_t child) {
  if (inners_[number]->count == kChildren) {
    const std::uint32_t upper = split_inner(number);
    if (slot > inners_[number]->count) {
      slot -= inners_[number]->count;
      number = upper;
    }
  }
  Inner& inner = *inners_[number];
  std::copy_backward(inner.child + slot, inner.child + inner.count, inner.child + inner.count + 1);
  std::copy_backward(inner.size + slot, inner.size + inner.count, inner.size + inner.count + 1);
  inner.child[slot] = child;
  inner.size[slot] = {};
  ++inner.count;
  adopt(number, slot);
}

void Rope::erase(std::uint32_t pos, std::uint32_t count) {
  GS_CHECK(pos <= size_.points && count <= size_.points - pos);
  while (count > 0) {
    const At at = seek(pos, true);
    const std::uint32_t part = std::min(count, leaves_[at.leaf]->size.points - at.offset);
    erase_in_leaf(at, part);
    count -= part;
  }
}

void Rope::erase_in_leaf(At at, std::uint32_t count) {
  Leaf& leaf = *leaves_[at.leaf];
  const std::uint32_t begin = leaf.byte_of(at.offset);
  const std::uint32_t end = leaf.byte_of(at.offset + count);
  const Measure less = measure(leaf.text().substr(begin, end - begin));
  std::memmove(leaf.bytes + begin, leaf.bytes + end, leaf.size.bytes - end);
  work_ += leaf.size.bytes - end;
  shrink(at.leaf, less);
  if (leaf.size.bytes < kLeafSmall) merge_leaf(at.leaf);
}

void Rope::merge_leaf(std::uint32_t number) {
  const Leaf& leaf = *leaves_[number];
  const Inner& parent = *inners_[leaf.parent];
  if (leaf.size.bytes == 0) {
    if (leaves_.size() - free_leaves_.size() == 1) return;
    near_leaf_ = kNone;
    remove_leaf(number);
    return;
  }
  for (const bool right : {false, true}) {
    if (right ? leaf.slot + 1 == parent.count : leaf.slot == 0) continue;
    const std::uint32_t other = parent.child[right ? leaf.slot + 1 : leaf.slot - 1];
    if (leaves_[other]->size.bytes + leaf.size.bytes > kLeafJoined) continue;
    near_leaf_ = kNone;
    const std::uint32_t to = right ? number : other;
    const std::uint32_t from = right ? other : number;
    const std::string_view moved = leaves_[from]->text();
    fill(to, moved);
    shrink(from, measure(moved));
    remove_leaf(from);
    return;
  }
}

void Rope::remove_leaf(std::uint32_t number) {
  const Leaf& leaf = *leaves_[number];
  const std::uint32_t parent = leaf.parent;
  const std::uint32_t slot = leaf.slot;
  free_leaves_.push_back(number);
  remove_child(parent, slot);
}

// The child is empty: no size changes.
void Rope::remove_child(std::uint32_t number, std::uint32_t slot) {
  Inner& inner = *inners_[number];
  std::copy(inner.child + slot + 1, inner.child + inner.count, inner.child + slot);
  std::copy(inner.size + slot + 1, inner.size + inner.count, inner.size + slot);
  --inner.count;
  adopt(number, slot);
  if (number == root_) {
    lower_root();
  } else if (inner.count == 0) {
    const std::uint32_t parent = inner.parent;
    const std::uint32_t place = inner.slot;
    free_inners_.push_back(number);
    remove_child(parent, place);
  } else if (inner.count < kInnerSmall) {
    merge_inner(number);
  }
}

void Rope::merge_inner(std::uint32_t number) {
  const Inner& inner = *inners_[number];
  Inner& parent = *inners_[inner.parent];
  for (const bool right : {false, true}) {
    if (right ? inner.slot + 1 == parent.count : inner.slot == 0) continue;
    const std::uint32_t other = parent.child[right ? inner.slot + 1 : inner.slot - 1];
    if (inners_[other]->count + inner.count > kInnerJoined) continue;
    const std::uint32_t to = right ? number : other;
    const std::uint32_t from = right ? other : number;
    Inner& lower = *inners_[to];
    const Inner& upper = *inners_[from];
    std::copy(upper.child, upper.child + upper.count, lower.child + lower.count);
    std::copy(upper.size, upper.size + upper.count, lower.size + lower.count);
    const std::uint32_t old = lower.count;
    lower.count += upper.count;
    adopt(to, old);
    parent.size[lower.slot] += parent.size[upper.slot];
    const std::uint32_t slot = upper.slot;
    free_inners_.push_back(from);
    remove_child(lower.parent, slot);
    return;
  }
}

void Rope::lower_root() {
  while (inners_[root_]->count == 1 && !inners_[root_]->low) {
    free_inners_.push_back(root_);
    root_ = inners_[root_]->child[0];
    inners_[root_]->parent = kNone;
    inners_[root_]->slot = 0;
  }
}

Rope::At Rope::next_leaf(At at) const noexcept {
  std::uint32_t slot = leaves_[at.leaf]->slot + 1;
  std::uint32_t node = leaves_[at.leaf]->parent;
  while (slot == inners_[node]->count) {
    slot = inners_[node]->slot + 1;
    node = inners_[node]->parent;
    if (node == kNone) return {kNone, 0};
  }
  std::uint32_t child = inners_[node]->child[slot];
  while (!inners_[node]->low) {
    node = child;
    child = inners_[node]->child[0];
  }
  return {child, 0};
}

std::string Rope::text() const {
  std::string out;
  out.reserve(size_.bytes);
  append_slice(0, size_.points, out);
  return out;
}

void Rope::append_slice(std::uint32_t pos, std::uint32_t count, std::string& out) const {
  GS_CHECK(pos <= size_.points && count <= size_.points - pos);
  if (count == 0) return;
  for (At at = seek(pos, true); count > 0; at = next_leaf(at)) {
    const Leaf& leaf = *leaves_[at.leaf];
    const std::uint32_t part = std::min(count, leaf.size.points - at.offset);
    const std::uint32_t begin = leaf.byte_of(at.offset);
    out.append(leaf.bytes + begin, leaf.byte_of(at.offset + part) - begin);
    count -= part;
  }
}

std::uint32_t Rope::convert(TextUnit from, std::uint32_t value, TextUnit to) const {
  GS_CHECK(value <= in_unit(size_, from));
  Measure before;
  std::uint32_t node = root_;
  while (true) {
    const Inner& inner = *inners_[node];
    std::uint32_t slot = 0;
    while (slot + 1 < inner.count && value > in_unit(inner.size[slot], from)) {
      value -= in_unit(inner.size[slot], from);
      before += inner.size[slot++];
    }
    work_ += slot + 1;
    node = inner.child[slot];
    if (inner.low) break;
  }
  const std::string_view text = leaves_[node]->text();
  before += measure(text.substr(0, bytes_before(text, from, value)));
  return in_unit(before, to);
}

std::size_t Rope::memory_bytes() const noexcept {
  return leaves_.size() * sizeof(Leaf) + inners_.size() * sizeof(Inner) +
         (leaves_.capacity() + inners_.capacity()) * sizeof(void*);
}

bool Rope::check_inner(std::uint32_t number, std::uint32_t& before) const {
  const Inner& inner = *inners_[number];
  if (inner.count == 0 || inner.count > kChildren) return false;
  for (std::uint32_t slot = 0; slot < inner.count; ++slot) {
    const std::uint32_t child = inner.child[slot];
    if (!inner.low) {
      const Inner& below = *inners_[child];
      if (below.parent != number || below.slot != slot) return false;
      if (size_of(below) != inner.size[slot] || !check_inner(child, before)) return false;
      continue;
    }
    const Leaf& leaf = *leaves_[child];
    if (leaf.parent != number || leaf.slot != slot) return false;
    if (leaf.size != inner.size[slot] || measure(leaf.text()) != leaf.size) return false;
    if (leaf.size.bytes == 0 && size_.bytes != 0) return false;
    if (child == near_leaf_ && before != near_begin_) return false;
    before += leaf.size.points;
  }
  return true;
}

bool Rope::check() const {
  std::uint32_t points = 0;
  return inners_[root_]->parent == kNone && check_inner(root_, points) &&
         size_of(*inners_[root_]) == size_ && points == size_.points;
}

}  // namespace gs::crdt
