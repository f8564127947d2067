#include "gs/storage/bundle/streams.h"

#include <zstd.h>

#include <algorithm>
#include <string>

#include "gs/core/columns/packing.h"
#include "gs/core/crdt/text/varint.h"

namespace gs::bundle {

namespace {

constexpr int kLevel = 3;
// Fewer bytes than any frame that would save some.
constexpr std::size_t kSmallStream = 16;

Error cannot_compress(std::string_view why) {
  return Error(Code::io, "cannot compress a block: " + std::string(why));
}

Error damaged_streams(std::string_view what) { return Error(Code::damaged, std::string(what)); }

struct Extent {
  std::size_t raw_bytes = 0;
  std::size_t stored_bytes = 0;
};

// Takes the sizes off the front of `stored`, which then has the streams and nothing else.
Result<std::vector<Extent>> take_extents(Bytes& stored, std::size_t bytes_max) {
  std::uint32_t count = 0;
  if (!crdt::take_varint(stored, count) || count > columns::kStreamsMax) {
    return damaged_streams("the block does not say how many streams it has");
  }
  std::vector<Extent> extents;
  std::size_t stored_bytes = 0;
  std::size_t raw_left = bytes_max;
  for (std::uint32_t i = 0; i < count; ++i) {
    std::uint32_t raw = 0;
    std::uint32_t packed = 0;
    if (!crdt::take_varint(stored, raw) || !crdt::take_varint(stored, packed)) {
      return damaged_streams("the block ends within the sizes of its streams");
    }
    if (packed > raw || raw > raw_left) {
      return damaged_streams("the block's streams are larger than they can be");
    }
    extents.push_back({raw, packed});
    raw_left -= raw;
    stored_bytes += packed;
  }
  if (stored_bytes != stored.size()) {
    return damaged_streams("the block's streams do not add up to its size");
  }
  return extents;
}

}  // namespace

struct Compressor::Context {
  ZSTD_CCtx* zstd = ZSTD_createCCtx();
  Context() = default;
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { ZSTD_freeCCtx(zstd); }
};

Compressor::Compressor() : context_(std::make_unique<Context>()) {}
Compressor::~Compressor() = default;

Error Compressor::frame(Bytes raw, Buffer& out) {
  if (context_->zstd == nullptr) return cannot_compress("no memory");
  out.resize(ZSTD_compressBound(raw.size()));
  const std::size_t size =
      ZSTD_compressCCtx(context_->zstd, out.data(), out.size(), raw.data(), raw.size(), kLevel);
  if (ZSTD_isError(size) != 0) return cannot_compress(ZSTD_getErrorName(size));
  out.resize(size);
  return {};
}

Error Compressor::streams(const std::vector<Buffer>& streams, Buffer& out) {
  out.clear();
  crdt::append_varint(out, static_cast<std::uint32_t>(streams.size()));
  Buffer data;
  for (const Buffer& stream : streams) {
    Bytes stored = stream;
    if (stream.size() >= kSmallStream) {
      GS_TRY_OK(frame(stream, frame_));
      if (frame_.size() < stream.size()) stored = frame_;
    }
    crdt::append_varint(out, static_cast<std::uint32_t>(stream.size()));
    crdt::append_varint(out, static_cast<std::uint32_t>(stored.size()));
    data.insert(data.end(), stored.begin(), stored.end());
  }
  out.insert(out.end(), data.begin(), data.end());
  return {};
}

struct Decompressor::Context {
  ZSTD_DCtx* zstd = ZSTD_createDCtx();
  Context() = default;
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { ZSTD_freeDCtx(zstd); }
};

Decompressor::Decompressor() : context_(std::make_unique<Context>()) {}
Decompressor::~Decompressor() = default;

// The frame has to be all of it and to say its size: then nothing is written that was not
// announced.
Error Decompressor::frame(Bytes stored, MutableBytes out) {
  if (context_->zstd == nullptr) return Error(Code::io, "no memory to unpack it");
  if (ZSTD_findFrameCompressedSize(stored.data(), stored.size()) != stored.size()) {
    return damaged_streams("the block is not one zstd frame");
  }
  if (ZSTD_getFrameContentSize(stored.data(), stored.size()) != out.size()) {
    return damaged_streams("the block unpacks to another size than it says");
  }
  const std::size_t size =
      ZSTD_decompressDCtx(context_->zstd, out.data(), out.size(), stored.data(), stored.size());
  if (ZSTD_isError(size) != 0) return damaged_streams(ZSTD_getErrorName(size));
  return size == out.size() ? Error() : damaged_streams("the block unpacks to fewer bytes");
}

Result<std::vector<Bytes>> Decompressor::streams(Bytes stored, std::size_t bytes_max) {
  GS_TRY(const std::vector<Extent> extents, take_extents(stored, bytes_max));
  std::size_t unpacked = 0;
  for (const Extent& extent : extents) unpacked += extent.raw_bytes;
  unpacked_.resize(unpacked);
  std::vector<Bytes> streams;
  MutableBytes to = unpacked_;
  for (const Extent& extent : extents) {
    const Bytes from = stored.first(extent.stored_bytes);
    const MutableBytes stream = to.first(extent.raw_bytes);
    stored = stored.subspan(extent.stored_bytes);
    to = to.subspan(extent.raw_bytes);
    if (extent.stored_bytes == extent.raw_bytes) {
      std::copy(from.begin(), from.end(), stream.begin());
    } else {
      GS_TRY_OK(frame(from, stream));
    }
    streams.push_back(stream);
  }
  return streams;
}

}  // namespace gs::bundle
