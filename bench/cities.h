// The records of the rows about queries: the cities of the demonstration, or as many of equal
// shape.
//
// One thread. What cannot be read ends the program.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gs::bench {

struct City {
  std::string name;
  std::string country;
  std::string admin1;
  std::string admin2;
  std::string code;  // of each city another one, in no order
  double lat = 0;
  double lng = 0;
};

// As many as the demonstration has.
inline constexpr std::uint64_t kCitiesMax = 171'075;

struct Cities {
  std::vector<City> all;
  bool are_real = false;
};

// The first `count` of `file`; of none, of the npm package in build/npm when it is there, else made
// from the seed.
Cities read_cities(const std::string& file, std::uint64_t count, std::uint64_t seed);

// Latitudes from one on and before another one.
struct LatRange {
  double from = 0;
  double to = 0;
  std::uint64_t cities = 0;  // in it
};
// `count` ranges at random places with `width` cities, or some more where several have one
// latitude.
std::vector<LatRange> lat_ranges(const std::vector<City>& cities, std::uint64_t count,
                                 std::uint64_t width, std::uint64_t seed);

}  // namespace gs::bench
