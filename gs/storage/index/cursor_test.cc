// Goal: a cursor stays in its range, turns anywhere, and says when damage ended it.

#include "gs/storage/index/test_support.h"

namespace gs::index {
namespace {

using platform::MemoryFileSystem;
using test::make_id;
using test::make_key;
using test::number_key;
using test::open_run;
using test::tiers_of;

std::shared_ptr<const Tiers> table_of(const std::vector<std::string_view>& keys) {
  auto tiers = std::make_shared<Tiers>();
  tiers->tables.push_back(std::make_shared<Table>());
  for (const auto key : keys) tiers->tables[0]->put(as_bytes(key), make_id(1), 1, false);
  return tiers;
}

std::string keys_of(Cursor& cursor) {
  std::string keys;
  while (cursor.next()) keys += std::string(as_text(cursor.key())) + " ";
  return keys;
}

std::string keys_in(const std::vector<std::string_view>& keys, const Range& range) {
  Cursor cursor(table_of(keys), 1, range);
  return keys_of(cursor);
}

TEST(IndexCursor, OfNothingHasNothing) {
  Cursor cursor(std::make_shared<Tiers>(), 1);
  EXPECT_FALSE(cursor.next());
  EXPECT_FALSE(cursor.previous());
  cursor.seek_end();
  EXPECT_FALSE(cursor.previous());
  EXPECT_EQ(cursor.count_rest(), 0u);
  EXPECT_FALSE(cursor.is_cut_short());
}

TEST(IndexCursor, ARangeBeginsWithItsFirstKeyAndEndsBeforeItsLast) {
  const std::vector<std::string_view> keys = {"a", "b", "ba", "c", "d"};
  EXPECT_EQ(keys_in(keys, {make_key("b"), make_key("d")}), "b ba c ");
  EXPECT_EQ(keys_in(keys, {make_key("b"), {}}), "b ba c d ");
  EXPECT_EQ(keys_in(keys, {{}, make_key("b")}), "a ");
  EXPECT_EQ(keys_in(keys, {make_key("c"), make_key("b")}), "");
  EXPECT_EQ(keys_in(keys, {make_key("b"), make_key("b")}), "");
}

TEST(IndexCursor, APrefixHasTheKeysThatBeginWithIt) {
  const std::vector<std::string_view> keys = {"a", "b",    "b\xff",   "b\xff\xff",
                                              "c", "\xff", "\xff\xff"};
  EXPECT_EQ(keys_in(keys, Range::prefix(as_bytes("b"))), "b b\xff b\xff\xff ");
  EXPECT_EQ(keys_in(keys, Range::prefix(as_bytes("b\xff"))), "b\xff b\xff\xff ");
  EXPECT_EQ(keys_in(keys, Range::prefix(as_bytes("\xff"))), "\xff \xff\xff ");
  EXPECT_EQ(keys_in(keys, Range::prefix({})), "a b b\xff b\xff\xff c \xff \xff\xff ");
}

// Of one table, and of one run, it is not only a bound.
TEST(IndexCursor, BeginsBehindAKeyWhenNoneIsBeforeIt) {
  MemoryFileSystem files;
  for (const std::vector<std::string_view>& keys :
       std::vector<std::vector<std::string_view>>{{"b"}, {"bb", "bc"}, {"b", "bbb"}, {"bbbb"}}) {
    const auto table = table_of(keys);
    ASSERT_TRUE(write_run(files, "run", 1, *table->tables[0]).ok());
    const auto run = tiers_of(open_run(files, "run", 1));
    auto both = std::make_shared<Tiers>(*run);
    both->tables = table_of({"ba"})->tables;
    for (const std::string_view key : {"", "a", "b", "ba", "bb", "bba", "bbb", "bc", "c"}) {
      const bool expected = key <= keys[0];
      EXPECT_EQ(Cursor(table, 1).begins_behind(as_bytes(key)), expected) << key;
      EXPECT_EQ(Cursor(run, 1).begins_behind(as_bytes(key)), expected) << key;
      EXPECT_EQ(Cursor(both, 1).begins_behind(as_bytes(key)), expected && key <= "ba") << key;
    }
  }
  EXPECT_TRUE(Cursor(std::make_shared<Tiers>(), 1).begins_behind(as_bytes("z")));
}

TEST(IndexCursor, TurnsAtBothEndsAndOnEachPair) {
  Cursor cursor(table_of({"a", "b", "c", "d"}), 1, {make_key("b"), make_key("d")});
  EXPECT_FALSE(cursor.previous());
  EXPECT_FALSE(cursor.previous());
  ASSERT_TRUE(cursor.next());
  EXPECT_EQ(as_text(cursor.key()), "b");
  EXPECT_FALSE(cursor.previous());
  EXPECT_EQ(keys_of(cursor), "b c ");
  EXPECT_FALSE(cursor.next());
  ASSERT_TRUE(cursor.previous());
  EXPECT_EQ(as_text(cursor.key()), "c");
  ASSERT_TRUE(cursor.previous());
  EXPECT_EQ(as_text(cursor.key()), "b");
  ASSERT_TRUE(cursor.next());
  EXPECT_EQ(as_text(cursor.key()), "c");
}

TEST(IndexCursor, SeeksStayInTheRange) {
  Cursor cursor(table_of({"a", "b", "c", "d"}), 1, {make_key("b"), make_key("d")});
  cursor.seek(as_bytes("a"));
  EXPECT_EQ(keys_of(cursor), "b c ");
  cursor.seek(as_bytes("z"));
  EXPECT_FALSE(cursor.next());
  ASSERT_TRUE(cursor.previous());
  EXPECT_EQ(as_text(cursor.key()), "c");
  cursor.seek(as_bytes("c"), make_id(2));  // behind the pair of id 1
  EXPECT_FALSE(cursor.next());
  ASSERT_TRUE(cursor.previous());
  EXPECT_EQ(as_text(cursor.key()), "c");
}

// A pair that is removed in a newer tier hides that of every older one.
TEST(IndexCursor, ANewerTierHidesOlderOnes) {
  MemoryFileSystem files;
  auto tiers = std::make_shared<Tiers>();
  Table old;
  old.put(as_bytes("a"), make_id(1), 1, false);
  old.put(as_bytes("b"), make_id(1), 1, false);
  ASSERT_TRUE(write_run(files, "run1", 1, old).ok());
  tiers->runs.push_back(test::open_run(files, "run1", 1));
  tiers->tables.push_back(std::make_shared<Table>());
  tiers->tables[0]->put(as_bytes("a"), make_id(1), 2, true);
  Cursor before(tiers, 1);
  EXPECT_EQ(keys_of(before), "a b ");
  Cursor now(tiers, 2);
  EXPECT_EQ(keys_of(now), "b ");
  EXPECT_EQ(*index::count(tiers, 2, {}), 1u);
}

TEST(IndexCursor, DamageEndsAWalkAndIsTold) {
  MemoryFileSystem files;
  Table table;
  for (std::uint64_t n = 0; n < 5000; ++n) table.put(number_key(n), make_id(n), 1, n % 5 == 0);
  ASSERT_TRUE(write_run(files, "run1", 1, table).ok());
  Buffer bytes = test::read_file(files, "run1");
  bytes[bytes.size() / 2] ^= 1;
  test::replace_file(files, "run1", bytes);
  auto run = Run::open(files, "run1", 1);
  ASSERT_TRUE(run.ok());
  auto tiers = std::make_shared<Tiers>(*test::tiers_of(*run));
  tiers->tables.push_back(std::make_shared<Table>());
  tiers->tables[0]->put(number_key(9999), make_id(1), 1, false);  // comes after the damage
  EXPECT_FALSE(tiers->is_damaged());
  Cursor cursor(tiers, 1);
  std::uint64_t n = 0;
  for (; cursor.next(); ++n) {
    if (n % 5 == 0) ++n;
    ASSERT_EQ(cursor.id(), make_id(n));
  }
  EXPECT_GT(n, 1000u);
  EXPECT_LT(n, 4000u);
  EXPECT_TRUE(cursor.is_cut_short());
  EXPECT_EQ(cursor.damage().code(), Code::damaged);
  EXPECT_FALSE(cursor.previous());
  EXPECT_TRUE(tiers->is_damaged());
  EXPECT_EQ(index::count(tiers, 1, {}).code(), Code::damaged);
  // Elsewhere the same cursor can go on.
  cursor.seek(number_key(1));
  EXPECT_FALSE(cursor.is_cut_short());
  ASSERT_TRUE(cursor.next());
  EXPECT_EQ(cursor.id(), make_id(1));
}

}  // namespace
}  // namespace gs::index
