// Any bytes as a JSON array, as JSON texts and as lines: no crash, no read outside, an end, and the
// same rows however the bytes are cut.
#include "gs/base/check.h"

#include "cmd/gstore/support/json_text.h"
#include "cmd/gstore/support/rows.h"

namespace {

using gs::cli::Format;

struct Outcome {
  std::vector<std::string> rows;
  gs::Code code = gs::Code::ok;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome read(std::string_view text, Format format, std::size_t piece_bytes) {
  constexpr std::size_t kRowBytesMax = 1 << 16;
  gs::cli::MemorySource source(text, piece_bytes);
  gs::cli::Input input(source, 16, kRowBytesMax);
  Outcome outcome;
  auto reader = gs::cli::read_rows(input, format, "", {});
  if (!reader) {
    outcome.code = reader.code();
    return outcome;
  }
  gs::cli::Row row;
  while (true) {
    auto found = (*reader)->next(row);
    outcome.code = found.code();
    if (!found || !*found) return outcome;
    GS_CHECK(!row.text.empty());
    GS_CHECK(row.offset + row.text.size() <= text.size());
    gs::cli::find_member(row.text, "a");
    gs::cli::unquote(row.text);
    outcome.rows.emplace_back(row.text);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t piece = 1 + data[0] % 32;
  const std::string_view text(reinterpret_cast<const char*>(data + 1), size - 1);
  for (const Format format : {Format::json, Format::ndjson}) {
    GS_CHECK(read(text, format, piece) == read(text, format, size));
  }
  return 0;
}
