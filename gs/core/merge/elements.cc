#include "gs/core/merge/elements.h"

#include <numeric>

#include "gs/base/endian.h"
#include "gs/core/merge/fields.h"

namespace gs::merge {

using record::Part;
using record::ValueView;

namespace {

// Of a few, comparing each with each is less than sorting.
constexpr std::size_t kFirstByEye = 8;

bool are_equal(Bytes a, Bytes b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

void keep_first_of_few(std::vector<Bytes>& elements) {
  auto end = elements.begin();
  for (auto at = elements.begin(); at != elements.end(); ++at) {
    const bool is_known =
        std::any_of(elements.begin(), end, [&](Bytes one) { return are_equal(one, *at); });
    if (!is_known) *end++ = *at;
  }
  elements.erase(end, elements.end());
}

void append_number(std::uint32_t value, Buffer& out) {
  out.resize(out.size() + sizeof value);
  store_u32(out.data() + out.size() - sizeof value, value);
}

// The element [is_added, element].
Buffer pair_of(bool is_added, Bytes element) {
  Buffer pair{static_cast<std::uint8_t>(Type::array)};
  pair.reserve(1 + 3 * sizeof(std::uint32_t) + 2 + element.size());
  append_number(2, pair);
  append_number(2, pair);
  append_number(static_cast<std::uint32_t>(2 + element.size()), pair);
  pair.push_back(static_cast<std::uint8_t>(Type::boolean));
  pair.push_back(is_added ? 1 : 0);
  pair.insert(pair.end(), element.begin(), element.end());
  return pair;
}

void split_pair(Bytes element, ElementChange& change) {
  const ValueView pair{static_cast<Type>(element[0]), element.subspan(1)};
  if (pair.type != Type::array || pair.count() != 2) return;
  const ValueView is_added = pair.element(0);
  if (is_added.type != Type::boolean) return;
  (is_added.boolean() ? change.added : change.removed).push_back(element_bytes(pair.element(1)));
}

}  // namespace

void keep_first(std::vector<Bytes>& elements) {
  if (elements.size() <= kFirstByEye) return keep_first_of_few(elements);
  std::vector<std::uint32_t> order(elements.size());
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    if (are_equal(elements[a], elements[b])) return a < b;
    return ElementSet::before(elements[a], elements[b]);
  });
  std::vector<bool> is_again(elements.size());
  for (std::size_t i = 1; i < order.size(); ++i) {
    is_again[order[i]] = are_equal(elements[order[i]], elements[order[i - 1]]);
  }
  std::size_t end = 0;
  for (std::size_t i = 0; i < elements.size(); ++i) {
    if (!is_again[i]) elements[end++] = elements[i];
  }
  elements.resize(end);
}

ElementChange change_of(std::uint8_t rule, const Part& part) {
  ElementChange change;
  each_element(part, [&](Bytes element) {
    if (rule == kChanged) return split_pair(element, change);
    (rule == kExcluded ? change.removed : change.added).push_back(element);
  });
  keep_first(change.added);
  return change;
}

void append_elements(Type type, std::vector<Bytes> elements, Buffer& out) {
  if (type == Type::set) {
    std::sort(elements.begin(), elements.end(), ElementSet::before);
    elements.erase(std::unique(elements.begin(), elements.end(), are_equal), elements.end());
  }
  append_number(static_cast<std::uint32_t>(elements.size()), out);
  std::uint32_t end = 0;
  for (const Bytes element : elements) {
    end += static_cast<std::uint32_t>(element.size());
    append_number(end, out);
  }
  out.reserve(out.size() + end);
  for (const Bytes element : elements) out.insert(out.end(), element.begin(), element.end());
}

void append_change(Type type, const ElementChange& change, Buffer& out) {
  std::vector<Buffer> pairs;
  for (const Bytes element : change.removed) pairs.push_back(pair_of(false, element));
  for (const Bytes element : change.added) pairs.push_back(pair_of(true, element));
  append_elements(type, {pairs.begin(), pairs.end()}, out);
}

std::span<const LocalStamp> SeenUpTo::by_writer() {
  if (is_sorted_) return stamps_;
  is_sorted_ = true;
  std::sort(stamps_.begin(), stamps_.end(), [](const LocalStamp& a, const LocalStamp& b) {
    return a.writer != b.writer ? a.writer < b.writer : a.hlc > b.hlc;
  });
  const auto is_of_same = [](const LocalStamp& a, const LocalStamp& b) {
    return a.writer == b.writer;
  };
  stamps_.erase(std::unique(stamps_.begin(), stamps_.end(), is_of_same), stamps_.end());
  return stamps_;
}

}  // namespace gs::merge
