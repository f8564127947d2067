// Goal: looking back shows what was written, or that it is damaged, wherever in the log a bit
// flipped behind the checkpoint's back.
// Method: each piece of the log harmed, then every question about the past, beside the answers of
// the storage as it was.
#include <gtest/gtest.h>

#include "gs/base/test_share.h"
#include "gs/engine/database/test_world.h"

namespace gs::engine::testing {
namespace {

using platform::MemoryFileSystem;

// Prime, so that all fields of all structures are met.
constexpr std::size_t kFlipStride = gs::testing::kSanitizedShare > 1 ? 389 : 97;

// What somebody who looks back is told, one answer a line.
struct Past {
  std::vector<Digest> changes;
  std::vector<Id> ids;
  std::vector<std::string> answers;
};

std::string text_of(const Error& error) {
  return "error " + std::to_string(static_cast<int>(error.code()));
}

// With the questions of `asked`, which the storage as it was has answered.
std::vector<std::string> look_back(const Store& db, const Past& asked) {
  std::vector<std::string> answers;
  for (const std::uint64_t count : {std::uint64_t{3}, ~std::uint64_t{0}}) {
    const auto log = db->log(count);
    std::string line;
    if (log.ok()) {
      for (const ChangeInfo& info : *log) line += info.digest.text() + info.prev.text();
    }
    answers.push_back(log.ok() ? line : text_of(log.error()));
  }
  for (const Digest& digest : asked.changes) {
    const auto found = db->find_change(digest.text().substr(0, 12));
    answers.push_back(found.ok() ? found->text() : text_of(found.error()));
    std::vector<OperationInfo> operations;
    const auto change = db->change(digest, &operations);
    std::string line;
    for (const OperationInfo& each : operations)
      line += each.kind + each.id.value_or(Id{}).text() + each.json;
    answers.push_back(change.ok() ? line : text_of(change.error()));
  }
  for (const Id& id : asked.ids) {
    for (std::size_t i = 0; i < asked.changes.size(); i += 5) {
      const auto then = db->get_at(id, asked.changes[i]);
      answers.push_back(then.ok() ? json_of((*then)->view()) : text_of(then.error()));
    }
    const auto history = db->history(id, 2);
    std::string line;
    if (history.ok()) {
      for (const HistoryEntry& each : *history) {
        line += each.change.digest.text() + each.operation.kind + each.operation.json;
      }
    }
    answers.push_back(history.ok() ? line : text_of(history.error()));
    for (const std::optional<Digest>& change : {std::optional<Digest>(), {asked.changes[3]}}) {
      const auto blame = db->blame(id, change);
      std::string fields;
      if (blame.ok()) {
        for (const FieldOrigin& each : blame->fields) {
          fields += each.field + each.json + each.change.value_or(Digest{}).text();
        }
      }
      answers.push_back(blame.ok() ? fields : text_of(blame.error()));
    }
  }
  for (std::size_t i = 5; i < asked.changes.size(); i += 5) {
    std::string line;
    const auto take = [&](const RecordDifference& each) {
      line += each.id.text();
      for (const FieldDifference& field : each.fields) {
        line += field.field + field.before_json + field.after_json;
      }
      return true;
    };
    const Error error = db->diff(asked.changes[i], asked.changes[i - 5], {}, take);
    answers.push_back(error.ok() ? line : text_of(error));
  }
  return answers;
}

class HistoryDamage : public ::testing::Test {
 protected:
  void SetUp() override {
    Store db = world.create();
    for (int i = 0; i < 12; ++i) {
      const Id id = db.insert("City", R"({"name":"Kyiv","n":)" + std::to_string(i) + "}").value();
      if (i % 3 == 0) past.ids.push_back(id);
      EXPECT_TRUE(db.update(id, R"({"name":"Lviv"})").ok());
      if (i % 4 == 0) EXPECT_TRUE(db.remove(id).ok());
    }
    EXPECT_TRUE(db->compact().ok());
    for (const ChangeInfo& info : db->log(~std::uint64_t{0}).value()) {
      past.changes.push_back(info.digest);
    }
    past.answers = look_back(db, past);
    EXPECT_TRUE(db->close().ok());
    db.db.reset();
    files = read_files(world.memory);
    files.erase("lock");
  }

  World world;
  Files files;
  Past past;
};

TEST_F(HistoryDamage, IsSaidWhereverABitFlipped) {
  const std::string damaged = text_of(Error(Code::damaged, ""));
  const std::string path = "log/00000001.gsl";
  int said = 0;
  int hidden = 0;
  for (std::size_t at = 4096; at < files[path].size(); at += kFlipStride) {
    for (const int bit : {0, 7}) {
      Files harmed = files;
      harmed[path][at] ^= static_cast<std::uint8_t>(1 << bit);
      MemoryFileSystem disk;
      write_files_at_home(disk, harmed);
      world.options.read_only = true;
      const auto reader = world.try_open(disk);
      if (!reader.ok() || !reader->db->recovery().damage.empty()) continue;  // told already
      ++hidden;
      SCOPED_TRACE("byte " + std::to_string(at) + " bit " + std::to_string(bit));
      const std::vector<std::string> answers = look_back(*reader, past);
      ASSERT_EQ(answers.size(), past.answers.size());
      for (std::size_t i = 0; i < answers.size(); ++i) {
        if (answers[i] != damaged) ASSERT_EQ(answers[i], past.answers[i]) << "question " << i;
        said += answers[i] == damaged ? 1 : 0;
      }
    }
  }
  EXPECT_GT(hidden, 5000 / static_cast<int>(kFlipStride));
  EXPECT_GT(said, hidden);
}

TEST_F(HistoryDamage, NothingIsProvenOrErasedBesideIt) {
  const std::string path = "log/00000001.gsl";
  int refused = 0;
  for (std::size_t at = 4096; at < files[path].size(); at += kFlipStride) {
    Files harmed = files;
    harmed[path][at] ^= 1;
    MemoryFileSystem disk;
    write_files_at_home(disk, harmed);
    world.options.read_only = false;
    const auto writer = world.try_open(disk);
    if (!writer.ok() || !writer->db->recovery().damage.empty()) continue;
    SCOPED_TRACE("byte " + std::to_string(at));
    for (const Id& id : past.ids) {
      const auto proof = writer->db->proof(id);
      if (!proof.ok()) ASSERT_EQ(proof.code(), Code::damaged) << proof.error().text();
    }
    const auto erased = writer->db->erase(past.ids[1], "");
    if (!erased.ok()) {
      ASSERT_EQ(erased.code(), Code::damaged) << erased.error().text();
      ++refused;
    }
    ASSERT_FALSE(writer->db->close());
    // A refused erasure has written nothing: no operation that claims it.
    if (!erased.ok()) ASSERT_EQ(read_files(disk)[path].size(), harmed[path].size());
  }
  EXPECT_GT(refused, 2000 / static_cast<int>(kFlipStride));
}

}  // namespace
}  // namespace gs::engine::testing
