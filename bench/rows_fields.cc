// Records that two replicas write at once: ours through the public interface, durably and signed,
// npm's in the memory of Node.js (bench/peers/field_tasks.js). Half of the updates in each replica.
//
//   fields-update      random updates of one field of eight, 1,000 in a transaction
//   fields-exchange    each replica gives the other what it lacks
//   fields-bytes       what they gave each other, for each update
//   fields-bytes-zstd  the same when peers compress it, too
//   fields-memory      resident memory of a replica that has all updates
#include <algorithm>

#include "bench/bench.h"
#include "bench/child_rows.h"
#include "bench/compressed.h"
#include "bench/peers.h"

namespace gs::bench {
namespace {

constexpr double kMemoryGoal = 7;
constexpr double kBytesGoal = 1 / 0.65;
constexpr const char* kBytesPeer = "yjs";
constexpr std::uint64_t kUpdatesOfRecord = 10;

const std::vector<std::string>& field_peers() {
  static const std::vector<std::string> names = {"yjs", "loro", "json-joy", "automerge"};
  return names;
}

// What all rounds gave, by subject.
struct FieldSamples {
  Samples updates;
  Samples exchanges;
  std::map<std::string, std::vector<double>> bytes;  // for each update
  std::map<std::string, std::vector<double>> compressed;
  std::map<std::string, std::vector<double>> resident;  // of those that did all of it

  void add(const std::string& name, const Numbers& numbers, double count, double compressed_bytes) {
    const double share = numbers.at("count") / count;
    const auto whole = [share](Cost cost) { return Cost{cost.wall_s / share, cost.cpu_s / share}; };
    updates.add(name, whole(numbers.cost("update_")));
    exchanges.add(name, whole(numbers.cost("exchange_")));
    bytes[name].push_back(numbers.at("bytes") / numbers.at("count"));
    compressed[name].push_back(compressed_bytes / numbers.at("count"));
    if (share == 1) resident[name].push_back(numbers.at("resident_bytes") / 1e6);
  }
};

// Less is better. `peer`: the one to compare with; empty: the best.
Line size_line(const std::string& row, const std::string& unit,
               const std::map<std::string, std::vector<double>>& sizes, const std::string& peer) {
  Line line;
  line.row = row;
  line.unit = unit;
  line.ours = median(sizes.at(kOurs));
  for (const auto& [name, values] : sizes) {
    const double size = median(values);
    line.all.emplace_back(name, size);
    if (name == kOurs || (!peer.empty() && name != peer)) continue;
    if (!line.peer_name.empty() && line.peer <= size) continue;
    line.peer_name = name;
    line.peer = size;
    line.ratio = size / line.ours;
  }
  return line;
}

void promise_size(Line& line, double at_least, const std::string& goal) {
  line.goal = goal;
  if (!line.peer_name.empty()) line.ok = line.ratio >= at_least;
}

void report_fields(Bench& bench, const FieldSamples& samples, double count) {
  Report& report = bench.report();
  report.add(rate_line("fields-update", kOurs, samples.updates, count, {30, {}, true}));
  report.add(rate_line("fields-exchange", kOurs, samples.exchanges, count, {50, {}, true}));
  Line bytes = size_line("fields-bytes", "B/update", samples.bytes, kBytesPeer);
  promise_size(bytes, kBytesGoal, ">= 1.54x yjs");
  report.add(bytes);
  report.add(size_line("fields-bytes-zstd", "B/update", samples.compressed, {}));
  Line memory = size_line("fields-memory", "MB", samples.resident, {});
  promise_size(memory, kMemoryGoal, ">= 7x");
  report.add(memory);
}

}  // namespace

void run_fields(Bench& bench) {
  const Arguments& arguments = bench.arguments();
  const std::uint64_t each = std::max<std::uint64_t>(arguments.records / 2, 1);
  const auto records =
      std::to_string(std::max<std::uint64_t>(arguments.records / kUpdatesOfRecord, 1));
  const auto seed = std::to_string(arguments.seed & 0x7fffffff);  // which JavaScript has, too
  const auto count = static_cast<double>(2 * each);
  Peers peers(bench, field_peers());
  FieldSamples samples;
  for (std::uint64_t round = 0; round < arguments.rounds; ++round) {
    const std::string directory = bench.fresh("fields");
    const Words ours = {"fields", directory, records, std::to_string(each), seed};
    const Numbers numbers = Numbers::parse(child(ours));
    samples.add(kOurs, numbers, count, numbers.at("bytes"));
    const std::string file = bench.fresh("fields") + "/sent";
    const Words options = {"records=" + records, "count=" + std::to_string(2 * each),
                           "seed=" + seed, "out=" + file};
    peers.each("fields", options, [&](const std::string& name, const Numbers& found) {
      samples.add(name, found, count, compressed_bytes(as_bytes(read_file(file))));
    });
  }
  report_fields(bench, samples, count);
}

}  // namespace gs::bench
