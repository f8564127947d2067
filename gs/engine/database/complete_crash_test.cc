// Goal: wherever the completion of a change stops, nothing else is lost, the state is that of the
// log, and bringing the change once more ends it.
// Method: every call of a simulated disk fails or loses power once while a change that lies in the
// log without a payload comes whole.
#include <gtest/gtest.h>

#include "gs/base/test_share.h"
#include "gs/engine/database/test_strip.h"
#include "gs/platform/sim/sim_file_system.h"

namespace gs::engine::testing {
namespace {

using platform::Faults;
using platform::SimFileSystem;

// A storage that has all, and what its copy gets: the first change without its payload.
struct Story {
  World world;
  Store whole;
  Files base;
  std::vector<Buffer> changes;
  std::vector<Buffer> stripped;
  const Id id = id_of_key("City", "lviv");

  Story() {
    world.options.segment_bytes = 16 << 10;
    world.change_bytes = 1024;
    whole = world.create();
    EXPECT_TRUE(whole->sync().ok());
    base = read_files(world.memory);
    const auto before = whole->heads();
    EXPECT_TRUE(whole.put("City", "lviv", R"({"n":0})").ok());
    for (int i = 1; i < 20; ++i) {
      const std::string n = std::to_string(i);
      if (i % 5 == 0) EXPECT_TRUE(whole.update(id, R"({"n":)" + n + "}").ok());
      EXPECT_TRUE(whole.put("City", n, R"({"t":")" + std::string(900, 'x') + "\"}").ok());
    }
    changes = changes_of(whole, before);
    stripped = changes;
    stripped[0] = strip(changes[0]);
    stripped.push_back(false_witness(whole, changes[0], payloads_in(changes[0])));
  }
};

enum class CompletionStop { failure, power };

// False: it never came to that call.
bool complete_and_stop(Story& story, CompletionStop stop, std::uint64_t call) {
  SimFileSystem disk(call);
  write_files(disk, story.base);
  Store copy = story.world.open(disk);
  EXPECT_EQ(give(copy, story.stripped).applied, story.changes.size());
  EXPECT_TRUE(copy->checkpoint().ok());
  const Digest lacking = copy.digest();
  EXPECT_NE(lacking, story.whole.digest());

  Faults faults;
  if (stop == CompletionStop::failure) faults.fail_call = call;
  if (stop == CompletionStop::power) faults.power_cut_call = call;
  disk.set_faults(faults);
  const Bytes whole(story.changes[0]);
  ReceiveReport report;
  const bool completed = copy->receive({&whole, 1}, report).ok() && report.completed == 1;
  const bool reached = disk.calls() >= call;
  const std::string where = disk.text();
  if (completed) EXPECT_EQ(copy.digest(), story.whole.digest()) << where;
  disk.crash();
  disk.set_faults({});
  copy.db.reset();
  copy = story.world.open(disk);
  EXPECT_TRUE(copy->recovery().damage.empty()) << where;
  const Digest now = copy.digest();
  EXPECT_TRUE(now == story.whole.digest() || (!completed && now == lacking)) << where;
  const bool is_whole = now == story.whole.digest();
  EXPECT_EQ(all_complaints(copy).empty(), is_whole) << where;
  EXPECT_EQ(give(copy, {story.changes[0]}).completed, is_whole ? 0u : 1u) << where;
  EXPECT_EQ(copy.digest(), story.whole.digest()) << where;
  EXPECT_EQ(all_complaints(copy), "") << where;
  EXPECT_TRUE(copy->close().ok());
  copy.db.reset();
  copy = story.world.open(disk);
  EXPECT_EQ(copy.digest(), story.whole.digest()) << where;
  EXPECT_EQ(copy.content(), story.whole.content()) << where;
  return reached;
}

TEST(Completion, LosesNothingWhereverItStops) {
  Story story;
  for (const CompletionStop stop : {CompletionStop::failure, CompletionStop::power}) {
    std::uint64_t call = 1;
    while (!HasFailure() && complete_and_stop(story, stop, call)) {
      call += gs::testing::kSanitizedShare;
    }
    EXPECT_GT(call, 20u);
  }
}

}  // namespace
}  // namespace gs::engine::testing
