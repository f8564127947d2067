// Text that reads prints to text that reads to the same; both ways of encoding agree on it, also
// behind records that are kept.
#include "gs/core/record/json.h"

#include <cstdlib>

#include "gs/core/record/test_values.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using namespace gs;          // NOLINT(google-build-using-namespace)
using namespace gs::record;  // NOLINT(google-build-using-namespace)

void check_value(std::string_view text) {
  const auto value = parse_json(text);
  if (!value) return;
  const std::string printed = json_of(*value);
  const auto again = parse_json(printed);
  if (!again || json_of(*again) != printed || bytes_of(*again) != bytes_of(*value)) std::abort();
}

void check_record(std::string_view text, bool delta) {
  Encoder encoder;
  const auto encode = [&](std::string_view json) {
    return delta ? encoder.encode_delta_json("C", json) : encoder.encode_json("C", json);
  };
  const auto first = encode(text);  // the general way
  if (!first) return;
  const ShapePtr shape = first->shape;
  const Buffer bytes = copy(first->bytes);
  if (validate(*shape, bytes)) std::abort();
  const RecordView view(shape.get(), bytes.data());
  const auto second = encode(text);  // by the plan of the first
  if (!second || second->shape != shape || !equal(second->bytes, bytes)) std::abort();
  const Bytes kept = encoder.kept();
  if (encoder.keep(*second) != kept.size()) std::abort();
  const auto behind = encode(text);
  if (!behind || !equal(behind->bytes, bytes) || !equal(encoder.kept(), bytes)) std::abort();
  const auto third = encode(delta ? json_of_delta(view) : json_of(view));
  if (!third || !equal(third->bytes, bytes)) std::abort();
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_value(text);
  check_record(text, false);
  check_record(text, true);
  return 0;
}
