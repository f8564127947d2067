// Whatever validate() accepts can be read everywhere and encodes again to the same bytes.
// Input: u8 size of a shape definition in units of 8 bytes, the definition, the record.
#include <cstdlib>

#include "gs/core/record/test_values.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gs;
  using namespace gs::record;
  if (size == 0) return 0;
  const Bytes input(data + 1, size - 1);
  const std::size_t definition_bytes = std::size_t{8} * data[0];
  if (definition_bytes > input.size()) return 0;
  const auto shape = Shape::decode(input.first(definition_bytes));
  if (!shape) return 0;
  const Buffer bytes = copy(input.subspan(definition_bytes));
  if (validate(**shape, bytes)) return 0;
  const RecordView view(shape.value().get(), bytes.data());
  if (read_everything(view) == 0) std::abort();
  // Values cannot tell that a member of a self-describing record is absent.
  if (!has_absent_member(view) && encode_again(view) != bytes) std::abort();
  return 0;
}
