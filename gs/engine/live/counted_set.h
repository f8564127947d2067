// An ordered set of texts that knows the place of each: how many are before a key, which one is at
// a place, both in a number of steps that grows with the logarithm of the size.
//
// A B+ tree whose inner nodes count what is below each child. Nodes that lose keys join a neighbour
// when both fit into one. Keys are any bytes, also none; they compare byte by byte. One thread at a
// time; a view is valid until the next change.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace gs::engine {

class CountedSet {
 public:
  CountedSet();
  ~CountedSet();
  CountedSet(CountedSet&&) noexcept;
  CountedSet& operator=(CountedSet&&) noexcept;

  // Instead of what is there; `keys` ascend and are all different.
  void assign(std::vector<std::string> keys);
  // False: it was there already, was not there.
  bool insert(std::string_view key);
  bool erase(std::string_view key);

  std::size_t size() const noexcept { return size_; }
  // How many keys are less.
  std::size_t rank(std::string_view key) const noexcept;
  bool contains(std::string_view key) const noexcept;
  // The key that so many are less than; `place` is below size().
  std::string_view at(std::size_t place) const noexcept;
  // About what nodes and keys take.
  std::size_t memory_bytes() const noexcept { return bytes_; }

  struct Node;

 private:
  std::unique_ptr<Node> root_;
  std::size_t size_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace gs::engine
