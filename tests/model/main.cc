// gs_model [--seconds N] [--seed S] [--count C] [--directory D]: walks from seed S on, for N
// seconds or C walks, stops at the first difference (exit 1) and prints how to repeat it.

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "tests/model/walk.h"

namespace {

int misuse() {
  std::fputs("usage: gs_model [--seconds N] [--seed S] [--count C] [--directory D]\n", stderr);
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t seconds = 60;
  std::uint64_t seed = 1;
  std::uint64_t count = ~std::uint64_t{0};
  std::string directory = gs::model::default_directory();
  if (argc % 2 == 0) return misuse();
  for (int i = 1; i < argc; i += 2) {
    const std::string_view name = argv[i];
    if (name == "--directory") {
      directory = argv[i + 1];
      continue;
    }
    char* end = nullptr;
    const std::uint64_t value = std::strtoull(argv[i + 1], &end, 10);
    if (end == argv[i + 1] || *end != '\0') return misuse();
    if (name == "--seconds") {
      seconds = value;
    } else if (name == "--seed") {
      seed = value;
    } else if (name == "--count") {
      count = value;
    } else {
      return misuse();
    }
  }
  gs::model::Totals totals;
  const auto start = std::chrono::steady_clock::now();
  const auto end = start + std::chrono::seconds(seconds);
  for (std::uint64_t i = 0; i < count && std::chrono::steady_clock::now() < end; ++i) {
    const auto number = static_cast<unsigned long long>(seed) + i;
    const std::string failure = gs::model::walk(number, directory, totals);
    if (failure.empty()) continue;
    std::printf("seed %llu: %s\nrepeat with: %s --count 1 --seed %llu\n", number, failure.c_str(),
                argv[0], number);
    return 1;
  }
  std::printf("%s: no difference\n", totals.text().c_str());
  return 0;
}
