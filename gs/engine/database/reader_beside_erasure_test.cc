// Goal: whoever reads beside a process that erases is told the truth: its backups can be restored,
// its verification finds no damage, and no erased byte is copied that was gone before.
// Method: a reader and a writer on one disk; the writer erases before the reader begins, and from
// inside every call of the reader's Progress.
#include <gtest/gtest.h>

#include <functional>

#include "gs/engine/database/test_world.h"
#include "gs/platform/forwarding_file_system.h"

namespace gs::engine::testing {
namespace {

using platform::MemoryFileSystem;

constexpr const char* kWasErased = "the secret";

// A record that will be erased, in the first of several segments or in the only one.
struct TwoProcesses : World {
  Store writer;
  Id id;
  Store reader;
  Content content;

  explicit TwoProcesses(int records) {
    options.segment_bytes = 8 << 10;
    writer = create();
    id = writer.put("City", "key", R"({"secret":"the secret"})").value();
    for (int i = 0; i < records; ++i) writer.insert("City", R"({"text":"some more"})").value();
    options.read_only = true;
    reader = open();
    options.read_only = false;
    content = reader.content();
  }
  void erase() { ASSERT_EQ(writer->erase(id, "").value(), 1U); }

  void expect_whole(MemoryFileSystem& copy) {
    options.read_only = true;
    {
      const Store source = open(copy);
      EXPECT_TRUE(source->recovery().damage.empty());
      MemoryFileSystem target;
      Error lacking;
      const Error error = source->restore(target, lacking);
      EXPECT_FALSE(error) << error.text();
      EXPECT_FALSE(lacking) << lacking.text();
    }
    options.read_only = false;
    const Store db = open(copy);
    EXPECT_EQ(db.content(), content);
    EXPECT_EQ(db.complaints(), "");
  }
};

// `look` is tried with an erasure before it and in each call of its progress, of which there must be
// at least `calls_min`.
void erase_at_every_moment(
    int calls_min, const std::function<void(TwoProcesses& two, const Progress& progress)>& look) {
  for (const int records : {1, 40}) {
    int calls = 0;
    for (int erase_at = 0; erase_at <= calls; ++erase_at) {
      SCOPED_TRACE(::testing::Message() << records << " records, erased at " << erase_at);
      TwoProcesses two(records);
      calls = 0;
      if (erase_at == 0) two.erase();
      look(two, [&](std::uint64_t, std::uint64_t) {
        if (++calls == erase_at) two.erase();
      });
      if (::testing::Test::HasFailure()) return;
    }
    EXPECT_GE(calls, calls_min);
  }
}

// The segments were listed again after they had been checked: the new file was copied up to an
// offset of the old one, and the backup, which was said to be whole, could not be restored.
TEST(ReaderBesideErasure, ABackupIsOfOneMomentWheneverTheErasureComes) {
  erase_at_every_moment(3, [](TwoProcesses& two, const Progress& progress) {
    MemoryFileSystem copy;
    const Error error = two.reader->backup(copy, progress);
    ASSERT_FALSE(error) << error.text();
    two.expect_whole(copy);
  });
}

// The file of before was looked for among the segments that the reader knew, and not found: the log
// was called damaged.
TEST(ReaderBesideErasure, AVerificationIsOfOneMomentWheneverTheErasureComes) {
  erase_at_every_moment(2, [](TwoProcesses& two, const Progress& progress) {
    VerifyOptions options;
    options.full = true;
    options.progress = progress;
    EXPECT_EQ(two.reader.complaints(options), "");
  });
}

TEST(ReaderBesideErasure, AFileThatIsGoneAndNotReplacedIsDamage) {
  TwoProcesses two(60);
  ASSERT_FALSE(two.memory.remove("log/00000002.gsl"));
  const std::string complaints = two.reader.complaints();
  EXPECT_NE(complaints.find("segment 2 offset 0: cannot be read"), std::string::npos) << complaints;
}

// Keeps every segment that somebody removes.
struct KeepsSegments : platform::ForwardingFileSystem {
  using ForwardingFileSystem::ForwardingFileSystem;
  Error remove(std::string_view path) override {
    if (path.ends_with(".gsl")) return Error(Code::io, "a segment that cannot be removed");
    return ForwardingFileSystem::remove(path);
  }
};

// A file that the next open will remove was copied with what had been erased in it.
TEST(ReaderBesideErasure, AFileThatCouldNotBeRemovedIsNotCopied) {
  World world;
  KeepsSegments disk(world.memory);
  world.files = &disk;
  const Store db = world.create();
  const Id id = db.put("City", "key", R"({"secret":"the secret"})").value();
  EXPECT_EQ(db->erase(id, "").code(), Code::io);
  ASSERT_FALSE(files_with(world.memory, kWasErased).empty());
  MemoryFileSystem copy;
  ASSERT_FALSE(db->backup(copy));
  EXPECT_TRUE(files_with(copy, kWasErased).empty());
  EXPECT_TRUE(world.open(copy)->recovery().damage.empty());
}

}  // namespace
}  // namespace gs::engine::testing
