// Goal: every row of every format arrives unchanged however the bytes are cut, and a malformed row
// is named and does not take its neighbours with it.
// Method: frozen examples read in pieces of each small size, and misuse of each format.
#include "cmd/gstore/support/rows.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "cmd/gstore/support/csv.h"
#include "gs/base/dates.h"

namespace gs::cli {
namespace {

struct Read {
  std::vector<std::string> rows;  // "!" and the problem for malformed ones
  std::vector<std::uint64_t> lines;
  Code code = Code::ok;
  std::string message;
};

Read read(std::string_view text, Format format, std::size_t piece_bytes, std::string_view path = "",
          CsvOptions options = {}, std::size_t row_bytes_max = 1000) {
  MemorySource source(text, piece_bytes);
  Input input(source, 4, row_bytes_max);
  Read result;
  auto reader = read_rows(input, format, path, std::move(options));
  if (!reader) {
    result.code = reader.code();
    return result;
  }
  Row row;
  while (true) {
    auto found = (*reader)->next(row);
    if (!found) {
      result.code = found.code();
      result.message = found.error().message();
      return result;
    }
    if (!*found) return result;
    EXPECT_EQ(row.number, result.rows.size() + 1);
    result.rows.push_back(row.problem.empty() ? std::string(row.text) : "!" + row.problem);
    result.lines.push_back(row.line);
  }
}

using Rows = std::vector<std::string>;
constexpr std::size_t kPieces[] = {1, 2, 3, 5, 7, 16, 1000};

TEST(Elements, OfAnArrayArriveWhole) {
  constexpr std::string_view kText =
      "\xEF\xBB\xBF [ {\"a\":\"]}\\\"\\\\\"} ,\n[1,[2]], \"x,\\\"]\" , 12 , true,{}\n]\n ";
  const Rows expected{R"({"a":"]}\"\\"})", "[1,[2]]", R"("x,\"]")", "12", "true", "{}"};
  for (const std::size_t piece : kPieces) {
    const Read result = read(kText, Format::json, piece);
    EXPECT_EQ(result.rows, expected) << "pieces of " << piece;
    EXPECT_EQ(result.code, Code::ok) << result.message;
  }
}

TEST(Elements, WithoutAnArrayFollowEachOther) {
  constexpr std::string_view kText = "{\"a\":\n1}{\"b\":2}\n\n{\"c\":[\n]} 7";
  for (const std::size_t piece : kPieces) {
    const Read result = read(kText, Format::json, piece);
    EXPECT_EQ(result.rows, (Rows{"{\"a\":\n1}", "{\"b\":2}", "{\"c\":[\n]}", "7"}));
    EXPECT_EQ(result.code, Code::ok);
  }
}

TEST(Elements, NothingAtAllIsNoRows) {
  for (const char* text : {"", " \n", "[]", "[ \n ]", "\xEF\xBB\xBF"}) {
    const Read result = read(text, Format::json, 3);
    EXPECT_TRUE(result.rows.empty()) << text;
    EXPECT_EQ(result.code, Code::ok) << text;
  }
}

TEST(Elements, WhatIsNoArrayIsRefusedAfterTheRowsBeforeIt) {
  const struct {
    const char* text;
    std::size_t rows;
  } cases[] = {{"[{\"a\":1}", 1},    {"[{\"a\":1},", 1}, {"[{\"a\":1},]", 1}, {"[{\"a\":1} {}]", 1},
               {"[{\"a\":1}] x", 1}, {"[{\"a\":1", 0},   {"[,{}]", 0},        {"[{},,{}]", 1},
               {"[\"abc", 0},        {"[12", 0},         {"[}", 0},           {"[", 0}};
  for (const auto& example : cases) {
    for (const std::size_t piece : kPieces) {
      const Read result = read(example.text, Format::json, piece);
      EXPECT_EQ(result.code, Code::invalid) << example.text;
      EXPECT_EQ(result.rows.size(), example.rows) << example.text;
      EXPECT_NE(result.message.find("byte"), std::string::npos) << result.message;
    }
  }
}

TEST(Elements, ARowBeyondTheLimitIsRefusedNotCollected) {
  const std::string text = "[{\"a\":\"" + std::string(5000, 'x') + "\"}]";
  EXPECT_EQ(read(text, Format::json, 16).code, Code::too_large);
  EXPECT_EQ(read(text, Format::json, 16, "", {}, 6000).code, Code::ok);
}

TEST(Lines, AreRowsAndBlankOnesAreNot) {
  constexpr std::string_view kText = "\xEF\xBB\xBF{\"a\":1}\r\n\n  \n {\"b\":2} \n{\"c\":3}";
  for (const std::size_t piece : kPieces) {
    const Read result = read(kText, Format::ndjson, piece);
    EXPECT_EQ(result.rows, (Rows{"{\"a\":1}", "{\"b\":2}", "{\"c\":3}"}));
    EXPECT_EQ(result.lines, (std::vector<std::uint64_t>{1, 4, 5}));
  }
}

TEST(Lines, BeyondTheLimitAreRefused) {
  EXPECT_EQ(read(std::string(5000, 'x'), Format::ndjson, 16).code, Code::too_large);
}

TEST(Csv, RecordsBecomeObjectsWithTheNamesOfTheHeader) {
  constexpr std::string_view kText =
      "\xEF\xBB\xBFname,\"a \"\"b\"\"\",z\r\n"
      "Kyiv,50.45,\"x,y\r\nz\"\r\n"
      "\n"
      "\"say \"\"hi\"\"\",,\n"
      "Львів,1,\"\"";
  const Rows expected{R"({"name":"Kyiv","a \"b\"":"50.45","z":"x,y\r\nz"})",
                      R"({"name":"say \"hi\"","a \"b\"":"","z":""})",
                      R"({"name":"Львів","a \"b\"":"1","z":""})"};
  for (const std::size_t piece : kPieces) {
    const Read result = read(kText, Format::csv, piece);
    EXPECT_EQ(result.rows, expected) << "pieces of " << piece;
    EXPECT_EQ(result.lines, (std::vector<std::uint64_t>{2, 5, 6}));
    EXPECT_EQ(result.code, Code::ok) << result.message;
  }
}

TEST(Csv, TypesOfColumns) {
  CsvOptions options;
  options.types = {{"n", ColumnType::number},
                   {"i", ColumnType::integer},
                   {"b", ColumnType::boolean},
                   {"d", ColumnType::date},
                   {"j", ColumnType::json}};
  constexpr std::string_view kText =
      "n,i,b,d,j,s\n"
      "-1.5e3,9007199254740993,true,2026-11-23T00:00:00.000Z,\"[1,{}]\",7\n"
      ",,,,,\n"
      "01,1,true,x,1,s\n"
      "1,1.5,true,x,1,s\n"
      "1,1,yes,x,1,s\n"
      "1,1,1,x,1,s\n"
      "9,9223372036854775808,1,x,1,s\n"
      "1,1,0,2020-01-02,\"1,\"\"evil\"\":2\",s\n";
  const std::string first = R"({"n":-1.5e3,"i":{"$int":"9007199254740993"},"b":true,)"
                            R"("d":{"$date":"2026-11-23T00:00:00.000Z"},"j":[1,{}],"s":"7"})";
  const Rows expected{first,
                      R"({"n":null,"i":null,"b":null,"d":null,"j":null,"s":""})",
                      "!column 'n': '01' is no number",
                      "!column 'i': '1.5' is no integer of 64 bits",
                      "!column 'b': 'yes' is no boolean (true, false, 1 or 0)",
                      "!column 'd': 'x' is no date (" + std::string(kDateForms) + ')',
                      "!column 'i': '9223372036854775808' is no integer of 64 bits",
                      "!column 'j': '1,\"evil\":2' is no JSON value"};
  EXPECT_EQ(read(kText, Format::csv, 5, "", options).rows, expected);
}

TEST(Csv, MalformedRecordsAreNamedAndTheNextOnesRead) {
  constexpr std::string_view kText = "a,b\n1\n1,2,3\nx\"y,2\n\"x\"y,2\n1,2\n\"open,2\n3,4\n";
  const Rows expected{"!1 field, but the header names 2",
                      "!3 fields, but the header names 2",
                      "!field 1 has a quote inside; put the field in quotes and double the quote",
                      "!field 1 has text after its closing quote",
                      R"({"a":"1","b":"2"})",
                      "!field 1 has no closing quote"};
  for (const std::size_t piece : kPieces) {
    EXPECT_EQ(read(kText, Format::csv, piece).rows, expected) << "pieces of " << piece;
  }
}

TEST(Csv, AHeaderNamesEachColumnOnce) {
  EXPECT_EQ(read("a,a\n1,2\n", Format::csv, 9).code, Code::invalid);
  EXPECT_EQ(read("\"a\nb", Format::csv, 9).code, Code::invalid);
  CsvOptions options;
  options.types = {{"nobody", ColumnType::number}};
  EXPECT_EQ(read("a,b\n1,2\n", Format::csv, 9, "", options).code, Code::invalid);
  EXPECT_EQ(read("", Format::csv, 9).code, Code::ok);
  EXPECT_TRUE(read("a,b\n", Format::csv, 9).rows.empty());
}

// Six million bytes became 278 MB of fields before they were counted.
TEST(Csv, FieldsAreCountedBeforeTheyTakeMemory) {
  const std::string most(kCsvFieldsMax - 1, ',');
  std::vector<std::string> fields;
  std::size_t count = 0;
  std::string problem;
  split_csv(most, ',', fields, count, problem);
  EXPECT_EQ(problem, "");
  EXPECT_EQ(count, kCsvFieldsMax);
  for (const std::size_t more : {std::size_t{1}, std::size_t{100'000}}) {
    split_csv(most + std::string(more, ','), ',', fields, count, problem);
    EXPECT_EQ(problem, "more than 65,536 fields");
    EXPECT_EQ(fields.size(), kCsvFieldsMax);
  }
}

TEST(Csv, OtherDelimiters) {
  CsvOptions options;
  options.delimiter = ';';
  EXPECT_EQ(read("a;b\n1,5;2\n", Format::csv, 9, "", options).rows, Rows{R"({"a":"1,5","b":"2"})"});
  EXPECT_EQ(read("a\tb\n1\t2\n", Format::automatic, 9, "x.TSV").rows, Rows{R"({"a":"1","b":"2"})"});
}

TEST(Formats, AreChosenByNameThenByTheFirstByte) {
  EXPECT_EQ(read("[1,2]", Format::automatic, 9, "x.json").rows, (Rows{"1", "2"}));
  EXPECT_EQ(read("{\"a\":\n1}", Format::automatic, 9, "x.JSON").rows, Rows{"{\"a\":\n1}"});
  EXPECT_EQ(read("[1]\n[2]", Format::automatic, 9, "x.ndjson").rows, (Rows{"[1]", "[2]"}));
  EXPECT_EQ(read("[1]\n", Format::automatic, 9, "x.jsonl").rows, Rows{"[1]"});
  EXPECT_EQ(read("[1,2]", Format::automatic, 9, "-").rows, (Rows{"1", "2"}));
  EXPECT_EQ(read(" \n{}\n{}", Format::automatic, 1, "-").rows, (Rows{"{}", "{}"}));
  EXPECT_EQ(read("a,b\n1,2", Format::automatic, 1, "-").rows, Rows{R"({"a":"1","b":"2"})"});
  EXPECT_TRUE(read("", Format::automatic, 1, "-").rows.empty());
  EXPECT_EQ(read("[1]", Format::csv, 9, "x.json").rows.size(), 0U);  // a header
}

// A silent pipe cannot delay a failure.
TEST(FileSource, AFailureInAPauseEndsTheStream) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  auto source = FileSource::open("/dev/fd/" + std::to_string(ends[0]));
  ASSERT_TRUE(source.ok());
  int pauses = 0;
  source->on_idle(1, [&] { return ++pauses < 3 ? Error() : Error(Code::io, "the disk is full"); });
  char byte = 0;
  EXPECT_EQ(source->read(&byte, 1).error().text(), Error(Code::io, "the disk is full").text());
  EXPECT_EQ(pauses, 3);
  EXPECT_EQ(::write(ends[1], "x", 1), 1);
  EXPECT_EQ(source->read(&byte, 1).value(), 1U);
  ::close(ends[0]);
  ::close(ends[1]);
}

// A README became a record for each of its lines.
TEST(Formats, TextWithoutColumnsIsNotTakenForCsv) {
  for (const char* text :
       {"# Heading\n\nText, and text.\n", "a\n1\n", "\n\na\n1,2", "a", "\xEF\xBB\xBFx\n"}) {
    for (const std::size_t piece : {1, 9}) {
      EXPECT_EQ(read(text, Format::automatic, piece, "README.md").code, Code::invalid) << text;
    }
  }
  EXPECT_EQ(read("a\n1", Format::csv, 1, "-").rows, Rows{R"({"a":"1"})"});
  EXPECT_EQ(read("a\n1", Format::automatic, 1, "x.csv").rows, Rows{R"({"a":"1"})"});
  CsvOptions options;
  options.delimiter = ';';
  EXPECT_EQ(read("a\n1", Format::automatic, 1, "-", options).rows, Rows{R"({"a":"1"})"});
  options = {};
  options.types.emplace_back("a", ColumnType::integer);
  EXPECT_EQ(read("a\n1", Format::automatic, 1, "-", options).rows.size(), 1U);
}

TEST(Formats, AGuessIsMarkedAsOne) {
  const auto guessed = [](std::string_view text, Format format, std::string_view path) {
    MemorySource source(text, 1);
    Input input(source, 4, 1000);
    return read_rows(input, format, path, {}).value()->is_guess();
  };
  EXPECT_TRUE(guessed("\r\n a,b\n1,2\n", Format::automatic, "-"));
  EXPECT_TRUE(guessed("a,b", Format::automatic, "x.txt"));
  EXPECT_FALSE(guessed("a,b\n", Format::automatic, "x.csv"));
  EXPECT_FALSE(guessed("a,b\n", Format::csv, "-"));
  EXPECT_FALSE(guessed("{}", Format::automatic, "-"));
  EXPECT_FALSE(guessed("", Format::automatic, "-"));
}

TEST(Rows, AreNamedByLineOrByte) {
  Row row;
  row.number = 3;
  row.offset = 120;
  EXPECT_EQ(row_name(row), "row 3 (byte 120)");
  row.line = 4;
  EXPECT_EQ(row_name(row), "row 3 (line 4)");
}

}  // namespace
}  // namespace gs::cli
