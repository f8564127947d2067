// Goal: a call with wrong arguments does nothing, and says which one of which method is wrong and
// what is expected there; whatever JSON it is given.
// Method: every method with each of its arguments missing, of each wrong type, and with others that
// it does not take; hostile JSON; the storage is the same afterwards.
#include "gs/calls/methods.h"
#include "gs/calls/test_calls.h"

namespace gs::calls::testing {
namespace {

struct Known {
  std::string_view name;
  Parameters parameters;
  bool is_free = false;
};

std::vector<Known> all_methods() {
  std::vector<Known> all;
  for (const auto list : {history_methods(), version_methods(), query_methods(), branch_methods(),
                          care_methods(), exchange_methods(), schema_methods(), place_methods()}) {
    for (const StorageMethod& method : list) all.push_back({method.name, method.parameters});
  }
  for (const FreeMethod& method : free_methods()) {
    all.push_back({method.name, method.parameters, true});
  }
  return all;
}

// Something that fits.
std::string right(Kind kind) {
  switch (kind) {
    case Kind::flag:
      return "false";
    case Kind::count:
      return "1";
    case Kind::digest:
      return '"' + std::string(64, 'a') + '"';
    case Kind::document:
      return "{}";
    case Kind::name_kind:
      return "\"tag\"";
    case Kind::side:
      return "\"after\"";
    default:
      return "\"/nowhere/at/all\"";
  }
}

std::vector<std::string> wrong(Kind kind) {
  std::vector<std::string> all = {"null", R"({"$date":"2026-11-23T00:00:00.000Z"})",
                                  R"({"$set":[1]})"};
  const auto add = [&](const std::vector<std::string>& more) {
    all.insert(all.end(), more.begin(), more.end());
  };
  if (kind != Kind::flag) add({"true"});
  if (kind != Kind::count) add({"1", R"({"$int":"1"})"});
  if (kind != Kind::version) add({"[]"});
  if (kind != Kind::document) add({R"({"a":1})"});
  const std::string digest = std::string(64, 'a');
  switch (kind) {
    case Kind::flag:
      add({"\"true\"", "0"});
      break;
    case Kind::count:
      add({"\"1\"", "-1", "0.5", "9007199254740994", "1e300", R"({"$int":"-1"})",
           R"({"$int":"9007199254740993"})", R"({"$big":"1000000000000000000000"})"});
      break;
    case Kind::digest:
      add({"\"\"", '"' + digest + "a\"", "\"g" + digest.substr(1) + '"'});
      break;
    case Kind::version:
      add({"[1]", "[\"\"]", "[\"" + digest + "\",\"main\"]", "[[]]"});
      break;
    case Kind::path:
      add({"\"\"", R"("a\u0000b")", '"' + std::string(kPathBytesMax + 1, 'a') + '"'});
      break;
    case Kind::name_kind:
    case Kind::side:
      add({"\"\"", "\"Tag\""});
      break;
    default:
      break;
  }
  return all;
}

// All but one are right; without `value` that one is missing.
std::string with(const Parameters& parameters, std::string_view changed, const std::string& value) {
  std::string json;
  for (const Parameter& parameter : parameters) {
    const bool is_changed = parameter.name == changed;
    if (parameter.name.empty() || (is_changed && value.empty())) continue;
    json += json.empty() ? "\"" : ",\"";
    json += std::string(parameter.name) + "\":" + (is_changed ? value : right(parameter.kind));
  }
  return '{' + json + '}';
}

class ArgumentsTest : public CallsTest {
 protected:
  void SetUp() override {
    CallsTest::SetUp();
    ASSERT_TRUE(storage_->put("City", "kyiv", R"({"name":"Kyiv"})").ok());
    ASSERT_TRUE(storage_->sync().ok());
    changes_ = storage_->stats().value().changes;
  }
  void TearDown() override {
    EXPECT_EQ(storage_->stats().value().changes, changes_);
    EXPECT_EQ(storage_->count("{}").value(), 1u);
    CallsTest::TearDown();
  }
  Result<std::string> given(const Known& method, std::string_view arguments) {
    return method.is_free ? call(method.name, arguments) : call(*storage_, method.name, arguments);
  }
  void expect_invalid(const Known& method, std::string_view arguments, std::string_view named) {
    const auto made = given(method, arguments);
    EXPECT_EQ(made.code(), Code::invalid) << method.name << ' ' << arguments;
    const std::string_view message = made.error().message();
    EXPECT_TRUE(message.starts_with(method.name)) << message;
    EXPECT_NE(message.find(named), std::string_view::npos) << message;
  }

 private:
  std::uint64_t changes_ = 0;
};

TEST_F(ArgumentsTest, EachMissingOneIsNamed) {
  for (const Known& method : all_methods()) {
    for (const Parameter& parameter : method.parameters) {
      if (!parameter.is_required) continue;
      expect_invalid(method, with(method.parameters, parameter.name, ""),
                     "argument `" + std::string(parameter.name) + "` is missing");
    }
  }
}

TEST_F(ArgumentsTest, EachOneOfAWrongTypeIsNamed) {
  for (const Known& method : all_methods()) {
    for (const Parameter& parameter : method.parameters) {
      if (parameter.name.empty()) continue;
      for (const std::string& value : wrong(parameter.kind)) {
        expect_invalid(method, with(method.parameters, parameter.name, value),
                       '`' + std::string(parameter.name) + "` has to be ");
      }
    }
  }
}

TEST_F(ArgumentsTest, EachUnknownOneIsNamed) {
  for (const Known& method : all_methods()) {
    std::string json = with(method.parameters, "", "");
    json.insert(1, json.size() == 2 ? "\"nonsense\":1" : "\"nonsense\":1,");
    expect_invalid(method, json, "no argument `nonsense`");
  }
}

TEST_F(ArgumentsTest, WhatIsMistypedIsGuessed) {
  const auto member = made("history", R"("id":"kyiv","limt":1)");
  EXPECT_EQ(member.error().message(),
            "history: there is no argument `limt`. Did you mean `limit`? It takes `id`, "
            "`collection`, `limit`");
  const auto method = made("histroy");
  EXPECT_EQ(method.code(), Code::invalid);
  EXPECT_EQ(method.error().message(), "there is no method `histroy`. Did you mean `history`?");
  EXPECT_EQ(made("undo", R"("a":1)").error().message(),
            "undo: there is no argument `a`. It takes none");
  const std::string_view far = "there is no method `wholly different`";
  EXPECT_EQ(made("wholly different").error().message(), far);
}

TEST_F(ArgumentsTest, MethodsAreCalledWhereTheyBelong) {
  EXPECT_EQ(made("version").error().message(), "version: it is called without a storage");
  EXPECT_EQ(call("history", "{}").error().message(), "history: it is called with an open storage");
  EXPECT_EQ(made("version").code(), Code::invalid);
  EXPECT_EQ(call("history", "{}").code(), Code::invalid);
  EXPECT_EQ(call("", "{}").code(), Code::invalid);
}

TEST_F(ArgumentsTest, NamesAreThoseOfAllMethodsEachOnce) {
  std::vector<std::string_view> expected;
  for (const Known& method : all_methods()) expected.push_back(method.name);
  ASSERT_EQ(std::vector<std::string_view>(names().begin(), names().end()), expected);
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(std::adjacent_find(expected.begin(), expected.end()), expected.end());
}

TEST_F(ArgumentsTest, HostileJsonIsAnError) {
  const std::string deep = R"({"query":)" + std::string(1000, '[') + std::string(1000, ']') + '}';
  const std::string digits = R"({"limit":)" + std::string(100'000, '9') + '}';
  const std::string_view texts[] = {"",
                                    " ",
                                    "null",
                                    "[]",
                                    "1",
                                    "\"log\"",
                                    "{",
                                    "{}{}",
                                    "{} x",
                                    R"({"limit":1,"limit":2})",
                                    R"({"limit":1,})",
                                    R"({limit:1})",
                                    R"({"limit":NaN})",
                                    R"({"limit":01})",
                                    R"({"limit":1e999})",
                                    "{\"version\":\"\xff\"}",
                                    R"({"version":"\ud800"})",
                                    R"({"\udc00":1})",
                                    R"({"$int":"5"})",
                                    R"({"$set":[]})",
                                    R"({"$unset":true})",
                                    R"({"a":{"$unset":true}})",
                                    deep,
                                    digits,
                                    std::string_view("{\"limit\":1\0}", 12)};
  for (const std::string_view text : texts) {
    for (const std::string_view method : {"log", "count", "undo", "erase"}) {
      const auto made = call(*storage_, method, text);
      EXPECT_TRUE(made.code() == Code::invalid || made.code() == Code::too_large) << text;
      EXPECT_TRUE(made.error().message().starts_with(method)) << made.error().message();
    }
  }
}

TEST_F(ArgumentsTest, TooMuchIsRefused) {
  const std::string large = R"({"version":")" + std::string(record::kJsonBytesMax, 'a') + "\"}";
  EXPECT_EQ(call(*storage_, "log", large).code(), Code::too_large);
  std::string heads = R"({"version":[)";
  for (std::size_t i = 0; i <= kHeadsMax; ++i) heads += '"' + std::string(64, 'a') + "\",";
  heads.back() = ']';
  const auto many = call(*storage_, "log", heads + '}');
  EXPECT_EQ(many.code(), Code::invalid);
  EXPECT_NE(many.error().message().find("up to 65536 digests"), std::string_view::npos);
}

TEST_F(ArgumentsTest, MessagesAreShortTextsWhateverWasGiven) {
  const std::string name(1'000'000, 'x');
  const auto member = made("log", argument(name, "1"));
  EXPECT_LT(member.error().message().size(), 300u);
  const auto value = made("log", argument("limit", name));
  EXPECT_LT(value.error().message().size(), 300u);
  const auto method = call(*storage_, "\xff\xfe" + name, "{}");
  EXPECT_LT(method.error().message().size(), 300u);
  EXPECT_EQ(method.error().message().find('\xff'), std::string_view::npos);
}

TEST_F(ArgumentsTest, BoundsAreThoseOfTheMessages) {
  EXPECT_EQ(kPathBytesMax, 4096u);
  EXPECT_EQ(kCountMax, 9007199254740992u);
  EXPECT_EQ(kHeadsMax, 65536u);
  EXPECT_TRUE(made("log", R"("limit":9007199254740992)").ok());
}

}  // namespace
}  // namespace gs::calls::testing
