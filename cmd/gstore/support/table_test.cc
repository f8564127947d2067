// Goal: a table fits its place, whatever script its texts are in, and says what it leaves out.
// Method: frozen tables, then all widths.

#include "cmd/gstore/support/table.h"

#include <gtest/gtest.h>

#include "cmd/gstore/support/text_width.h"

namespace gs::cli {
namespace {

std::vector<std::string> lines_in(const std::string& text) {
  std::vector<std::string> lines;
  std::size_t begin = 0;
  for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  EXPECT_EQ(begin, text.size());
  return lines;
}

const Table kCities{{{"name"}, {"n", true}, {"note"}},
                    {{"Kyiv", "2952301", "capital"}, {"東京", "7", ""}, {"Łódź", "", "a city"}}};

TEST(Table, ColumnsStandBelowOneAnother) {
  EXPECT_EQ(table_text(kCities, 0),
            "name        n  note\n"
            "----  -------  -------\n"
            "Kyiv  2952301  capital\n"
            "東京        7\n"
            "Łódź           a city\n");
}

TEST(Table, WideColumnsAreCutAndMarked) {
  const Table table{{{"a"}, {"b"}}, {{"short", std::string(50, 'x')}}};
  EXPECT_EQ(lines_in(table_text(table, 20))[2], "short  xxxxxxxxxxxx…");
}

TEST(Table, NoLineIsWiderThanItsPlace) {
  Table table = kCities;
  for (int i = 0; i < 20; ++i) {
    table.columns.push_back({"c" + std::to_string(i)});
    for (auto& row : table.rows) row.push_back("текст мовою " + std::to_string(i));
  }
  for (std::size_t width = 20; width < 400; ++width) {
    const auto lines = lines_in(table_text(table, width));
    for (std::size_t i = 0; i < 5; ++i) ASSERT_LE(columns_of_text(lines[i]), width) << lines[i];
    EXPECT_EQ(lines.size() == 6, lines[0].find("c19") == std::string::npos) << width;
  }
}

TEST(Table, WhatIsLeftOutIsNamed) {
  const Table table{{{"first"}, {"second"}, {"third"}}, {{"1", "2", "3"}}};
  EXPECT_EQ(lines_in(table_text(table, 14)).back(), "(columns left out: third)");
}

TEST(Table, AWholeColumnIsNeverCut) {
  const Table table{{{"id", false, true}, {"text"}}, {{std::string(36, 'i'), "long text here"}}};
  EXPECT_EQ(lines_in(table_text(table, 44))[2], std::string(36, 'i') + "  long …");
}

TEST(TextWidth, MarksTakeNoColumnAndWideCharactersTwo) {
  EXPECT_EQ(columns_of_text(""), 0u);
  EXPECT_EQ(columns_of_text("Київ"), 4u);
  EXPECT_EQ(columns_of_text("e\u0301"), 1u);
  EXPECT_EQ(columns_of_text("日本"), 4u);
  EXPECT_EQ(columns_of_text("😀"), 2u);
  EXPECT_EQ(columns_of_text("\xff\xfe"), 2u);  // no UTF-8: one for each byte
}

TEST(TextWidth, WhatIsCutFitsAndStaysWhole) {
  const std::string text = "aб日e\u0301😀z";
  for (std::size_t columns = 1; columns < 10; ++columns) {
    const std::string cut = fit_to_columns(text, columns);
    EXPECT_LE(columns_of_text(cut), columns);
    EXPECT_TRUE(cut == text || cut.ends_with("…")) << cut;
    EXPECT_EQ(cut == text, columns >= columns_of_text(text));
  }
  EXPECT_EQ(fit_to_columns("日本語", 4), "日…");
}

}  // namespace
}  // namespace gs::cli
