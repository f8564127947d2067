// Goal: a million characters that somebody typed are one run, wherever they are: in the log, in a
// bundle, in the record of whoever takes it; and one more character is a small change.
// Method: bytes are counted: of changes, of the file, of records with all that is kept beside them.
#include <gtest/gtest.h>

#include "gs/base/test_share.h"
#include "gs/engine/database/test_bundles.h"
#include "gs/engine/database/test_replicas.h"

namespace gs::engine::testing {
namespace {

constexpr std::size_t kTypedMillion = 1'000'000;
constexpr std::size_t kTypedAtOnce = 1000;   // that is typed at once
constexpr std::size_t kOfARun = 4096;        // what is there beside the characters
constexpr std::size_t kOfACharacter = 1024;  // of the change that types one

std::size_t bytes_of(const std::vector<Buffer>& changes) {
  std::size_t bytes = 0;
  for (const Buffer& one : changes) bytes += one.size();
  return bytes;
}

class TypedText : public ::testing::Test, protected Replicas {
 protected:
  // With what is kept beside it.
  std::size_t kept_bytes(std::size_t replica) const {
    const auto hold = (*this)[replica]->get(id_).value();
    return hold->found.image != nullptr ? merge::ImageView(hold->found.image).size()
                                        : hold->view().size();
  }
  void type_one(std::size_t replica, std::size_t at) {
    Batch batch(next(replica).db);
    ASSERT_FALSE(batch.splice(id_, "text", {at, 0, "y"}));
    ASSERT_FALSE(batch.commit());
  }

  Id id_;
};

TEST_F(TypedText, AMillionCharactersAreOneRunForAllWhoTakeThem) {
  GS_TEST_OF_VOLUME();
  id_ = *(*this)[0].insert("Note", R"({"name":"n"})");
  copy();
  Batch batch((*this)[1].db);
  for (std::size_t at = 0; at < kTypedMillion; at += kTypedAtOnce) {
    ASSERT_FALSE(batch.splice(id_, "text", {at, 0, std::string(kTypedAtOnce, 'a')}));
  }
  ASSERT_FALSE(batch.commit());
  EXPECT_LE(bytes_of(made_by(1)), kTypedMillion + kTypedMillion / kTypedAtOnce * 256 + kOfARun);

  platform::MemoryFileSystem files;
  ASSERT_FALSE(make_bundle((*this)[1], (*this)[0]->heads(), files, "run"));
  EXPECT_LE(files.read_whole("run", kFileBytesMax)->size(), kTypedMillion);
  ReceiveReport report;
  ASSERT_FALSE(take_bundle((*this)[0], files, "run", report));
  EXPECT_EQ(report.applied, made_by(1).size());
  EXPECT_EQ((*this)[0].digest(), (*this)[1].digest());
  // The text that is shown, and what was typed.
  EXPECT_LE(kept_bytes(0), 2 * kTypedMillion + kTypedMillion / kTypedAtOnce * 64 + kOfARun);

  const auto before = (*this)[0]->heads();
  type_one(0, kTypedMillion / 2);
  const std::vector<Buffer> one = changes_of((*this)[0], before);
  ASSERT_EQ(one.size(), 1u);
  EXPECT_LE(one[0].size(), kOfACharacter);
  type_one(1, kTypedMillion / 2 + 1);  // at the same time
  exchange();
  for (std::size_t i = 0; i < kCount; ++i) {
    EXPECT_EQ((*this)[i].text(id_).size(),
              kTypedMillion + 2 + std::string(R"({"name":"n","text":""})").size());
    EXPECT_LE(kept_bytes(i), 2 * kTypedMillion + kTypedMillion / kTypedAtOnce * 64 + 2 * kOfARun);
  }
}

}  // namespace
}  // namespace gs::engine::testing
