// Goal: undo is the way back that was come, step by step, and redo the way there: after so many
// steps every record is what it was so many transactions ago; and of what others do meanwhile
// nothing is taken back.
//
// Method: random transactions of one writer over few records, so that they are inserted, written,
// added to, typed into, removed and put again; the model is what the storage said after each of
// them. Then walks of random length back and forth, with checkpoints and restarts in between. With
// two more writers, each on fields of its own, the fields of the others must not move; and of one
// text into which all type each letter must stay that somebody else typed.
#include <gtest/gtest.h>

#include <random>

#include "gs/base/test_share.h"
#include "gs/engine/database/test_replicas.h"

namespace gs::engine::testing {
namespace {

constexpr std::uint32_t kUndoSeeds = 40;
constexpr int kUndoSteps = 30;
constexpr int kUndoRecords = 4;
constexpr const char* kUndoSchema =
    R"g({"files":{"City.js":"({ Registry: {}, a: { type: 'string', merge: 'text' }, )g"
    R"g(n: '?number', xn: '?number' })"}})g";

class UndoLaw : public ::testing::Test {
 protected:
  // One transaction of one to three operations; false: nothing of it could be done.
  static bool write(const Store& store, std::vector<Id>& ids, std::mt19937& random,
                    const std::string& field) {
    Batch batch(store.db);
    bool is_any = false;
    for (std::uint32_t i = 0; i <= random() % 3; ++i) {
      const std::string fields =
          "\"" + field + "\":" + std::to_string(random() % 5) + ",\"x" + field + "\":1}";
      const std::string json = "{" + fields;
      const std::string whole = "{\"a\":\"t" + std::to_string(random() % 3) + "\"," + fields;
      const Id id = ids[random() % ids.size()];
      const bool is_there = store->get(id).ok();
      switch (random() % 8) {
        case 0:
          if (ids.size() == kUndoRecords) break;
          ids.push_back(*batch.insert("City", whole));
          is_any = true;
          break;
        case 1:
          EXPECT_TRUE(batch.put("City", "key", whole).ok());
          is_any = true;
          break;
        case 2:
          if (!is_there) break;
          EXPECT_FALSE(batch.remove(id));
          return !batch.commit();  // nothing can be written to it after that
        case 3:
          if (!is_there) break;
          EXPECT_FALSE(batch.add(id, field, 7));
          is_any = true;
          break;
        case 4:
        case 5:
          is_any = type(batch, id, random) || is_any;
          break;
        default:
          if (!is_there) break;
          EXPECT_FALSE(batch.update(
              id, random() % 4 == 0 ? "{\"x" + field + "\":{\"$unset\":true}}" : json));
          is_any = true;
      }
    }
    return is_any && !batch.commit(random() % 2 == 0 ? Durability::lazy : Durability::batch);
  }

  // Where there is a text, and so many characters in it.
  static bool type(Batch& batch, const Id& id, std::mt19937& random) {
    const std::string letters(1 + random() % 3, static_cast<char>('a' + random() % 26));
    return !batch.splice(id, "a", {random() % 4, random() % 3, letters});
  }

  static std::string all(const Store& store, const std::vector<Id>& ids) {
    std::string text;
    for (const Id& id : ids) text += store.text(id) + "\n";
    return text;
  }
};

TEST_F(UndoLaw, LeadsBackTheWayThatWasCome) {
  const std::uint32_t seeds = kUndoSeeds / gs::testing::kSanitizedShare;
  for (std::uint32_t seed = 0; seed < seeds; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    Replicas world;
    ASSERT_TRUE(world[0]->put_schema(kUndoSchema, {}).ok());
    std::vector<Id> ids = {id_of_key("City", "key")};
    std::vector<std::string> states = {""};
    const auto look = [&] { return all(world.next(0), ids); };
    for (int i = 0; i < kUndoSteps; ++i) {
      if (write(world.next(0), ids, random, "n")) states.push_back(look());
    }
    for (std::string& state : states) {  // of records that came later: nothing
      while (std::count(state.begin(), state.end(), '\n') < static_cast<long>(ids.size())) {
        state += "<not_found>\n";
      }
    }
    std::size_t at = states.size() - 1;
    for (int walk = 0; walk < 6; ++walk) {
      const std::size_t to = random() % states.size();
      while (at != to) {
        const bool is_back = to < at;
        const auto moved = is_back ? world.next(0)->undo() : world.next(0)->redo();
        ASSERT_TRUE(moved.ok()) << moved.error().text();
        EXPECT_TRUE(moved->kept.empty());
        at = is_back ? at - 1 : at + 1;
        ASSERT_EQ(look(), states[at]) << "at " << at << " of " << states.size() - 1;
      }
      if (walk % 2 == 0) ASSERT_FALSE(world[0]->checkpoint());
      if (walk % 3 == 0) world.reopen(0);
    }
    EXPECT_TRUE(world[0]->verify({})->ok);
  }
}

TEST_F(UndoLaw, LeavesTheWorkOfOthers) {
  const std::uint32_t seeds = kUndoSeeds / gs::testing::kSanitizedShare;
  for (std::uint32_t seed = 0; seed < seeds; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    Replicas world;
    std::vector<Id> ids;
    for (int i = 0; i < kUndoRecords; ++i) {
      ids.push_back(*world.next(0).insert("City", R"({"a":0,"b":0,"c":0})"));
    }
    world.copy();
    static constexpr std::array kNames = {"a", "b", "c"};
    // What each writer gives to its field of each record, in the end.
    std::array<std::array<int, kUndoRecords>, 3> given{};
    std::array<int, 3> written{};
    for (int i = 0; i < kUndoSteps; ++i) {
      const std::size_t writer = random() % 3;
      const std::size_t record = random() % kUndoRecords;
      const int value = static_cast<int>(random() % 100);
      ASSERT_FALSE(world.next(writer).update(
          ids[record], "{\"" + std::string(kNames[writer]) + "\":" + std::to_string(value) + "}"));
      given[writer][record] = value;
      ++written[writer];
      if (random() % 4 == 0) world.exchange();
    }
    world.exchange();
    for (int i = 0; i < written[1]; ++i) ASSERT_TRUE(world.next(1)->undo().ok());
    EXPECT_EQ(world.next(1)->undo().code(), Code::not_found);
    world.exchange();
    for (std::size_t i = 0; i < ids.size(); ++i) {
      world.expect_all(ids[i], "{\"a\":" + std::to_string(given[0][i]) +
                                   ",\"b\":0,\"c\":" + std::to_string(given[2][i]) + "}");
    }
  }
}

// Each writer types letters of its own, and deletes any. When one has undone all, its letters are
// gone and no other one is, but for those that others deleted.
TEST_F(UndoLaw, LeavesTheLettersOfOthers) {
  const std::uint32_t seeds = kUndoSeeds / gs::testing::kSanitizedShare;
  for (std::uint32_t seed = 0; seed < seeds; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    Replicas world;
    const Id id = *world.next(0).insert("City", R"({"t":"0123456789"})");
    world.copy();
    std::array<int, 3> written{};
    std::string typed;  // by the others, once each
    for (int i = 0; i < kUndoSteps; ++i) {
      const std::size_t writer = random() % 3;
      const std::string letter(1, static_cast<char>(i < 26 ? 'a' + i : 'A' + i - 26));
      Batch batch(world.next(writer).db);
      const bool deletes = writer == 1 && random() % 2 == 0;  // which is undone
      const TextEdit edit{random() % 8, deletes ? random() % 4 : 0, letter};
      if (batch.splice(id, "t", edit)) continue;
      ASSERT_FALSE(batch.commit());
      ++written[writer];
      if (writer != 1) typed += letter;
      if (random() % 4 == 0) world.exchange();
    }
    world.exchange();
    for (int i = 0; i < written[1]; ++i) ASSERT_TRUE(world.next(1)->undo().ok());
    world.exchange();
    std::string left = world[0].text(id).substr(6);
    left.resize(left.size() - 2);
    std::string digits;
    std::string letters;
    for (const char c : left) (c >= 'A' ? letters : digits) += c;
    std::sort(letters.begin(), letters.end());
    std::sort(typed.begin(), typed.end());
    EXPECT_EQ(digits, "0123456789") << left;
    EXPECT_EQ(letters, typed) << left;
    world.expect_all(id, world[0].text(id));
  }
}

}  // namespace
}  // namespace gs::engine::testing
