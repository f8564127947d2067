// Any bytes as CSV: no crash, an end, rows that are one JSON object as far as brackets tell, the
// same ones however the bytes are cut; and every field that is written is read back.
#include "gs/base/check.h"

#include "cmd/gstore/support/csv.h"
#include "cmd/gstore/support/json_text.h"

namespace {

struct Outcome {
  std::vector<std::string> rows;
  gs::Code code = gs::Code::ok;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome read(std::string_view text, std::size_t piece_bytes) {
  constexpr std::size_t kRowBytesMax = 1 << 16;
  gs::cli::MemorySource source(text, piece_bytes);
  gs::cli::Input input(source, 16, kRowBytesMax);
  Outcome outcome;
  const auto reader = gs::cli::read_csv(input, {});
  gs::cli::Row row;
  while (true) {
    auto found = reader->next(row);
    outcome.code = found.code();
    if (!found || !*found) return outcome;
    GS_CHECK(row.line != 0);
    GS_CHECK(row.problem.empty() == gs::cli::is_one_value(row.text));
    outcome.rows.push_back(row.problem.empty() ? std::string(row.text) : row.problem);
  }
}

void check_round_trip(std::string_view field) {
  std::string record;
  gs::cli::append_csv_field(field, record);
  std::vector<std::string> fields;
  std::size_t count = 0;
  std::string problem;
  gs::cli::split_csv(record, ',', fields, count, problem);
  GS_CHECK(problem.empty());
  GS_CHECK(count == 1);
  GS_CHECK(fields[0] == field);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t piece = 1 + data[0] % 32;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  GS_CHECK(read(text, piece) == read(text, size));
  check_round_trip(text);
  return 0;
}
