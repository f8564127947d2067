// Goal: what a writer says to have seen it could have seen, what it changes was there, and what it
// mints is new: else its change is refused by name, by every replica, in whatever order changes
// come; and honest changes go on.
// Method: changes built and signed by hand, each with one lie. Two copies of one storage get the
// lie before and after an honest change, and must stay equal.
#include <gtest/gtest.h>

#include "gs/engine/database/test_exchange.h"
#include "gs/engine/database/test_stranger.h"

namespace gs::engine::testing {
namespace {

using graph::Kind;
using Ops = StrangeOperations;

struct NamedStamp {
  graph::Hlc hlc = 0;
  graph::Writer writer;
};

class LyingWriterTest : public ::testing::Test {
 protected:
  LyingWriterTest() {
    honest_ = world_.create();
    EXPECT_TRUE(honest_.put("City", "kyiv", R"({"n":0})").ok());
    lviv_ = honest_.insert("City", R"({"n":0})").value();
    EXPECT_TRUE(honest_->sync().ok());
    base_ = honest_->heads();
    const Files files = read_files(world_.memory);
    for (Copy* const copy : {&early_, &late_}) {
      write_files(copy->disk, files);
      copy->store = world_.open(copy->disk);
    }
  }

  struct Copy {
    platform::MemoryFileSystem disk;
    Store store;
  };

  NamedStamp stamp_of(const Id& id) const {
    const auto hold = honest_->get(id).value();
    return {hold->found.entry.hlc, honest_->tables().writer(hold->found.entry.writer)};
  }
  // Of a change that nobody has got yet.
  Stranger liar() const {
    Stranger liar(honest_->storage());
    liar.hlc = id::hlc_of_ms(world_.clock.kStartMs + 1000);
    liar.parents = base_;
    return liar;
  }

  // An update that says to have seen this stamp, as its base or beside a true one.
  static std::vector<StrangeOperation> update(const Id& id, graph::Hlc hlc, std::uint16_t writer,
                                              const NamedStamp* beside = nullptr) {
    record::Encoder encoder(std::make_shared<record::ShapeCache>());
    const auto delta = encoder.encode_delta_json({}, R"({"n":666})").value();
    StrangeOperation define;
    define.kind = static_cast<std::uint8_t>(Kind::shape);
    define.shape = delta.shape->digest();
    define.payload.assign(delta.shape->definition().begin(), delta.shape->definition().end());
    StrangeOperation update;
    update.kind = static_cast<std::uint8_t>(Kind::update);
    update.shape = define.shape;
    update.id = id;
    update.payload.resize(graph::kOverwrittenBytes);
    if (beside == nullptr) {
      graph::put_overwritten(update.payload.data(), hlc, writer, 0);
    } else {
      graph::put_overwritten(update.payload.data(), beside->hlc, 0, 1);
      update.payload.resize(graph::kOverwrittenBytes + graph::kExceptionBytes);
      graph::put_exception(update.payload.data() + graph::kOverwrittenBytes, {0, writer, hlc, 0});
    }
    update.payload.insert(update.payload.end(), delta.bytes.begin(), delta.bytes.end());
    return {define, update};
  }

  void expect_refused(const ReceiveReport& report, const std::string& why) {
    EXPECT_EQ(report.applied, 0u);
    ASSERT_EQ(report.refusals.size(), 1u);
    EXPECT_EQ(report.refusals[0].writer, liar().writer());
    EXPECT_NE(report.refusals[0].why.text().find(why), std::string::npos)
        << report.refusals[0].why.text();
  }
  // One copy gets the lie first, the other one after the honest changes; then both go on.
  void expect_refused_everywhere(const Buffer& lie, const std::string& why) {
    const Digest before = early_.store.digest();
    expect_refused(give(early_.store, {lie}), why);
    EXPECT_EQ(early_.store.digest(), before);
    const std::vector<Buffer> honest = changes_of(honest_, base_);
    EXPECT_EQ(give(early_.store, honest).applied, honest.size());
    EXPECT_EQ(give(late_.store, honest).applied, honest.size());
    expect_refused(give(late_.store, {lie}), why);
    expect_equal_and_going_on();
  }
  void expect_equal_and_going_on() {
    EXPECT_EQ(early_.store.digest(), late_.store.digest());
    EXPECT_EQ(early_.store->heads(), late_.store->heads());
    const auto before = honest_->heads();
    ASSERT_TRUE(honest_.update(lviv_, R"({"after":1})").ok());
    for (Copy* const copy : {&early_, &late_}) {
      EXPECT_EQ(give(copy->store, changes_of(honest_, before)).applied, 1u);
      EXPECT_EQ(copy->store.complaints(), "");
    }
    EXPECT_EQ(early_.store.digest(), late_.store.digest());
  }

  World world_;
  Copy early_;
  Copy late_;
  Store honest_;
  std::vector<Digest> base_;
  const Id kyiv_ = id_of_key("City", "kyiv");
  Id lviv_;
};

TEST_F(LyingWriterTest, TruthIsTaken) {
  const NamedStamp kyiv = stamp_of(kyiv_);
  Stranger writer = liar();
  writer.writers = {kyiv.writer};
  const Buffer change = writer.change(update(kyiv_, kyiv.hlc, 0));
  for (Copy* const copy : {&early_, &late_}) {
    const ReceiveReport report = give(copy->store, {change});
    for (const Refusal& one : report.refusals) ADD_FAILURE() << one.why.text();
    EXPECT_EQ(report.applied, 1u);
    EXPECT_EQ(copy->store.text(kyiv_), R"({"n":666})");
  }
  EXPECT_EQ(early_.store.digest(), late_.store.digest());
}

TEST_F(LyingWriterTest, AStampThatIsNotInItsPast) {
  const NamedStamp before = stamp_of(kyiv_);
  ASSERT_TRUE(honest_.put("City", "kyiv", R"({"n":1})").ok());
  const NamedStamp now = stamp_of(kyiv_);
  ASSERT_LT(before.hlc, now.hlc);
  Stranger writer = liar();
  writer.writers = {now.writer};
  for (const NamedStamp* const beside : {static_cast<const NamedStamp*>(nullptr), &before}) {
    SCOPED_TRACE(beside == nullptr ? "base" : "exception");
    const auto lie = writer.change(update(kyiv_, now.hlc, 0, beside));
    if (beside != nullptr) {
      expect_refused(give(late_.store, {lie}), "it saw what does not come before it");
    } else {
      expect_refused_everywhere(lie, "it saw what does not come before it");
    }
  }
}

// Nobody can tell whether it does not exist, or is of a change that has not come.
TEST_F(LyingWriterTest, AStampOfAChangeThatDoesNotExist) {
  Stranger writer = liar();
  writer.writers = {honest_->writer()};
  const NamedStamp kyiv = stamp_of(kyiv_);
  ASSERT_TRUE(honest_.update(lviv_, R"({"n":1})").ok());
  ASSERT_TRUE(honest_.update(lviv_, R"({"n":2})").ok());
  const graph::Hlc never = stamp_of(lviv_).hlc + (graph::Hlc{500} << 16);
  expect_refused(give(early_.store, {writer.change(update(kyiv_, never, 0))}),
                 "it saw what does not come before it");
  expect_refused(give(early_.store, {writer.change(update(kyiv_, never, 0, &kyiv))}),
                 "it saw what does not come before it");
  // Between two changes of its writer there is none either.
  const graph::Hlc between = stamp_of(lviv_).hlc + 1;
  ASSERT_TRUE(honest_.update(lviv_, R"({"n":3})").ok());
  expect_refused_everywhere(writer.change(update(kyiv_, between, 0)),
                            "it saw what does not come before it");
}

TEST_F(LyingWriterTest, AStampOfAWriterWhomNobodyKnows) {
  Stranger writer = liar();
  writer.writers = {Stranger(honest_->storage(), 99).writer()};
  expect_refused_everywhere(writer.change(update(kyiv_, stamp_of(kyiv_).hlc, 0)),
                            "it saw what does not come before it");
}

TEST_F(LyingWriterTest, AStampOfItsOwnFuture) {
  const Stranger writer = liar();
  expect_refused_everywhere(writer.change(update(kyiv_, writer.hlc + 1, graph::kThisWriter)),
                            "it saw what its writer had not written yet");
}

// What is written without having seen the record, comes before it somewhere.
TEST_F(LyingWriterTest, NoStamp) {
  expect_refused_everywhere(liar().change(update(kyiv_, 0, graph::kNoWriter)),
                            "its base is no insert or set of record " + kyiv_.text());
}

TEST_F(LyingWriterTest, AStampOfAnotherRecord) {
  const NamedStamp other = stamp_of(lviv_);
  Stranger writer = liar();
  writer.writers = {other.writer};
  expect_refused_everywhere(writer.change(update(kyiv_, other.hlc, 0)),
                            "its base is no insert or set of record " + kyiv_.text());
}

// It would be the newest in one order and not in the other.
TEST_F(LyingWriterTest, AStampLaterThanItsOwn) {
  const NamedStamp kyiv = stamp_of(kyiv_);
  Stranger writer = liar();
  writer.writers = {kyiv.writer};
  for (const graph::Hlc hlc : {kyiv.hlc, kyiv.hlc - 1}) {
    writer.hlc = hlc;
    expect_refused(give(early_.store, {writer.change(update(kyiv_, kyiv.hlc, 0))}),
                   "it is not later than what it saw");
  }
  expect_refused_everywhere(writer.change(update(kyiv_, kyiv.hlc, 0)),
                            "it is not later than what it saw");
}

// A record that comes at the same time: here the update found nothing, there it would find it.
TEST_F(LyingWriterTest, AChangeOfARecordThatIsNotInItsPast) {
  const NamedStamp kyiv = stamp_of(kyiv_);
  const Id odesa = honest_.insert("City", R"({"n":0})").value();
  Stranger writer = liar();
  writer.writers = {kyiv.writer};
  expect_refused_everywhere(writer.change(update(odesa, kyiv.hlc, 0)),
                            "its base is no insert or set of record " + odesa.text());
}

// Its base was replaced by others meanwhile, so only the log knows it.
TEST_F(LyingWriterTest, AnOldBaseIsFoundInTheLog) {
  const NamedStamp before = stamp_of(kyiv_);
  ASSERT_TRUE(honest_.put("City", "kyiv", R"({"n":1})").ok());
  ASSERT_TRUE(honest_.put("City", "kyiv", R"({"n":2})").ok());
  Stranger writer = liar();
  writer.writers = {before.writer};
  const Buffer truth = writer.change(update(kyiv_, before.hlc, 0));
  EXPECT_EQ(give(early_.store, {truth}).applied, 1u);
  EXPECT_EQ(give(early_.store, changes_of(honest_, base_)).refused, 0u);
  EXPECT_EQ(give(late_.store, changes_of(honest_, base_)).refused, 0u);
  EXPECT_EQ(give(late_.store, {truth}).applied, 1u);
  expect_equal_and_going_on();
}

// It cannot be told from one that was erased meanwhile.
TEST_F(LyingWriterTest, ABaseThatWasErasedIsFoundInTheLogAsItIsNow) {
  const NamedStamp lviv = stamp_of(lviv_);
  Stranger writer = liar();
  writer.writers = {lviv.writer};
  const Buffer truth = writer.change(update(lviv_, lviv.hlc, 0));
  ASSERT_TRUE(honest_->erase(lviv_, "asked to").ok());
  EXPECT_EQ(give(honest_, {truth}).applied, 1u);
  EXPECT_EQ(honest_.text(lviv_), "<not_found>");
  EXPECT_EQ(honest_.complaints(), "");
  writer.parents = {graph::ChangeView::parse(truth).value().digest()};
  writer.prev = writer.parents[0];
  writer.sequence = 1;
  writer.hlc += graph::Hlc{1} << 16;
  writer.writers = {stamp_of(kyiv_).writer};
  expect_refused(give(honest_, {writer.change(update(lviv_, stamp_of(kyiv_).hlc, 0))}),
                 "its base is no insert or set of record " + lviv_.text());
}

TEST_F(LyingWriterTest, ABaseThatAnErasureMovedIsFound) {
  const std::string name(200, 'x');  // longer than the salt that takes its place
  const Id long_one = honest_.insert("City", R"({"name":")" + name + R"("})").value();
  ASSERT_TRUE(honest_.put("City", "kyiv", R"({"n":1})").ok());
  ASSERT_TRUE(honest_->sync().ok());
  const NamedStamp kyiv = stamp_of(kyiv_);
  Stranger writer = liar();
  writer.parents = honest_->heads();
  writer.writers = {kyiv.writer};
  ASSERT_TRUE(honest_.put("City", "kyiv", R"({"n":2})").ok());
  ASSERT_FALSE(changes_of(honest_, base_).empty());  // so that places are known
  ASSERT_TRUE(honest_->erase(long_one, "asked to").ok());
  const ReceiveReport report = give(honest_, {writer.change(update(kyiv_, kyiv.hlc, 0))});
  for (const Refusal& one : report.refusals) ADD_FAILURE() << one.why.text();
  EXPECT_EQ(report.applied, 1u);
}

// --- numbers ---

// It would be erased by those who have it already, and not by the others.
TEST_F(LyingWriterTest, AnErasureWaitsForWhatItErases) {
  const auto erasure = [&](const Digest& change, std::uint32_t operation, const Id& id) {
    graph::Erase erase;
    erase.change = change;
    erase.operation = operation;
    erase.kind = static_cast<std::uint8_t>(Kind::insert);
    StrangeOperation one;
    one.kind = static_cast<std::uint8_t>(Kind::erase);
    one.id = id;
    one.payload = graph::encode_erase(erase);
    return liar().change({one});
  };
  ASSERT_TRUE(honest_.put("City", "odesa", R"({"n":0})").ok());
  ASSERT_TRUE(honest_->sync().ok());
  const Id odesa = id_of_key("City", "odesa");
  const std::string why = "it erases no payload of record ";
  // A payload of another record, and none at all.
  expect_refused(give(late_.store, {erasure(base_[0], 0, odesa)}), why + odesa.text());
  expect_refused(give(late_.store, {erasure(base_[0], 1000, kyiv_)}), why);
  const auto cursor_of_put = [&] {
    const Buffer put = changes_of(honest_, base_).back();
    const auto change = graph::ChangeView::parse(put).value();
    auto cursor = change.operations();
    graph::OperationView operation;
    while (cursor.next(operation) && operation.id_index == graph::kNoId) {
    }
    return cursor.index();
  };
  const Buffer early = erasure(honest_.head(), cursor_of_put(), odesa);
  EXPECT_EQ(give(early_.store, {early}).waiting, 1u);
  const std::vector<Buffer> honest = changes_of(honest_, base_);
  EXPECT_EQ(give(early_.store, honest).applied, honest.size() + 1);
  EXPECT_EQ(give(late_.store, honest).applied, honest.size());
  EXPECT_EQ(give(late_.store, {early}).applied, 1u);
  EXPECT_EQ(early_.store.text(odesa), "<not_found>");
  EXPECT_EQ(late_.store.text(odesa), "<not_found>");
  EXPECT_EQ(give(honest_, {early}).applied, 1u);
  expect_equal_and_going_on();
}

TEST_F(LyingWriterTest, ANumberThatDoesNotFollow) {
  Stranger writer = liar();
  writer.sequence = 5;
  writer.prev = base_[0];  // of somebody else
  const NamedStamp kyiv = stamp_of(kyiv_);
  writer.writers = {kyiv.writer};
  expect_refused_everywhere(writer.change(update(kyiv_, kyiv.hlc, 0)), "which does not follow");
  EXPECT_EQ(give(early_.store, {}).waiting, 0u);
}

// Else one stamp could be of two changes, and which of them was seen nobody could tell.
TEST_F(LyingWriterTest, AChangeThatBeginsBeforeItsLastOneEnds) {
  const NamedStamp kyiv = stamp_of(kyiv_);
  Stranger writer = liar();
  writer.writers = {kyiv.writer};
  const Buffer first = writer.change(update(kyiv_, kyiv.hlc, 0), 9);
  EXPECT_EQ(give(early_.store, {first}).applied, 1u);
  EXPECT_EQ(give(late_.store, {first}).applied, 1u);
  writer.parents = {graph::ChangeView::parse(first).value().digest()};
  writer.prev = writer.parents[0];
  writer.sequence = 1;
  writer.hlc += 9;
  expect_refused_everywhere(writer.change(update(kyiv_, kyiv.hlc, 0)),
                            "the clock of its writer went back");
  writer.hlc += 1;
  EXPECT_EQ(give(early_.store, {writer.change(update(kyiv_, kyiv.hlc, 0))}).applied, 1u);
}

// --- ids ---

class MintedTwiceTest : public LyingWriterTest {
 protected:
  // The first change of the liar: a record of its own.
  std::vector<StrangeOperation> first_insert() const {
    const Ops all = liar().operations();
    return {all.list.begin() + Ops::city_shape, all.list.begin() + Ops::set};
  }
  // Its next change, with these operations.
  Buffer next(const Buffer& first, const std::vector<StrangeOperation>& operations) const {
    Stranger writer = liar();
    writer.sequence = 1;
    writer.prev = graph::ChangeView::parse(first).value().digest();
    writer.parents = {writer.prev};
    writer.hlc += graph::Hlc{1} << 16;
    return writer.change(operations);
  }
  // The same insert in another collection.
  static std::vector<StrangeOperation> elsewhere(std::vector<StrangeOperation> operations) {
    record::Encoder encoder(std::make_shared<record::ShapeCache>());
    const auto village = encoder.encode_json("Village", R"({"n":1})").value();
    operations[0].shape = operations[1].shape = village.shape->digest();
    const Bytes definition = village.shape->definition();
    operations[0].payload.assign(definition.begin(), definition.end());
    operations[1].payload.resize(8);
    operations[1].payload.insert(operations[1].payload.end(), village.bytes.begin(),
                                 village.bytes.end());
    return operations;
  }
};

TEST_F(MintedTwiceTest, ByAnotherWriter) {
  std::vector<StrangeOperation> foreign = first_insert();
  foreign[1].id = lviv_;
  expect_refused_everywhere(liar().change(foreign),
                            "record " + lviv_.text() + " was not minted by its writer");
  foreign = elsewhere(foreign);
  expect_refused(give(early_.store, {liar().change(foreign)}), "was not minted by its writer");
}

TEST_F(MintedTwiceTest, ByItsWriterInOneChange) {
  std::vector<StrangeOperation> twice = first_insert();
  twice.push_back(twice[1]);
  expect_refused_everywhere(liar().change(twice), "it mints " + twice[1].id->text() + " twice");
}

TEST_F(MintedTwiceTest, ByItsWriterInTwoChanges) {
  const std::vector<StrangeOperation> insert = first_insert();
  const Buffer first = liar().change(insert);
  for (const bool moves : {false, true}) {
    SCOPED_TRACE(moves ? "another collection" : "the same collection");
    const Buffer second = next(first, moves ? elsewhere(insert) : insert);
    ReceiveReport report = give(early_.store, {first, second});
    EXPECT_EQ(report.applied, moves ? 0u : 1u);
    ASSERT_EQ(report.refusals.size(), 1u);
    const std::string why = "it mints " + insert[1].id->text() + ", which is there already";
    EXPECT_NE(report.refusals[0].why.text().find(why), std::string::npos)
        << report.refusals[0].why.text();
    report = give(late_.store, {second, first});  // waits, and is looked at with the first one
    EXPECT_EQ(report.refused, 1u);
    EXPECT_EQ(report.waiting, 0u);
  }
  EXPECT_EQ(early_.store.text(*insert[1].id), R"({"name":"Kyiv","lat":50.45})");
  expect_equal_and_going_on();
}

// Nor when nothing is left of it, neither in merged runs nor for who has only read the log.
TEST_F(MintedTwiceTest, ByItsWriterAfterItWasErased) {
  const std::vector<StrangeOperation> insert = first_insert();
  const Id id = *insert[1].id;
  const Buffer first = liar().change(insert);
  const Buffer second = next(first, insert);
  EXPECT_EQ(give(early_.store, {first}).applied, 1u);
  ASSERT_TRUE(early_.store->erase(id, "asked to").ok());
  const std::vector<Buffer> after = changes_of(early_.store, base_);
  const auto expect_minted = [&] {
    const ReceiveReport report = give(early_.store, {second});
    EXPECT_EQ(report.applied, 0u);
    ASSERT_EQ(report.refusals.size(), 1u);
    EXPECT_NE(report.refusals[0].why.text().find("which is there already"), std::string::npos);
  };
  expect_minted();
  ASSERT_TRUE(early_.store->compact().ok());
  expect_minted();
  ASSERT_TRUE(early_.store->close().ok());
  early_.store.db.reset();
  lose_state(early_.disk);
  early_.store = world_.open(early_.disk);
  expect_minted();
  ASSERT_TRUE(early_.store->compact().ok());
  expect_minted();
  // Who got it when it was erased already.
  EXPECT_EQ(give(late_.store, after).applied, after.size());
  EXPECT_EQ(give(late_.store, {second}).refused, 1u);
  expect_equal_and_going_on();
}

// Ids can be foretold. Whoever sets one before it is minted, keeps its owner's change out.
TEST_F(MintedTwiceTest, ByItsWriterAfterAnotherOneSetIt) {
  const Id odesa = honest_.insert("City", R"({"n":0})").value();
  std::vector<StrangeOperation> set = elsewhere(first_insert());
  set[1].kind = static_cast<std::uint8_t>(Kind::set);
  set[1].id = odesa;
  const Buffer record(set[1].payload.begin() + 8, set[1].payload.end());
  const NamedStamp kyiv = stamp_of(kyiv_);
  for (const bool names : {false, true}) {
    set[1].payload.assign(graph::kOverwrittenBytes, 0);
    graph::put_overwritten(set[1].payload.data(), names ? kyiv.hlc : 0,
                           names ? std::uint16_t{0} : graph::kNoWriter, 0);
    set[1].payload.insert(set[1].payload.end(), record.begin(), record.end());
    Stranger writer = liar();
    if (names) writer.writers = {kyiv.writer};
    const Buffer lie = writer.change(set);
    const std::string why = "its base is no insert or set of record " + odesa.text();
    if (names) {
      expect_refused_everywhere(lie, why);
    } else {
      expect_refused(give(early_.store, {lie}), why);
    }
  }
  EXPECT_EQ(early_.store.text(odesa), R"({"n":0})");
}

// Keys are for everybody: whoever puts one at the same time, merges with the others.
TEST_F(MintedTwiceTest, KeysThatTwoPutAtOnceMerge) {
  const Ops all = liar().operations();
  const Buffer put = liar().change({all.list[Ops::keyed_shape], all.list[Ops::put]});
  ASSERT_TRUE(honest_.put("Town", "kyiv", R"({"n":2,"m":3})").ok());
  EXPECT_EQ(give(early_.store, {put}).applied, 1u);
  EXPECT_EQ(give(early_.store, changes_of(honest_, base_)).applied, 1u);
  EXPECT_EQ(give(late_.store, changes_of(honest_, base_)).applied, 1u);
  EXPECT_EQ(give(late_.store, {put}).applied, 1u);
  EXPECT_EQ(early_.store.text(all.keyed), late_.store.text(all.keyed));
  EXPECT_EQ(early_.store.text(all.keyed), R"({"n":1,"m":3})");
  expect_equal_and_going_on();
}

}  // namespace
}  // namespace gs::engine::testing
