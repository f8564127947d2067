// Whatever decodes as a shape is canonical, and its plan stays inside a record's size.
#include "gs/core/record/shape.h"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gs;
  using namespace gs::record;
  const Bytes input(data, size);
  const auto decoded = Shape::decode(input);
  if (!decoded) return 0;
  const Shape& shape = **decoded;
  if (!equal(shape.definition(), input)) std::abort();
  for (std::size_t i = shape.keyed() ? 1 : 0; i < shape.field_count(); ++i) {
    if (shape.find(shape.fields()[i].name) != static_cast<int>(i)) std::abort();
    const Place& place = shape.place(i);
    const bool inside = place.variable ? place.slot < shape.variable_count()
                                       : place.slot < std::max(8u, shape.fixed_end());
    if (!inside || place.type != shape.fields()[i].type) {
      // A field of type null has no place at all.
      if (shape.fields()[i].type != Type::null) std::abort();
    }
  }
  return 0;
}
