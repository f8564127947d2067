// get and scan: data in memory, one snapshot, eight bytes of each value are read.
//
// Every subject has compacted before (--as-loaded: has not). Both kinds of keys; every subject
// reads
// the same records in the same random order and must find the same bytes.
#include <algorithm>

#include "bench/bench.h"

namespace gs::bench {
namespace {

constexpr std::uint64_t kShortScanRecords = 100;
constexpr std::uint64_t kRecordsPerScanStart = 50;  // so many scan starts as records / 50

Sum expected_of(const Workload& workload, const std::vector<std::uint64_t>& places) {
  Sum sum;
  for (const std::uint64_t place : places) sum.words += first_word(workload.value(place).data());
  sum.records = places.size();
  return sum;
}

std::vector<Key> keys_at(const Store& store, const std::vector<std::uint64_t>& places) {
  std::vector<Key> keys(places.size());
  for (std::size_t i = 0; i < places.size(); ++i) keys[i] = store.keys[places[i]];
  return keys;
}

void run_gets(Bench& bench, Order order, const std::string& row) {
  const Workload& workload = bench.workload();
  const auto places = workload.places(workload.records(), workload.records());
  const Sum expected = expected_of(workload, places);
  Samples samples;
  for (std::uint64_t round = 0; round < bench.arguments().rounds; ++round) {
    for (const std::string& name : subject_names()) {
      Store& store = bench.store(name, order);
      const auto keys = keys_at(store, places);
      Sum sum;
      samples.add(name, measure([&] { sum = store.subject->get(keys); }));
      if (sum.records != expected.records || sum.words != expected.words) {
        fail(name + ": " + row + " found other bytes than were written");
      }
    }
  }
  bench.report().add(
      rate_line(row, kOurs, samples, static_cast<double>(places.size()), {2, "lmdb"}));
}

void run_scans(Bench& bench, Order order, const std::string& row) {
  const Workload& workload = bench.workload();
  const std::uint64_t records = workload.records();
  const std::uint64_t reach = std::min(records, kShortScanRecords);
  const auto places = workload.places(records / kRecordsPerScanStart + 1, records - reach + 1);
  Samples samples;
  for (std::uint64_t round = 0; round < bench.arguments().rounds; ++round) {
    for (const std::string& name : subject_names()) {
      Store& store = bench.store(name, order);
      const auto keys = keys_at(store, places);
      Sum sum;
      samples.add(name, measure([&] { sum = store.subject->scan(keys, kShortScanRecords); }));
      // With random keys a start near the end finds fewer; with ordered ones none does.
      const std::uint64_t full = places.size() * reach;
      if (order == Order::ordered ? sum.records != full : sum.records > full || sum.records == 0) {
        fail(name + ": " + row + " found " + std::to_string(sum.records) + " records of " +
             std::to_string(full));
      }
    }
  }
  bench.report().add(
      rate_line(row, kOurs, samples, static_cast<double>(places.size()), {3, "lmdb"}));
}

}  // namespace

void run_reads(Bench& bench) {
  for (const Order order : {Order::ordered, Order::random}) {
    const std::string suffix = order == Order::ordered ? "" : "-keyed";
    const bool gets = bench.wants("get" + suffix);
    const bool scans = bench.wants("scan" + suffix);
    if (!gets && !scans) continue;
    for (const std::string& name : subject_names()) {
      Store& store = bench.store(name, order);
      if (!bench.arguments().as_loaded) store.subject->settle();
    }
    bench.quiet();
    if (gets) run_gets(bench, order, "get" + suffix);
    if (scans) run_scans(bench, order, "scan" + suffix);
    for (const std::string& name : subject_names()) bench.forget(name, order);
  }
}

}  // namespace gs::bench
