// Goal: a line that is whole runs at once, one that is not waits; TAB offers what can follow.
// Method: texts as people type them, both ways.

#include <gtest/gtest.h>

#include "cmd/gstore/shell/complete.h"
#include "cmd/gstore/shell/unfinished.h"

namespace gs::cli::shell {
namespace {

TEST(Unfinished, WhatIsOpenGoesOn) {
  for (const char* open :
       {"{", "f(", "[1,", "`text", "`${a", "`a ${`b", "/* c", "if (x) {\n f()", "a = '}'; {",
        "db.City.find({\n", "/[}]/.test({", "x / {", "({ a: `}` "}) {
    EXPECT_TRUE(is_unfinished(open)) << open;
  }
}

TEST(Unfinished, WhatIsWholeOrWrongDoesNot) {
  for (const char* whole : {"",
                            "1 + 1",
                            "{}",
                            "f({ a: [1] })",
                            "`{`",
                            "`a ${b} {`",
                            "// {",
                            "/* { */",
                            "'{'",
                            "\"(\"",
                            "'it\\'s {'",
                            "/[{(]/.test(x)",
                            "/\\//.test('{')",
                            "a / b / c",
                            ")",
                            "{]",
                            "'open",
                            "a }{",
                            "`a ${ {b: '}'}.b } (`",
                            "return /{/"}) {
    EXPECT_FALSE(is_unfinished(whole)) << whole;
  }
}

const KnownNames kNames{
    {"City", {"country", "name", "населення"}}, {"Country", {"code"}}, {"Log", {}}};

std::vector<std::string> offered(std::string_view line) {
  return complete(line, kNames).candidates;
}
using Words = std::vector<std::string>;

TEST(Complete, CollectionsAndCallsFollowDb) {
  EXPECT_EQ(offered("db.Ci"), Words{"City"});
  EXPECT_EQ(offered("await db.Co"), Words{"Country"});
  EXPECT_EQ(offered("db.co"), (Words{"collection", "collections", "count"}));
  EXPECT_EQ(offered("db.City.fi"), (Words{"find", "first"}));
  EXPECT_EQ(offered("db.City.find({}).so"), Words{"sort"});
  EXPECT_EQ(offered("db.City.find({}).pa"), Words{"page"});
  EXPECT_EQ(offered("print(db.City.find().limit(1).al"), Words{"all"});
  EXPECT_TRUE(offered("xdb.Ci").empty());
  EXPECT_TRUE(offered("a.db.Ci").empty());
}

TEST(Complete, FieldsAreThoseOfTheCollectionInTheLine) {
  EXPECT_EQ(offered("db.City.find({ na"), Words{"name"});
  EXPECT_EQ(offered("db.City.find({ нас"), Words{"населення"});
  EXPECT_EQ(offered("db.City.find().sort('"), (Words{"country", "name", "населення"}));
  EXPECT_EQ(offered("db.City.count(); db.Country.find({ c"), Words{"code"});
  EXPECT_EQ(complete("db.City.find({ na", kNames).typed, 2u);
}

TEST(Complete, DotCommandsAndTheirWords) {
  EXPECT_EQ(offered(".e"), (Words{".exit", ".explain"}));
  EXPECT_EQ(offered(".mode j"), (Words{"js", "json"}));
  EXPECT_EQ(offered(".timing "), (Words{"off", "on"}));
  EXPECT_EQ(offered(".explain db.Ci"), Words{"City"});
  EXPECT_EQ(offered("prin"), Words{"print"});
  EXPECT_TRUE(offered("").empty());
}

TEST(Complete, TheCommonBeginningIsWholeCharacters) {
  EXPECT_EQ(common_beginning({"collection", "collections", "count"}), "co");
  EXPECT_EQ(common_beginning({"City"}), "City");
  EXPECT_EQ(common_beginning({"aб", "aв"}), "a");  // which begin with the same byte
  EXPECT_EQ(common_beginning({}), "");
}

}  // namespace
}  // namespace gs::cli::shell
