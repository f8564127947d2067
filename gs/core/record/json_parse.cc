// JSON text to a Value, by way of its encoded bytes: one parser for everything.
#include "gs/core/record/json.h"
#include "gs/core/record/json_reader.h"

namespace gs::record {
namespace {

// Small numbers take 2 bytes of text and 13 encoded ones; beyond this the Values themselves would
// need gigabytes.
constexpr std::size_t kEncodedBytesMax = 2 * kJsonBytesMax;

// The content of the value behind `out`.
Error read_value(std::string_view text, Sink& out, Type& type) {
  if (text.size() > kJsonBytesMax) {
    return Error(Code::too_large, "JSON text of " + std::to_string(text.size()) +
                                      " bytes, the limit is " + std::to_string(kJsonBytesMax));
  }
  JsonScratch scratch;
  JsonReader reader(text, out, scratch, kEncodedBytesMax, JsonReader::Unset::nowhere);
  reader.skip_space();
  if (!reader.value(1, type) || !reader.at_end()) return std::move(reader).error();
  return {};
}

}  // namespace

Result<Value> parse_json(std::string_view text) {
  Buffer bytes;
  Sink out(bytes);
  Type type = Type::null;
  GS_TRY_OK(read_value(text, out, type));
  return ValueView{type, out.from(0)}.to_value();
}

Error check_json(std::string_view text) {
  Buffer bytes;
  Sink out(bytes);
  Type type = Type::null;
  return read_value(text, out, type);
}

}  // namespace gs::record
