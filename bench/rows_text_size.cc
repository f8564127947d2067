// What a text takes: the first recorded session in tests/data/traces, typed by one writer.
//
//   text-bytes        all history in its smallest form
//   text-bytes-zstd   the same after zstd
//   text-state-bytes  the smallest form that can be gone on with: ours a checkpoint of a storage
//                     with this text, signed; peers' after zstd, which checkpoints have inside
//   text-memory       resident memory of the text, stored with its history, opened and read
#include <fstream>

#include "bench/bench.h"
#include "bench/child_rows.h"
#include "bench/compressed.h"
#include "bench/need.h"
#include "bench/numbers.h"
#include "bench/peers.h"
#include "bench/typed_text.h"
#include "globalstorage/storage.h"

namespace gs::bench {
namespace {

using crdt::Text;

constexpr double kRawGoal = 220e3;
constexpr double kZstdGoal = 78e3;
constexpr double kStateGoal = 31e3;
constexpr double kMemoryGoalMb = 1;
constexpr std::size_t kEditsAtOnce = 1000;

// The best peer is the smallest of those that keep as much as we do.
void add_bytes(Line& line, const std::string& peer, double bytes, bool has_history) {
  line.all.emplace_back(has_history ? peer : peer + "-no-history", bytes);
  if (!has_history || (!line.peer_name.empty() && line.peer <= bytes)) return;
  line.peer_name = peer;
  line.peer = bytes;
  line.ratio = bytes / line.ours;
}

// `whole`: what the goal is about was typed.
Line bytes_line(const std::string& row, double ours, double goal, bool whole) {
  Line line;
  line.row = row;
  line.unit = "B";
  line.ours = ours;
  line.all = {{kOurs, ours}};
  if (!whole) return line;
  line.goal = "<= " + std::to_string(static_cast<int>(goal / 1e3)) + " KB";
  line.ok = ours <= goal;
  return line;
}

std::string edits_option(const Bench& bench) {
  return "edits=" + std::to_string(bench.arguments().records);
}

void run_text_bytes(Bench& bench, Peers& peers, const TypedText& typed) {
  Text text;
  type_all(text, typed);
  const auto parts = need(text.operation(0, 0, [](std::uint32_t writer) { return writer; }), "all");
  const Buffer payload = crdt::encode_operation(parts);
  Line raw = bytes_line("text-bytes", static_cast<double>(payload.size()), kRawGoal, typed.whole);
  Line zstd = bytes_line("text-bytes-zstd", compressed_bytes(payload), kZstdGoal, typed.whole);
  const std::string file = bench.fresh("text-bytes") + "/stored";
  peers.each("text-bytes", {edits_option(bench), "out=" + file},
             [&](const std::string& name, const Numbers& numbers) {
               const bool has_history = numbers.at("history") != 0;
               const std::string stored = read_file(file);
               add_bytes(raw, name, static_cast<double>(stored.size()), has_history);
               add_bytes(zstd, name, compressed_bytes(as_bytes(stored)), has_history);
             });
  bench.report().add(raw);
  bench.report().add(zstd);
}

// Of a storage in which nothing else is.
double checkpoint_bytes(const std::string& directory, const TypedText& typed) {
  Options options;
  options.durability = Durability::lazy;
  Storage storage = need(Storage::open_or_create(directory + "/storage", options), "open");
  const Id id = need(storage.insert("Note", "{\"text\":\"\"}"), "insert");
  for (std::size_t first = 0; first < typed.patches.size(); first += kEditsAtOnce) {
    const std::size_t end = std::min(first + kEditsAtOnce, typed.patches.size());
    Transaction transaction = storage.begin();
    for (std::size_t i = first; i < end; ++i) {
      const TypedPatch& patch = typed.patches[i];
      need(transaction.splice(id, "text", patch.pos, patch.deleted, patch.inserted), "splice");
    }
    need(transaction.commit().error(), "commit");
  }
  const BundleInfo made =
      need(storage.create_checkpoint_bundle(directory + "/checkpoint"), "checkpoint");
  need(Storage::join(directory + "/checkpoint", directory + "/joined"), "join");
  Storage joined = need(Storage::open(directory + "/joined"), "open");
  const Record record = need(joined.get(id), "get");
  if (record.find("text")->text() != typed.end) fail("text-state-bytes: another text came back");
  return static_cast<double>(made.file_bytes);
}

void run_state_bytes(Bench& bench, Peers& peers, const TypedText& typed) {
  Line line = bytes_line("text-state-bytes", checkpoint_bytes(bench.fresh("text-state"), typed),
                         kStateGoal, typed.whole);
  const std::string file = bench.fresh("text-state") + "/stored";
  peers.each("text-state-bytes", {edits_option(bench), "out=" + file},
             [&](const std::string& name, const Numbers&) {
               add_bytes(line, name, compressed_bytes(as_bytes(read_file(file))), true);
             });
  bench.report().add(line);
}

void run_text_memory(Bench& bench, Peers& peers, const TypedText& typed) {
  const std::string file = bench.fresh("text-memory") + "/stored";
  {
    Text text;
    type_all(text, typed);
    const Buffer saved = need(text.save(), "save");
    std::ofstream(file, std::ios::binary)
        .write(reinterpret_cast<const char*>(saved.data()),
               static_cast<std::streamsize>(saved.size()));
  }
  Line line;
  line.row = "text-memory";
  line.unit = "MB";
  const auto megabytes = [](const Numbers& numbers) { return numbers.at("resident_bytes") / 1e6; };
  line.ours = megabytes(Numbers::parse(child({"text-memory", file})));
  line.all = {{kOurs, line.ours}};
  peers.each(
      "text-store", {edits_option(bench), "out=" + file},
      [&](const std::string& name, const Numbers&) {
        const auto open = peers.run(name, "text-memory", {edits_option(bench), "in=" + file});
        if (open) add_bytes(line, name, megabytes(*open), true);
      });
  if (typed.whole) {
    line.goal = "<= 1 MB";
    line.ok = line.ours <= kMemoryGoalMb;
  }
  bench.report().add(line);
}

}  // namespace

void run_text_sizes(Bench& bench) {
  Peers peers(bench, text_peers());
  const TypedText typed = typed_paper(bench.arguments().records);
  if (bench.wants("text-bytes") || bench.wants("text-bytes-zstd")) {
    run_text_bytes(bench, peers, typed);
  }
  if (bench.wants("text-state-bytes")) run_state_bytes(bench, peers, typed);
  if (bench.wants("text-memory")) run_text_memory(bench, peers, typed);
}

int child_text_memory(const Words& words) {
  const std::string stored = read_file(words.at(1));
  const std::uint64_t before = resident_bytes();
  const Text text = need(Text::load(as_bytes(stored)), "load");
  const std::string read = text.text();
  const std::uint64_t resident = resident_bytes() - before;
  std::printf("resident_bytes %llu\nbytes %zu\n", static_cast<unsigned long long>(resident),
              read.size());
  return 0;
}

}  // namespace gs::bench
