// Streams of a block in columns, each compressed by itself (docs/FORMAT.md, "Bundle").
//
//   stored   varint streams n, then n times varint raw bytes, varint stored bytes; then the streams
//            one directly after the other: as it is when both are the same, else one zstd frame
//            that names its size
//
// What compresses to no less is kept as it is, as digests and signatures do. Memory: the streams,
// together at most as many bytes as the block says that its changes have.
// Errors: damaged; io (no memory, or zstd fails).
#pragma once

#include <memory>
#include <vector>

#include "globalstorage/bytes.h"
#include "globalstorage/result.h"

namespace gs::bundle {

// Compresses at level 3: faster than a disk, and half of what level 19 saves on records.
class Compressor {
 public:
  Compressor();
  ~Compressor();
  Compressor(const Compressor&) = delete;
  Compressor& operator=(const Compressor&) = delete;

  // Into `out`, as one frame.
  Error frame(Bytes raw, Buffer& out);
  Error streams(const std::vector<Buffer>& streams, Buffer& out);

 private:
  struct Context;
  std::unique_ptr<Context> context_;
  Buffer frame_;
};

class Decompressor {
 public:
  Decompressor();
  ~Decompressor();
  Decompressor(const Decompressor&) = delete;
  Decompressor& operator=(const Decompressor&) = delete;

  // `stored` is one frame that unpacks to exactly the size of `out`.
  Error frame(Bytes stored, MutableBytes out);
  // The streams, which stay until the next call; together at most `bytes_max`.
  Result<std::vector<Bytes>> streams(Bytes stored, std::size_t bytes_max);

 private:
  struct Context;
  std::unique_ptr<Context> context_;
  Buffer unpacked_;
};

}  // namespace gs::bundle
