// Goal: what is written as an array, as lines or as CSV is read back as the same rows, for any
// content and any cut of the bytes.
// Method: seeded random values and texts, joined in each format, read in random pieces.
#include <gtest/gtest.h>

#include <random>

#include "cmd/gstore/support/csv.h"
#include "cmd/gstore/support/json_text.h"
#include "cmd/gstore/support/rows.h"

namespace gs::cli {
namespace {

constexpr std::uint64_t kSeed = 20261123;
constexpr int kRounds = 300;

class Random {
 public:
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(engine_() % n); }

  std::string text() {
    static constexpr std::string_view kBytes = "ab\"\\,;\r\n[]{}: \t\xD0\x96";
    std::string out;
    for (std::size_t n = below(9); n > 0; --n) out += kBytes[below(kBytes.size())];
    return out;
  }

  std::string value(int depth) {
    std::string out;
    switch (depth == 0 ? below(3) : below(5)) {
      case 0:
        return std::to_string(below(1000));
      case 1:
        append_json_string(text(), out);
        return out;
      case 2:
        return below(2) == 0 ? "null" : "true";
      case 3:
        out = "[";
        for (std::size_t n = below(4), i = 0; i < n; ++i) {
          out += (i != 0 ? "," : "") + value(depth - 1);
        }
        return out + "]";
      default:
        out = "{";
        for (std::size_t n = below(4), i = 0; i < n; ++i) {
          if (i != 0) out += ',';
          append_json_string(text(), out);
          out += ":" + value(depth - 1);
        }
        return out + "}";
    }
  }

  std::string space() { return std::string(below(3), " \n"[below(2)]); }

 private:
  std::mt19937_64 engine_{kSeed};
};

std::vector<std::string> read_values(const std::string& text, Format format,
                                     std::size_t piece_bytes) {
  MemorySource source(text, piece_bytes);
  Input input(source, 8);
  auto reader = read_rows(input, format, "", {});
  std::vector<std::string> rows;
  Row row;
  while (true) {
    auto found = (*reader)->next(row);
    EXPECT_TRUE(found.ok()) << found.error().text() << " in " << text;
    if (!found.ok() || !*found) return rows;
    EXPECT_EQ(row.problem, "") << text;
    rows.emplace_back(row.text);
  }
}

TEST(RowsLaw, ArraysAndLinesAreReadAsTheyWereWritten) {
  std::printf("seed %llu\n", static_cast<unsigned long long>(kSeed));
  Random random;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<std::string> values(random.below(6));
    std::string array = random.space() + "[";
    std::string lines;
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = random.value(3);
      array += (i != 0 ? "," : "") + random.space() + values[i] + random.space();
      lines += values[i] + "\n";
    }
    array += random.space() + "]" + random.space();
    const std::size_t piece = 1 + random.below(20);
    EXPECT_EQ(read_values(array, Format::json, piece), values) << array;
    EXPECT_EQ(read_values(lines, Format::ndjson, piece), values) << lines;
  }
}

TEST(RowsLaw, CsvIsReadAsItWasWritten) {
  std::printf("seed %llu\n", static_cast<unsigned long long>(kSeed));
  Random random;
  for (int round = 0; round < kRounds; ++round) {
    const std::size_t columns = 1 + random.below(4);
    std::string csv;
    for (std::size_t i = 0; i < columns; ++i) csv += (i != 0 ? ",c" : "c") + std::to_string(i);
    csv += "\r\n";
    std::vector<std::string> expected(random.below(6));
    for (std::string& row : expected) {
      for (std::size_t i = 0; i < columns; ++i) {
        const std::string field = random.text();
        if (i != 0) csv += ',';
        append_csv_field(field, csv);
        row += (i != 0 ? ",\"c" : "{\"c") + std::to_string(i) + "\":";
        append_json_string(field, row);
      }
      row += '}';
      csv += random.below(2) == 0 ? "\n" : "\r\n";
    }
    EXPECT_EQ(read_values(csv, Format::csv, 1 + random.below(20)), expected) << csv;
  }
}

}  // namespace
}  // namespace gs::cli
