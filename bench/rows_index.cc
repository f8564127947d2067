// What indexes cost: inserting cities beside them, and building one of cities that are there.
//
//   insert-indexed  all cities, 1,000 in a transaction, with two indexes and a unique one; one sync
//                   and one query through each index at the end
//   index-build     from the order for an index to the answer of the first query through it
#include <algorithm>

#include "bench/bench.h"
#include "bench/city_subject.h"

namespace gs::bench {
namespace {

constexpr double kBuildGoalMs = 500;

// A query through each index, so that whoever puts work off has to do it.
void use_once(CitySubject& subject, const std::vector<City>& cities) {
  const std::vector<std::string_view> codes = {cities.front().code};
  const std::vector<LatRange> ranges = {{cities.front().lat, cities.front().lat + 1e-9, 1}};
  if (subject.find_codes(codes).rows != 1) fail("insert-indexed: the first city is not there");
  if (subject.count_name(cities.front().name) == 0) fail("insert-indexed: its name is not there");
  if (subject.count_lats(ranges) == 0) fail("insert-indexed: its latitude is not there");
}

void run_inserts(Bench& bench, const std::vector<City>& cities) {
  Samples samples;
  for (std::uint64_t round = 0; round < bench.arguments().rounds; ++round) {
    for (const std::string& name : city_subject_names()) {
      const auto subject = make_city_subject(name);
      subject->open(bench.fresh("indexed-" + name));
      subject->use_indexes();
      bench.quiet();
      samples.add(name, measure([&] {
                    insert_all(*subject, cities);
                    use_once(*subject, cities);
                  }));
      subject->close();
    }
  }
  bench.report().add(
      rate_line("insert-indexed", kOurs, samples, static_cast<double>(cities.size()), {}));
}

void run_builds(Bench& bench, const std::vector<City>& cities) {
  Samples samples;
  for (std::uint64_t round = 0; round < bench.arguments().rounds; ++round) {
    for (const std::string& name : city_subject_names()) {
      const auto subject = make_city_subject(name);
      subject->open(bench.fresh("build-" + name));
      insert_all(*subject, cities);
      subject->settle();
      bench.quiet();
      samples.add(name, measure([&] { subject->build_index(); }));
      subject->close();
    }
  }
  Line line = rate_line("index-build", kOurs, samples, 1, {});
  line.unit = "ms";
  for (double* const rate : {&line.ours, &line.peer}) *rate = *rate == 0 ? 0 : 1000 / *rate;
  for (auto& [name, rate] : line.all) rate = 1000 / rate;
  line.goal = "< 500 ms";
  line.ok = line.ours < kBuildGoalMs;
  bench.report().add(line);
}

}  // namespace

void insert_all(CitySubject& subject, std::span<const City> cities) {
  while (!cities.empty()) {
    const auto count = std::min<std::size_t>(cities.size(), kBatch);
    subject.insert(cities.first(count));
    cities = cities.subspan(count);
  }
  subject.sync();
}

void run_indexes(Bench& bench) {
  const std::vector<City>& cities = bench.cities();
  if (bench.wants("insert-indexed")) run_inserts(bench, cities);
  if (bench.wants("index-build")) run_builds(bench, cities);
}

}  // namespace gs::bench
