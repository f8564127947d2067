// Runs a fuzzer's entry point without libFuzzer: over its corpus, then over seeded inputs.
//
// Ordinary builds link every x_fuzz.cc with this file, so that fuzzers compile and pass in each
// test run with any compiler. Half of the made inputs mutate corpus files, half are random.
//
//   x_fuzz [CORPUS_DIRECTORY_OR_FILE] [RUNS] [SEED]
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Input = std::vector<std::uint8_t>;

constexpr std::uint64_t kRunsDefault = 2000;
constexpr std::uint64_t kSeedDefault = 1;
constexpr std::size_t kRandomBytesMax = 512;  // readers reject most random input within its header
constexpr int kMutationsMax = 8;

void add_file(const std::filesystem::path& path, std::vector<Input>& corpus) {
  std::ifstream file(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  corpus.emplace_back(text.begin(), text.end());
}

std::vector<Input> read_corpus(const std::string& path) {
  std::vector<Input> corpus;
  std::error_code error;
  if (std::filesystem::is_regular_file(path, error)) {
    add_file(path, corpus);
    return corpus;
  }
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(path, error)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());  // the same order on every file system
  for (const auto& file : files) add_file(file, corpus);
  return corpus;
}

class Maker {
 public:
  Maker(std::uint64_t seed, const std::vector<Input>& corpus) : random_(seed), corpus_(corpus) {}

  Input make() {
    if (corpus_.empty() || below(2) == 0) return random_input();
    Input input = corpus_[below(corpus_.size())];
    const std::size_t steps = 1 + below(kMutationsMax);
    for (std::size_t step = 0; step < steps; ++step) mutate(input);
    return input;
  }

 private:
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(random_() % bound); }
  std::uint8_t byte() { return static_cast<std::uint8_t>(random_()); }

  Input random_input() {
    Input input(below(kRandomBytesMax));
    for (std::uint8_t& value : input) value = byte();
    return input;
  }

  void mutate(Input& input) {
    if (input.empty()) {
      input.push_back(byte());
      return;
    }
    const std::size_t at = below(input.size());
    const auto position = input.begin() + static_cast<std::ptrdiff_t>(at);
    switch (below(6)) {
      case 0:
        input[at] ^= static_cast<std::uint8_t>(1U << below(8));
        break;
      case 1:
        input[at] = byte();
        break;
      case 2:
        input[at] = below(2) == 0 ? 0x00 : 0xff;
        break;
      case 3:
        input.resize(at);
        break;
      case 4:
        input.insert(position, byte());
        break;
      default:
        input.erase(position);
        break;
    }
  }

  std::mt19937_64 random_;
  const std::vector<Input>& corpus_;
};

}  // namespace

int main(int argc, char** argv) {
  const std::vector<Input> corpus = argc > 1 ? read_corpus(argv[1]) : std::vector<Input>();
  const std::uint64_t runs = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : kRunsDefault;
  const std::uint64_t seed = argc > 3 ? std::strtoull(argv[3], nullptr, 10) : kSeedDefault;
  std::printf("seed %llu, %zu corpus inputs, %llu made inputs\n",
              static_cast<unsigned long long>(seed), corpus.size(),
              static_cast<unsigned long long>(runs));
  std::fflush(stdout);  // so that the seed is seen when an input crashes

  LLVMFuzzerTestOneInput(nullptr, 0);
  for (const Input& input : corpus) LLVMFuzzerTestOneInput(input.data(), input.size());
  Maker maker(seed, corpus);
  for (std::uint64_t run = 0; run < runs; ++run) {
    // A copy of exact size, so that AddressSanitizer sees a read one byte past the end.
    const Input made = maker.make();
    const Input input(made.begin(), made.end());
    LLVMFuzzerTestOneInput(input.data(), input.size());
  }
  return 0;
}
