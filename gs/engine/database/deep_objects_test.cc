// Goal: objects that nest as deep as a record may are patched and merged as any, take no more room
// than what was written, and what would nest deeper is refused.
// Method: the deepest object that an insert takes; two replicas patch it in its deepest part, and
// widen its record until it describes itself.
#include <gtest/gtest.h>

#include "gs/engine/database/test_replicas.h"

namespace gs::engine::testing {
namespace {

constexpr std::size_t kWide = 1100;  // more fields than a shape has

// `{"o":{"o": .. inner .. }}`, so many objects around it.
std::string nested(std::size_t depth, const std::string& inner) {
  std::string text;
  for (std::size_t i = 0; i < depth; ++i) text += R"({"o":)";
  text += inner;
  return text.append(depth, '}');
}

class DeepObjects : public ::testing::Test, protected Replicas {
 protected:
  // How many objects around another one an insert takes.
  std::size_t deepest() {
    std::size_t depth = 1;
    for (;; ++depth) {
      const auto made = (*this)[0].insert("Deep", R"({"a":)" + nested(depth + 1, "{}") + "}");
      if (made.ok()) continue;
      EXPECT_EQ(made.code(), Code::too_large) << made.error().text();
      return depth;
    }
  }
  Error patch(std::size_t replica, const std::string& change) {
    Batch batch(next(replica).db);
    if (Error error = batch.give_members(id_, "a", change)) return error;
    return batch.commit();
  }
  void expect_sound() const {
    for (std::size_t i = 0; i < kCount; ++i) EXPECT_EQ((*this)[i].complaints(), "") << i;
  }

  Id id_;
};

TEST_F(DeepObjects, ArePatchedInTheirDeepestPart) {
  const std::size_t depth = deepest();
  EXPECT_GE(depth, 100u);
  id_ = *(*this)[0].insert("Deep", R"({"a":)" + nested(depth, R"({"n":0})") + "}");
  copy();
  // The bytes of a patch that only gives nest as deep as what it makes.
  ASSERT_FALSE(patch(1, nested(depth, R"({"x":1})")));
  ASSERT_FALSE(patch(2, nested(depth, R"({"y":2})")));
  EXPECT_EQ(patch(1, nested(depth + 1, "{}")).code(), Code::too_large);
  exchange();
  expect_all(id_, R"({"a":)" + nested(depth, R"({"n":0,"x":1,"y":2})") + "}");
  for (std::size_t i = 0; i < kCount; ++i) {
    const auto hold = (*this)[i]->get(id_).value();
    EXPECT_LE(hold->view().size(), 3 * 8 * depth + 1024);
  }
  expect_sound();
}

TEST_F(DeepObjects, LosePartsOfTheirDeepestPart) {
  const std::size_t depth = deepest() - 1;  // what is removed stands beside what is given
  id_ = *(*this)[0].insert("Deep", R"({"a":)" + nested(depth, R"({"n":0,"m":0})") + "}");
  copy();
  const auto without = [&](const std::string& name) {
    return "[{}," + nested(depth, "{\"" + name + "\":true}") + "]";
  };
  ASSERT_FALSE(patch(1, without("n")));
  ASSERT_FALSE(patch(2, nested(depth, R"({"y":2})")));
  exchange();
  expect_all(id_, R"({"a":)" + nested(depth, R"({"m":0,"y":2})") + "}");
  expect_sound();
}

// Then what was a field of a shape is a member of an object.
TEST_F(DeepObjects, StandInRecordsThatComeToDescribeThemselves) {
  const std::size_t depth = deepest();
  id_ = *(*this)[0].insert("Deep", R"({"a":)" + nested(depth, R"({"n":0})") + "}");
  copy();
  for (const std::size_t replica : {1, 2}) {
    std::string wide;
    for (std::size_t i = 0; i < kWide / 2; ++i) {
      wide += (wide.empty() ? "{\"" : ",\"") + std::to_string(replica * kWide + i) + "\":1";
    }
    ASSERT_FALSE(next(replica).update(id_, wide + "}"));
  }
  exchange();
  for (std::size_t i = 0; i < kCount; ++i) {
    EXPECT_NE((*this)[i].text(id_).find(nested(depth, R"({"n":0})")), std::string::npos);
  }
  expect_sound();
  ASSERT_FALSE(patch(1, nested(depth, R"({"x":1})")));
  exchange();
  expect_sound();
}

}  // namespace
}  // namespace gs::engine::testing
