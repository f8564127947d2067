// Goal: values print as JavaScript writes them, within the width, and command no terminal.
// Method: trees that a sandbox makes.

#include "cmd/gstore/shell/print.h"

#include <gtest/gtest.h>

#include "gs/engine/script/sandbox.h"

namespace gs::cli::shell {
namespace {

schema::JsValue value_of(std::string_view source) {
  const auto sandbox = engine::script::Sandbox::create({}, nullptr, {.time_and_chance = true});
  auto value = (*sandbox)->evaluate(source, "value");
  EXPECT_TRUE(value.ok()) << value.error().text();
  return value.ok() ? std::move(value).value() : schema::JsValue();
}

std::string shown(std::string_view source, std::size_t width = 80) {
  return pretty(value_of(source), width);
}

TEST(Print, ValuesLookAsTheyAreWritten) {
  for (const char* same :
       {"1", "-0.5", "1e+21", "NaN", "-Infinity", "5n", "true", "null", "undefined", "'Київ'",
        "'it\\'s \\\\ \\n \\t \\x1b'", "[]", "[1, 'a', null]", "/a+/gi", "[[], [1]]"}) {
    EXPECT_EQ(shown(same), same);
  }
  EXPECT_EQ(shown("({})"), "{}");
  EXPECT_EQ(shown("({ a: 1, 'b c': { d: [2] } })"), "{ a: 1, 'b c': { d: [2] } }");
  EXPECT_EQ(shown("new Map([[1, { a: 2 }]])"), "Map { 1 => { a: 2 } }");
  EXPECT_EQ(shown("new Set(['x'])"), "Set { 'x' }");
  EXPECT_EQ(shown("new Date(0)"), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(shown("new Date(NaN)"), "Invalid Date");
  EXPECT_EQ(shown("class City { name = 'x' }; new City()"), "City { name: 'x' }");
  EXPECT_EQ(shown("[() => 1, function f() {}]"), "[[function], [function f]]");
}

TEST(Print, WhatIsTooWideHasALineForEachMember) {
  EXPECT_EQ(shown("({ name: 'Kyiv', at: { lat: 50.45, lng: 30.52 } })", 40),
            "{\n  name: 'Kyiv',\n  at: { lat: 50.45, lng: 30.52 },\n}");
  EXPECT_EQ(shown("[['aaaa', 'bbbb'], 1]", 12), "[\n  [\n    'aaaa',\n    'bbbb',\n  ],\n  1,\n]");
}

TEST(Print, DeepAndLongValuesTakeTimeInProportion) {
  EXPECT_GT(shown("let c = 'x'; for (let i = 0; i < 200; i++) c = [c, 'y'.repeat(50)]; c").size(),
            10'000u);
}

TEST(Print, ObjectsMakeATableOfAllTheirMembers) {
  const Table table =
      to_table(value_of("[{ a: 1, b: 'x\\ny' }, { c: null, a: 2n }, { b: [1, { d: 2 }] }]").items);
  ASSERT_EQ(table.columns.size(), 3u);
  EXPECT_EQ(table.columns[0].name + table.columns[1].name + table.columns[2].name, "abc");
  EXPECT_TRUE(table.columns[0].right);
  EXPECT_FALSE(table.columns[1].right);
  EXPECT_EQ(table.rows[0], (std::vector<std::string>{"1", "x y", ""}));
  EXPECT_EQ(table.rows[1], (std::vector<std::string>{"2n", "", "null"}));
  EXPECT_EQ(table.rows[2], (std::vector<std::string>{"", "[1, { d: 2 }]", ""}));
}

TEST(Print, TextsThatArePrintedCommandNoTerminal) {
  EXPECT_EQ(printed(value_of("['a\\n\\tb', '\\x1b[2J', 1, { c: 2 }]").items, 80),
            "a\n\tb  [2J 1 { c: 2 }");
}

}  // namespace
}  // namespace gs::cli::shell
