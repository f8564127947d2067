// Goal: whoever reads beside a process that erases is told the truth: its backups can be restored,
// its verification finds no damage, and no erased byte is copied that was gone before.
// Method: a reader and a writer on one disk; the writer erases before the reader begins, and from
// inside every call of the reader's Progress.
#include <gtest/gtest.h>

#include "gs/engine/database/test_world.h"

namespace gs::engine::testing {
namespace {

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

};

// The file of before was looked for among the segments that the reader knew, and not found: the log
// was called damaged.
TEST(ReaderBesideErasure, AVerificationIsOfOneMomentWheneverTheErasureComes) {
  for (const int records : {1, 40}) {
    int calls = 0;
    for (int erase_at = 0; erase_at <= calls; ++erase_at) {
      SCOPED_TRACE(::testing::Message() << records << " records, erased at " << erase_at);
      TwoProcesses two(records);
      calls = 0;
      if (erase_at == 0) two.erase();
      VerifyOptions options;
      options.full = true;
      options.progress = [&](std::uint64_t, std::uint64_t) {
        if (++calls == erase_at) two.erase();
      };
      EXPECT_EQ(two.reader.complaints(options), "");
      if (::testing::Test::HasFailure()) return;
    }
    EXPECT_GT(calls, 1);
  }
}

TEST(ReaderBesideErasure, AFileThatIsGoneAndNotReplacedIsDamage) {
  TwoProcesses two(60);
  ASSERT_FALSE(two.memory.remove("log/00000002.gsl"));
  const std::string complaints = two.reader.complaints();
  EXPECT_NE(complaints.find("segment 2 offset 0: cannot be read"), std::string::npos) << complaints;
}

}  // namespace
}  // namespace gs::engine::testing
