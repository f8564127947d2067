// The bytes of a graph: docs/FORMAT.md "Graph of changes".
//
//   offset  size  field
//        0     4  magic "gsg1"          4  2  format version = 1      6  2  zero
//        8     4  runs R               12  4  parents P
//       16   12R  of each run: u32 writer, u32 changes, u32 parents of its first change
//        .    4P  parents, run by run: numbers ascending
//        .     4  CRC-32C of what stands before
//
// What is kept of runs to spare walks is made again.
#include <algorithm>
#include <string>

#include "gs/base/crc32c.h"
#include "gs/base/endian.h"
#include "gs/core/graph/causal_graph.h"
#include "gs/core/graph/change.h"

namespace gs::graph {

namespace {

constexpr std::uint32_t kGraphMagic = 0x31677367;  // "gsg1"
constexpr std::uint16_t kGraphVersion = 1;
constexpr std::size_t kGraphHeaderBytes = 16;
constexpr std::size_t kGraphRunBytes = 12;
constexpr std::size_t kGraphSumBytes = 4;

Error invalid_graph(const std::string& what) {
  return {Code::invalid, "graph of changes: " + what};
}

// Whether sizes and sum are right.
Error check_frame(Bytes bytes) {
  if (bytes.size() < kGraphHeaderBytes + kGraphSumBytes) return invalid_graph("too short");
  if (load_u32(bytes.data()) != kGraphMagic) return invalid_graph("wrong magic");
  if (crc32c(bytes.first(bytes.size() - kGraphSumBytes)) !=
      load_u32(bytes.data() + bytes.size() - kGraphSumBytes)) {
    return invalid_graph("wrong checksum");
  }
  if (load_u16(bytes.data() + 4) > kGraphVersion) {
    return {Code::newer_format, "graph of changes: made by a newer version"};
  }
  if (load_u16(bytes.data() + 4) != kGraphVersion || load_u16(bytes.data() + 6) != 0) {
    return invalid_graph("wrong header");
  }
  const std::uint64_t size = kGraphHeaderBytes +
                             std::uint64_t{load_u32(bytes.data() + 8)} * kGraphRunBytes +
                             std::uint64_t{load_u32(bytes.data() + 12)} * 4 + kGraphSumBytes;
  return size == bytes.size() ? Error() : invalid_graph("its size is not what its counts say");
}

// Takes u32 numbers from bytes that are long enough.
std::uint32_t take_u32(const std::uint8_t*& at) {
  const std::uint32_t value = load_u32(at);
  at += 4;
  return value;
}

}  // namespace

Buffer CausalGraph::encode() const {
  Buffer bytes(kGraphHeaderBytes + runs_.size() * kGraphRunBytes + parents_.size() * 4 +
               kGraphSumBytes);
  std::uint8_t* at = bytes.data();
  const auto put_u32 = [&at](std::uint32_t value) {
    store_u32(at, value);
    at += 4;
  };
  put_u32(kGraphMagic);
  put_u32(kGraphVersion);  // and zero
  put_u32(static_cast<std::uint32_t>(runs_.size()));
  put_u32(static_cast<std::uint32_t>(parents_.size()));
  for (std::uint32_t run = 0; run < runs_.size(); ++run) {
    put_u32(runs_[run].writer);
    put_u32(end_of(run) - runs_[run].first);
    put_u32(static_cast<std::uint32_t>(parents_of_run(run).size()));
  }
  for (const ChangeNumber parent : parents_) put_u32(parent);
  put_u32(crc32c(Bytes(bytes).first(bytes.size() - kGraphSumBytes)));
  return bytes;
}

Result<CausalGraph> CausalGraph::decode(Bytes bytes, std::uint32_t writer_count) {
  GS_TRY_OK(check_frame(bytes));
  const std::uint32_t run_count = load_u32(bytes.data() + 8);
  std::uint64_t parents_left = load_u32(bytes.data() + 12);
  const std::uint8_t* run_at = bytes.data() + kGraphHeaderBytes;
  const std::uint8_t* parent_at = run_at + std::size_t{run_count} * kGraphRunBytes;
  CausalGraph graph;
  std::vector<ChangeNumber> parents;
  for (std::uint32_t run = 0; run < run_count; ++run) {
    const std::uint32_t writer = take_u32(run_at);
    const std::uint32_t changes = take_u32(run_at);
    const std::uint32_t parent_count = take_u32(run_at);
    if (writer >= writer_count) return invalid_graph("unknown writer");
    if (changes == 0) return invalid_graph("a run without changes");
    if (parent_count > std::min<std::uint64_t>(parents_left, kParentsMax)) {
      return invalid_graph("too many parents");
    }
    parents_left -= parent_count;
    parents.clear();
    for (std::uint32_t i = 0; i < parent_count; ++i) parents.push_back(take_u32(parent_at));
    if (!std::is_sorted(parents.begin(), parents.end()))
      return invalid_graph("parents in disorder");
    const auto first = graph.add(writer, graph.next_sequence(writer), parents);
    if (!first.ok()) return invalid_graph(std::string(first.error().message()));
    if (graph.runs_.size() != run + 1) return invalid_graph("two runs that are one");
    if (changes - 1 > kChangesMax - graph.size_) return invalid_graph("too many changes");
    graph.extend(changes - 1);
  }
  if (parents_left != 0) return invalid_graph("parents of no run");
  return graph;
}

}  // namespace gs::graph
