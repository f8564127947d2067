// Branches: that each has its own state, that it costs what differs, that merging takes what the
// other one has, and that all of this is the same after a restart, from the log alone, and on other
// replicas.
#include <gtest/gtest.h>

#include <set>

#include "gs/engine/database/branch_file.h"
#include "gs/engine/database/test_exchange.h"
#include "gs/engine/database/test_stranger.h"

namespace gs::engine::testing {
namespace {

constexpr auto kBranchName = NamedVersion::Kind::branch;

class Branches : public ::testing::Test {
 protected:
  void SetUp() override {
    db = world.create();
    kyiv = db.put("City", "kyiv", R"({"name":"Kyiv","n":1})").value();
    lviv = db.put("City", "lviv", R"({"name":"Lviv","n":1})").value();
  }
  void begin(std::string_view name, const std::optional<Version>& version = std::nullopt) {
    world.clock.advance_ms(1);
    const Error error = db->name_version(kBranchName, name, version, Naming::create);
    ASSERT_TRUE(error.ok()) << error.text();
  }
  void check_out(std::string_view name) { check_out(db, name); }
  void check_out(const Store& store, std::string_view name) {
    world.clock.advance_ms(1);
    const Error error = store->checkout(name);
    ASSERT_TRUE(error.ok()) << error.text();
    EXPECT_EQ(store->branch().value(), name);
  }
  MergeReport merge(std::string_view what, const MergeOptions& options = {}) {
    world.clock.advance_ms(1);
    auto merged = db->merge(what, options);
    EXPECT_TRUE(merged.ok()) << merged.error().text();
    return merged.ok() ? std::move(merged).value() : MergeReport();
  }
  // The storage opened again, from its checkpoint or from nothing but the log.
  void restart(bool lose) {
    ASSERT_TRUE(db->close().ok());
    db.db.reset();
    if (lose) lose_state(world.memory);
    db = world.open();
  }
  void expect_after_restarts(const Content& content, const Digest& digest) {
    for (const bool lose : {false, true}) {
      restart(lose);
      EXPECT_EQ(db.content(), content) << lose;
      EXPECT_EQ(db.digest(), digest) << lose;
      EXPECT_EQ(db.complaints(whole()), "") << lose;
    }
  }

  void expect_apart(std::string_view one, std::string_view other, std::uint64_t ahead,
                    std::uint64_t behind) {
    const Divergence apart =
        db->divergence(db->find_version(one).value(), db->find_version(other).value()).value();
    EXPECT_EQ(apart.ahead, ahead) << one;
    EXPECT_EQ(apart.behind, behind) << one;
  }

  static VerifyOptions whole() {
    VerifyOptions options;
    options.full = true;
    return options;
  }

  World world;
  Store db;
  Id kyiv;
  Id lviv;
};

TEST_F(Branches, EachHasItsOwnState) {
  EXPECT_EQ(db->branch().value(), "main");
  begin("draft");
  const Content before = db.content();
  const Digest before_digest = db.digest();
  check_out("draft");
  EXPECT_EQ(db.content(), before);
  ASSERT_TRUE(db.update(kyiv, R"({"n":2})").ok());
  const Id odesa = db.insert("City", R"({"name":"Odesa"})").value();
  ASSERT_TRUE(db.remove(lviv).ok());
  const Content draft = db.content();
  const Digest draft_digest = db.digest();
  check_out("main");
  EXPECT_EQ(db.content(), before);
  EXPECT_EQ(db.digest(), before_digest);
  EXPECT_EQ(db.text(odesa), "<not_found>");
  EXPECT_EQ(db->stats()->records, 2u);
  expect_after_restarts(before, before_digest);
  check_out("draft");
  EXPECT_EQ(db.content(), draft);
  EXPECT_EQ(db.digest(), draft_digest);
  EXPECT_EQ(db->stats()->records, 2u);
  expect_after_restarts(draft, draft_digest);
  EXPECT_EQ(db->branch().value(), "draft");
}

TEST_F(Branches, AreReadFromOthers) {
  begin("draft");
  check_out("draft");
  ASSERT_TRUE(db.update(kyiv, R"({"n":2})").ok());
  check_out("main");
  ASSERT_TRUE(db.update(kyiv, R"({"n":3})").ok());
  EXPECT_EQ(db.text(kyiv), R"({"name":"Kyiv","n":3})");
  EXPECT_EQ(db.text_at(kyiv, db->find_version("draft").value()), R"({"name":"Kyiv","n":2})");
  EXPECT_EQ(db.text_at(kyiv, db->find_version("main").value()), R"({"name":"Kyiv","n":3})");
  const Moment draft = db->moment_at(db->find_version("draft").value()).value();
  EXPECT_EQ(db.text_in(draft, kyiv), R"({"name":"Kyiv","n":2})");
  // What is told of this branch is not about another one.
  EXPECT_EQ(db->log(100)->size(), 5u);
  EXPECT_EQ(db->history(kyiv, 100)->size(), 2u);
  EXPECT_EQ(db->history(kyiv, 100)->front().operation.json, R"({"n":3})");
}

TEST_F(Branches, MergeTakesWhatTheOtherHas) {
  begin("draft");
  check_out("draft");
  ASSERT_TRUE(db.update(kyiv, R"({"n":2})").ok());
  const Id odesa = db.insert("City", R"({"name":"Odesa"})").value();
  check_out("main");
  ASSERT_TRUE(db.update(lviv, R"({"n":5})").ok());
  const MergeReport preview = merge("draft", {.preview = true});
  EXPECT_EQ(preview.changes, 2u);
  EXPECT_FALSE(preview.is_fast_forward);
  EXPECT_TRUE(preview.conflicts.empty());
  EXPECT_EQ(db.text(odesa), "<not_found>");
  merge("draft", {.strict = true});
  EXPECT_EQ(db.text(odesa), R"({"name":"Odesa"})");
  EXPECT_EQ(db.text(kyiv), R"({"name":"Kyiv","n":2})");
  EXPECT_EQ(db.text(lviv), R"({"name":"Lviv","n":5})");
  EXPECT_EQ(db->change(db.head(), nullptr)->parents.size(), 2u);
  EXPECT_TRUE(merge("draft").is_up_to_date);
  expect_after_restarts(db.content(), db.digest());
  // And back again: nothing is written there that main has not.
  check_out("draft");
  EXPECT_TRUE(merge("main").is_fast_forward);
  EXPECT_EQ(db.text(lviv), R"({"name":"Lviv","n":5})");
  expect_after_restarts(db.content(), db.digest());
}

// A name is a change on the branch where it is given, and so is a merge: neither is something that
// the other branch lacks.
TEST_F(Branches, NamesAndMergesAreNoWritesOfTheirOwn) {
  begin("draft");
  check_out("draft");
  ASSERT_TRUE(db.update(kyiv, R"({"n":2})").ok());
  check_out("main");
  ASSERT_TRUE(db->name_version(NamedVersion::Kind::tag, "v1", std::nullopt, Naming::create).ok());
  expect_apart("draft", "main", 1, 0);  // by what was known before the tag, and the tag
  for (const bool lose : {false, true}) {
    restart(lose);  // by the log
    expect_apart("draft", "main", 1, 0);
    expect_apart("main", "draft", 0, 1);
    EXPECT_TRUE(merge("draft", {.preview = true}).is_fast_forward) << lose;
  }
  EXPECT_TRUE(merge("draft").is_fast_forward);
  expect_apart("draft", "main", 0, 0);
  check_out("draft");
  EXPECT_TRUE(merge("main").is_fast_forward);
  EXPECT_EQ(db.text(kyiv), R"({"name":"Kyiv","n":2})");
  ASSERT_TRUE(db.update(kyiv, R"({"n":3})").ok());
  check_out("main");
  // A schema is a write, though of no record.
  ASSERT_TRUE(db->put_schema(R"g({"files":{"City.js":"({ Entity: {} })"}})g", {}).ok());
  expect_apart("draft", "main", 1, 1);
  EXPECT_FALSE(merge("draft").is_fast_forward);
  expect_after_restarts(db.content(), db.digest());
}

TEST_F(Branches, MergeTellsOfConflictsAndStrictlyRefusesThem) {
  begin("draft");
  check_out("draft");
  ASSERT_TRUE(db.update(kyiv, R"({"name":"Kyjiv"})").ok());
  check_out("main");
  world.clock.advance_ms(1);
  ASSERT_TRUE(db.update(kyiv, R"({"name":"Kiev"})").ok());
  const Digest before = db.digest();
  const MergeReport preview = merge("draft", {.preview = true});
  ASSERT_EQ(preview.conflicts.size(), 1u);
  EXPECT_EQ(preview.conflicts[0].id, kyiv);
  ASSERT_EQ(preview.conflicts[0].hidden.size(), 1u);
  EXPECT_EQ(preview.conflicts[0].hidden[0].json, R"("Kyjiv")");
  EXPECT_EQ(preview.conflicts[0].hidden[0].shown_json, R"("Kiev")");
  const auto strict = db->merge("draft", {.strict = true});
  EXPECT_EQ(strict.code(), Code::conflict);
  EXPECT_NE(strict.error().message().find("merge --preview"), std::string_view::npos);
  EXPECT_EQ(db.digest(), before);
  EXPECT_EQ(merge("draft").conflicts.size(), 1u);
  EXPECT_EQ(db->conflicts(kyiv)->hidden.size(), 1u);
  EXPECT_EQ(db->conflicts(kyiv)->hidden[0].writer, db->writer());  // not its chain
  // What is hidden already is not told again.
  begin("more");
  check_out("more");
  ASSERT_TRUE(db.update(kyiv, R"({"n":7})").ok());
  check_out("main");
  ASSERT_TRUE(db.update(kyiv, R"({"m":8})").ok());
  EXPECT_TRUE(merge("more", {.preview = true, .strict = false}).conflicts.empty());
  expect_after_restarts(db.content(), db.digest());
}

// One writer is two on two branches: what it did on one of them it had not seen on the other.
TEST_F(Branches, OfOneWriterMergeAsThoseOfTwo) {
  const Id tags = db.insert("T", R"({"n":10,"tags":["a"],"text":"hello"})").value();
  begin("draft");
  const auto change = [&](double by, const char* included, const char* typed) {
    Batch batch(db.db);
    EXPECT_TRUE(batch.add(tags, "n", by).ok());
    EXPECT_TRUE(batch.change(tags, "tags", merge::Rule::included, included).ok());
    EXPECT_TRUE(batch.splice(tags, "text", {5, 0, typed}).ok());
    EXPECT_TRUE(batch.commit().ok());
  };
  check_out("draft");
  change(5, R"(["b"])", " world");
  check_out("main");
  change(3, R"(["b"])", "!");
  {
    Batch batch(db.db);
    ASSERT_TRUE(batch.change(tags, "tags", merge::Rule::excluded, R"(["b"])").ok());
    ASSERT_TRUE(batch.commit().ok());
  }
  merge("draft");
  const std::string text = db.text(tags);
  EXPECT_NE(text.find(R"("n":18)"), std::string::npos) << text;
  EXPECT_NE(text.find(R"("tags":["a","b"])"), std::string::npos) << text;
  EXPECT_NE(text.find("hello"), std::string::npos) << text;
  EXPECT_NE(text.find(" world"), std::string::npos) << text;
  expect_after_restarts(db.content(), db.digest());
}

TEST_F(Branches, ReplicasWithEqualChangesAreEqualOnEach) {
  ASSERT_TRUE(db->sync().ok());
  platform::MemoryFileSystem disk;
  write_files(disk, read_files(world.memory));
  const Store other = world.open(disk);
  begin("draft");
  check_out("draft");
  ASSERT_TRUE(db.update(kyiv, R"({"n":2})").ok());
  ASSERT_TRUE(other.update(kyiv, R"({"name":"Kyjiv"})").ok());
  // What is of another branch is kept and changes nothing here.
  const Content main = other.content();
  EXPECT_EQ(give(other, changes_of(db)).refused, 0u);
  EXPECT_EQ(other.content(), main);
  EXPECT_EQ(give(db, changes_of(other)).refused, 0u);
  EXPECT_EQ(db.text(kyiv), R"({"name":"Kyiv","n":2})");
  check_out(other, "draft");
  EXPECT_EQ(other.content(), db.content());
  EXPECT_EQ(other.digest(), db.digest());
  ASSERT_TRUE(other.update(lviv, R"({"n":7})").ok());
  check_out(other, "main");
  world.clock.advance_ms(1);
  ASSERT_TRUE(other->merge("draft", {}).ok());
  EXPECT_EQ(give(db, changes_of(other)).refused, 0u);
  EXPECT_EQ(db.text(lviv), R"({"name":"Lviv","n":7})");
  check_out("main");
  EXPECT_EQ(db.text(kyiv), R"({"name":"Kyjiv","n":2})");
  EXPECT_EQ(other.content(), db.content());
  EXPECT_EQ(other.digest(), db.digest());
  expect_after_restarts(db.content(), db.digest());
}

TEST_F(Branches, WhatWasBegunBeforeACheckoutIsNotCommitted) {
  begin("draft");
  Batch batch(db.db);
  ASSERT_TRUE(batch.insert("City", "{}").ok());
  check_out("draft");
  const Error late = batch.commit();
  EXPECT_EQ(late.code(), Code::conflict);
  EXPECT_NE(late.message().find("another branch was checked out"), std::string_view::npos);
  EXPECT_EQ(db.content().size(), 2u);
}

TEST_F(Branches, NamesKeepTheirBranch) {
  begin("draft");
  check_out("draft");
  ASSERT_TRUE(db.update(kyiv, R"({"n":2})").ok());
  EXPECT_EQ(db->remove_version_name(kBranchName, "draft").code(), Code::invalid);
  world.clock.advance_ms(1);
  ASSERT_TRUE(db->rename_version(kBranchName, "draft", "work").ok());
  EXPECT_EQ(db->branch().value(), "work");
  check_out("main");
  world.clock.advance_ms(1);
  ASSERT_TRUE(db->remove_version_name(kBranchName, "work").ok());
  EXPECT_EQ(db->checkout("work").code(), Code::not_found);
  // A new one of an old name begins anew.
  for (const char* const name : {"draft", "work"}) {
    begin(name);
    check_out(name);
    EXPECT_EQ(db.text(kyiv), R"({"name":"Kyiv","n":1})") << name;
    check_out("main");
  }
  expect_after_restarts(db.content(), db.digest());
}

TEST_F(Branches, BeginAtAnyVersion) {
  const Digest early = db.head();
  ASSERT_TRUE(db.update(kyiv, R"({"n":2})").ok());
  begin("draft");
  check_out("draft");
  ASSERT_TRUE(db.update(kyiv, R"({"n":3})").ok());
  const Digest on_draft = db.head();
  check_out("main");
  begin("old", Version(early));
  begin("beside", Version(on_draft));  // which main has not
  check_out("old");
  EXPECT_EQ(db.text(kyiv), R"({"name":"Kyiv","n":1})");
  check_out("beside");
  EXPECT_EQ(db.text(kyiv), R"({"name":"Kyiv","n":3})");
  EXPECT_EQ(db->checkout("nowhere").code(), Code::not_found);
  ASSERT_TRUE(db->name_version(NamedVersion::Kind::tag, "v1", std::nullopt, Naming::create).ok());
  EXPECT_EQ(db->checkout("v1").code(), Code::invalid);
  expect_after_restarts(db.content(), db.digest());
}

// Of what only a branch has, each has its own schema in force, and its own shapes defined.
TEST_F(Branches, HaveTheirOwnSchema) {
  begin("draft");
  check_out("draft");
  constexpr const char* kSchema = R"js({"files":{"Town.js":"({ Entity: {}, name: 'string' })"}})js";
  ASSERT_TRUE(db->put_schema(kSchema, Digest{}).ok());
  const Id town = db.insert("Town", R"({"name":"Bar"})").value();
  check_out("main");
  EXPECT_FALSE(db->schema().is_there());
  ASSERT_TRUE(db.insert("Town", R"({"name":"Rivne"})").ok());
  // Whoever has main alone can read it: the shape is defined there as well.
  EXPECT_EQ(db.complaints(whole()), "");
  merge("draft");
  EXPECT_TRUE(db->schema().is_there());
  EXPECT_EQ(db.text(town), R"({"name":"Bar"})");
  expect_after_restarts(db.content(), db.digest());
}

TEST_F(Branches, UndoTakesBackWhatWasWrittenOnThem) {
  begin("draft");
  check_out("draft");
  ASSERT_TRUE(db.update(kyiv, R"({"n":2})").ok());
  check_out("main");
  ASSERT_TRUE(db.update(lviv, R"({"n":2})").ok());
  check_out("draft");
  ASSERT_TRUE(db->undo().ok());
  EXPECT_EQ(db.text(kyiv), R"({"name":"Kyiv","n":1})");
  check_out("main");
  EXPECT_EQ(db.text(lviv), R"({"name":"Lviv","n":2})");
  ASSERT_TRUE(db->undo().ok());
  EXPECT_EQ(db.text(lviv), R"({"name":"Lviv","n":1})");
}

TEST_F(Branches, OfADirectoryThatNamesNoneAreNotGuessed) {
  const Content main = db.content();
  begin("draft");
  check_out("draft");
  ASSERT_TRUE(db.update(kyiv, R"({"n":2})").ok());
  ASSERT_TRUE(db->checkpoint().ok());
  ASSERT_TRUE(db->close().ok());
  db.db.reset();
  ASSERT_TRUE(world.memory.write_whole(kBranchFile, as_bytes(std::string_view("draft\n"))).ok());
  const auto opened = world.try_open();
  EXPECT_EQ(opened.code(), Code::damaged);
  EXPECT_NE(opened.error().message().find("to go on with main"), std::string_view::npos);
  ASSERT_TRUE(world.memory.remove(kBranchFile).ok());
  db = world.open();
  EXPECT_EQ(db->branch().value(), "main");
  EXPECT_EQ(db.content(), main);  // not that of the checkpoint
  EXPECT_EQ(db.complaints(whole()), "");
}

// Of another branch nobody can tell whether its records can be written to before they are: then a
// merge is refused, and nothing of it stays, whoever made it.
TEST_F(Branches, WhatCannotBeAppliedIsRefusedWithItsMerge) {
  begin("draft");
  Stranger liar(db->storage());
  liar.branch = graph::branch_id("draft");
  liar.hlc = id::hlc_of_ms(world.clock.wall_ms());
  liar.parents = db->heads();
  const StrangeOperations all = liar.operations();
  const StrangeOperation shape = all.list[StrangeOperations::city_shape];
  const StrangeOperation insert = all.list[StrangeOperations::insert];
  const Buffer first = liar.change({shape, insert});
  liar.prev = graph::ChangeView::parse(first).value().digest();
  liar.parents = {liar.prev};
  liar.sequence = 1;
  liar.hlc += 1;
  const Buffer again = liar.change({shape, insert});  // mints its id once more
  const Digest last = graph::ChangeView::parse(again).value().digest();
  EXPECT_EQ(give(db, {first, again}).applied, 2u);
  const Digest before = db.digest();
  const Content content = db.content();

  const auto merged = db->merge("draft", {});
  EXPECT_EQ(merged.code(), Code::broken_chain);
  EXPECT_NE(merged.error().message().find("which is there already"), std::string_view::npos);
  EXPECT_EQ(db.digest(), before);
  EXPECT_EQ(db.content(), content);

  Stranger other(db->storage(), 8);
  other.hlc = liar.hlc + 1;
  other.parents = db->heads();
  StrangeOperation merge;
  merge.kind = static_cast<std::uint8_t>(graph::Kind::merge);
  merge.payload = graph::encode_merge({graph::branch_id("draft"), {last}});
  const ReceiveReport report = give(db, {other.change({merge})});
  ASSERT_EQ(report.refused, 1u);
  EXPECT_NE(report.refusals[0].why.message().find("which is there already"),
            std::string_view::npos);
  EXPECT_EQ(db.digest(), before);
  ASSERT_TRUE(db.update(kyiv, R"({"n":9})").ok());
  expect_after_restarts(db.content(), db.digest());
}

TEST_F(Branches, MergesOfOthersNameWhatTheyStandOn) {
  begin("draft");
  check_out("draft");
  ASSERT_TRUE(db.update(kyiv, R"({"n":2})").ok());
  const Digest on_draft = db.head();
  check_out("main");
  Stranger liar(db->storage());
  liar.hlc = id::hlc_of_ms(world.clock.wall_ms() + 1);
  liar.parents = {db.head()};
  StrangeOperation merge;
  merge.kind = static_cast<std::uint8_t>(graph::Kind::merge);
  merge.payload = graph::encode_merge({graph::branch_id("draft"), {on_draft}});
  const ReceiveReport report = give(db, {liar.change({merge})});
  ASSERT_EQ(report.refused, 1u);
  EXPECT_NE(report.refusals[0].why.message().find("does not come before it"),
            std::string_view::npos);
  EXPECT_EQ(db.text(kyiv), R"({"name":"Kyiv","n":1})");
}

// For them it is as if the records had been written.
TEST_F(Branches, IndexesFollow) {
  constexpr const char* kSchema =
      R"js({"files":{"City.js":"({ Entity: {}, name: 'string', n: { type: 'number', index: true } })"}})js";
  ASSERT_TRUE(db->put_schema(kSchema, Digest{}).ok());
  begin("draft");
  check_out("draft");
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(db.insert("City", R"({"name":"x","n":)" + std::to_string(i) + "}").ok());
  }
  const Digest index = db->catalog()->collections()[0]->indexes()[0].digest();
  ASSERT_TRUE(db->build_index(index).ok());
  EXPECT_EQ(db.complaints(whole()), "");
  check_out("main");
  EXPECT_EQ(db.complaints(whole()), "");  // compares indexes with records
  check_out("draft");
  EXPECT_EQ(db.complaints(whole()), "");
  EXPECT_EQ(db.content().size(), 22u);
}

// Whoever does not apply a change has to know all the same with which numbers its writer goes on.
TEST_F(Branches, IdsAreNotMintedTwice) {
  begin("draft");
  ASSERT_TRUE(db->checkout("draft").ok());
  std::set<Id> ids;
  for (int i = 0; i < 3; ++i) ids.insert(db.insert("City", "{}").value());
  for (const bool lose : {false, true}) {
    ASSERT_TRUE(db->checkout("main").ok());
    restart(lose);
    ASSERT_TRUE(db->checkout("draft").ok());  // within the same millisecond
    ids.insert(db.insert("City", "{}").value());
  }
  EXPECT_EQ(ids.size(), 5u);
  EXPECT_EQ(db.content().size(), 7u);
}

// With a replica that has nothing of what is written from now on.
class WithAnother : public Branches {
 protected:
  void SetUp() override {
    Branches::SetUp();
    ASSERT_TRUE(db->sync().ok());
    write_files(disk, read_files(world.memory));
    other = world.open(disk);
    begin("draft");
    check_out("draft");
  }

  platform::MemoryFileSystem disk;
  Store other;
};

// --- looking at other versions ---

// Shapes that only another branch defines are of no use to who has only this one.
class LooksElsewhere : public WithAnother {
 protected:
  void SetUp() override {
    WithAnother::SetUp();
    ASSERT_TRUE(db.update(kyiv, R"({"fresh":1})").ok());
    ASSERT_TRUE(db.update(kyiv, R"({"n":4})").ok());
    check_out("main");
    ASSERT_TRUE(db.update(kyiv, R"({"n":5})").ok());
  }
  // A write of the same shape, for somebody who has nothing of the draft.
  void expect_taken_without_it() {
    ASSERT_TRUE(db.update(lviv, R"({"fresh":2})").ok());
    std::vector<Buffer> changes = changes_of(db);
    std::erase_if(changes, [](const Buffer& change) {
      return !graph::ChangeView::parse(change)->branch().is_zero();
    });
    const ReceiveReport report = give(other, changes);
    for (const Refusal& one : report.refusals) ADD_FAILURE() << one.why.text();
    EXPECT_EQ(report.waiting, 0u);
    EXPECT_EQ(other.text(lviv), R"({"name":"Lviv","n":1,"fresh":2})");
  }
};

TEST_F(LooksElsewhere, APreviewOfAMergeChangesNothingOfWhatIsWritten) {
  merge("draft", {.preview = true});
  expect_taken_without_it();
}

TEST_F(LooksElsewhere, NorDoesAMergeThatIsRefused) {
  EXPECT_EQ(db->merge("draft", {.strict = true}).code(), Code::conflict);
  expect_taken_without_it();
}

TEST_F(LooksElsewhere, NorDoesReadingIt) {
  const Version draft = db->find_version("draft").value();
  EXPECT_EQ(db.text_at(kyiv, draft), R"({"name":"Kyiv","n":4,"fresh":1})");
  EXPECT_EQ(db.text_in(db->moment_at(draft).value(), kyiv), R"({"name":"Kyiv","n":4,"fresh":1})");
  expect_taken_without_it();
}

// --- erasures: of the storage, on whatever branch ---

class ErasedOnBranches : public WithAnother {
 protected:
  void SetUp() override {
    WithAnother::SetUp();
    ASSERT_TRUE(db.update(kyiv, R"({"n":2})").ok());
    odesa = db.put("City", "odesa", R"({"name":"Odesa"})").value();
    check_out("main");
    exchange();
  }
  void erase(const Id& id) {
    world.clock.advance_ms(1);
    const auto erased = db->erase(id, "asked for");
    ASSERT_TRUE(erased.ok()) << erased.error().text();
    EXPECT_GT(*erased, 0u);
  }
  void exchange() {
    EXPECT_EQ(give(other, changes_of(db)).refused, 0u);
    EXPECT_EQ(give(db, changes_of(other)).refused, 0u);
  }
  // On both branches of both replicas, as they are and made anew.
  void expect_equal() {
    exchange();
    for (const char* const name : {"draft", "main"}) {
      SCOPED_TRACE(name);
      check_out(name);
      check_out(other, name);
      EXPECT_EQ(db.content(), other.content());
      EXPECT_EQ(db.digest(), other.digest());
      EXPECT_EQ(other.complaints(whole()), "");
      expect_after_restarts(other.content(), other.digest());
    }
  }

  Id odesa;
};

TEST_F(ErasedOnBranches, ARecordIsGoneOnEach) {
  erase(kyiv);
  exchange();
  check_out("draft");
  EXPECT_NE(db.text(kyiv).find('<'), std::string::npos);
  EXPECT_EQ(db.text(odesa), R"({"name":"Odesa"})");
  check_out("main");
  EXPECT_EQ(files_with(world.memory, "Kyiv"), std::vector<std::string>());
  expect_equal();
}

TEST_F(ErasedOnBranches, ARecordOfAnotherBranchIsGoneThere) {
  erase(odesa);  // which main never had
  EXPECT_EQ(files_with(world.memory, "Odesa"), std::vector<std::string>());
  check_out("draft");
  EXPECT_NE(db.text(odesa).find('<'), std::string::npos);
  EXPECT_EQ(db.text(kyiv), R"({"name":"Kyiv","n":2})");
  check_out("main");
  expect_equal();
  merge("draft");
  EXPECT_NE(db.text(odesa).find('<'), std::string::npos);
  expect_equal();
}

// Whoever merged had not seen that. The one who takes it has left the other branch before.
TEST_F(ErasedOnBranches, AMergeOfAnotherOneBringsItsInsertAllTheSame) {
  check_out("draft");
  const Id poltava = db.insert("City", R"({"name":"Poltava"})").value();
  check_out("main");
  exchange();
  platform::MemoryFileSystem third_disk;
  write_files(third_disk, read_files(world.memory));
  const Store third = world.open(third_disk);
  world.clock.advance_ms(1);
  ASSERT_TRUE(third->merge("draft", {}).ok());
  EXPECT_EQ(third.text(poltava), R"({"name":"Poltava"})");
  check_out("draft");
  erase(poltava);
  check_out("main");
  exchange();
  check_out(other, "draft");
  check_out(other, "main");
  const ReceiveReport report = give(other, changes_of(third));
  for (const Refusal& one : report.refusals) ADD_FAILURE() << one.why.text();
  EXPECT_NE(other.text(poltava).find('<'), std::string::npos);
  expect_equal();
}

// The same where it was erased on the branch that gets it: there its insert is new.
TEST_F(ErasedOnBranches, AMergeBringsAnInsertThatWasErasedHereBeforeItCame) {
  check_out("draft");
  const Id poltava = db.insert("City", R"({"name":"Poltava"})").value();
  check_out("main");
  exchange();
  platform::MemoryFileSystem third_disk;
  write_files(third_disk, read_files(world.memory));
  const Store third = world.open(third_disk);
  world.clock.advance_ms(1);
  ASSERT_TRUE(third->merge("draft", {}).ok());
  check_out(other, "draft");
  check_out(other, "main");
  erase(poltava);
  exchange();
  const ReceiveReport report = give(other, changes_of(third));
  for (const Refusal& one : report.refusals) ADD_FAILURE() << one.why.text();
  EXPECT_NE(other.text(poltava).find('<'), std::string::npos);
  EXPECT_EQ(other.complaints(whole()), "");
  platform::MemoryFileSystem copy;  // of which nothing is believed
  write_files(copy, read_files(disk));
  EXPECT_EQ(world.open(copy).digest(), other.digest());
  expect_equal();
}

TEST_F(ErasedOnBranches, WhatIsPutAgainHasSeenIt) {
  check_out("draft");
  erase(odesa);
  check_out("main");
  for (const bool lose : {false, true}) {
    ASSERT_TRUE(db->checkpoint().ok());
    restart(lose);
    EXPECT_EQ(db.put("City", "odesa", "{}").code(), Code::conflict) << lose;
  }
  const auto again = db.put("City", "odesa", R"({"name":"Odesa again"})");
  EXPECT_EQ(again.code(), Code::conflict);
  EXPECT_NE(again.error().message().find("erased on another branch"), std::string_view::npos);
  // Who does not know of it yet can; it is gone when both meet, as on one branch.
  ASSERT_TRUE(other.put("City", "odesa", R"({"name":"Odesa beside"})").ok());
  exchange();
  EXPECT_NE(other.text(odesa).find('<'), std::string::npos);
  EXPECT_NE(db.text(odesa).find('<'), std::string::npos);
  merge("draft");
  ASSERT_TRUE(db.put("City", "odesa", R"({"name":"Odesa again"})").ok());
  EXPECT_EQ(db.text(odesa), R"({"name":"Odesa again"})");
  expect_equal();
}

}  // namespace
}  // namespace gs::engine::testing
