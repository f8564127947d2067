// Random histories of a list with many conflicts: people who edit their copies and now and then
// take over what another has, some of them with two copies under one name.
#pragma once

#include <functional>
#include <random>

#include "gs/core/crdt/list/list.h"
#include "gs/core/crdt/list/test_list_oracle.h"

namespace gs::crdt::testing {

// An operation as it goes over the wire, with what it needs before it.
struct ListOperation {
  std::uint32_t writer = 0;  // number of list_writer
  std::uint64_t hlc = 0;
  std::uint32_t first_seq = 0;
  std::vector<int> events{};
  std::vector<int> parents{};  // events outside of it
  Buffer edits{};
};

// In percent; what is left are insertions.
struct ListShape {
  std::uint32_t writers = 5;
  std::uint32_t copies = 7;  // more than writers: the first ones have two
  std::uint32_t steps = 40;
  std::uint32_t edits_max = 3;
  std::uint32_t erase = 15;
  std::uint32_t move = 25;
  std::uint32_t set = 15;
  std::uint32_t merge = 40;
  bool roots = false;  // copies begin without the first list, and again now and then
};

// A number below the bound, which is not 0.
using ListChoose = std::function<std::uint32_t(std::uint32_t)>;

class ListHistory {
 public:
  ListHistory(std::uint64_t seed, const ListShape& shape);
  ListHistory(ListChoose choose, const ListShape& shape);

  const ListOracle& oracle() const { return oracle_; }
  const std::vector<ListOperation>& operations() const { return operations_; }
  // The operations, some of them cut in two, some twice, in a random order that puts causes first.
  std::vector<ListOperation> shuffled(std::uint64_t seed) const;
  ListOracle::Values expected() const { return oracle_.values(oracle_.all()); }

 private:
  std::uint32_t below(std::uint32_t bound) { return choose_(bound); }
  ListEdit choose_edit(std::uint32_t slots);
  void edit(std::uint32_t copy);
  void merge(std::uint32_t copy, std::uint32_t from);

  ListChoose choose_;
  ListShape shape_;
  ListOracle oracle_;
  std::vector<ListOracle::Set> copies_;
  std::vector<std::uint32_t> next_seq_;
  std::vector<ListOperation> operations_;
  std::uint32_t value_ = 0;
};

// Edits `begin` to `end` of an operation.
ListOperation part_of(const ListOracle& oracle, const ListOperation& whole, std::size_t begin,
                      std::size_t end);

// Applies by the numbers of writers in this list, which need not be those of the test.
Error apply(List& list, const ListOracle& oracle, const ListOperation& operation);

ListOracle::Values values_of(const List& list);
// Values as people read them: strings as they are, others in hexadecimal.
std::string shown(const ListOracle::Values& values);
// An encoded string.
std::string list_value(std::string_view text);

// Whether all sums are what they say.
bool sound(const List& list);

}  // namespace gs::crdt::testing
