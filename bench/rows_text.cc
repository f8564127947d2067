// Texts that many edit at once: ours natively, npm's in Node.js (bench/peers/text_tasks.js), on the
// recorded sessions in tests/data/traces.
//
//   text-apply       259,778 edits of one writer in one transaction, with history
//   text-live        26,078 updates of a session of two, one by one into a third replica
//   text-open        the stored text with its history, opened and read
//   text-bytes       all history of the first session in its smallest form
//   text-bytes-zstd  the same after zstd
#include "bench/bench.h"
#include "bench/compressed.h"
#include "bench/need.h"
#include "bench/peers.h"
#include "gs/core/crdt/text/test_trace.h"
#include "gs/core/crdt/text/text.h"

namespace gs::bench {
namespace {

using crdt::Text;
using crdt::testing::Trace;

constexpr int kTextTurns = 20;  // of ours within a round: it takes milliseconds
constexpr int kOpenTurns = 200;
constexpr double kRawGoal = 220e3;
constexpr double kZstdGoal = 78e3;

const std::vector<std::string>& text_peers() {
  static const std::vector<std::string> names = {"yjs", "loro", "json-joy", "diamond", "automerge"};
  return names;
}

// One behind the other, so that reading them costs next to nothing.
struct TypedPatch {
  std::uint32_t pos;
  std::uint32_t deleted;
  std::string_view inserted;  // of the trace
};

struct Typed {
  Trace trace;
  std::vector<TypedPatch> patches;
  std::string end;
};

// The first edits of the paper, and what they come to.
Typed typed_paper(std::uint64_t edits) {
  Typed typed{.trace = crdt::testing::read_trace("automerge-paper"), .patches = {}, .end = {}};
  for (const auto& transaction : typed.trace.transactions) {
    for (const auto& patch : transaction.patches) {
      if (typed.patches.size() == edits) break;
      typed.patches.push_back({patch.pos, patch.deleted, patch.inserted});
    }
  }
  typed.end = typed.trace.end;
  if (typed.patches.size() < edits) return typed;
  typed.end.clear();
  for (const TypedPatch& patch : typed.patches) {
    typed.end.replace(patch.pos, patch.deleted, patch.inserted);
  }
  return typed;
}

crdt::Writer text_writer(std::uint32_t agent) {
  crdt::Writer writer;
  writer.bytes[0] = static_cast<std::uint8_t>(agent + 1);
  return writer;
}

void type_all(Text& text, const Typed& typed) {
  const std::uint32_t self = text.writer_number(text_writer(0));
  for (const auto& patch : typed.patches) {
    need(text.erase(self, patch.pos, patch.deleted), "erase");
    need(text.insert(self, patch.pos, patch.inserted), "insert");
  }
}

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

void run_text_apply(Bench& bench, Peers peers, const Typed& typed) {
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

void run_text_open(Bench& bench, Peers peers, const Typed& typed) {
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

// The best peer is the smallest of those that keep all history, as we do.
void add_bytes(Line& line, const std::string& peer, double bytes, bool has_history) {
  line.all.emplace_back(has_history ? peer : peer + "-no-history", bytes);
  if (!has_history || (!line.peer_name.empty() && line.peer <= bytes)) return;
  line.peer_name = peer;
  line.peer = bytes;
  line.ratio = bytes / line.ours;
}

Line bytes_line(const std::string& row, double ours, double goal, bool whole) {
  Line line;
  line.row = row;
  line.unit = "B";
  line.ours = ours;
  line.all = {{kOurs, ours}};
  if (!whole) return line;  // the goal is one of the whole session
  line.goal = "<= " + std::to_string(static_cast<int>(goal / 1e3)) + " KB";
  line.ok = ours <= goal;
  return line;
}

void run_text_bytes(Bench& bench, Peers peers, const Typed& typed) {
  Text text;
  type_all(text, typed);
  const auto parts = need(text.operation(0, 0, [](std::uint32_t writer) { return writer; }), "all");
  const Buffer payload = crdt::encode_operation(parts);
  const bool whole = bench.arguments().records > typed.patches.size();
  Line raw = bytes_line("text-bytes", static_cast<double>(payload.size()), kRawGoal, whole);
  Line zstd = bytes_line("text-bytes-zstd", compressed_bytes(payload), kZstdGoal, whole);
  const std::string file = bench.fresh("text-bytes") + "/stored";
  const std::vector<std::string> options = {"edits=" + std::to_string(bench.arguments().records),
                                            "out=" + file};
  peers.each("text-bytes", options, [&](const std::string& name, const Numbers& numbers) {
    const bool has_history = numbers.at("history") != 0;
    const std::string stored = read_file(file);
    add_bytes(raw, name, static_cast<double>(stored.size()), has_history);
    add_bytes(zstd, name, compressed_bytes(as_bytes(stored)), has_history);
  });
  bench.report().add(raw);
  bench.report().add(zstd);
}

}  // namespace

void run_texts(Bench& bench) {
  const Peers peers(bench, text_peers());
  const Typed typed = typed_paper(bench.arguments().records);
  if (bench.wants("text-apply")) run_text_apply(bench, peers, typed);
  if (bench.wants("text-live")) run_text_live(bench, peers);
  if (bench.wants("text-open")) run_text_open(bench, peers, typed);
  if (bench.wants("text-bytes") || bench.wants("text-bytes-zstd")) {
    run_text_bytes(bench, peers, typed);
  }
}

}  // namespace gs::bench
