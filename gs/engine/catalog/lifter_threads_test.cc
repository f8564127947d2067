// Goal: readers beside each other lift the same records to the same bytes: plans and shapes that
// they make at once, and a conversion that only one of them may call at a time.

#include <thread>

#include "gs/engine/catalog/test_catalog.h"

namespace gs::engine::testing {
namespace {

TEST(LifterThreads, ReadersBesideEachOtherReadTheSame) {
  const auto catalog =
      catalog_of({{"A.js",
                   "({ Entity: {}, title: { type: 'string', was: 'name', convert: (v) => v + '!' },"
                   " n: { type: 'number', default: 1 } })"}});
  constexpr int kShapes = 40;
  record::Encoder encoder;
  std::vector<Stored> stored;
  stored.reserve(kShapes);
  for (int i = 0; i < kShapes; ++i) {
    stored.push_back(Stored::of(encoder, "A", R"({"name":"x","f)" + std::to_string(i) + R"(":1})"));
  }
  const auto read_all = [&](std::string& said) {
    Lifter lifter(catalog);
    for (int round = 0; round < 10; ++round) {
      for (int i = 0; i < kShapes; ++i) {
        const Stored& one = stored[static_cast<std::size_t>(i)];
        const std::string expected = R"({"title":"x!","f)" + std::to_string(i) + R"(":1,"n":1})";
        const std::string got = text_of(lifter.lift(one.shape, one.bytes.data()));
        const LiftedRecord owned(catalog.get(), one.shape, one.bytes.data());
        if (got != expected || text_of(owned.view()) != expected) said = got;
      }
    }
  };
  std::vector<std::string> said(4);
  std::vector<std::thread> readers;
  readers.reserve(said.size());
  for (std::string& each : said) readers.emplace_back([&] { read_all(each); });
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(said, std::vector<std::string>(4));
}

}  // namespace
}  // namespace gs::engine::testing
