// How large an image can get by writes that are not merged yet: for who has to refuse them before.
//
// Never less than it will be, and where contents are large at most twice of it, four times where
// they may be edits of a list. O(1) for the bytes of an operation with a shape, and for those of
// what is stored. Pure; of valid records.
#pragma once

#include "gs/core/merge/merged_record.h"

namespace gs::merge {

// Of no record: heads and padding of an image and its record, in whichever form.
inline constexpr std::size_t kNothingBytes = 128;
// Of what is stored, when only stamps and the form of the record change.
std::size_t settled_bytes(const Stored& stored) noexcept;
// What one write adds at most.
std::size_t added_bytes(const record::RecordView& write) noexcept;
// The same of a record with this shape, no longer than this, that does not describe itself.
std::size_t added_bytes(const record::Shape& shape, std::size_t bytes) noexcept;
// What one removal of the record adds.
inline constexpr std::size_t kRemovalBytes = kHiddenBytes;

}  // namespace gs::merge
