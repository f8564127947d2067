// What texts cost that many edit at once, by recorded sessions. Compare commits, not machines.
#include <benchmark/benchmark.h>

#include "gs/core/crdt/text/test_oracle.h"
#include "gs/core/crdt/text/test_trace.h"

namespace gs::crdt {
namespace {

const testing::Trace& paper() {
  static const testing::Trace trace = testing::read_trace("automerge-paper");
  return trace;
}

const testing::Trace& friends() {
  static const testing::Trace trace = testing::read_trace("friendsforever");
  return trace;
}

// One behind the other, so that reading them costs next to nothing.
struct FlatPatch {
  std::uint32_t pos;
  std::uint32_t deleted;
  std::string_view inserted;
};

const std::vector<FlatPatch>& paper_patches() {
  static const std::vector<FlatPatch> patches = [] {
    std::vector<FlatPatch> flat;
    for (const auto& transaction : paper().transactions) {
      for (const auto& patch : transaction.patches) {
        flat.push_back({patch.pos, patch.deleted, patch.inserted});
      }
    }
    return flat;
  }();
  return patches;
}

bool type_paper(Text& text) {
  const std::uint32_t self = text.writer_number(testing::test_writer(0));
  for (const FlatPatch& patch : paper_patches()) {
    if (text.erase(self, patch.pos, patch.deleted)) return false;
    if (text.insert(self, patch.pos, patch.inserted)) return false;
  }
  return true;
}

// 259,778 edits by one writer, with their log and graph.
void bm_paper_edits(benchmark::State& state) {
  paper_patches();
  for (auto _ : state) {
    Text text;
    if (!type_paper(text)) state.SkipWithError("an edit was refused");
    benchmark::DoNotOptimize(text.length());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(paper_patches().size()));
}
BENCHMARK(bm_paper_edits)->Unit(benchmark::kMillisecond);

// The same edits on the rope alone: what is left for everything else.
void bm_paper_rope(benchmark::State& state) {
  paper_patches();
  for (auto _ : state) {
    Rope rope;
    for (const FlatPatch& patch : paper_patches()) {
      if (patch.deleted > 0) rope.erase(patch.pos, patch.deleted);
      if (!patch.inserted.empty()) rope.insert(patch.pos, patch.inserted);
    }
    benchmark::DoNotOptimize(rope.size());
  }
}
BENCHMARK(bm_paper_rope)->Unit(benchmark::kMillisecond);

// 26,078 operations of two writers as they arrive, each decoded by itself.
void bm_friends_live(benchmark::State& state) {
  static const auto operations = testing::operations_of(friends());
  for (auto _ : state) {
    Text text;
    std::vector<std::uint32_t> agents;
    for (std::uint32_t i = 0; i < friends().agents; ++i) {
      agents.push_back(text.writer_number(testing::test_writer(i)));
    }
    for (const auto& operation : operations) {
      const Error error = text.apply(operation.payload, agents[operation.agent], agents);
      if (error) state.SkipWithError("an operation was refused");
    }
    benchmark::DoNotOptimize(text.length());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(operations.size()));
}
BENCHMARK(bm_friends_live)->Unit(benchmark::kMillisecond);

void bm_paper_apply_whole(benchmark::State& state) {
  Text text;
  type_paper(text);
  const auto parts = text.operation(0, 0, [](std::uint32_t writer) { return writer; });
  const Buffer payload = encode_operation(parts.value());
  for (auto _ : state) {
    Text other;
    const std::uint32_t writer = other.writer_number(testing::test_writer(0));
    if (other.apply(payload, writer, {})) state.SkipWithError("the operation was refused");
    benchmark::DoNotOptimize(other.length());
  }
  state.counters["payload_bytes"] = static_cast<double>(payload.size());
  state.counters["without_text"] = static_cast<double>(payload.size() - parts->text.size());
  state.counters["memory_bytes"] = static_cast<double>(text.memory_bytes());
}
BENCHMARK(bm_paper_apply_whole)->Unit(benchmark::kMillisecond);

// To the text, and to a history that can be added to.
void bm_paper_load(benchmark::State& state) {
  Text text;
  type_paper(text);
  const Buffer saved = text.save().value();
  for (auto _ : state) {
    Text loaded = Text::load(saved).value();
    if (state.range(0) != 0) benchmark::DoNotOptimize(loaded.version().ok());
    benchmark::DoNotOptimize(loaded.length());
  }
  state.counters["snapshot_bytes"] = static_cast<double>(saved.size());
}
BENCHMARK(bm_paper_load)->ArgName("history")->Arg(0)->Arg(1)->Unit(benchmark::kMicrosecond);

// The text as it was at half of its edits.
void bm_paper_text_at_half(benchmark::State& state) {
  Text text;
  type_paper(text);
  const std::vector<EventId> half{{0, text.history().graph().size() / 2}};
  for (auto _ : state) benchmark::DoNotOptimize(text.text_at(half).ok());
}
BENCHMARK(bm_paper_text_at_half)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace gs::crdt
