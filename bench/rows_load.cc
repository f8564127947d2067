// insert: loading all records, a thousand in a transaction, one sync at the end.
//
//   insert          records that the storage names, against peers with random keys
//   insert-ordered  the same, against peers with keys in order: their best case
//   insert-keyed    records with foreign keys, against peers with random keys
#include "bench/bench.h"

namespace gs::bench {

void run_insert(Bench& bench) {
  const std::string keyed = std::string(kOurs) + "-keyed";
  Samples random;
  Samples ordered;
  Samples by_key;
  for (std::uint64_t round = 0; round < bench.arguments().rounds; ++round) {
    for (const std::string& name : subject_names()) {
      const bool ours = name == kOurs;
      const Cost in_order = bench.load(name, Order::ordered);
      const Cost at_random = bench.load(name, Order::random);
      ordered.add(name, in_order);
      random.add(name, ours ? in_order : at_random);
      by_key.add(ours ? keyed : name, at_random);
    }
  }
  const auto count = static_cast<double>(bench.workload().records());
  bench.report().add(rate_line("insert", kOurs, random, count, {3, {}}));
  bench.report().add(rate_line("insert-ordered", kOurs, ordered, count, {}));
  bench.report().add(rate_line("insert-keyed", keyed, by_key, count, {3, {}}));
}

}  // namespace gs::bench
