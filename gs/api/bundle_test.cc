// Goal: replicas of one storage come to the same state by files alone, and no file takes anything
// away: not what lies under its name, nor what is in the storage.
// Method: clones write apart and exchange bundles, in other orders too; bundles are damaged, of
// another storage, incomplete and forked.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "globalstorage/storage.h"
#include "gs/api/runtime.h"
#include "gs/api/test_directory.h"
#include "gs/core/graph/change.h"
#include "gs/storage/bundle/reader.h"
#include "gs/storage/bundle/writer.h"

namespace gs {
namespace {

class BundleApi : public testing::InDirectory {
 protected:
  void SetUp() override {
    InDirectory::SetUp();
    db_.emplace(Storage::create(path("a")).value());
    id_ = db_->insert("City", R"({"name":"Kyiv","n":0})").value();
    ASSERT_TRUE(db_->sync().ok());
  }

  Storage clone(const std::string& name) {
    const Error error = Storage::clone(path("a"), path(name));
    EXPECT_TRUE(error.ok()) << error.text();
    return Storage::open(path(name)).value();
  }
  BundleInfo give(const Storage& from, const std::string& file,
                  const std::vector<Digest>& since = {}) {
    return from.create_bundle(path(file), since).value();
  }
  ApplyReport take(Storage& to, const std::string& file) {
    return to.apply_bundle(path(file)).value();
  }
  std::string read(const std::string& name) const {
    std::ifstream file(path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void write(const std::string& name, const std::string& bytes) const {
    std::ofstream(path(name), std::ios::binary) << bytes;
  }
  // In the log, while nobody has it open.
  void flip_bit(const ChangeInfo& change) {
    ASSERT_TRUE(db_->close().ok());
    std::string log = read("a/log/00000001.gsl");
    log[change.offset + change.bytes / 2] ^= 1;
    write("a/log/00000001.gsl", log);
    db_ = Storage::open(path("a")).value();
  }
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& each : std::filesystem::directory_iterator(path(""))) {
      if (each.is_regular_file()) names.push_back(each.path().filename().string());
    }
    return names;
  }

  std::optional<Storage> db_;
  Id id_;
};

TEST_F(BundleApi, ReplicasThatWroteApartBecomeEqual) {
  Storage other = clone("b");
  EXPECT_NE(other.writer(), db_->writer());
  EXPECT_EQ(other.id(), db_->id());
  EXPECT_EQ(other.heads().value(), db_->heads().value());
  const std::vector<Digest> common = db_->heads().value();
  ASSERT_TRUE(db_->update(id_, R"({"n":1})").ok());
  ASSERT_TRUE(other.update(id_, R"({"name":"Kyïv"})").ok());
  const BundleInfo first = give(*db_, "1", common);
  EXPECT_EQ(first.changes, 1u);
  EXPECT_EQ(first.since, common);
  EXPECT_EQ(first.heads, db_->heads().value());
  EXPECT_EQ(first.file_bytes, std::filesystem::file_size(path("1")));
  give(other, "2");  // all of it
  const ApplyReport there = take(other, "1");
  EXPECT_EQ(there.taken, 1u);
  EXPECT_EQ(there.changes, 1u);
  const ApplyReport here = take(*db_, "2");
  EXPECT_EQ(here.taken, 1u);
  EXPECT_EQ(here.known, here.changes - 1);
  EXPECT_EQ(here.waiting + here.refused, 0u);
  EXPECT_EQ(db_->digest()->digest, other.digest()->digest);
  EXPECT_EQ(db_->get(id_)->json(), R"({"name":"Kyïv","n":1})");
  EXPECT_EQ(take(*db_, "2").taken, 0u);
}

TEST_F(BundleApi, WhatIsNotCompleteWaitsAndIsSaid) {
  Storage other = clone("b");
  ASSERT_TRUE(db_->update(id_, R"({"n":1})").ok());
  const std::vector<Digest> between = db_->heads().value();
  ASSERT_TRUE(db_->update(id_, R"({"n":2})").ok());
  give(*db_, "late", between);
  give(*db_, "all");
  EXPECT_EQ(take(other, "late").waiting, 1u);
  EXPECT_EQ(other.get(id_)->json(), R"({"name":"Kyiv","n":0})");
  give(*db_, "nothing", db_->heads().value());
  EXPECT_EQ(take(other, "nothing").waiting, 1u);
  ASSERT_TRUE(other.close().ok());
  other = Storage::open(path("b")).value();
  const ApplyReport report = take(other, "all");
  EXPECT_EQ(report.taken, 2u);
  EXPECT_EQ(report.waiting, 0u);
  EXPECT_EQ(other.digest()->digest, db_->digest()->digest);
}

TEST_F(BundleApi, WhatIsCommittedAndStillOpenIsInIt) {
  Storage other = clone("b");
  const auto before = db_->heads().value();
  Transaction lazy = db_->begin();
  ASSERT_TRUE(lazy.update(id_, R"({"n":1})").ok());
  ASSERT_TRUE(lazy.commit(Durability::lazy).ok());
  EXPECT_NE(db_->heads().value(), before);
  const BundleInfo made = give(*db_, "1", other.heads().value());
  EXPECT_EQ(made.changes, 1u);
  EXPECT_EQ(take(other, "1").taken, 1u);
  EXPECT_EQ(other.heads().value(), made.heads);
}

TEST_F(BundleApi, AReaderMakesThemToo) {
  Options options;
  options.read_only = true;
  const Storage reader = Storage::open(path("a"), options).value();
  EXPECT_EQ(give(reader, "1").heads, db_->heads().value());
  EXPECT_EQ(give(reader, "2", reader.heads().value()).changes, 0u);
}

TEST_F(BundleApi, HeadsThatAreNotHereAreRefused) {
  Storage other = clone("b");
  ASSERT_TRUE(other.update(id_, R"({"n":1})").ok());
  const auto made = db_->create_bundle(path("1"), other.heads().value());
  EXPECT_EQ(made.code(), Code::not_found);
  EXPECT_TRUE(files().empty());
}

TEST_F(BundleApi, OnlyABundleIsReplacedAndNothingUnfinishedStays) {
  write("mine", "a letter");
  EXPECT_EQ(db_->create_bundle(path("mine")).code(), Code::exists);
  EXPECT_EQ(db_->create_bundle(path("a")).code(), Code::exists);  // a directory
  EXPECT_EQ(db_->create_bundle(path("none/1")).code(), Code::not_found);
  EXPECT_EQ(db_->create_bundle(path("")).code(), Code::invalid);
  EXPECT_EQ(read("mine"), "a letter");
  give(*db_, "1");
  const std::string before = read("1");
  ASSERT_TRUE(db_->update(id_, R"({"n":1})").ok());
  give(*db_, "1");
  EXPECT_NE(read("1"), before);
  std::filesystem::remove(path("mine"));
  EXPECT_EQ(files(), std::vector<std::string>{"1"});
}

TEST_F(BundleApi, OfADamagedLogItHoldsWhatStandsBefore) {
  const auto before = db_->heads().value();
  ASSERT_TRUE(db_->update(id_, R"({"n":1})").ok());
  flip_bit(db_->log(1)->front());
  ASSERT_FALSE(db_->recovery().damage.empty());
  EXPECT_EQ(give(*db_, "1").heads, before);
}

TEST_F(BundleApi, NothingStaysOfDamageThatIsMetOnTheWay) {
  ASSERT_TRUE(db_->update(id_, R"({"n":1})").ok());
  ASSERT_TRUE(db_->checkpoint().ok());
  flip_bit(db_->log(1)->front());
  ASSERT_TRUE(db_->recovery().damage.empty());
  EXPECT_EQ(db_->create_bundle(path("1")).code(), Code::damaged);
  EXPECT_TRUE(files().empty());
}

TEST_F(BundleApi, NothingIsTakenOfAFileThatIsNotWholeOrOfAnotherStorage) {
  Storage other = clone("b");
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(db_->update(id_, R"({"n":1})").ok());
  give(*db_, "1");
  const std::string good = read("1");
  const auto heads = other.heads().value();
  for (std::size_t at = 0; at < good.size(); at += 97) {
    std::string changed = good;
    changed[at] = static_cast<char>(changed[at] ^ 4);
    write("1", changed);
    EXPECT_FALSE(other.apply_bundle(path("1")).ok()) << at;
    write("1", good.substr(0, at));
    EXPECT_FALSE(other.apply_bundle(path("1")).ok()) << at;
  }
  const Storage stranger = Storage::create(path("c")).value();
  give(stranger, "2");
  EXPECT_EQ(other.apply_bundle(path("2")).code(), Code::invalid);
  EXPECT_EQ(other.apply_bundle(path("none")).code(), Code::not_found);
  EXPECT_EQ(other.heads().value(), heads);
  EXPECT_FALSE(std::filesystem::exists(path("b/pending")));
  write("1", good);
  EXPECT_EQ(take(other, "1").refused, 0u);
  EXPECT_EQ(other.heads().value(), db_->heads().value());
}

TEST_F(BundleApi, WhatIsNoChangeIsToldThoughTheSumsOfTheFileFit) {
  const auto file = api::native_files(path(""));
  bundle::BundleWriter writer(file->open("1", platform::OpenMode::create).value(), db_->id(), {});
  ASSERT_TRUE(writer.add(Buffer(64, 7)).ok());
  ASSERT_TRUE(writer.finish().ok());
  const auto heads = db_->heads().value();
  const auto applied = db_->apply_bundle(path("1"));
  ASSERT_FALSE(applied.ok());
  EXPECT_TRUE(applied.error().message().starts_with(path("1") + ": ")) << applied.error().text();
  EXPECT_EQ(db_->heads().value(), heads);
  EXPECT_TRUE(db_->update(id_, R"({"n":1})").ok());
}

TEST_F(BundleApi, TwinsAreToldOnceAndListed) {
  Storage other = clone("b");
  ASSERT_TRUE(db_->close().ok());
  std::filesystem::copy(path("a"), path("twin"), std::filesystem::copy_options::recursive);
  Options keep;
  keep.keep_writer = true;  // two directories with one key
  Storage twin = Storage::open(path("twin"), keep).value();
  db_ = Storage::open(path("a")).value();
  ASSERT_EQ(twin.writer(), db_->writer());
  ASSERT_TRUE(db_->update(id_, R"({"n":1})").ok());
  ASSERT_TRUE(twin.update(id_, R"({"n":2})").ok());
  give(*db_, "1");
  give(twin, "2");
  const Digest writer = twin.writer();
  EXPECT_EQ(take(other, "1").taken, 1u);
  EXPECT_TRUE(other.twins()->empty());
  const ApplyReport report = take(other, "2");
  EXPECT_EQ(report.taken, 1u);
  EXPECT_EQ(report.refused, 0u);
  ASSERT_EQ(report.twins.size(), 1u);
  EXPECT_EQ(report.twins[0].writer, writer);
  ASSERT_EQ(report.twins[0].twins.size(), 2u);
  EXPECT_NE(report.twins[0].twins[0].counts, report.twins[0].twins[1].counts);
  EXPECT_TRUE(take(other, "2").twins.empty());
  EXPECT_EQ(other.twins()->size(), 1u);
  // Both sides can be seen, and all of them agree.
  for (const TwinChanges::Twin& one : report.twins[0].twins) {
    const std::string json = other.get(id_, Version({one.change}))->json();
    EXPECT_EQ(json == other.get(id_)->json(), one.counts) << json;
  }
  take(*db_, "2");
  take(twin, "1");
  EXPECT_EQ(db_->digest()->digest, other.digest()->digest);
  EXPECT_EQ(twin.digest()->digest, other.digest()->digest);
}

TEST_F(BundleApi, RefusedChangesAreNamed) {
  Storage other = clone("b");
  GS_CHECK(db_->close().ok());
  const Storage stranger = Storage::create(path("stranger")).value();
  db_ = Storage::open(path("a")).value();
  const auto file = api::native_files(path(""));
  bundle::BundleWriter writer(file->open("1", platform::OpenMode::create).value(), db_->id(), {});
  std::vector<Digest> heads = stranger.heads().value();
  ASSERT_TRUE(stranger.create_bundle(path("2"), {}).ok());
  auto reader =
      bundle::BundleReader::open(file->open("2", platform::OpenMode::read).value(), "2").value();
  for (const Bytes bytes : reader.next().value()) ASSERT_TRUE(writer.add(bytes).ok());
  ASSERT_TRUE(writer.finish().ok());
  const ApplyReport report = take(other, "1");
  EXPECT_EQ(report.taken, 0u);
  ASSERT_EQ(report.refused, 1u);
  ASSERT_EQ(report.refusals.size(), 1u);
  EXPECT_EQ(report.refusals[0].code, Code::invalid);
  EXPECT_EQ(report.refusals[0].change, heads.front());
  EXPECT_EQ(report.refusals[0].writer, stranger.writer());
  EXPECT_NE(report.refusals[0].why, "");
}

// Blocks lie between what was erased and the operation that tells of it; nothing has to wait.
TEST_F(BundleApi, WhatWasErasedIsToldOfByTheWholeFile) {
  Storage other = clone("b");
  const Id gone = db_->insert("City", R"({"name":"a secret"})").value();
  ASSERT_TRUE(db_->sync().ok());
  const std::string large = R"({"text":")" + std::string(3 << 20, 'x') + R"("})";
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(db_->insert("City", large).ok());
  ASSERT_TRUE(db_->erase(gone, "asked for").ok());
  give(*db_, "1");
  const ApplyReport report = take(other, "1");
  EXPECT_EQ(report.waiting + report.refused + report.incomplete, 0u);
  EXPECT_FALSE(std::filesystem::exists(path("b/pending")));
  EXPECT_EQ(other.digest()->digest, db_->digest()->digest);
  EXPECT_EQ(take(other, "1").known, report.changes);
}

TEST_F(BundleApi, WhatWasTakenOutOnTheWayIsSaidAndComesWhole) {
  Storage other = clone("b");
  const auto since = other.heads().value();
  ASSERT_TRUE(db_->update(id_, R"({"n":1})").ok());
  ASSERT_TRUE(db_->update(id_, R"({"n":2})").ok());
  give(*db_, "1", since);
  const auto files = api::native_files(path(""));
  auto reader =
      bundle::BundleReader::open(files->open("1", platform::OpenMode::read).value(), "1").value();
  bundle::BundleWriter writer(files->open("2", platform::OpenMode::create).value(), db_->id(),
                              since);
  bool is_first = true;
  for (const Bytes bytes : reader.next().value()) {
    const graph::ChangeView change = graph::ChangeView::parse(bytes).value();
    const std::vector<std::uint32_t> last = {change.operation_count() - 1};
    const Buffer stripped = graph::erase_operations(change, last).value();
    ASSERT_TRUE(writer.add(is_first ? Bytes(stripped) : bytes).ok());
    is_first = false;
  }
  ASSERT_TRUE(writer.finish().ok());
  const ApplyReport report = take(other, "2");
  EXPECT_EQ(report.taken, 0u);
  EXPECT_EQ(report.waiting, 2u);
  EXPECT_EQ(report.incomplete, 1u);
  EXPECT_EQ(other.get(id_)->json(), R"({"name":"Kyiv","n":0})");
  const ApplyReport whole = take(other, "1");
  EXPECT_EQ(whole.taken, 2u);
  EXPECT_EQ(whole.waiting + whole.incomplete, 0u);
  EXPECT_EQ(other.digest()->digest, db_->digest()->digest);
}

TEST_F(BundleApi, ACloneHasTheBlobsAndGoesIntoANewDirectory) {
  const std::string film = "a film";
  const BlobRef blob = db_->put_blob(as_bytes(film)).value();
  const Storage other = clone("b");
  EXPECT_EQ(as_text(other.get_blob(blob).value()), film);
  EXPECT_EQ(Storage::clone(path("a"), path("b")).code(), Code::exists);
  EXPECT_EQ(Storage::clone(path("none"), path("c")).code(), Code::not_a_storage);
}

}  // namespace
}  // namespace gs
