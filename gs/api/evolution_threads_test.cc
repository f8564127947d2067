// Several writers of records that are older than the schema.
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>

#include "globalstorage/storage.h"
#include "gs/api/test_directory.h"

namespace gs {
namespace {

class EvolutionThreads : public testing::InDirectory {};

// The first write of each removes the earlier name that both fields have, and writes the other
// field along: as it was, unless somebody wrote it meanwhile. Slow conversions leave time for that.
TEST_F(EvolutionThreads, FieldsOfOneEarlierNameAreWrittenByTwoAtOnce) {
  constexpr int kRounds = 50;
  Storage db = Storage::create(path("gs")).value();
  std::vector<Id> people;
  for (int i = 0; i < kRounds; ++i) {
    people.push_back(db.insert("P", R"({"fullName":"Ann Smith"})").value());
  }
  const Error applied = db.apply_schema(
      R"g({"files":{"P.js":"({ Entity: {}, )g"
      R"g(first: { type: 'string', was: 'fullName', convert: (name) => part(name, 0) }, )g"
      R"g(last: { type: 'string', was: 'fullName', convert: (name) => part(name, 1) } });)g"
      R"g(function part(name, at) { for (let i = 0; i < 1e4; i++); return name.split(' ')[at]; }"}})g",
      true);
  ASSERT_FALSE(applied) << applied.text();
  for (const Id& person : people) {
    std::atomic<int> ready{0};
    const auto write = [&](const char* json) {
      ++ready;
      while (ready < 2) std::this_thread::yield();
      const Error error = db.update(person, json);
      EXPECT_FALSE(error) << error.text();
    };
    std::thread other(write, R"({"last":"Miller"})");
    write(R"({"first":"Anna"})");
    other.join();
    EXPECT_EQ(db.get(person)->find("first")->text(), "Anna");
    EXPECT_EQ(db.get(person)->find("last")->text(), "Miller");
  }
}

}  // namespace
}  // namespace gs
