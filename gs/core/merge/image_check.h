// Whether bytes from elsewhere are an image that engines can read without leaving it: for images
// that came with their record, and were not made here of its writes.
//
// What it says of order and encoding is not looked at: nothing that reads an image relies on that,
// and the digest of the record tells whether it is the one that was meant. Pure. Errors: damaged.
#pragma once

#include <cstdint>

#include "gs/core/merge/merged_record.h"
#include "gs/core/record/shape.h"

namespace gs::merge {

// `image`: of which Run::image_at(), or who knows as much, said that its parts lie inside its
// bytes. `writers`: how many there are numbers for, and so keys in `order`.
Error check_image(const record::Shape& shape, ImageView image, const WriterOrder& order,
                  std::size_t writers);

}  // namespace gs::merge
