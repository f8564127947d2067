// The command line of programs that try one seed after the other, for some time or so many, and
// stop at the first failure:
//
//   PROGRAM [--seconds N] [--seed S] [--count C]
//
// Numbers are decimal: N 1 to 99,999,999 (three years), C from 1 on, so that one seed is always
// tried. Exit status: 0 all held, 1 one failed (printed with how to repeat it), 2 usage.
#pragma once

#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <string>
#include <string_view>

namespace gs::testing {

inline constexpr std::uint64_t kSecondsMax = 99'999'999;
inline constexpr std::uint64_t kAnyNumber = ~std::uint64_t{0};

// False: `text` is not a number from `least` to `most`; then `value` stays as it is.
inline bool read_number(std::string_view text, std::uint64_t least, std::uint64_t most,
                        std::uint64_t& value) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return false;
  if (number < least || number > most) return false;
  value = number;
  return true;
}

struct Seeds {
  const char* usage;                                   // names the program and all its options
  std::function<std::string(std::uint64_t seed)> run;  // what failed, or ""
  std::function<std::string()> totals;                 // of all that held
  std::string* directory = nullptr;                    // of --directory, if there is this option
};

inline int try_seeds(int argc, char** argv, const Seeds& seeds) {
  const auto misuse = [&] {
    std::fprintf(stderr, "usage: %s\n", seeds.usage);
    return 2;
  };
  std::uint64_t seconds = 60;
  std::uint64_t seed = 1;
  std::uint64_t count = kAnyNumber;
  if (argc % 2 == 0) return misuse();
  for (int i = 1; i < argc; i += 2) {
    const std::string_view name = argv[i];
    const char* const value = argv[i + 1];
    bool known = false;
    if (name == "--seconds") known = read_number(value, 1, kSecondsMax, seconds);
    if (name == "--seed") known = read_number(value, 0, kAnyNumber, seed);
    if (name == "--count") known = read_number(value, 1, kAnyNumber, count);
    if (name == "--directory" && seeds.directory != nullptr) {
      *seeds.directory = value;
      known = true;
    }
    if (!known) return misuse();
  }
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  for (std::uint64_t i = 0; i < count; ++i) {
    if (i != 0 && std::chrono::steady_clock::now() >= end) break;
    const std::string failure = seeds.run(seed + i);
    if (failure.empty()) continue;
    const auto number = static_cast<unsigned long long>(seed + i);
    std::printf("seed %llu: %s\nrepeat with: %s --count 1 --seed %llu\n", number, failure.c_str(),
                argv[0], number);
    return 1;
  }
  std::printf("%s\n", seeds.totals().c_str());
  return 0;
}

}  // namespace gs::testing
