// Goal: somebody who has nothing begins with a state that was signed, replays no history, and is a
// replica like all others; who forges any part of it is refused, and nothing is left of it.
// Method: bundles with a checkpoint of whole and shallow storages are joined and exchanged with;
// each part of one is changed and the file put together again with sums that are right.
#include <gtest/gtest.h>

#include <filesystem>

#include "globalstorage/storage.h"
#include "gs/api/bundle_files.h"
#include "gs/api/test_directory.h"
#include "gs/base/test_share.h"

namespace gs {
namespace {

using bundle::BaseFile;

// A bundle taken apart.
struct Parts {
  Digest storage;
  std::vector<std::pair<BaseFile, Buffer>> pieces;
  std::vector<Buffer> changes;
};

class JoinApi : public testing::InDirectory {
 protected:
  void SetUp() override {
    InDirectory::SetUp();
    db_.emplace(Storage::create(path("a")).value());
    for (int i = 0; i < 20; ++i) {
      ids_.push_back(db_->insert("City", "{\"n\":" + std::to_string(i) + "}").value());
      ASSERT_FALSE(db_->update(ids_[static_cast<std::size_t>(i / 2)], R"({"was":"updated"})"));
      ASSERT_FALSE(db_->sync());
    }
    ASSERT_FALSE(db_->remove(ids_[3]));
    ASSERT_TRUE(db_->erase(ids_[4], "asked to").ok());
  }

  Parts take_apart(const std::string& name) const {
    auto reader = api::open_bundle(api::bundle_path(path(name)).value()).value();
    Parts parts{reader.header().storage, {}, {}};
    while (const auto piece = reader.next_piece().value()) {
      parts.pieces.emplace_back(piece->file, Buffer(piece->bytes.begin(), piece->bytes.end()));
    }
    for (auto changes = reader.next().value(); !changes.empty(); changes = reader.next().value()) {
      for (const Bytes change : changes) parts.changes.emplace_back(change.begin(), change.end());
    }
    return parts;
  }
  void put_together(const Parts& parts, const std::string& name) const {
    std::filesystem::remove(path(name));
    const auto write = [&](bundle::BundleWriter& writer) -> Error {
      for (const auto& [file, bytes] : parts.pieces) GS_TRY_OK(writer.add_piece({file, bytes}));
      for (const Buffer& change : parts.changes) GS_TRY_OK(writer.add(change));
      return {};
    };
    const auto made =
        api::write_bundle_file(api::bundle_path(path(name)).value(), parts.storage, {}, {}, write);
    EXPECT_TRUE(made.ok()) << made.error().text();
  }
  Storage join(const std::string& file, const std::string& name) const {
    const auto report = Storage::join(path(file), path(name));
    EXPECT_TRUE(report.ok()) << report.error().text();
    return Storage::open(path(name)).value();
  }
  static void exchange(Storage& one, Storage& other, const std::vector<Digest>& since,
                       const std::string& file) {
    for (const bool back : {false, true}) {
      ASSERT_TRUE((back ? other : one).create_bundle(file, since).ok());
      ASSERT_EQ((back ? one : other).apply_bundle(file)->refused, 0u);
    }
    EXPECT_EQ(one.digest()->digest, other.digest()->digest);
  }
  static bool is_sound(const Storage& storage) {
    const auto report = storage.verify();
    return report.ok() && report->ok;
  }

  std::optional<Storage> db_;
  std::vector<Id> ids_;
};

TEST_F(JoinApi, BeginsWithTheStateAndReplaysNothing) {
  const auto made = db_->create_checkpoint_bundle(path("c.gsb"));
  ASSERT_TRUE(made.ok()) << made.error().text();
  EXPECT_TRUE(made->has_checkpoint);
  EXPECT_EQ(made->heads, db_->heads().value());
  EXPECT_FALSE(db_->shallow_at()) << "it stays whole";
  Storage joined = join("c.gsb", "b");
  EXPECT_EQ(joined.recovery().changes_replayed, 0u);
  EXPECT_EQ(joined.digest()->digest, db_->digest()->digest);
  EXPECT_EQ(joined.shallow_at()->heads, db_->heads().value());
  EXPECT_NE(joined.writer(), db_->writer());
  EXPECT_TRUE(is_sound(joined));
  const std::vector<Digest> since = db_->heads().value();
  ASSERT_FALSE(joined.update(ids_[7], R"({"by":"joined"})"));
  ASSERT_FALSE(db_->update(ids_[7], R"({"by":"first","n":7})"));
  exchange(joined, *db_, since, path("x.gsb"));
}

TEST_F(JoinApi, TakesWhatCameAfterTheState) {
  const Version before(db_->heads().value());
  ASSERT_FALSE(db_->update(ids_[7], R"({"later":1})"));
  ASSERT_FALSE(db_->sync());
  ASSERT_FALSE(db_->update(ids_[7], R"({"later":2})"));
  ASSERT_TRUE(db_->create_checkpoint_bundle(path("c.gsb"), before).ok());
  Storage joined = join("c.gsb", "b");
  EXPECT_EQ(joined.digest()->digest, db_->digest()->digest);
  EXPECT_EQ(joined.shallow_at()->heads, before.heads);
  // One that has it all takes what is new of a bundle with a state.
  ASSERT_FALSE(db_->update(ids_[7], R"({"later":3})"));
  ASSERT_TRUE(db_->create_checkpoint_bundle(path("c.gsb"), before).ok());
  const auto taken = joined.apply_bundle(path("c.gsb"));
  ASSERT_TRUE(taken.ok()) << taken.error().text();
  EXPECT_EQ(taken->taken, 1u);
  EXPECT_EQ(taken->waiting, 0u);
  EXPECT_EQ(joined.digest()->digest, db_->digest()->digest);
  // A shallow storage gives the state that it has.
  ASSERT_TRUE(joined.create_checkpoint_bundle(path("d.gsb")).ok());
  EXPECT_EQ(join("d.gsb", "d").shallow_at()->heads, before.heads);
}

TEST_F(JoinApi, WhoIsBelowTheCutIsTold) {
  ASSERT_FALSE(Storage::clone(path("a"), path("old")));
  Storage old = Storage::open(path("old")).value();
  ASSERT_FALSE(old.update(ids_[7], R"({"mine":true})"));
  ASSERT_FALSE(db_->update(ids_[7], R"({"later":1})"));
  ASSERT_TRUE(db_->create_checkpoint_bundle(path("c.gsb")).ok());
  const Digest digest = old.digest()->digest;
  EXPECT_EQ(old.apply_bundle(path("c.gsb")).code(), Code::dropped);
  EXPECT_EQ(old.digest()->digest, digest);
  // It begins anew, and brings what it has itself.
  Storage joined = join("c.gsb", "b");
  ASSERT_TRUE(old.create_bundle(path("own.gsb")).ok());
  EXPECT_EQ(joined.apply_bundle(path("own.gsb"))->taken, 1u);
  ASSERT_EQ(db_->apply_bundle(path("own.gsb"))->taken, 1u);
  EXPECT_EQ(joined.digest()->digest, db_->digest()->digest);
}

TEST_F(JoinApi, NeedsAStateAndRoom) {
  ASSERT_TRUE(db_->create_bundle(path("plain.gsb")).ok());
  EXPECT_EQ(Storage::join(path("plain.gsb"), path("b")).code(), Code::invalid);
  EXPECT_FALSE(std::filesystem::exists(path("b")));
  ASSERT_TRUE(db_->create_checkpoint_bundle(path("c.gsb")).ok());
  EXPECT_EQ(Storage::join(path("c.gsb"), path("a")).code(), Code::exists);
}

TEST_F(JoinApi, NothingForgedIsBelieved) {
  ASSERT_TRUE(db_->create_checkpoint_bundle(path("c.gsb")).ok());
  const Parts parts = take_apart("c.gsb");
  ASSERT_EQ(parts.pieces.size(), 3u);
  put_together(parts, "f.gsb");
  ASSERT_TRUE(Storage::join(path("f.gsb"), path("same")).ok());
  constexpr std::size_t kStep = (gs::testing::kSanitizedShare + 1) / 2;
  std::size_t count = 0;
  const auto expect_refused = [&](const Parts& forged, const std::string& what) {
    put_together(forged, "f.gsb");
    const auto joined = Storage::join(path("f.gsb"), path("b"));
    EXPECT_FALSE(joined.ok()) << what;
    EXPECT_TRUE(std::filesystem::is_empty(path("b"))) << what;
    std::filesystem::remove_all(path("b"));
    ++count;
  };
  for (std::size_t i = 0; i < parts.pieces.size(); ++i) {
    const std::size_t size = parts.pieces[i].second.size();
    for (std::size_t at = 0; at < size; at += kStep * (1 + size / 12)) {
      Parts forged = parts;
      forged.pieces[i].second[at] ^= 1;
      expect_refused(forged, "piece " + std::to_string(i) + " at " + std::to_string(at));
    }
    Parts without = parts;
    without.pieces.erase(without.pieces.begin() + static_cast<std::ptrdiff_t>(i));
    expect_refused(without, "without piece " + std::to_string(i));
    Parts shorter = parts;
    shorter.pieces[i].second.pop_back();
    expect_refused(shorter, "shorter piece " + std::to_string(i));
  }
  // Heads of operations are covered by no leaf any more.
  for (std::size_t i = 0; i < parts.changes.size(); i += 5) {
    const std::size_t size = parts.changes[i].size();
    for (std::size_t at = 0; at < size; at += kStep * (1 + size / 16)) {
      Parts forged = parts;
      forged.changes[i][at] ^= 2;
      expect_refused(forged, "change " + std::to_string(i) + " at " + std::to_string(at));
    }
  }
  Parts fewer = parts;
  fewer.changes.pop_back();
  expect_refused(fewer, "fewer changes");
  Parts swapped = parts;
  std::swap(swapped.changes[2], swapped.changes[3]);
  expect_refused(swapped, "another order");
  EXPECT_GT(count, 80 / kStep);
}

}  // namespace
}  // namespace gs
