// Queries over the cities: through an index, and without one. Data in memory, everything settled.
//
//   find-point   the one city with a code: a unique index
//   find-range   a hundred cities between two latitudes: an ordered index
//   find-point-text, find-range-text  the same, ours with the text of each query made and read anew
//   count-index  how many of some ten thousand are between two latitudes: the index alone
//   find-scan    how many cities a country has: a filter without an index
//
// Each subject must find what the list of cities says.
#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include "bench/bench.h"
#include "bench/city_subject.h"

namespace gs::bench {
namespace {

constexpr std::uint64_t kPointsMax = 100'000;
constexpr std::uint64_t kRangeRows = 100;
constexpr std::uint64_t kPointsPerRange = 50;
constexpr std::uint64_t kCountedRows = 10'000;
constexpr std::uint64_t kCounts = 1000;
constexpr std::uint64_t kFindScans = 20;

using Subjects = std::map<std::string, std::unique_ptr<CitySubject>>;

// Of all subjects in turns; `work` gives the number of rows that a subject found, which must be
// `expected`.
template <typename Work>
Samples take_turns(const Bench& bench, const Subjects& subjects, const std::string& row,
                   const CitySum& expected, const Work& work) {
  Samples samples;
  for (std::uint64_t round = 0; round < bench.arguments().rounds; ++round) {
    for (const auto& each : subjects) {
      const std::string& name = each.first;
      CitySubject& subject = *each.second;
      CitySum sum;
      samples.add(name, measure([&] { sum = work(subject); }));
      const bool is_right = sum.rows == expected.rows && sum.bytes == expected.bytes &&
                            std::abs(sum.lat - expected.lat) <= 1e-6 * std::abs(expected.lat);
      if (!is_right) {
        fail(name + ": " + row + " found " + std::to_string(sum.rows) + " rows, not the " +
             std::to_string(expected.rows) + " that there are");
      }
    }
  }
  return samples;
}

// Who is asked, how often, and for what.
struct Queries {
  const Subjects& subjects;
  const CitySum& expected;
  double count;
};

// When the row is wanted.
template <typename Work>
void run_row(Bench& bench, const Queries& queries, const std::string& row, const Goal& goal,
             const Work& work) {
  if (!bench.wants(row)) return;
  const Samples samples = take_turns(bench, queries.subjects, row, queries.expected, work);
  bench.report().add(rate_line(row, kOurs, samples, queries.count, goal));
}

void add(const City& city, CitySum& sum) {
  sum.bytes += city.name.size() + city.country.size();
  sum.lat += city.lat;
  ++sum.rows;
}

void run_points(Bench& bench, const Subjects& subjects, const std::vector<City>& cities) {
  std::vector<std::string_view> codes;
  CitySum expected;
  const auto count = std::min<std::uint64_t>(cities.size(), kPointsMax);
  for (const std::uint64_t place : bench.workload().places(count, cities.size())) {
    codes.push_back(cities[place].code);
    add(cities[place], expected);
  }
  const Queries queries{subjects, expected, static_cast<double>(count)};
  run_row(bench, queries, "find-point", {2, {}},
          [&](CitySubject& each) { return each.find_codes(codes); });
  run_row(bench, queries, "find-point-text", {},
          [&](CitySubject& each) { return each.find_codes_as_text(codes); });
}

void run_ranges(Bench& bench, const Subjects& subjects, const std::vector<City>& cities) {
  const auto count = std::min<std::uint64_t>(cities.size(), kPointsMax) / kPointsPerRange;
  const auto ranges = lat_ranges(cities, count, kRangeRows, bench.workload().seed());
  std::vector<const City*> by_lat;
  by_lat.reserve(cities.size());
  for (const City& city : cities) by_lat.push_back(&city);
  std::sort(by_lat.begin(), by_lat.end(), [](auto* a, auto* b) { return a->lat < b->lat; });
  CitySum expected;
  for (const LatRange& range : ranges) {
    auto at = std::lower_bound(by_lat.begin(), by_lat.end(), range.from,
                               [](const City* city, double lat) { return city->lat < lat; });
    for (; at != by_lat.end() && (*at)->lat < range.to; ++at) add(**at, expected);
  }
  const Queries queries{subjects, expected, static_cast<double>(count)};
  run_row(bench, queries, "find-range", {2, {}},
          [&](CitySubject& each) { return each.find_lats(ranges); });
  run_row(bench, queries, "find-range-text", {},
          [&](CitySubject& each) { return each.find_lats_as_text(ranges); });
}

void run_counts(Bench& bench, const Subjects& subjects, const std::vector<City>& cities) {
  const auto ranges = lat_ranges(cities, kCounts, kCountedRows, bench.workload().seed());
  CitySum expected;
  for (const LatRange& range : ranges) expected.rows += range.cities;
  const Samples samples =
      take_turns(bench, subjects, "count-index", expected, [&](CitySubject& each) {
        return CitySum{each.count_lats(ranges), 0, 0};
      });
  bench.report().add(rate_line("count-index", kOurs, samples, kCounts, {2, {}}));
}

void run_scans(Bench& bench, const Subjects& subjects, const std::vector<City>& cities) {
  std::map<std::string_view, std::uint64_t> by_country;
  for (const City& city : cities) ++by_country[city.country];
  std::vector<std::string_view> countries;
  CitySum expected;
  for (const std::uint64_t place : bench.workload().places(kFindScans, cities.size())) {
    countries.push_back(cities[place].country);
    expected.rows += by_country[countries.back()];
  }
  const Samples samples =
      take_turns(bench, subjects, "find-scan", expected, [&](CitySubject& each) {
        return CitySum{each.count_countries(countries), 0, 0};
      });
  bench.report().add(rate_line("find-scan", kOurs, samples, kFindScans, {3, {}}));
}

}  // namespace

void run_finds(Bench& bench) {
  const std::vector<City>& cities = bench.cities();
  Subjects subjects;
  for (const std::string& name : city_subject_names()) {
    CitySubject& subject = *(subjects[name] = make_city_subject(name));
    subject.open(bench.fresh("cities-" + name));
    subject.use_indexes();
    insert_all(subject, cities);
    subject.settle();
  }
  bench.quiet();
  if (bench.wants("find-point") || bench.wants("find-point-text")) {
    run_points(bench, subjects, cities);
  }
  if (bench.wants("find-range") || bench.wants("find-range-text")) {
    run_ranges(bench, subjects, cities);
  }
  if (bench.wants("count-index")) run_counts(bench, subjects, cities);
  if (bench.wants("find-scan")) run_scans(bench, subjects, cities);
  for (const auto& [name, subject] : subjects) subject->close();
}

}  // namespace gs::bench
