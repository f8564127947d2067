// Texts that many edit at once: ours natively, npm's in Node.js (bench/peers/text_tasks.js), on the
// recorded sessions in tests/data/traces.
//
//   text-apply  259,778 edits of one writer in one transaction, with history
//   text-live   26,078 updates of a session of two, one by one into a third replica
//   text-open   the stored text with its history, opened and read
#include "bench/bench.h"
#include "bench/need.h"
#include "bench/peers.h"
#include "bench/typed_text.h"

namespace gs::bench {
namespace {

using crdt::Text;
using crdt::testing::Trace;

constexpr int kTextTurns = 20;  // of ours within a round: it takes milliseconds
constexpr int kOpenTurns = 200;

void need_text(const std::string& found, const std::string& expected, const char* row) {
  if (found != expected) fail(std::string(row) + ": the text is not what was typed");
}

// `count`: what ours did. A peer may have done less.
void add_peers(Peers& peers, const std::string& row, std::uint64_t edits, double count,
               Samples& samples) {
  peers.each(row, {"edits=" + std::to_string(edits)},
             [&](const auto& name, const Numbers& numbers) {
               const double share = numbers.at("count") / count;
               const Cost cost = numbers.cost();
               samples.add(name, {cost.wall_s / share, cost.cpu_s / share});
             });
}

void run_text_apply(Bench& bench, Peers peers, const TypedText& typed) {
  Samples samples;
  const auto count = static_cast<double>(typed.patches.size());
  for (std::uint64_t round = 0; round < bench.arguments().rounds; ++round) {
    for (int turn = 0; turn < kTextTurns; ++turn) {
      Text text;
      samples.add(kOurs, measure([&] { type_all(text, typed); }));
      need_text(text.text(), typed.end, "text-apply");
    }
    add_peers(peers, "text-apply", bench.arguments().records, count, samples);
  }
  bench.report().add(rate_line("text-apply", kOurs, samples, count, {8, {}, true}));
}

Trace friends(std::uint64_t edits) {
  Trace trace = crdt::testing::read_trace("friendsforever");
  if (edits >= trace.transactions.size()) return trace;
  trace.transactions.resize(edits);
  trace.end.clear();  // nobody knows
  return trace;
}

void run_text_live(Bench& bench, Peers peers) {
  const Trace trace = friends(bench.arguments().records);
  const auto operations = crdt::testing::operations_of(trace);
  const auto count = static_cast<double>(operations.size());
  Samples samples;
  for (std::uint64_t round = 0; round < bench.arguments().rounds; ++round) {
    for (int turn = 0; turn < kTextTurns; ++turn) {
      Text text;
      std::vector<std::uint32_t> agents;
      for (std::uint32_t i = 0; i < trace.agents; ++i) {
        agents.push_back(text.writer_number(text_writer(i)));
      }
      samples.add(kOurs, measure([&] {
                    for (const auto& operation : operations) {
                      const auto writer = agents[operation.agent];
                      need(text.apply(operation.payload, writer, agents), "apply");
                    }
                  }));
      if (!trace.end.empty()) need_text(text.text(), trace.end, "text-live");
    }
    add_peers(peers, "text-live", bench.arguments().records, count, samples);
  }
  bench.report().add(rate_line("text-live", kOurs, samples, count, {3, {}, true}));
}

void run_text_open(Bench& bench, Peers peers, const TypedText& typed) {
  Text text;
  type_all(text, typed);
  const Buffer saved = need(text.save(), "save");
  Samples samples;
  for (std::uint64_t round = 0; round < bench.arguments().rounds; ++round) {
    for (int turn = 0; turn < kOpenTurns; ++turn) {
      std::string found;
      samples.add(kOurs, measure([&] { found = need(Text::load(saved), "load").text(); }));
      need_text(found, typed.end, "text-open");
    }
    add_peers(peers, "text-open", bench.arguments().records, 1, samples);
  }
  bench.report().add(rate_line("text-open", kOurs, samples, 1, {1, "loro", true}));
}

}  // namespace

void run_texts(Bench& bench) {
  const Peers peers(bench, text_peers());
  const TypedText typed = typed_paper(bench.arguments().records);
  if (bench.wants("text-apply")) run_text_apply(bench, peers, typed);
  if (bench.wants("text-live")) run_text_live(bench, peers);
  if (bench.wants("text-open")) run_text_open(bench, peers, typed);
}

}  // namespace gs::bench
