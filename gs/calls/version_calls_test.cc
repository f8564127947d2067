// Goal: calls about versions, their names and branches do what the methods of Storage do.
// Method: a storage with two versions and a branch, each call beside its method.
#include "gs/calls/test_calls.h"

namespace gs::calls::testing {
namespace {

class VersionCalls : public CallsTest {
 protected:
  void SetUp() override {
    CallsTest::SetUp();
    id_ = storage_->put("City", "kyiv", R"({"name":"Kiew"})").value();
    ASSERT_TRUE(storage_->sync().ok());
    first_ = now();
    ASSERT_TRUE(storage_->update(id_, R"({"name":"Kyiv"})").ok());
    ASSERT_TRUE(storage_->sync().ok());
  }
  std::string name_of_record() { return storage_->get(id_).value().json(); }

  Id id_;
  std::string first_;
};

TEST_F(VersionCalls, FindVersionGivesHeads) {
  EXPECT_EQ(result("findVersion", R"("text":"now")"), texts(storage_->heads().value()));
  EXPECT_EQ(made("findVersion", argument("text", first_.substr(0, 8))).value(),
            "[\"" + first_ + "\"]");
  EXPECT_EQ(made("findVersion", R"("text":"nothing")").code(), Code::not_found);
}

TEST_F(VersionCalls, NamesAreGivenChangedAndTakenAway) {
  const Value tag =
      result("nameVersion", R"("kind":"tag","name":"v1",)" + argument("version", first_));
  EXPECT_EQ(text(tag, "name"), "v1");
  EXPECT_EQ(text(tag, "kind"), "tag");
  EXPECT_EQ(at(tag, "heads"), texts({*Digest::parse(first_)}));
  EXPECT_EQ(text(tag, "writer"), storage_->writer().text());
  const NamedVersion named = storage_->named_versions().value().at(0);
  EXPECT_EQ(number(tag, "timeMs"), named.time_ms);
  EXPECT_FALSE(has(tag, "checkedOut"));
  EXPECT_EQ(made("nameVersion", R"("kind":"tag","name":"v1")").code(), Code::exists);
  const Value moved = result("nameVersion", R"("kind":"tag","name":"v1","move":true)");
  EXPECT_NE(at(moved, "heads"), at(tag, "heads"));
  EXPECT_EQ(text(result("renameVersion", R"("kind":"tag","from":"v1","to":"v2")"), "name"), "v2");
  EXPECT_EQ(made("removeVersionName", R"("kind":"branch","name":"v2")").code(), Code::invalid);
  EXPECT_EQ(made("removeVersionName", R"("kind":"tag","name":"v2")").value(),
            R"({"name":"v2","kind":"tag","deleted":true})");
  EXPECT_TRUE(storage_->named_versions().value().empty());
}

TEST_F(VersionCalls, VersionsTellAllNamesWithMain) {
  ASSERT_FALSE(made("nameVersion", R"("kind":"branch","name":"draft")").error());
  ASSERT_TRUE(storage_->checkout("draft").ok());
  ASSERT_TRUE(storage_->update(id_, R"({"name":"Kyjiw"})").ok());
  ASSERT_TRUE(storage_->sync().ok());
  const Array told = items(result("versions"));
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(text(told[0], "name"), "main");
  EXPECT_FALSE(flag(told[0], "checkedOut"));
  EXPECT_FALSE(has(told[0], "writer"));
  EXPECT_EQ(text(told[1], "name"), "draft");
  EXPECT_TRUE(flag(told[1], "checkedOut"));
  const Divergence apart = storage_
                               ->divergence(storage_->find_version("draft").value(),
                                            storage_->find_version("main").value())
                               .value();
  EXPECT_EQ(number(told[1], "ahead"), apart.ahead);
  EXPECT_EQ(number(told[1], "behind"), apart.behind);
  EXPECT_EQ(apart.ahead, 1u);
  EXPECT_EQ(made("divergence", R"("version":"draft","other":"main")").value(),
            R"({"ahead":1,"behind":0})");
  EXPECT_EQ(made("divergence", R"("version":"draft","other":"nothing")").code(), Code::not_found);
}

TEST_F(VersionCalls, CheckoutChangesTheBranchAndMergeBringsIt) {
  EXPECT_EQ(made("branch").value(), R"({"branch":"main"})");
  ASSERT_TRUE(storage_->name_version(NamedVersion::Kind::branch, "draft").ok());
  EXPECT_EQ(made("checkout", R"("name":"draft")").value(), R"({"branch":"draft","before":"main"})");
  EXPECT_EQ(made("branch").value(), R"({"branch":"draft"})");
  ASSERT_TRUE(storage_->update(id_, R"({"name":"Kyjiw"})").ok());
  ASSERT_TRUE(storage_->checkout("main").ok());
  EXPECT_EQ(name_of_record(), R"({"name":"Kyiv"})");

  const Value preview = result("merge", R"("what":"draft","preview":true)");
  EXPECT_FALSE(flag(preview, "merged"));
  EXPECT_TRUE(flag(preview, "fastForward"));
  EXPECT_EQ(text(items(at(preview, "records")).at(0), "id"), id_.text());
  EXPECT_EQ(name_of_record(), R"({"name":"Kyiv"})");

  const Value merged = result("merge", R"("what":"draft","strict":true)");
  EXPECT_TRUE(flag(merged, "merged"));
  EXPECT_FALSE(flag(merged, "upToDate"));
  EXPECT_EQ(number(merged, "changes"), 1u);
  EXPECT_TRUE(items(at(merged, "conflicts")).empty());
  EXPECT_FALSE(has(merged, "records"));
  EXPECT_EQ(name_of_record(), R"({"name":"Kyjiw"})");
  EXPECT_TRUE(flag(result("merge", R"("what":"draft")"), "upToDate"));
  EXPECT_EQ(made("merge", R"("what":"nothing")").code(), Code::not_found);
  EXPECT_EQ(made("checkout", R"("name":"nothing")").code(), Code::not_found);
}

TEST_F(VersionCalls, StrictMergesRefuseConflicts) {
  ASSERT_TRUE(storage_->name_version(NamedVersion::Kind::branch, "draft").ok());
  ASSERT_TRUE(storage_->checkout("draft").ok());
  ASSERT_TRUE(storage_->update(id_, R"({"name":"Kyjiw"})").ok());
  ASSERT_TRUE(storage_->checkout("main").ok());
  ASSERT_TRUE(storage_->update(id_, R"({"name":"Kiev"})").ok());
  EXPECT_EQ(made("merge", R"("what":"draft","strict":true)").code(), Code::conflict);
  const Value merged = result("merge", R"("what":"draft")");
  EXPECT_EQ(text(items(at(merged, "conflicts")).at(0), "id"), id_.text());
}

}  // namespace
}  // namespace gs::calls::testing
