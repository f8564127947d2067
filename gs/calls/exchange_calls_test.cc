// Goal: replicas exchange by calls what they exchange by the methods of Storage.
// Method: a storage and its clones, made and joined by calls; a writer whose key is in two places.
#include "gs/calls/test_calls.h"

namespace gs::calls::testing {
namespace {

class ExchangeCalls : public CallsTest {
 protected:
  void SetUp() override {
    CallsTest::SetUp();
    id_ = storage_->put("City", "kyiv", R"({"name":"Kiew"})").value();
    ASSERT_TRUE(storage_->sync().ok());
    first_ = now();
  }
  std::string two(const char* first, const std::string& one, const char* second,
                  const std::string& other) {
    return argument(first, path(one)) + ',' + argument(second, path(other));
  }
  void expect_equal(const Storage& other) {
    EXPECT_EQ(other.digest().value().digest, storage_->digest().value().digest);
  }

  Id id_;
  std::string first_;
};

constexpr const char* kTown = R"x({"files":{"Town.js":"({ Entity: {}, name: 'string' })"}})x";

TEST_F(ExchangeCalls, HeadsAreThoseOfTheStorage) {
  EXPECT_EQ(result("heads"), texts(storage_->heads().value()));
  EXPECT_EQ(made("twins").value(), "[]");
}

TEST_F(ExchangeCalls, ACloneHasItsOwnWriterAndTakesBundles) {
  const Value cloned = free_result("clone", two("directory", "a", "newDirectory", "b"));
  EXPECT_EQ(text(cloned, "clone"), path("b"));
  Storage b = Storage::open(path("b")).value();
  EXPECT_EQ(text(cloned, "writer"), b.writer().text());
  EXPECT_NE(b.writer(), storage_->writer());

  ASSERT_TRUE(storage_->apply_schema(kTown).ok());
  ASSERT_TRUE(storage_->update(id_, R"({"name":"Kyiv"})").ok());
  const std::string file = argument("file", path("bundle"));
  const Value bundle = result("createBundle", file + ',' + argument("since", first_));
  EXPECT_EQ(text(bundle, "bundle"), path("bundle"));
  EXPECT_EQ(number(bundle, "changes"), 2u);
  EXPECT_GT(number(bundle, "changeBytes"), 0u);
  EXPECT_GT(number(bundle, "fileBytes"), 0u);
  EXPECT_FALSE(flag(bundle, "checkpoint"));
  EXPECT_EQ(at(bundle, "since"), texts({*Digest::parse(first_)}));
  EXPECT_EQ(at(bundle, "heads"), texts(storage_->heads().value()));

  const Value applied = value_of(call(b, "applyBundle", '{' + file + '}'));
  EXPECT_EQ(number(applied, "changes"), 2u);
  EXPECT_EQ(number(applied, "taken"), 2u);
  for (const char* const none :
       {"known", "waiting", "incomplete", "early", "completed", "refused"}) {
    EXPECT_EQ(number(applied, none), 0u) << none;
  }
  for (const char* const none : {"earlyChanges", "refusals", "twins"}) {
    EXPECT_TRUE(items(at(applied, none)).empty()) << none;
  }
  EXPECT_EQ(text(at(applied, "schema"), "writer"), storage_->writer().text());
  EXPECT_EQ(number(at(applied, "schema"), "timeMs"), storage_->schema_origin()->time_ms);
  expect_equal(b);
  const Value again = value_of(call(b, "applyBundle", '{' + file + '}'));
  EXPECT_EQ(number(again, "known"), 2u);
  EXPECT_EQ(at(again, "schema"), Value());
}

TEST_F(ExchangeCalls, BundlesWithoutSinceHaveEverything) {
  const std::string file = argument("file", path("bundle"));
  const std::string none = "\"since\":[]";
  EXPECT_EQ(number(result("createBundle", file), "changes"), storage_->stats().value().changes);
  EXPECT_EQ(number(result("createBundle", file + ',' + none), "changes"),
            storage_->stats().value().changes);
  EXPECT_EQ(made("createBundle", file + R"(,"since":["00)" + std::string(62, '0') + "\"]").code(),
            Code::not_found);
}

TEST_F(ExchangeCalls, AReplicaJoinsWithACheckpointBundle) {
  ASSERT_TRUE(storage_->update(id_, R"({"name":"Kyiv"})").ok());
  const std::string file = argument("file", path("bundle"));
  const Value bundle = result("createCheckpointBundle", file + R"(,"before":"now")");
  EXPECT_TRUE(flag(bundle, "checkpoint"));
  const std::string both = two("file", "bundle", "directory", "joined");
  const Value joined = free_result("join", both);
  EXPECT_EQ(number(joined, "refused"), 0u);
  EXPECT_EQ(at(joined, "schema"), Value());
  expect_equal(Storage::open(path("joined")).value());
  EXPECT_EQ(call("join", '{' + both + '}').code(), Code::exists);
  ASSERT_FALSE(made("createBundle", file).error());
  EXPECT_EQ(call("join", '{' + two("file", "bundle", "directory", "other") + '}').code(),
            Code::invalid);
}

TEST_F(ExchangeCalls, AShallowCloneLacksWhatCameBefore) {
  ASSERT_TRUE(storage_->update(id_, R"({"name":"Kyiv"})").ok());
  ASSERT_TRUE(storage_->sync().ok());
  const std::string both = two("directory", "a", "newDirectory", "shallow");
  const Value told = free_result("cloneShallow", both + R"(,"before":"now")");
  EXPECT_EQ(text(told, "clone"), path("shallow"));
  const Value report = at(told, "shallow");
  EXPECT_GT(number(report, "baseBytes"), 0u);
  const Storage shallow = Storage::open(path("shallow")).value();
  EXPECT_EQ(text(told, "writer"), shallow.writer().text());
  EXPECT_EQ(at(report, "version"), texts(shallow.shallow_at()->heads));
  expect_equal(shallow);
  const std::string other = two("directory", "a", "newDirectory", "other");
  EXPECT_EQ(call("cloneShallow", '{' + other + R"(,"before":"nothing"})").code(), Code::not_found);
  EXPECT_EQ(call("clone", '{' + two("directory", "no", "newDirectory", "x") + '}').code(),
            Code::not_a_storage);
}

TEST_F(ExchangeCalls, TwinsAreTold) {
  ASSERT_FALSE(storage_->close());
  storage_.reset();
  std::filesystem::copy(path("a"), path("copy"), std::filesystem::copy_options::recursive);
  Options options;
  options.keep_writer = true;
  storage_.emplace(Storage::open(path("a"), options).value());
  Storage copy = Storage::open(path("copy"), options).value();
  ASSERT_EQ(copy.writer(), storage_->writer());
  ASSERT_TRUE(storage_->insert("City", R"({"name":"Lviv"})").ok());
  ASSERT_TRUE(copy.insert("City", R"({"name":"Odesa"})").ok());
  ASSERT_TRUE(copy.create_bundle(path("bundle")).ok());
  const Value applied = result("applyBundle", argument("file", path("bundle")));
  const std::vector<TwinChanges> twins = storage_->twins().value();
  ASSERT_EQ(twins.size(), 1u);
  const Value told = result("twins");
  EXPECT_EQ(at(applied, "twins"), told);
  const Value set = items(told).at(0);
  EXPECT_EQ(text(set, "writer"), twins[0].writer.text());
  EXPECT_EQ(number(set, "sequence"), twins[0].sequence);
  const Array list = items(at(set, "twins"));
  ASSERT_EQ(list.size(), 2u);
  for (std::size_t i = 0; i < list.size(); ++i) {
    EXPECT_EQ(text(list[i], "change"), twins[0].twins[i].change.text());
    EXPECT_EQ(flag(list[i], "counts"), twins[0].twins[i].counts);
    EXPECT_EQ(number(list[i], "votes"), twins[0].twins[i].votes);
  }
}

}  // namespace
}  // namespace gs::calls::testing
