// How fast frames are appended, made durable and replayed. The checksum alone, and a bare write and
// sync of the same bytes, are there to compare with.
#include <benchmark/benchmark.h>

#include <filesystem>

#include "gs/base/crc32c.h"
#include "gs/platform/posix/posix_file_system.h"
#include "gs/storage/log/log_harness.h"

namespace gs::log {
namespace {

class Directory {
 public:
  Directory() {
    std::string name = (std::filesystem::temp_directory_path() / "gs-log-bench-XXXXXX").string();
    if (mkdtemp(name.data()) != nullptr) root_ = name;
  }
  ~Directory() { std::filesystem::remove_all(root_); }
  std::string text() const { return root_.string(); }

 private:
  std::filesystem::path root_;
};

void bm_crc(benchmark::State& state) {
  const Buffer bytes = harness::change(1, static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(crc32c(bytes));
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(bm_crc)->ArgName("bytes")->Arg(256)->Arg(64 << 10)->Arg(1 << 20);

// begin, copy, write; synced once per 64 MiB when a segment is full.
void bm_append(benchmark::State& state) {
  const Directory directory;
  platform::PosixFileSystem files(directory.text());
  auto opened = harness::open(files, Options{});
  const Buffer bytes = harness::change(1, static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    if (opened.log->bytes() > (std::uint64_t{256} << 20)) {  // bounds the disk that a run takes
      state.PauseTiming();
      opened.log.reset();
      std::filesystem::remove_all(directory.text() + "/log");
      opened = harness::open(files, Options{});
      state.ResumeTiming();
    }
    if (const Error error = harness::append(*opened.log, bytes)) {
      state.SkipWithError(error.text().c_str());
      break;
    }
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(bm_append)->ArgName("change_bytes")->Arg(256)->Arg(64 << 10)->Arg(1 << 20);

void bm_append_sync(benchmark::State& state) {
  const Directory directory;
  platform::PosixFileSystem files(directory.text());
  auto opened = harness::open(files, Options{});
  const Buffer bytes = harness::change(1, static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    Error error = harness::append(*opened.log, bytes);
    if (!error) error = opened.log->sync();
    if (error) {
      state.SkipWithError(error.text().c_str());
      break;
    }
  }
}
BENCHMARK(bm_append_sync)->ArgName("change_bytes")->Arg(256)->Arg(256 << 10);

// The floor of bm_append_sync: the same calls on a file with reserved space.
void bm_bare_write_sync(benchmark::State& state) {
  const Directory directory;
  platform::PosixFileSystem files(directory.text());
  if (files.make_directory("x")) return;
  auto file = files.open("x/file", platform::OpenMode::create);
  const Buffer bytes = harness::change(1, static_cast<std::size_t>(state.range(0)) + kFrameBytes);
  std::uint64_t at = 0;
  std::uint64_t allocated = 0;
  for (auto _ : state) {
    if (at + bytes.size() > allocated) {
      allocated += std::uint64_t{16} << 20;
      file.value()->allocate(allocated).ignore();
    }
    file.value()->write(at, bytes).ignore();
    file.value()->sync().ignore();
    at += bytes.size();
  }
}
BENCHMARK(bm_bare_write_sync)->ArgName("change_bytes")->Arg(256)->Arg(256 << 10);

// Opening a log of 64 MiB that was not closed, in the page cache.
void bm_replay(benchmark::State& state) {
  constexpr std::size_t kLogBytes = std::size_t{64} << 20;
  const std::size_t change_bytes = static_cast<std::size_t>(state.range(0));
  const Directory directory;
  platform::PosixFileSystem files(directory.text());
  {
    auto opened = harness::open(files, Options{});
    const Buffer bytes = harness::change(1, change_bytes);
    for (std::size_t at = 0; at < kLogBytes; at += kFrameBytes + change_bytes) {
      if (harness::append(*opened.log, bytes)) return;
    }
    if (opened.log->sync()) return;
  }
  std::uint64_t frames = 0;
  for (auto _ : state) {
    Recovery recovery;
    const auto visit = [&](Location, std::uint64_t, Bytes) {
      ++frames;
      return Error();
    };
    const auto log = Log::open(files, "log", harness::storage_id(), {}, 0, 0, visit, recovery);
    if (!log.ok() || !recovery.damage.empty()) state.SkipWithError("did not open");
  }
  benchmark::DoNotOptimize(frames);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(kLogBytes));
}
BENCHMARK(bm_replay)
    ->ArgName("change_bytes")
    ->Arg(256)
    ->Arg(64 << 10)
    ->Arg(1 << 20)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace gs::log
