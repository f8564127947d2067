// Goal: a blob that a record names and that is not there, or not whole, is told by verify(),
// backup() and restore(), wherever in the record it is named.
// Method: records with blobs at every place that can hold one; files of blobs removed and changed.
#include "gs/engine/database/named_blobs.h"

#include <gtest/gtest.h>

#include "gs/engine/database/test_world.h"

namespace gs::engine::testing {
namespace {

std::string path_of(const BlobRef& blob) {
  const std::string name = blob.digest.text();
  return "blobs/" + name.substr(0, 2) + "/" + name;
}

std::string json_of_blob(const BlobRef& blob) {
  return R"({"$blob":{"sha256":")" + blob.digest.text() + R"(","size":)" +
         std::to_string(blob.size) + "}}";
}

struct Film : World {
  Store db = create();
  BlobRef blob = db->put_blob(Buffer(300'000, 7)).value();

  Id insert(const std::string& before, const std::string& after) const {
    return db.insert("Film", before + json_of_blob(blob) + after).value();
  }
  std::string complaints(bool full = true) const {
    VerifyOptions wanted;
    wanted.full = full;
    return db.complaints(wanted);
  }
};

bool says(const std::string& text, const std::string& what) {
  return text.find(what) != std::string::npos;
}

TEST(NamedBlobs, AreFoundWhereverARecordNamesThem) {
  const std::pair<std::string, std::string> places[] = {
      {R"({"film":)", "}"},
      {R"({"films":[1,[)", "]]}"},
      {R"({"a":{"b":[{"c":)", "}]}}"},
      {R"({"s":{"$set":[)", "]}}"},
  };
  for (const auto& [before, after] : places) {
    for (const bool in_a_run : {false, true}) {
      Film film;
      const Id id = film.insert(before, after);
      if (in_a_run) EXPECT_FALSE(film.db->compact());
      EXPECT_EQ(film.complaints(), "");
      ASSERT_FALSE(film.memory.remove(path_of(film.blob)));
      for (const bool full : {false, true}) {
        EXPECT_EQ(film.complaints(full), "blobs: 1 blob that a record names is not there (" +
                                             film.blob.digest.text() + " in record " + id.text() +
                                             ")\n")
            << before;
      }
    }
  }
}

TEST(NamedBlobs, OfRecordsThatDescribeThemselvesAreFoundToo) {
  Film film;
  std::string wide = "{";
  for (int i = 0; i < 1100; ++i) wide += "\"f" + std::to_string(i) + "\":1,";
  film.insert(wide + "\"film\":", "}");
  EXPECT_EQ(film.complaints(), "");
  ASSERT_FALSE(film.memory.remove(path_of(film.blob)));
  EXPECT_TRUE(says(film.complaints(), "is not there"));
}

// Its file has all its bytes, so only the record says that they are too few.
TEST(NamedBlobs, AnotherSizeIsTold) {
  Film film;
  ++film.blob.size;
  film.insert(R"({"film":)", "}");
  EXPECT_TRUE(says(film.complaints(), "(it has 300000 bytes, not 300001)")) << film.complaints();
}

TEST(NamedBlobs, ChangedOnesAreAllCountedAndTheFirstFewNamed) {
  Film film;
  for (std::uint8_t i = 0; i < 6; ++i) {
    const BlobRef blob = film.db->put_blob(Buffer(10, i)).value();
    ASSERT_FALSE(film.memory.write_whole(path_of(blob), Buffer(10, 99)));
  }
  const std::string told = film.complaints(false);
  EXPECT_TRUE(says(told, "blobs: 6 blobs do not match their names (")) << told;
  EXPECT_TRUE(says(told, ", ..)")) << told;
  EXPECT_LT(told.size(), 300U);
}

TEST(NamedBlobs, OfDeletedRecordsNobodyAsks) {
  Film film;
  const Id id = film.insert(R"({"film":)", "}");
  ASSERT_FALSE(film.memory.remove(path_of(film.blob)));
  ASSERT_FALSE(film.db.remove(id));
  EXPECT_EQ(film.complaints(), "");
}

TEST(NamedBlobs, ABackupWithoutThemSaysSoAndHoldsTheRest) {
  for (const bool gone : {true, false}) {
    Film film;
    const Id id = film.insert(R"({"film":)", "}");
    const std::string path = path_of(film.blob);
    if (gone) {
      ASSERT_FALSE(film.memory.remove(path));
    } else {
      ASSERT_FALSE(film.memory.write_whole(path, Buffer(300'000, 8)));
    }
    platform::MemoryFileSystem backup;
    const Error told = film.db->backup(backup);
    EXPECT_EQ(told.code(), Code::damaged);
    EXPECT_TRUE(says(told.text(), film.blob.digest.text())) << told.text();
    EXPECT_TRUE(says(told.text(), gone ? "is not there" : "does not match its name"));

    platform::MemoryFileSystem target;
    film.options.read_only = true;
    Error lacking;
    ASSERT_FALSE(film.open(backup)->restore(target, lacking));
    film.options.read_only = false;
    EXPECT_EQ(lacking.code(), Code::damaged);
    const Store restored = film.open(target);
    EXPECT_EQ(restored.content(), film.db.content());
    EXPECT_EQ(restored.content().count(id), 1U);
  }
}

}  // namespace
}  // namespace gs::engine::testing
