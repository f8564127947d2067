// Random histories with many conflicts: people who edit their copies and now and then take over
// what another has, some of them with two copies under one name.
#pragma once

#include <functional>
#include <random>

#include "gs/core/crdt/text/test_oracle.h"
#include "gs/core/crdt/text/text.h"

namespace gs::crdt::testing {

// An operation as it goes over the wire, with what it needs before it.
struct TestOperation {
  std::uint32_t writer = 0;  // number of test_writer
  std::vector<int> events{};
  std::vector<int> parents{};  // events outside of it
  Buffer payload{};
};

struct HistoryShape {
  std::uint32_t writers = 5;
  std::uint32_t copies = 7;  // more than writers: the first ones have two
  std::uint32_t steps = 40;
  std::uint32_t edits_max = 3;
  std::uint32_t erase_percent = 25;
  std::uint32_t merge_percent = 40;
  bool roots = false;  // copies begin without the first text, and again now and then
};

// A number below the bound, which is not 0.
using Choose = std::function<std::uint32_t(std::uint32_t)>;

class TestHistory {
 public:
  TestHistory(std::uint64_t seed, const HistoryShape& shape);
  TestHistory(Choose choose, const HistoryShape& shape);

  const Oracle& oracle() const { return oracle_; }
  const std::vector<TestOperation>& operations() const { return operations_; }
  // The operations, some of them cut in two, in a random order that puts causes first.
  std::vector<TestOperation> shuffled(std::uint64_t seed) const;
  std::string expected() const { return oracle_.text(oracle_.all()); }

 private:
  std::uint32_t below(std::uint32_t bound) { return choose_(bound); }
  void edit(std::uint32_t copy);
  void merge(std::uint32_t copy, std::uint32_t from);

  Choose choose_;
  HistoryShape shape_;
  Oracle oracle_;
  std::vector<Oracle::Set> copies_;
  std::vector<std::uint32_t> next_seq_;
  std::vector<TestOperation> operations_;
};

// The payload of edits `begin` to `end` of an operation; its table of writers is all test writers.
TestOperation part_of(const Oracle& oracle, const TestOperation& whole, std::size_t begin,
                      std::size_t end);

// Applies by the numbers of test writers, which are made known in the order of `writers`.
Error apply(Text& text, const TestOperation& operation, Changes* changes = nullptr);

// The edits of a version, for Text.
std::vector<EventId> version_of(Text& text, const Oracle& oracle, const Oracle::Set& set);

// `changes` done to `before`, character by character.
std::string changed(const std::string& before, const Changes& changes);

}  // namespace gs::crdt::testing
