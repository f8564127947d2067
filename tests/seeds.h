// The command line of programs that try one seed after the other, for some time or so many, and
// stop at the first failure:
//
//   PROGRAM [--seconds N] [--seed S] [--count C]
//
// Exit status: 0 all held, 1 one failed (printed with how to repeat it), 2 usage.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>

namespace gs::testing {

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
  std::uint64_t count = ~std::uint64_t{0};
  if (argc % 2 == 0) return misuse();
  for (int i = 1; i < argc; i += 2) {
    const std::string_view name = argv[i];
    if (name == "--directory" && seeds.directory != nullptr) {
      *seeds.directory = argv[i + 1];
      continue;
    }
    std::uint64_t* const option = name == "--seconds" ? &seconds
                                  : name == "--seed"  ? &seed
                                  : name == "--count" ? &count
                                                      : nullptr;
    char* end = nullptr;
    const std::uint64_t value = std::strtoull(argv[i + 1], &end, 10);
    if (option == nullptr || end == argv[i + 1] || *end != '\0') return misuse();
    *option = value;
  }
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  for (std::uint64_t i = 0; i < count && std::chrono::steady_clock::now() < end; ++i) {
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
