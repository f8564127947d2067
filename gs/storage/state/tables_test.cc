// Goal: a name has one number for ever, in order of first appearance, and readers need no lock.

#include "gs/storage/state/tables.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace gs::state {
namespace {

record::ShapePtr shape(std::string_view collection, std::string_view field) {
  auto made = record::Shape::make(collection, {{std::string(field), Type::string}});
  EXPECT_TRUE(made.ok());
  return *made;
}

TEST(Tables, NumbersFollowTheOrderOfFirstAppearance) {
  Tables tables;
  EXPECT_EQ(tables.add_shape(shape("people", "name")), 0u);
  EXPECT_EQ(tables.add_shape(shape("people", "city")), 1u);
  EXPECT_EQ(tables.add_shape(shape("places", "name")), 2u);
  EXPECT_EQ(tables.shape(0).collection, 0u);
  EXPECT_EQ(tables.shape(1).collection, 0u);
  EXPECT_EQ(tables.shape(2).collection, 1u);
  EXPECT_EQ(tables.collection_count(), 2u);
  EXPECT_EQ(tables.collection(1).name, "places");
}

TEST(Tables, AddingAgainGivesTheSameNumber) {
  Tables tables;
  Digest writer;
  writer.bytes[31] = 1;
  EXPECT_EQ(tables.add_writer(writer), 0u);
  EXPECT_EQ(tables.add_writer(Digest{}), 1u);
  EXPECT_EQ(tables.add_writer(writer), 0u);
  EXPECT_EQ(tables.add_shape(shape("people", "name")), 0u);
  EXPECT_EQ(tables.add_shape(shape("people", "name")), 0u);
  EXPECT_EQ(tables.shape_count(), 1u);
  EXPECT_EQ(tables.writer_count(), 2u);
}

TEST(Tables, WhatIsNotThereIsUnknown) {
  Tables tables;
  EXPECT_EQ(tables.find_shape(Digest{}), kUnknown);
  EXPECT_EQ(tables.find_writer(Digest{}), kUnknown);
  EXPECT_EQ(tables.find_collection(record::collection_id("people")), kUnknown);
  tables.add_shape(shape("people", "name"));
  EXPECT_EQ(tables.find_collection(record::collection_id("people")), 0u);
}

TEST(Tables, ElementsStayInPlaceWhileTheVectorGrowsToItsMost) {
  StableVector<std::uint32_t> numbers;
  std::vector<const std::uint32_t*> places;
  for (std::uint32_t i = 0; i < numbers.kSizeMax; ++i) {
    numbers.push_back(i);
    if (i % numbers.kBlockMin < 2) places.push_back(&numbers.at(i));
  }
  EXPECT_EQ(numbers.size(), numbers.kSizeMax);
  std::uint32_t other = 0;
  std::size_t moved = 0;
  for (std::uint32_t i = 0; i < numbers.kSizeMax; ++i) {
    if (numbers.at(i) != i) ++other;
    if (i % numbers.kBlockMin < 2 && &numbers.at(i) != places[i / numbers.kBlockMin * 2 + i % 2])
      ++moved;
  }
  EXPECT_EQ(other, 0u);
  EXPECT_EQ(moved, 0u);
}

}  // namespace
}  // namespace gs::state
