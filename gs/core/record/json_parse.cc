// JSON text to a Value, by way of its encoded bytes: one parser for everything.
#include "gs/core/record/json.h"
#include "gs/core/record/json_reader.h"

namespace gs::record {
namespace {

// Small numbers take 2 bytes of text and 13 encoded ones; beyond this the Values themselves would
// need gigabytes.
constexpr std::size_t kEncodedBytesMax = 2 * kJsonBytesMax;

}  // namespace

Result<Value> parse_json(std::string_view text) {
  if (text.size() > kJsonBytesMax) {
    return Error(Code::too_large, "JSON text of " + std::to_string(text.size()) +
                                      " bytes, the limit is " + std::to_string(kJsonBytesMax));
  }
  Buffer bytes;
  Sink out(bytes);
  JsonScratch scratch;
  JsonReader reader(text, out, scratch, kEncodedBytesMax, false);
  reader.skip_space();
  Type type = Type::null;
  if (!reader.value(1, type) || !reader.at_end()) return std::move(reader).error();
  return ValueView{type, out.from(0)}.to_value();
}

}  // namespace gs::record
