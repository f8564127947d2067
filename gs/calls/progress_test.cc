// Goal: who calls what takes long is told how far it is.
// Method: each such method of a storage with a few records, with a count of what was told.
#include "gs/calls/test_calls.h"

namespace gs::calls::testing {
namespace {

class ProgressCalls : public CallsTest {
 protected:
  void SetUp() override {
    CallsTest::SetUp();
    for (int i = 0; i < 10; ++i) {
      ASSERT_TRUE(storage_->put("City", std::to_string(i), R"({"name":"Kyiv"})").ok());
    }
    ASSERT_TRUE(storage_->checkpoint().ok());
    ASSERT_TRUE(storage_->put("City", "1", R"({"name":"Lviv"})").ok());
    ASSERT_TRUE(storage_->sync().ok());
  }
  void expect_told(const Result<std::string>& made, std::string_view method) {
    EXPECT_TRUE(made.ok()) << method << ": " << made.error().text();
    EXPECT_GT(told_, 0u) << method;
    told_ = 0;
  }
  void expect_told_by(std::string_view method, const std::string& arguments) {
    expect_told(call(*storage_, method, '{' + arguments + '}', count_), method);
  }
  void expect_told_without_storage(std::string_view method, const std::string& arguments) {
    expect_told(call(method, '{' + arguments + '}', count_), method);
  }

 private:
  std::uint64_t told_ = 0;
  const Progress count_ = [this](std::uint64_t, std::uint64_t) { ++told_; };
};

TEST_F(ProgressCalls, EachThatTakesLongTells) {
  expect_told_by("verify", "");
  expect_told_by("compact", "");
  expect_told_by("backup", argument("directory", path("backup")));
  expect_told_by("createBundle", argument("file", path("bundle")));
  expect_told_by("createCheckpointBundle", argument("file", path("checkpoint")));
  expect_told_by("compareSchema",
                 R"x("schema":{"files":{"City.js":"({ Entity: {}, name: 'number' })"}})x");
  expect_told_by("erase", R"("id":"1","collection":"City")");
  expect_told_by("makeShallow", "");
  const std::string from = argument("directory", path("a"));
  expect_told_without_storage("restore", argument("backup", path("backup")) + ',' +
                                             argument("directory", path("restored")));
  expect_told_without_storage(
      "join", argument("file", path("checkpoint")) + ',' + argument("directory", path("joined")));
  ASSERT_FALSE(storage_->close());
  storage_.reset();
  storage_.emplace(Storage::open(path("restored")).value());
  expect_told_by("applyBundle", argument("file", path("bundle")));
  const std::string target = "newDirectory";
  const std::string source = argument("directory", path("restored")) + ',';
  expect_told_without_storage("clone", source + argument(target, path("clone")));
  expect_told_without_storage("cloneShallow", source + argument(target, path("shallow")));
}

}  // namespace
}  // namespace gs::calls::testing
