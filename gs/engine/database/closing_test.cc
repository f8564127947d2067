// Goal: a storage that is closed with much log behind its last checkpoint opens without a replay,
// and closing it never fails, waits or loses anything because of that.
// Method: logs of several lengths; an executor that never runs what it is given; a file system that
// makes no files of the state; what was replayed by who opens next.
#include <gtest/gtest.h>

#include "gs/engine/database/test_world.h"
#include "gs/platform/forwarding_file_system.h"

namespace gs::engine::testing {
namespace {

Content fill_bytes(const Store& db, std::size_t bytes) {
  Content content;
  const std::string text(1000, 'x');
  for (std::size_t done = 0; done < bytes; done += text.size()) {
    const std::string json = "{\"n\":" + std::to_string(done) + ",\"t\":\"" + text + "\"}";
    content[db.insert("City", json).value()] = json;
  }
  return content;
}

class ClosingTest : public ::testing::Test {
 protected:
  void reopen() {
    ASSERT_TRUE(db->close().ok());
    db.db.reset();
    db = world.open();
  }
  // A sixteenth of what triggers a checkpoint.
  std::size_t much() const { return world.options.checkpoint_log_bytes / 16; }

  World world;
  Store db = world.create();
};

TEST_F(ClosingTest, MuchLogIsNotReplayed) {
  Content content = fill_bytes(db, much());
  const Digest digest = db.digest();
  reopen();
  EXPECT_EQ(db->recovery().changes_replayed, 0u);
  EXPECT_EQ(db.content(), content);
  EXPECT_EQ(db.digest(), digest);
  content.merge(fill_bytes(db, 2 * much()));
  reopen();
  EXPECT_EQ(db->recovery().changes_replayed, 0u);
  EXPECT_EQ(db.content(), content);
  EXPECT_EQ(db.complaints(), "");
}

TEST_F(ClosingTest, LittleLogIs) {
  const Content content = fill_bytes(db, much() / 2);
  const std::uint64_t changes = db->stats()->changes;
  reopen();
  EXPECT_EQ(db->recovery().changes_replayed, changes);
  EXPECT_EQ(db.content(), content);
  // Together with what comes next it is much.
  fill_bytes(db, much());
  reopen();
  EXPECT_EQ(db->recovery().changes_replayed, 0u);
  reopen();
  EXPECT_EQ(db->recovery().changes_replayed, 0u);
}

struct NeverRuns final : platform::Executor {
  void post(std::function<void()> job) override { jobs.push_back(std::move(job)); }
  std::vector<std::function<void()>> jobs;
};

TEST_F(ClosingTest, WaitsForNoExecutor) {
  NeverRuns executor;
  world.background = &executor;
  reopen();
  const Content content = fill_bytes(db, much());
  reopen();
  EXPECT_EQ(db->recovery().changes_replayed, 0u);
  EXPECT_EQ(db.content(), content);
  ASSERT_TRUE(db->close().ok());
}

struct NoState final : platform::ForwardingFileSystem {
  using ForwardingFileSystem::ForwardingFileSystem;
  Result<std::unique_ptr<platform::File>> open(std::string_view path,
                                               platform::OpenMode mode) override {
    if (path.ends_with(".gsr")) return Error(Code::no_space, "no space for runs");
    return ForwardingFileSystem::open(path, mode);
  }
};

TEST_F(ClosingTest, AStateThatCannotBeWrittenIsToldAndCostsNothing) {
  NoState files(world.memory);
  ASSERT_TRUE(db->close().ok());
  int warnings = 0;
  world.options.on_event = [&](const Event& event) {
    warnings += event.name == "checkpoint_failed" ? 1 : 0;
  };
  db = world.open(files);
  const Content content = fill_bytes(db, much());
  const std::uint64_t changes = db->stats()->changes;
  ASSERT_TRUE(db->close().ok());
  EXPECT_EQ(warnings, 1);
  db = world.open();
  EXPECT_EQ(db->recovery().changes_replayed, changes);
  EXPECT_EQ(db.content(), content);
}

}  // namespace
}  // namespace gs::engine::testing
