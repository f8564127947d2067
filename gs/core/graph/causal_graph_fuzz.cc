// Any bytes as a graph of changes, also with a checksum that fits: what is accepted is written back
// as the same bytes, and what it answers agrees with itself.
#include "gs/base/check.h"
#include "gs/base/crc32c.h"
#include "gs/base/endian.h"
#include "gs/core/graph/causal_graph.h"

namespace {

using namespace gs;
using namespace gs::graph;

constexpr std::uint32_t kWriters = 64;

std::uint64_t count_of(const CausalVersion& version) {
  std::uint64_t count = 0;
  for (const SequenceRange& range : version) count += range.last - range.first + 1;
  return count;
}

std::uint64_t count_of(const std::vector<ChangeRange>& ranges) {
  std::uint64_t count = 0;
  for (const ChangeRange& range : ranges) count += std::uint64_t{range.last} - range.first + 1;
  return count;
}

void check_pair(const CausalGraph& graph, ChangeNumber a, ChangeNumber b) {
  const ChangeNumber both[] = {a, b};
  const CausalGraph::Changes one(both, 1);
  const CausalGraph::Changes other(both + 1, 1);
  const auto difference = graph.diff(one, other);
  const bool before = graph.is_ancestor(a, b);
  GS_CHECK(before == difference.only_a.empty());
  GS_CHECK(graph.is_ancestor(b, a) == difference.only_b.empty());
  const auto base = graph.merge_base(one, other);
  GS_CHECK(graph.heads(base) == base);
  GS_CHECK(!before || base == std::vector<ChangeNumber>{a});
  const CausalVersion version = graph.version(one);
  GS_CHECK(count_of(version) == count_of(graph.version(base)) + count_of(difference.only_a));
  const auto missing = graph.missing(graph.version(other), one);
  GS_CHECK(missing.ok());
  GS_CHECK(*missing == difference.only_a);
  GS_CHECK(!graph.is_critical(a) || before || graph.is_ancestor(b, a));
}

void check_graph(const CausalGraph& graph) {
  const auto frontier = graph.frontier();
  GS_CHECK(graph.heads(frontier) == frontier);
  GS_CHECK(count_of(graph.version(frontier)) == graph.size());
  if (graph.size() == 0) return;
  const ChangeNumber last = graph.size() - 1;
  for (const ChangeNumber a : {last, last / 2, last / 3, last - last / 5}) {
    GS_CHECK(graph.find(graph.writer_of(a), graph.sequence_of(a)) == a);
    for (const ChangeNumber parent : graph.parents_of(a)) {
      GS_CHECK(graph.is_ancestor(parent, a));
      check_pair(graph, a, parent);
    }
    check_pair(graph, a, last / 7);
    check_pair(graph, last - last / 3, a);
  }
}

void decode(Bytes bytes) {
  const auto graph = CausalGraph::decode(bytes, kWriters);
  if (!graph.ok()) return;
  const Buffer again = graph->encode();
  GS_CHECK(std::equal(again.begin(), again.end(), bytes.begin(), bytes.end()));
  check_graph(*graph);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  decode({data, size});
  if (size < 4) return 0;
  Buffer sealed(data, data + size);
  store_u32(sealed.data() + size - 4, crc32c(Bytes(sealed).first(size - 4)));
  decode(sealed);
  return 0;
}
