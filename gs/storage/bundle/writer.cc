// Blocks of changes, compressed, and what stands around them.
#include "gs/storage/bundle/writer.h"

#include <algorithm>

#include "gs/base/endian.h"
#include "gs/core/columns/packing.h"

namespace gs::bundle {

namespace {

// Up to here a block is also made as one frame, and the smaller one is taken: it costs no time to
// speak of. Larger ones only when much of them is bodies, which columns leave as they are.
constexpr std::size_t kSmallBlockBytes = std::size_t{64} << 10;
constexpr std::size_t kBodiesShare = 4;

std::vector<Digest> in_order(std::vector<Digest> heads) {
  std::sort(heads.begin(), heads.end());
  heads.erase(std::unique(heads.begin(), heads.end()), heads.end());
  return heads;
}

// The changes in the bytes of a block.
std::vector<Bytes> changes_in(Bytes raw) {
  std::vector<Bytes> changes;
  while (!raw.empty()) {
    const std::uint32_t size = load_u32(raw.data());
    changes.push_back(raw.subspan(kLengthBytes, size));
    raw = raw.subspan(kLengthBytes + size);
  }
  return changes;
}

}  // namespace

BundleWriter::BundleWriter(std::unique_ptr<platform::File> file, const Digest& storage,
                           std::vector<Digest> since)
    : file_(std::move(file)), encoder_(storage), check_(storage) {
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

bool BundleWriter::comes_back() {
  const std::vector<Bytes> streams(streams_.begin(), streams_.end());
  return check_.decode(streams, raw_.size(), again_).ok() && again_ == raw_;
}

Result<bool> BundleWriter::put_into_columns() {
  if (raw_.size() > kBlockBytes) return false;
  if (!encoder_.encode(changes_in(raw_), streams_) || !comes_back()) return false;
  GS_TRY_OK(compressor_.streams(streams_, stored_));
  if (stored_.size() > raw_.size()) return false;
  const std::size_t bodies = streams_[columns::kFirstBytes + columns::kBodies].size();
  if (raw_.size() > kSmallBlockBytes && bodies < raw_.size() / kBodiesShare) return true;
  GS_TRY_OK(compressor_.frame(raw_, frame_));
  return stored_.size() < frame_.size();
}

Error BundleWriter::write_stored(Bytes stored, BlockForm form) {
  GS_TRY_OK(write(encode_block_head(static_cast<std::uint32_t>(raw_.size()), stored, form)));
  GS_TRY_OK(write(stored));
  raw_.clear();
  return {};
}

Error BundleWriter::write_block() {
  if (raw_.empty()) return {};
  GS_TRY(const bool in_columns, put_into_columns());
  if (in_columns) return write_stored(stored_, BlockForm::columns);
  encoder_.forget();
  check_.forget();
  GS_TRY_OK(compressor_.frame(raw_, frame_));
  return write_stored(frame_, BlockForm::frame);
}

Error BundleWriter::add_piece(const Piece& piece) {
  header_.has_base = true;
  raw_.assign(1, static_cast<std::uint8_t>(piece.file));
  raw_.insert(raw_.end(), piece.bytes.begin(), piece.bytes.end());
  GS_TRY_OK(compressor_.frame(raw_, frame_));
  return write_stored(frame_, BlockForm::piece);
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
