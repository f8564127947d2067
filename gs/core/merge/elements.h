// Sets that several writers change: which elements a write adds to a field and which it removes.
//
// An element is one any value; two are one when their bytes are. A write with rule `included` has
// an array or a set of those that it adds, with `excluded` of those that it removes, with `changed`
// of pairs: [true, added] and [false, removed]. What is of no such form changes nothing.
//
// Pure. Views borrow what they are made of.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "gs/core/merge/image.h"
#include "gs/core/record/content.h"

namespace gs::merge {

// Whether there are elements in it.
inline bool is_collection(Type type) noexcept { return type == Type::array || type == Type::set; }
inline bool is_collection(const record::Part& part) noexcept {
  return part.state == record::Part::value && is_collection(part.type);
}

// The whole of an element, from its type on.
inline Bytes element_bytes(const record::ValueView& element) noexcept {
  return {element.content.data() - 1, element.content.size() + 1};
}

// Calls `visit(bytes)` for the elements of an array or set in their order; of all else for none.
template <typename Visit>
void each_element(const record::Part& part, const Visit& visit) {
  if (!is_collection(part)) return;
  const record::ValueView view{part.type, part.content};
  const std::uint32_t count = view.count();
  for (std::uint32_t i = 0; i < count; ++i) visit(element_bytes(view.element(i)));
}

inline bool has_elements(const record::Part& part) noexcept {
  return is_collection(part) && record::ValueView{part.type, part.content}.count() != 0;
}

// Elements to be asked about.
class ElementSet {
 public:
  ElementSet() = default;
  explicit ElementSet(std::vector<Bytes> elements) : sorted_(std::move(elements)) {
    std::sort(sorted_.begin(), sorted_.end(), before);
  }
  bool has(Bytes element) const noexcept {
    return std::binary_search(sorted_.begin(), sorted_.end(), element, before);
  }
  bool empty() const noexcept { return sorted_.empty(); }

  static bool before(Bytes a, Bytes b) noexcept {
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end());
  }

 private:
  std::vector<Bytes> sorted_;
};

// Each element once, where it is first.
void keep_first(std::vector<Bytes>& elements);

struct ElementChange {
  std::vector<Bytes> added;  // each once
  std::vector<Bytes> removed;
};
ElementChange change_of(std::uint8_t rule, const record::Part& part);

// The content of an array of these, or of a set.
void append_elements(Type type, std::vector<Bytes> elements, Buffer& out);
// The same of what a write with rule `changed` says.
void append_change(Type type, const ElementChange& change, Buffer& out);

// Which writes of a field a write has seen: of each writer those up to a stamp. Whoever has seen a
// write of somebody, has seen all that this writer wrote before.
class SeenUpTo {
 public:
  void clear() noexcept {
    stamps_.clear();
    is_sorted_ = true;
  }
  void add(const LocalStamp& stamp) {
    stamps_.push_back(stamp);
    is_sorted_ = false;
  }
  bool has(const LocalStamp& stamp) {
    const std::span<const LocalStamp> latest = by_writer();
    const auto at =
        std::lower_bound(latest.begin(), latest.end(), stamp.writer,
                         [](const LocalStamp& a, std::uint32_t b) { return a.writer < b; });
    return at != latest.end() && at->writer == stamp.writer && stamp.hlc <= at->hlc;
  }
  // The latest stamp of each writer, ascending by writer.
  std::span<const LocalStamp> by_writer();

 private:
  std::vector<LocalStamp> stamps_;
  bool is_sorted_ = true;
};

}  // namespace gs::merge
