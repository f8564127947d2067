// Goal: what comes once more changes nothing, however it comes; and who writes at the same moment,
// removes and makes one key again, or has a clock that goes back, is the same everywhere.
// Method: three copies of a directory write apart and get the changes of the others in other
// orders, twice, after restarts and in files.
#include <gtest/gtest.h>

#include "gs/engine/database/test_bundles.h"
#include "gs/engine/database/test_replicas.h"

namespace gs::engine::testing {
namespace {

Buffer text_value(std::string_view text) {
  Buffer value(1, static_cast<std::uint8_t>(Type::string));
  value.insert(value.end(), text.begin(), text.end());
  return value;
}

Buffer bold() { return {static_cast<std::uint8_t>(Type::boolean), 1}; }

// One transaction each, so that there are many changes to be given in any order.
template <typename Edit>
void edit(const Store& store, const Edit& edit_it) {
  Batch batch(store.db);
  const Error staged = edit_it(batch);
  ASSERT_TRUE(staged.ok()) << staged.text();
  ASSERT_TRUE(batch.commit().ok());
}

class DeliveredAgain : public ::testing::Test, protected Replicas {
 protected:
  // A text with marks, a list and a tree.
  void edit_all(std::size_t replica) {
    const std::string name = std::to_string(replica);
    const Store& store = next(replica);
    edit(store, [&](Batch& batch) { return batch.splice(id_, "text", {2, 1, "t" + name}); });
    edit(store, [&](Batch& batch) {
      return batch.mark(id_, "text", {0, 3, true, false, "bold", bold()});
    });
    edit(store, [&](Batch& batch) { return batch.splice(id_, "text", {1, 2, {}}); });
    edit(store, [&](Batch& batch) {
      return batch.edit_list(id_, "list",
                             {crdt::ListEdit::insert, 1, 0, 0, {text_value("l" + name)}});
    });
    edit(store, [&](Batch& batch) {
      return batch.edit_list(id_, "list", {crdt::ListEdit::move, 0, 1, 2, {}});
    });
    edit(store, [&](Batch& batch) {
      return batch.edit_list(id_, "list", {crdt::ListEdit::set, 0, 1, 0, {text_value(name)}});
    });
    edit(store, [&](Batch& batch) {
      return batch.edit_list(id_, "list", {crdt::ListEdit::erase, 2, 1, 0, {}});
    });
    merge::TreeEdit node;
    node.value = text_value("n" + name);
    edit(store, [&](Batch& batch) { return batch.edit_tree(id_, "tree", node); });
  }

  std::string shown(std::size_t replica) const {
    const Store& store = (*this)[replica];
    return store.text(id_) + *store->text_delta(id_, "text", std::nullopt);
  }

  // To the first replica.
  void expect_known(const std::vector<Buffer>& changes) {
    const Digest digest = (*this)[0].digest();
    const std::string before = shown(0);
    const ReceiveReport report = give((*this)[0], changes);
    EXPECT_EQ(report.applied + report.refused + report.waiting, 0u);
    EXPECT_EQ(report.known, changes.size());
    EXPECT_EQ((*this)[0].digest(), digest);
    EXPECT_EQ(shown(0), before);
  }

  Id id_;
};

TEST_F(DeliveredAgain, TextsListsAndTreesAreAsTheyWere) {
  id_ = *(*this)[0].insert("Note", R"({"text":"abcdef","list":["a","b","c"]})");
  copy();
  std::vector<Buffer> all;
  for (std::size_t i = 0; i < kCount; ++i) {
    edit_all(i);
    if (i == 0) continue;
    const std::vector<Buffer> made = made_by(i);
    all.insert(all.end(), made.begin(), made.end());
  }
  ASSERT_GT(all.size(), 12u);
  // Each twice, the last first, so that nearly all wait.
  std::vector<Buffer> twice;
  for (auto one = all.rbegin(); one != all.rend(); ++one) twice.insert(twice.end(), 2, *one);
  const ReceiveReport report = give((*this)[0], twice);
  EXPECT_EQ(report.applied, all.size());
  EXPECT_EQ(report.waiting + report.refused, 0u);
  for (const bool loses_state : {false, true}) {
    expect_known(all);
    reopen(0, loses_state);
    expect_known(twice);
  }
  exchange();
  for (std::size_t i = 1; i < kCount; ++i) EXPECT_EQ(shown(i), shown(0));
}

TEST_F(DeliveredAgain, InAFileTheyAreAsTheyWere) {
  id_ = *(*this)[0].insert("Note", R"({"text":"abcdef","list":["a","b","c"]})");
  copy();
  for (std::size_t i = 0; i < kCount; ++i) edit_all(i);
  exchange();
  platform::MemoryFileSystem files;
  ASSERT_FALSE(make_bundle((*this)[1], {}, files, "all"));
  const Digest digest = (*this)[0].digest();
  const std::string before = shown(0);
  for (const bool loses_state : {false, true}) {
    for (std::size_t i = 0; i < kCount; ++i) {
      ReceiveReport report;
      ASSERT_FALSE(take_bundle((*this)[i], files, "all", report));
      EXPECT_EQ(report.applied + report.refused + report.waiting, 0u);
      EXPECT_EQ(shown(i), before);
      reopen(i, loses_state);
      EXPECT_EQ((*this)[i].digest(), digest);
    }
  }
}

// --- removals ---

constexpr const char* kRemovals[] = {"delete-wins", "update-wins", "archive"};

class RemovedApart : public ::testing::Test, protected Replicas {
 protected:
  static std::string collection(std::size_t removal) {
    return std::string("Of") + static_cast<char>('A' + removal);
  }
  static Id id_of(std::size_t removal) { return id_of_key(collection(removal), "kyiv"); }

  void copy_with_all_removals() {
    std::string schema = R"({"files":{)";
    for (std::size_t i = 0; i < std::size(kRemovals); ++i) {
      schema += (i == 0 ? "\"" : ",\"") + collection(i) + R"g(.js":"({ Registry: { removal: ')g" +
                kRemovals[i] + R"g(' }, name: '?string' })")g";
    }
    ASSERT_TRUE((*this)[0]->put_schema(schema + "}}", {}).ok());
    put(0, "old");
    copy();
  }
  void put(std::size_t replica, const std::string& name) {
    const std::string json = R"({"name":")" + name + R"("})";
    for (std::size_t i = 0; i < std::size(kRemovals); ++i) {
      ASSERT_TRUE(next(replica).put(collection(i), "kyiv", json).ok());
    }
  }
  void remove(std::size_t replica) {
    for (std::size_t i = 0; i < std::size(kRemovals); ++i) {
      ASSERT_FALSE(next(replica).remove(id_of(i)));
    }
  }
  void expect_everywhere(std::size_t removal, const std::string& text,
                         const std::string& hidden) const {
    SCOPED_TRACE(kRemovals[removal]);
    expect_all(id_of(removal), text);
    for (std::size_t i = 0; i < kCount; ++i) {
      const Conflict conflict = *(*this)[i]->conflicts(id_of(removal));
      std::string told;
      for (const HiddenWrite& one : conflict.hidden) {
        told += one.is_removal ? "removal " : one.json + " ";
      }
      EXPECT_EQ(told, hidden) << i;
    }
  }
};

TEST_F(RemovedApart, ByTwoItIsGoneAndCanBePutAgain) {
  copy_with_all_removals();
  remove(1);
  remove(2);
  exchange();
  for (std::size_t i = 0; i < std::size(kRemovals); ++i) expect_everywhere(i, "<not_found>", "");
  put(0, "again");
  exchange();
  for (std::size_t i = 0; i < std::size(kRemovals); ++i) {
    expect_everywhere(i, R"({"name":"again"})", "");
  }
}

// The one who made it again has not seen the other removal.
TEST_F(RemovedApart, ByTwoOfWhomOneMakesItAgain) {
  copy_with_all_removals();
  remove(1);
  remove(2);
  put(1, "again");
  exchange();
  expect_everywhere(0, "<not_found>", R"("again" )");
  expect_everywhere(1, R"({"name":"again"})", "removal ");
  expect_everywhere(2, "<not_found>", R"("again" )");
  for (const bool loses_state : {false, true}) reopen(1, loses_state);
  put(2, "seen");
  exchange();
  for (std::size_t i = 0; i < std::size(kRemovals); ++i) {
    expect_everywhere(i, R"({"name":"seen"})", "");
  }
}

TEST_F(RemovedApart, ByTwoWhoBothMakeItAgain) {
  copy_with_all_removals();
  for (const std::size_t replica : {1, 2}) {
    remove(replica);
    put(replica, "by " + std::to_string(replica));
  }
  exchange();
  for (std::size_t i = 0; i < std::size(kRemovals); ++i) {
    expect_everywhere(i, R"({"name":"by 2"})", R"("by 1" )");
  }
}

// Its removal was seen by the one who made it again, so nothing is removed any more.
TEST_F(RemovedApart, AndMadeAgainBesideAnUpdate) {
  copy_with_all_removals();
  remove(1);
  put(1, "again");
  put(2, "updated");
  exchange();
  for (std::size_t i = 0; i < std::size(kRemovals); ++i) {
    expect_everywhere(i, R"({"name":"updated"})", R"("again" )");
  }
}

// --- clocks ---

class WrittenAtOnce : public ::testing::Test, protected Replicas {};

TEST_F(WrittenAtOnce, TheGreaterWriterIsShownEverywhere) {
  const Id id = *(*this)[0].insert("City", R"({"name":"none"})");
  copy();
  clock().advance_ms(1);
  std::size_t greatest = 0;
  for (std::size_t i = 0; i < kCount; ++i) {
    ASSERT_FALSE((*this)[i].update(id, R"({"name":"of )" + std::to_string(i) + R"("})"));
    if ((*this)[greatest]->writer() < (*this)[i]->writer()) greatest = i;
  }
  const auto stamp = [&](std::size_t i) {
    const std::vector<Buffer> made = made_by(i);
    return graph::ChangeView::parse(made.at(0))->hlc();
  };
  for (std::size_t i = 1; i < kCount; ++i) ASSERT_EQ(stamp(i), stamp(0));
  exchange();
  expect_all(id, R"({"name":"of )" + std::to_string(greatest) + R"("})");
  for (std::size_t i = 0; i < kCount; ++i) {
    ASSERT_EQ((*this)[i]->conflicts(id)->hidden.size(), kCount - 1);
  }
}

// What was seen is never written over by an older stamp.
TEST_F(WrittenAtOnce, AClockThatWentBackMakesNoOlderStamps) {
  constexpr std::uint64_t kBackMs = 5 * 3'600'000;
  const Id id = *(*this)[0].insert("City", R"({"name":"none"})");
  copy();
  clock().advance_ms(id::kAheadMsMax / 2);
  ASSERT_FALSE((*this)[1].update(id, R"({"name":"ahead"})"));
  EXPECT_EQ(give((*this)[0], made_by(1)).applied, 1u);
  const std::uint64_t now = clock().wall_ms();
  clock().set_wall_ms(now - kBackMs);
  for (const bool loses_state : {false, true}) {
    reopen(0, loses_state);
    ASSERT_FALSE((*this)[0].update(id, R"({"name":"behind"})"));
    EXPECT_EQ((*this)[0].text(id), R"({"name":"behind"})");
  }
  clock().set_wall_ms(now);
  exchange();
  expect_all(id, R"({"name":"behind"})");
  for (std::size_t i = 0; i < kCount; ++i) EXPECT_TRUE((*this)[i]->conflicts(id)->hidden.empty());
}

}  // namespace
}  // namespace gs::engine::testing
