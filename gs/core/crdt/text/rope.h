// A long text that is edited in the middle: UTF-8 in the leaves of a B-tree, counted in four units.
//
// Leaves have up to 1 KiB. Every node has the sizes of its children in bytes, code points, units of
// UTF-16 and lines, so that any position becomes any other in O(log n), and an edit touches one
// leaf and the path above it. The leaf of the last edit is remembered: typing does not search.
//
// Positions are in code points unless a call says otherwise, and are checked by the caller. Texts
// are valid UTF-8. Not thread-safe, also for reading. Pure. Misuse stops the program.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gs/core/crdt/text/measure.h"

namespace gs::crdt {

class Rope {
 public:
  Rope();

  // In place of everything, at the speed of copying.
  void assign(std::string_view text);
  // pos <= points of the rope
  void insert(std::uint32_t pos, std::string_view text);
  void erase(std::uint32_t pos, std::uint32_t count);

  const Measure& size() const noexcept { return size_; }
  std::string text() const;
  // Appends `count` code points from `pos` on.
  void append_slice(std::uint32_t pos, std::uint32_t count, std::string& out) const;
  // The position `value` of one unit in another; inside a code point: that of its beginning. A line
  // number becomes the beginning of that line (the first is 0), a position the line that it is in.
  // value <= the size in its unit.
  std::uint32_t convert(TextUnit from, std::uint32_t value, TextUnit to) const;

  // Whether all cached sums, links and remembered places are what the bytes say.
  bool check() const;
  // Nodes visited and bytes moved since the beginning: what tests bound instead of time.
  std::uint64_t work() const noexcept { return work_; }
  std::size_t memory_bytes() const noexcept;

 private:
  static constexpr std::uint32_t kLeafBytes = 1024;
  static constexpr std::uint32_t kChildren = 32;
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};

  struct Leaf {
    std::uint32_t parent = kNone;
    std::uint32_t slot = 0;
    Measure size{};
    char bytes[kLeafBytes];

    std::string_view text() const noexcept { return {bytes, size.bytes}; }
    std::uint32_t byte_of(std::uint32_t point) const noexcept;
  };
  struct Inner {
    std::uint32_t parent = kNone;
    std::uint32_t slot = 0;
    std::uint32_t count = 0;
    bool low = true;  // children are leaves
    std::uint32_t child[kChildren] = {};
    Measure size[kChildren] = {};
  };
  struct At {
    std::uint32_t leaf = 0;
    std::uint32_t offset = 0;  // code points
  };

  // `inside`: there must be a code point at pos; else the end of a leaf will do.
  At seek(std::uint32_t pos, bool inside) const noexcept;
  At next_leaf(At at) const noexcept;
  template <typename Do>
  void resize(std::uint32_t leaf, Do change) noexcept;
  void grow(std::uint32_t leaf, const Measure& more) noexcept;
  void shrink(std::uint32_t leaf, const Measure& less) noexcept;
  void insert_long(At at, std::string_view text);
  std::uint32_t add_leaf_after(std::uint32_t leaf);
  void fill(std::uint32_t leaf, std::string_view text) noexcept;
  void erase_in_leaf(At at, std::uint32_t count);
  void merge_leaf(std::uint32_t leaf);
  void remove_leaf(std::uint32_t leaf);
  void remove_child(std::uint32_t inner, std::uint32_t slot);
  void merge_inner(std::uint32_t inner);
  void lower_root();
  void add_child(std::uint32_t inner, std::uint32_t slot, std::uint32_t child);
  std::uint32_t split_inner(std::uint32_t inner);
  void adopt(std::uint32_t inner, std::uint32_t from) noexcept;
  Measure size_of(const Inner& inner) const noexcept;
  std::uint32_t new_leaf();
  std::uint32_t new_inner();
  bool check_inner(std::uint32_t inner, std::uint32_t& before) const;

  std::vector<std::unique_ptr<Leaf>> leaves_;
  std::vector<std::unique_ptr<Inner>> inners_;
  std::vector<std::uint32_t> free_leaves_;
  std::vector<std::uint32_t> free_inners_;
  std::uint32_t root_ = 0;
  Measure size_{};
  // The leaf of the last edit and the code points before it; kNone: not known.
  mutable std::uint32_t near_leaf_ = kNone;
  mutable std::uint32_t near_begin_ = 0;
  mutable std::uint64_t work_ = 0;
};

}  // namespace gs::crdt
