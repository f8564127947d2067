// Blocks of changes, compressed, and what stands around them.
#include "gs/storage/bundle/writer.h"

#include <zstd.h>

#include <algorithm>

#include "gs/base/endian.h"

namespace gs::bundle {

namespace {

// Faster than a disk, and half of the bytes that level 19 saves.
constexpr int kLevel = 3;

std::vector<Digest> in_order(std::vector<Digest> heads) {
  std::sort(heads.begin(), heads.end());
  heads.erase(std::unique(heads.begin(), heads.end()), heads.end());
  return heads;
}

Error cannot_compress(std::string_view why) {
  return Error(Code::io, "cannot compress a block: " + std::string(why));
}

}  // namespace

struct BundleWriter::Compressor {
  ZSTD_CCtx* context = ZSTD_createCCtx();
  Compressor() = default;
  Compressor(const Compressor&) = delete;
  Compressor& operator=(const Compressor&) = delete;
  ~Compressor() { ZSTD_freeCCtx(context); }
};

BundleWriter::BundleWriter(std::unique_ptr<platform::File> file, const Digest& storage,
                           std::vector<Digest> since)
    : file_(std::move(file)), compressor_(std::make_unique<Compressor>()) {
  header_.storage = storage;
  header_.since = in_order(std::move(since));
  at_ = header_.size();
}

BundleWriter::~BundleWriter() = default;

Error BundleWriter::write(Bytes bytes) {
  GS_TRY_OK(file_->write(at_, bytes));
  hash_.add(bytes);
  at_ += bytes.size();
  return {};
}

Error BundleWriter::write_block() {
  if (raw_.empty()) return {};
  if (compressor_->context == nullptr) return cannot_compress("no memory");
  stored_.resize(ZSTD_compressBound(raw_.size()));
  const std::size_t size = ZSTD_compressCCtx(compressor_->context, stored_.data(), stored_.size(),
                                             raw_.data(), raw_.size(), kLevel);
  if (ZSTD_isError(size) != 0) return cannot_compress(ZSTD_getErrorName(size));
  const Bytes stored = Bytes(stored_).first(size);
  GS_TRY_OK(write(encode_block_head(static_cast<std::uint32_t>(raw_.size()), stored)));
  GS_TRY_OK(write(stored));
  raw_.clear();
  return {};
}

Error BundleWriter::add(Bytes change) {
  if (change.size() < graph::kPreambleBytes || change.size() > graph::kChangeBytesMax) {
    return Error(Code::invalid,
                 "a change of " + std::to_string(change.size()) + " bytes cannot be");
  }
  if (raw_.size() + kLengthBytes + change.size() > kBlockBytes) GS_TRY_OK(write_block());
  const std::size_t at = raw_.size();
  raw_.resize(at + kLengthBytes);
  store_u32(raw_.data() + at, static_cast<std::uint32_t>(change.size()));
  raw_.insert(raw_.end(), change.begin(), change.end());
  ++header_.changes;
  header_.change_bytes += change.size();
  return {};
}

Result<Header> BundleWriter::finish() {
  if (header_.since.size() > kHeadsMax) {
    return Error(Code::too_large, "a frontier of " + std::to_string(header_.since.size()) +
                                      " changes; the limit is " + std::to_string(kHeadsMax));
  }
  GS_TRY_OK(write_block());
  header_.file_bytes = at_ + kEndBytes;
  const Buffer header = encode_header(header_);
  hash_.add(header);
  GS_TRY_OK(file_->write(at_, encode_end({header_.changes, hash_.finish()})));
  GS_TRY_OK(file_->write(0, header));
  GS_TRY_OK(file_->sync());
  return header_;
}

}  // namespace gs::bundle
