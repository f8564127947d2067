// Goal: no combination of few edits is a case that nobody thought of.
// Method: all that three people can do at once to a list of three elements, one edit each or, of
// two people, two, with clocks that differ and that do not, judged by the oracle. Of the latter
// each seventh, unless all is asked for: any first edit of one still meets any of the other.
#include <gtest/gtest.h>

#include "gs/base/test_share.h"
#include "gs/core/crdt/list/test_list_history.h"

namespace gs::crdt {
namespace {

using testing::ListEvent;
using testing::ListOperation;
using testing::ListOracle;

constexpr std::uint32_t kElements = 3;

// All edits of a list with so many slots.
std::vector<ListEvent> every_edit(std::uint32_t slots) {
  std::vector<ListEvent> edits;
  for (std::uint32_t pos = 0; pos <= slots; ++pos) {
    edits.push_back({.edit = ListEdit::insert, .pos = pos, .value = testing::list_value("new")});
    if (pos == slots) break;
    edits.push_back({.edit = ListEdit::erase, .pos = pos});
    edits.push_back({.edit = ListEdit::set, .pos = pos, .value = testing::list_value("set")});
    for (std::uint32_t to = 0; to < slots; ++to) {
      edits.push_back({.edit = ListEdit::move, .pos = pos, .to = to});
    }
  }
  return edits;
}

std::uint32_t slots_after(const ListEvent& edit, std::uint32_t slots) {
  if (edit.edit == ListEdit::insert) return slots + 1;
  return edit.edit == ListEdit::erase ? slots - 1 : slots;
}

// A chain of edits by one writer.
struct Branch {
  std::vector<ListEvent> edits{};
  std::uint64_t hlc = 0;
};

// The first list, and branches of writers 0, 1, 2 on it.
class Scene {
 public:
  explicit Scene(const std::vector<Branch>& branches) {
    Branch first{.hlc = 1};
    for (std::uint32_t i = 0; i < kElements; ++i) {
      first.edits.push_back({.pos = i, .value = testing::list_value(std::string(1, "abc"[i]))});
    }
    add(9, first, {});
    const std::vector<int> base = {kElements - 1};
    for (std::uint32_t i = 0; i < branches.size(); ++i) add(i, branches[i], base);
  }

  // What is wrong, or "".
  std::string check() const {
    const std::string expected = testing::shown(oracle_.values(oracle_.all()));
    for (const bool backwards : {false, true}) {
      List list;
      for (std::size_t i = 0; i < operations_.size(); ++i) {
        const std::size_t at = i == 0 || !backwards ? i : operations_.size() - i;
        const Error error = testing::apply(list, oracle_, operations_[at]);
        if (error) return error.text();
      }
      if (!testing::sound(list)) return "a sum is wrong";
      const std::string text = testing::shown(testing::values_of(list));
      if (text != expected) return "'" + text + "' is not '" + expected + "'";
    }
    return "";
  }

 private:
  void add(std::uint32_t writer, const Branch& branch, const std::vector<int>& base) {
    ListOperation operation{.writer = writer, .hlc = branch.hlc, .parents = base};
    std::vector<int> parents = base;
    std::uint32_t seq = 0;
    for (ListEvent event : branch.edits) {
      event.writer = testing::list_writer(writer);
      event.hlc = branch.hlc;
      event.seq = seq;
      event.parents = parents;
      seq += event.edit == ListEdit::move ? 2 : 1;
      parents = {oracle_.add(event)};
      operation.events.push_back(parents[0]);
    }
    operations_.push_back(testing::part_of(oracle_, operation, 0, operation.events.size()));
  }

  ListOracle oracle_;
  std::vector<ListOperation> operations_;
};

TEST(ListExhaustive, OneEditOfEachOfThree) {
  const std::vector<ListEvent> edits = every_edit(kElements);
  const std::size_t all = edits.size() * edits.size() * edits.size();
  for (std::size_t i = 0; i < all; i += gs::testing::kSanitizedStep) {
    const ListEvent& first = edits[i % edits.size()];
    const ListEvent& second = edits[i / edits.size() % edits.size()];
    const ListEvent& third = edits[i / edits.size() / edits.size()];
    for (const std::uint64_t later : {0u, 1u}) {
      const Scene scene({{{first}, 5}, {{second}, 5 + later}, {{third}, 5 - later}});
      ASSERT_EQ(scene.check(), "") << "case " << i << ", later " << later;
    }
  }
}

TEST(ListExhaustive, TwoEditsOfEachOfTwo) {
  std::vector<std::vector<ListEvent>> chains;
  for (const ListEvent& first : every_edit(kElements)) {
    for (const ListEvent& second : every_edit(slots_after(first, kElements))) {
      chains.push_back({first, second});
    }
  }
  const std::size_t step = gs::testing::search_step(7);
  for (std::size_t i = 0; i < chains.size(); ++i) {
    for (std::size_t j = i % step; j < chains.size(); j += step) {
      const Scene scene({{chains[i], 5}, {chains[j], 5 + j % 3 - 1}});
      ASSERT_EQ(scene.check(), "") << "chains " << i << ", " << j;
    }
  }
}

}  // namespace
}  // namespace gs::crdt
