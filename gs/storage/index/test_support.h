// What tests of this folder share: ids, keys, and pairs as values.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "gs/platform/memory/memory_file_system.h"
#include "gs/storage/index/tiers.h"

namespace gs::index::test {

inline Id make_id(std::uint64_t number) {
  Id id;
  store_u64_be(id.bytes.data() + 8, number);
  return id;
}

inline Buffer make_key(std::string_view text) { return {text.begin(), text.end()}; }

// Eight bytes whose order is that of the numbers.
inline Buffer number_key(std::uint64_t number) {
  Buffer key(8);
  store_u64_be(key.data(), number);
  return key;
}

// Ordered as pairs are: std::vector compares bytes, then lengths.
using PairValue = std::pair<Buffer, Id>;

inline PairValue value_of(Bytes key, const Id& id) { return {{key.begin(), key.end()}, id}; }

inline std::vector<PairValue> all_of(Cursor& cursor) {
  std::vector<PairValue> pairs;
  while (cursor.next()) pairs.push_back(value_of(cursor.key(), cursor.id()));
  return pairs;
}

inline std::shared_ptr<const Run> open_run(platform::FileSystem& files, const std::string& path,
                                           std::uint64_t number) {
  auto run = Run::open(files, path, number);
  EXPECT_TRUE(run.ok()) << run.error().text();
  if (!run.ok()) return nullptr;
  const Error checked = (*run)->check();
  EXPECT_TRUE(checked.ok()) << checked.text();
  return *run;
}

inline std::shared_ptr<const Tiers> tiers_of(std::shared_ptr<const Run> run) {
  auto tiers = std::make_shared<Tiers>();
  tiers->runs.push_back(std::move(run));
  return tiers;
}

inline Buffer read_file(platform::FileSystem& files, const std::string& path) {
  auto bytes = files.read_whole(path, std::uint64_t{1} << 30);
  EXPECT_TRUE(bytes.ok()) << bytes.error().text();
  return bytes.ok() ? std::move(*bytes) : Buffer();
}

inline void replace_file(platform::FileSystem& files, const std::string& path, Bytes bytes) {
  ASSERT_TRUE(files.write_whole(path, bytes).ok());
}

}  // namespace gs::index::test
