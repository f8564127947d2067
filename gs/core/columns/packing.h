// Columns of numbers as bytes that compress well, and back (docs/FORMAT.md, "Changes in columns").
//
// A column becomes planes: the first bytes of all of its numbers, the second bytes, and so on, as
// many as the largest number has. Before that, numbers may become smaller: less the least of them,
// as differences, or, when they are the bits of doubles that are whole numbers, as those. Planes of
// many bytes are streams of their own, so that each is compressed by itself; short ones lie
// together in one. Pure. Errors: damaged.
#pragma once

#include "globalstorage/bytes.h"
#include "globalstorage/result.h"
#include "gs/core/columns/layout.h"

namespace gs::columns {

// The streams of a block: the description, short planes, columns of bytes, then long planes.
inline constexpr std::size_t kDescription = 0;
inline constexpr std::size_t kShortPlanes = 1;
inline constexpr std::size_t kFirstBytes = 2;
inline constexpr std::size_t kFirstLongPlane = kFirstBytes + kByteColumns;
inline constexpr std::size_t kLongPlaneBytes = 512;  // from here on a plane is a stream
inline constexpr std::size_t kStreamsMax = 4096;

// False: they are more streams than there can be.
bool pack(const Sheet& sheet, std::vector<Buffer>& streams);

// The numbers and tables of `sheet`; columns of bytes are streams as they are. `numbers_max`: of
// all columns together, which bounds the memory.
Error unpack(std::span<const Bytes> streams, std::size_t numbers_max, Sheet& sheet);

}  // namespace gs::columns
