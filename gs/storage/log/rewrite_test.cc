// Goal: a rewrite replaces a segment whole or not at all, whatever happens in between, and readers
// of the old one are not disturbed.
#include <gtest/gtest.h>

#include <map>

#include "gs/platform/forwarding_file_system.h"
#include "gs/platform/memory/memory_file_system.h"
#include "gs/platform/sim/sim_file_system.h"
#include "gs/storage/log/log_harness.h"

namespace gs::log {
namespace {

using harness::append;
using harness::change;
using platform::Faults;
using platform::MemoryFileSystem;
using platform::SimFileSystem;

constexpr std::size_t kChanges = 14;

Buffer before(std::uint64_t i) { return change(i, 48 + 8 * (i % 3)); }
// Every third change becomes shorter, every other third longer.
Buffer after(std::uint64_t i) {
  if (i % 3 == 0) return change(100 + i, 24);
  return i % 3 == 1 ? change(100 + i, 120) : before(i);
}

// Tells a change by its bytes, and keeps what it returns until the next call.
struct Erase {
  Buffer kept;
  Result<Bytes> operator()(Location, Bytes bytes) {
    for (std::uint64_t i = 0; i < kChanges; ++i) {
      if (equal(bytes, before(i)) || equal(bytes, after(i))) {
        kept = after(i);
        return Bytes(kept);
      }
    }
    return Error(Code::invalid, "a change that nobody wrote");
  }
};

void fill(Log& log, std::vector<Location>& at) {
  at.resize(kChanges);
  for (std::size_t i = 0; i < kChanges; ++i) ASSERT_FALSE(append(log, before(i), &at[i]));
  ASSERT_FALSE(log.sync());
}

TEST(Rewrite, ReplacesEveryChangeAndTellsWhereItWent) {
  MemoryFileSystem files;
  auto opened = harness::open(files);
  std::vector<Location> at;
  fill(*opened.log, at);
  ASSERT_GE(opened.log->segment_count(), 3u);
  const auto old_view = opened.log->view();
  std::map<Location, std::pair<Location, std::size_t>> moves;
  const std::uint32_t segments = opened.log->segment_count();
  for (std::uint32_t number = 1; number <= segments; ++number) {
    const Error error =
        opened.log->rewrite(number, Erase(), [&](Location from, Location to, std::size_t bytes) {
          moves[from] = {to, bytes};
        });
    ASSERT_FALSE(error) << error.text();
  }
  EXPECT_EQ(opened.log->generation_sum(), segments);
  EXPECT_EQ(opened.log->segment_count(), segments + 1);  // the active one was sealed
  ASSERT_EQ(moves.size(), kChanges);
  const auto new_view = opened.log->view();
  for (std::size_t i = 0; i < kChanges; ++i) {
    const auto [to, bytes] = moves.at(at[i]);
    EXPECT_TRUE(equal({old_view->at(at[i]), before(i).size()}, before(i)));
    EXPECT_TRUE(equal({new_view->at(to), bytes}, after(i)));
  }
  EXPECT_FALSE(files.exists("log/00000001.gsl").value());
  std::vector<Damage> damage;
  ASSERT_FALSE(opened.log->verify({}, damage));
  EXPECT_TRUE(damage.empty());
  ASSERT_FALSE(append(*opened.log, change(500, 64)));
  const std::uint64_t bytes = opened.log->bytes();
  ASSERT_FALSE(opened.log->close());

  const auto again = harness::open(files);
  ASSERT_TRUE(again.log) << again.error.text();
  EXPECT_TRUE(again.recovery.damage.empty());
  EXPECT_EQ(again.log->generation_sum(), segments);
  EXPECT_EQ(again.log->bytes(), bytes);
  ASSERT_EQ(again.seen.size(), kChanges + 1);
  for (std::size_t i = 0; i < kChanges; ++i) {
    EXPECT_EQ(again.seen[i].sequence, i);
    EXPECT_EQ(again.seen[i].change, after(i));
    EXPECT_EQ(again.seen[i].at, moves.at(at[i]).first);
  }
}

// Who keeps locations while a segment is rewritten walks what it took them from.
TEST(Rewrite, ASnapshotIsWalkedAsItWas) {
  MemoryFileSystem files;
  auto opened = harness::open(files);
  std::vector<Location> at;
  fill(*opened.log, at);
  const Log::Snapshot snapshot = opened.log->snapshot();
  const auto is_whole = [&](std::size_t from, bool rewritten) {
    std::size_t i = from;
    const auto visit = [&](Location where, std::uint64_t sequence, Bytes bytes) -> Error {
      EXPECT_EQ(sequence, i);
      if (!rewritten) EXPECT_EQ(where, at[i]);
      EXPECT_TRUE(equal(bytes, rewritten ? after(i) : before(i)));
      ++i;
      return {};
    };
    const Error error = rewritten ? opened.log->walk(0, 0, visit)
                                  : opened.log->walk(snapshot, at[from] - kFrameBytes, 0, visit);
    EXPECT_FALSE(error) << error.text();
    EXPECT_EQ(i, kChanges);
  };
  const std::uint32_t segments = opened.log->segment_count();
  for (std::uint32_t number = 1; number <= segments; ++number) {
    ASSERT_FALSE(opened.log->rewrite(number, Erase(), {}));
    is_whole(0, false);
    is_whole(2, false);
  }
  is_whole(0, true);
  EXPECT_EQ(snapshot.generation_sum, 0u);
  EXPECT_EQ(opened.log->snapshot().generation_sum, segments);
}

// Everything but the segment itself goes on: here from inside of the rewrite.
TEST(Rewrite, LetsOthersWriteAndSync) {
  MemoryFileSystem files;
  auto opened = harness::open(files);
  std::vector<Location> at;
  fill(*opened.log, at);
  Erase erase;
  std::uint64_t more = 0;
  const auto append_more = [&](Location where, Bytes bytes) -> Result<Bytes> {
    GS_TRY_OK(append(*opened.log, change(500 + more, 64)));
    GS_TRY_OK(opened.log->sync());
    ++more;
    return erase(where, bytes);
  };
  ASSERT_FALSE(opened.log->rewrite(1, append_more, {}));
  EXPECT_GT(more, 1u);
  std::vector<Damage> damage;
  std::uint64_t seen = 0;
  const auto visit = [&](Location, std::uint64_t sequence, Bytes bytes) -> Error {
    EXPECT_EQ(sequence, seen);
    if (seen >= kChanges) EXPECT_TRUE(equal(bytes, change(500 + seen - kChanges, 64)));
    ++seen;
    return {};
  };
  ASSERT_FALSE(opened.log->verify(visit, damage));
  EXPECT_TRUE(damage.empty());
  EXPECT_EQ(seen, kChanges + more);
}

TEST(Rewrite, MayBeRepeated) {
  MemoryFileSystem files;
  auto opened = harness::open(files);
  std::vector<Location> at;
  fill(*opened.log, at);
  for (int round = 0; round < 3; ++round) ASSERT_FALSE(opened.log->rewrite(1, Erase(), {}));
  EXPECT_EQ(opened.log->generation_sum(), 3u);
  EXPECT_TRUE(files.exists("log/00000001-3.gsl").value());
  EXPECT_FALSE(files.exists("log/00000001-2.gsl").value());
}

TEST(Rewrite, ThatFailsChangesNothing) {
  MemoryFileSystem files;
  auto opened = harness::open(files);
  std::vector<Location> at;
  fill(*opened.log, at);
  const auto refuse = [](Location, Bytes) -> Result<Bytes> { return Error(Code::invalid, "no"); };
  const Buffer odd(17);
  const auto return_odd = [&](Location, Bytes) -> Result<Bytes> { return Bytes(odd); };
  EXPECT_EQ(opened.log->rewrite(1, refuse, {}).code(), Code::invalid);
  EXPECT_EQ(opened.log->rewrite(1, return_odd, {}).code(), Code::invalid);
  EXPECT_EQ(opened.log->rewrite(99, Erase(), {}).code(), Code::not_found);
  EXPECT_EQ(opened.log->rewrite(0, Erase(), {}).code(), Code::not_found);
  EXPECT_FALSE(files.exists("log/00000001-1.gsl").value());
  EXPECT_EQ(opened.log->generation_sum(), 0u);
  ASSERT_FALSE(append(*opened.log, change(500, 64)));
  EXPECT_TRUE(equal({opened.log->view()->at(at[0]), before(0).size()}, before(0)));
}

TEST(Rewrite, OfADamagedSegmentIsRefused) {
  SimFileSystem files(1);
  auto opened = harness::open(files);
  std::vector<Location> at;
  fill(*opened.log, at);
  ASSERT_FALSE(files.flip_bit("log/00000001.gsl", offset_of(at[1]) + 3, 0));
  EXPECT_EQ(opened.log->rewrite(1, Erase(), {}).code(), Code::damaged);
}

// Rewrites segment `number` while call `call` fails or the power goes in it. False: it never came
// to that call.
bool rewrite_with_fault(std::uint64_t call, bool power, std::uint32_t number) {
  SimFileSystem files(call);
  auto opened = harness::open(files);
  std::vector<Location> at;
  fill(*opened.log, at);
  Faults faults;
  (power ? faults.power_cut_call : faults.fail_call) = call;
  files.set_faults(faults);
  const Error error = opened.log->rewrite(number, Erase(), {});
  const bool reached = files.calls() >= call;
  opened.log.reset();
  files.set_faults({});
  files.crash();
  const auto again = harness::open(files);
  EXPECT_TRUE(again.log) << again.error.text();
  if (!again.log) return false;
  EXPECT_TRUE(again.recovery.damage.empty()) << "call " << call;
  EXPECT_EQ(again.seen.size(), kChanges) << "call " << call;
  // Whole or not at all: all changes of the segment are old, or all are new.
  int old_ones = 0;
  int new_ones = 0;
  for (std::size_t i = 0; i < again.seen.size(); ++i) {
    if (segment_of(at[i]) != number || before(i) == after(i)) {
      EXPECT_EQ(again.seen[i].change, before(i));
      continue;
    }
    old_ones += again.seen[i].change == before(i) ? 1 : 0;
    new_ones += again.seen[i].change == after(i) ? 1 : 0;
  }
  EXPECT_GT(old_ones + new_ones, 0);
  EXPECT_EQ(old_ones * new_ones, 0) << "call " << call;
  if (!error && !reached) {
    EXPECT_EQ(old_ones, 0);
  }
  std::size_t generations = 0;
  const auto names = files.list("log");
  for (const std::string& name : names.value()) {
    generations += name.starts_with("0000000" + std::to_string(number)) ? 1 : 0;
  }
  EXPECT_EQ(generations, 1u) << "call " << call;
  return reached;
}

TEST(Rewrite, LeavesOneWholeGenerationWhereverItStops) {
  for (const std::uint32_t number : {1u, 3u}) {
    for (const bool power : {false, true}) {
      std::uint64_t call = 1;
      while (rewrite_with_fault(call, power, number)) ++call;
      EXPECT_GT(call, 8u);
    }
  }
}

// Before a file is opened its owner may have replaced it.
class HurriedFileSystem final : public platform::ForwardingFileSystem {
 public:
  using ForwardingFileSystem::ForwardingFileSystem;

  std::function<void(std::string_view path)> before_open;

  Result<std::unique_ptr<platform::File>> open(std::string_view path,
                                               platform::OpenMode mode) override {
    if (before_open) before_open(path);
    return ForwardingFileSystem::open(path, mode);
  }
};

TEST(Rewrite, AReaderThatOpensMeanwhileListsAgain) {
  MemoryFileSystem files;
  auto opened = harness::open(files);
  std::vector<Location> at;
  fill(*opened.log, at);
  HurriedFileSystem hurried(files);
  std::uint32_t replaced = 0;
  hurried.before_open = [&](std::string_view path) {
    const std::string next = "log/0000000" + std::to_string(replaced + 1) + ".gsl";
    if (replaced == 3 || path != next) return;
    ++replaced;
    EXPECT_FALSE(opened.log->rewrite(replaced, Erase(), {}));
  };
  Options options = harness::small_options();
  options.read_only = true;
  const auto reader = harness::open(hurried, options);
  ASSERT_TRUE(reader.log) << reader.error.text();
  EXPECT_EQ(replaced, 3u);
  EXPECT_TRUE(reader.recovery.damage.empty());
  EXPECT_EQ(reader.seen.size(), kChanges);
}

}  // namespace
}  // namespace gs::log
