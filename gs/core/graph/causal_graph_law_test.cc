// Goal: a graph of changes says what sets of ancestors say, whatever was added in which order.
// Method: random histories of five writers and more, with branches, merges and roots, against
// the sets; after every few changes, and again after the graph went through its bytes.
#include <gtest/gtest.h>

#include "gs/base/test_share.h"
#include "gs/core/graph/test_causal_model.h"

namespace gs::graph {
namespace {

using testing::CausalHistory;
using testing::CausalModel;
using Numbers = std::vector<ChangeNumber>;

constexpr std::uint64_t kHistories = 300;
constexpr int kChangesOfAHistory = 90;
constexpr int kQuestions = 12;

class Both {
 public:
  explicit Both(std::uint64_t seed) : history_(seed) {}

  void run() {
    const int count = 1 + static_cast<int>(history_.below(kChangesOfAHistory));
    for (int i = 0; i < count && !failed(); ++i) {
      add();
      check_shape(graph_);
      if (i % 16 == 0) check_frontiers(graph_);
    }
    check_pairs(graph_);
    check_frontiers(graph_);
    const Buffer bytes = graph_.encode();
    const auto again = CausalGraph::decode(bytes, 16);
    ASSERT_TRUE(again.ok()) << again.error().text();
    EXPECT_EQ(again->encode(), bytes);
    check_pairs(*again);
    check_shape(*again);
    check_frontiers(*again);
  }

 private:
  static bool failed() { return ::testing::Test::HasFailure(); }

  void add() {
    std::uint32_t writer = 0;
    Numbers parents;
    history_.step(model_, writer, parents);
    const std::uint64_t sequence = model_.next_sequence(writer);
    const auto number = graph_.add(writer, sequence, parents);
    ASSERT_TRUE(number.ok()) << number.error().text();
    ASSERT_EQ(*number, model_.size());
    model_.add(writer, sequence, parents);
  }

  void check_shape(const CausalGraph& graph) const {
    ASSERT_EQ(graph.size(), model_.size());
    const CausalModel::Set all(model_.size(), true);
    ASSERT_EQ(graph.frontier(), model_.heads(all));
    for (ChangeNumber n = 0; n < graph.size(); ++n) {
      ASSERT_EQ(graph.is_critical(n), model_.is_critical(n)) << n << " of " << graph.size();
    }
  }

  void check_pairs(const CausalGraph& graph) const {
    for (ChangeNumber n = 0; n < graph.size(); ++n) {
      const CausalModel::Change& change = model_.at(n);
      ASSERT_EQ(graph.writer_of(n), change.writer) << n;
      ASSERT_EQ(graph.sequence_of(n), change.sequence) << n;
      ASSERT_EQ(graph.parents_of(n), change.parents) << n;
      ASSERT_EQ(graph.find(change.writer, change.sequence), n);
      for (ChangeNumber m = 0; m < graph.size(); ++m) {
        ASSERT_EQ(graph.is_ancestor(n, m), model_.is_ancestor(n, m)) << n << " of " << m;
      }
    }
    for (std::uint32_t writer = 0; writer < 10; ++writer) {
      ASSERT_FALSE(graph.find(writer, model_.next_sequence(writer))) << writer;
    }
  }

  void check_frontiers(const CausalGraph& graph) {
    for (int i = 0; i < kQuestions && !failed(); ++i) {
      const Numbers a = history_.frontier(model_);
      const Numbers b = history_.below(4) == 0 ? a : history_.frontier(model_);
      check_two(graph, a, b);
    }
  }

  void check_two(const CausalGraph& graph, const Numbers& a, const Numbers& b) const {
    SCOPED_TRACE("a " + ::testing::PrintToString(a) + " b " + ::testing::PrintToString(b));
    const auto in_a = model_.closure(a);
    const auto in_b = model_.closure(b);
    const auto only_a = testing::ranges_of(testing::minus(in_a, in_b));
    const auto only_b = testing::ranges_of(testing::minus(in_b, in_a));
    ASSERT_EQ(graph.heads(a), model_.heads(in_a));
    for (ChangeNumber n = 0; n < graph.size(); ++n) {
      ASSERT_EQ(graph.is_ancestor(n, a), in_a[n]) << n;
    }
    const CausalOrder order = only_a.empty()
                                  ? only_b.empty() ? CausalOrder::equal : CausalOrder::before
                              : only_b.empty() ? CausalOrder::after
                                               : CausalOrder::concurrent;
    ASSERT_EQ(graph.compare(a, b), order);
    const auto difference = graph.diff(a, b);
    ASSERT_EQ(difference.only_a, only_a);
    ASSERT_EQ(difference.only_b, only_b);
    ASSERT_EQ(graph.merge_base(a, b), model_.heads(testing::both(in_a, in_b)));
    CausalVersion have = graph.version(b);
    ASSERT_EQ(have, model_.version(in_b));
    have.push_back({77, 3, 9});  // a writer that is not here
    const auto missing = graph.missing(have, a);
    ASSERT_TRUE(missing.ok()) << missing.error().text();
    ASSERT_EQ(*missing, only_a);
  }

  CausalHistory history_;
  CausalModel model_;
  CausalGraph graph_;
};

TEST(CausalGraphLaw, SaysWhatSetsOfAncestorsSay) {
  for (std::uint64_t seed = 1; seed <= kHistories / gs::testing::kSanitizedShare && !HasFailure();
       ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Both(seed).run();
  }
}

}  // namespace
}  // namespace gs::graph
