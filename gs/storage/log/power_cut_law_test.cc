// Goal: a power cut at any moment loses nothing that was confirmed, invents nothing, keeps the
// order, and is never taken for damage.
// Method: thousands of seeded lives on a simulated disk against a plain list. Then the same run on
// a disk that lies about sync, to see that the run would notice.
#include <gtest/gtest.h>

#include <cstdlib>

#include "gs/base/test_share.h"
#include "gs/platform/forwarding_file_system.h"
#include "gs/storage/log/power_cut_harness.h"

namespace gs::log {
namespace {

using harness::PowerCutRun;
using platform::File;
using platform::SimFileSystem;

constexpr std::uint64_t kRuns = 2000;  // about 3.5 lives each

// GS_SEED=n repeats one run, GS_RUNS=n makes more of them.
std::uint64_t number_from(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text ? std::strtoull(text, nullptr, 10) : otherwise;
}

TEST(LogPowerCut, LosesNothingConfirmedAndInventsNothing) {
  const std::uint64_t first = number_from("GS_SEED", 1);
  const std::uint64_t runs =
      std::getenv("GS_SEED") ? 1
                             : number_from("GS_RUNS", kRuns / gs::testing::kSanitizedShareOfLong);
  std::printf("seeds %llu to %llu\n", static_cast<unsigned long long>(first),
              static_cast<unsigned long long>(first + runs - 1));
  PowerCutRun::Counts counts;
  for (std::uint64_t seed = first; seed < first + runs; ++seed) {
    SimFileSystem disk(seed);
    const std::string violation = PowerCutRun(seed, disk, disk, counts).run();
    ASSERT_EQ(violation, "") << "repeat with GS_SEED=" << seed << "; " << disk.text();
  }
  std::printf(
      "%llu power cuts, %llu opens (%llu cut off), %llu torn tails, %llu torn files, "
      "%llu changes, %llu unconfirmed lost, %llu forged frames, %llu losses that nobody saw\n",
      static_cast<unsigned long long>(counts.cuts_of_power),
      static_cast<unsigned long long>(counts.opens),
      static_cast<unsigned long long>(counts.opens_failed),
      static_cast<unsigned long long>(counts.torn_tails),
      static_cast<unsigned long long>(counts.torn_files),
      static_cast<unsigned long long>(counts.changes), static_cast<unsigned long long>(counts.lost),
      static_cast<unsigned long long>(counts.forged),
      static_cast<unsigned long long>(counts.unseen));
  if (runs < kRuns) return;
  EXPECT_GE(counts.cuts_of_power, 3000u);
  EXPECT_GT(counts.torn_tails, 100u);  // the runs meet what they are about
  EXPECT_GT(counts.torn_files, 10u);
  EXPECT_GT(counts.lost, 100u);
  EXPECT_GT(counts.forged, 10u);
  EXPECT_GT(counts.unseen, 100u);
}

// A file whose sync() says yes and does nothing: what a broken build would do.
class LyingFile final : public platform::ForwardingFile {
 public:
  using ForwardingFile::ForwardingFile;
  Error sync() override { return {}; }
};

class LyingFileSystem final : public platform::ForwardingFileSystem {
 public:
  using ForwardingFileSystem::ForwardingFileSystem;
  Result<std::unique_ptr<File>> open(std::string_view path, platform::OpenMode mode) override {
    auto file = ForwardingFileSystem::open(path, mode);
    if (!file.ok()) return file;
    return std::unique_ptr<File>(std::make_unique<LyingFile>(std::move(file).value()));
  }
};

TEST(LogPowerCutRun, NoticesAcknowledgementBeforeSync) {
  constexpr std::uint64_t kLyingRuns = 50;
  PowerCutRun::Counts counts;
  std::uint64_t noticed = 0;
  for (std::uint64_t seed = 1; seed <= kLyingRuns; ++seed) {
    SimFileSystem disk(seed);
    LyingFileSystem lying(disk);
    noticed += PowerCutRun(seed, disk, lying, counts).run().empty() ? 0 : 1;
  }
  std::printf("%llu of 50 runs noticed\n", static_cast<unsigned long long>(noticed));
  EXPECT_GT(noticed, kLyingRuns / 2);
}

}  // namespace
}  // namespace gs::log
