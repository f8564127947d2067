// Changes that one storage gives another. For tests.
#pragma once

#include <gtest/gtest.h>

#include "gs/engine/database/test_world.h"

namespace gs::engine::testing {

// All that are not in the past of `since`.
inline std::vector<Buffer> changes_of(const Store& store, const std::vector<Digest>& since = {}) {
  std::vector<Buffer> all;
  const auto take = [&](Bytes change) -> Error {
    all.emplace_back(change.begin(), change.end());
    return {};
  };
  EXPECT_TRUE(store->changes_since(since, take).ok());
  return all;
}

inline ReceiveReport give(const Store& store, const std::vector<Buffer>& changes) {
  const std::vector<Bytes> bytes(changes.begin(), changes.end());
  ReceiveReport report;
  const Error error = store->receive(bytes, report);
  EXPECT_TRUE(error.ok()) << error.text();
  return report;
}

}  // namespace gs::engine::testing
