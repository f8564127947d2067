// Goal: Encoders of many threads share one cache and agree on every shape.
// Method: threads that make the same and different shapes at once; every one ends up there once.
#include <gtest/gtest.h>

#include <thread>

#include "gs/core/record/test_values.h"

namespace gs::record {
namespace {

TEST(ShapeCacheThreads, AgreeOnEveryShape) {
  constexpr int kThreads = 4;
  constexpr int kShapes = 100;
  auto cache = std::make_shared<ShapeCache>();
  std::vector<std::vector<ShapePtr>> made(kThreads);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&cache, &mine = made[static_cast<std::size_t>(t)]] {
      Encoder encoder(cache);
      for (int i = 0; i < kShapes; ++i) {
        const std::string text = "{\"key" + std::to_string(i) + "\":1}";
        mine.push_back(encoder.encode_json("C", text).value().shape);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(cache->count("C"), static_cast<std::size_t>(kShapes));
  for (const auto& mine : made) EXPECT_EQ(mine, made[0]);
}

}  // namespace
}  // namespace gs::record
