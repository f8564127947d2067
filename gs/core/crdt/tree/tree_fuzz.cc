// Any bytes as a tree operation, as indexes of siblings, and as a history of people who edit one
// tree: what is accepted is written back as the same bytes and done to a tree that stays one,
// between two indexes there is room, and all orders of a history give the tree that the paper
// makes. The first byte says which.
#include "gs/base/check.h"
#include "gs/core/crdt/tree/test_tree_history.h"

namespace {

using namespace gs;
using namespace gs::tree;

using gs::tree::testing::SentTree;
using gs::tree::testing::text_of;
using gs::tree::testing::TreeHistory;
using gs::tree::testing::TreeOracle;
using gs::tree::testing::TreePeer;

// Beyond this, the oracle would take too long for one input.
constexpr std::uint32_t kTreeStepsMax = 24;

// Nodes 0 and 1 of writer 0 at hlc 20, and a later move: an operation can be before or behind it.
Tree make_tree() {
  TreePeer peer(0);
  peer.begin(20);
  const NodeId a = peer.create("a");
  const NodeId b = peer.create("b", {a});
  peer.finish();
  peer.begin(20);
  peer.move(b, {kRoot, a});
  peer.finish();
  GS_CHECK(!peer.failed);
  return std::move(peer.tree);
}

void as_tree_operation(Bytes bytes) {
  const auto view = OperationView::parse(bytes);
  std::vector<Writer> table;
  for (std::uint32_t i = 0; i < 4; ++i) table.push_back(gs::tree::testing::tree_writer(i));
  for (const std::uint64_t hlc : {21u, 30u, 60u}) {
    const Arrival arrival{{hlc, gs::tree::testing::tree_writer(5)}, bytes, table};
    Tree tree = make_tree();
    const std::string before = text_of(tree);
    const Error error = tree.apply(arrival);
    GS_CHECK(tree.check());
    GS_CHECK(view.ok() || error.code() == Code::invalid);
    if (error) {
      GS_CHECK(text_of(tree) == before);
      continue;
    }
    const auto operation = gs::tree::testing::operation_of(*view, arrival);
    GS_CHECK(operation && equal(encode_operation(*operation, table), bytes));
    const std::string after = text_of(tree);
    GS_CHECK(tree.apply(arrival).ok() && text_of(tree) == after);
  }
}

// The first byte divides the rest into two.
void as_indexes(Bytes bytes) {
  if (bytes.empty()) return;
  const std::string_view text = as_text(bytes.subspan(1));
  const std::string_view parts[2] = {text.substr(0, std::min<std::size_t>(bytes[0], text.size())),
                                     text.substr(std::min<std::size_t>(bytes[0], text.size()))};
  const Writer writer = gs::tree::testing::tree_writer(1);
  PlaceKey low{parts[0], {1, &writer, 0}};
  PlaceKey high{parts[1], {2, &writer, 0}};
  if (!valid_index(low.index) || !valid_index(high.index)) return;
  if (high < low) std::swap(low, high);
  const auto index = index_between(&low, &high);
  if (!index.ok()) return;
  const PlaceKey between{*index, {3, &writer, 0}};
  GS_CHECK(valid_index(*index) && low < between && between < high);
}

void as_tree_history(Bytes bytes) {
  std::size_t at = 0;
  const auto choose = [&](std::uint32_t bound) {
    return at < bytes.size() ? bytes[at++] % bound : 0;
  };
  const TreeHistory history(
      choose, {.writers = 1 + choose(6), .steps = kTreeStepsMax, .nodes_max = 2 + choose(6)});
  GS_CHECK(history.problem().empty());
  std::vector<const Operation*> operations;
  for (const auto& made : history.operations()) operations.push_back(&made.sent.made);
  const std::string expected = TreeOracle(operations).text();
  for (std::uint64_t seed = 1; seed <= 2; ++seed) {
    Tree tree;
    for (const std::size_t number : history.shuffled(seed)) {
      GS_CHECK(tree.apply(history.operations()[number].sent.arrival()).ok());
      GS_CHECK(tree.check());
    }
    GS_CHECK(text_of(tree) == expected);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Bytes bytes(data + 1, size - 1);
  switch (data[0] % 3) {
    case 0:
      as_tree_operation(bytes);
      break;
    case 1:
      as_indexes(bytes);
      break;
    default:
      as_tree_history(bytes);
  }
  return 0;
}
