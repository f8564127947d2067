// A bundle from front to back, checked as it comes.
#include "gs/storage/bundle/reader.h"

#include <algorithm>

#include "gs/base/endian.h"
#include "gs/core/crypto/sha256.h"

namespace gs::bundle {

BundleReader::BundleReader(std::unique_ptr<platform::File> file, std::string name)
    : file_(std::move(file)),
      name_(std::move(name)),
      decompressor_(std::make_unique<Decompressor>()),
      columns_(Digest()) {}
BundleReader::~BundleReader() = default;
BundleReader::BundleReader(BundleReader&&) noexcept = default;
BundleReader& BundleReader::operator=(BundleReader&&) noexcept = default;

Result<BundleReader> BundleReader::open(std::unique_ptr<platform::File> file, std::string name) {
  BundleReader reader(std::move(file), std::move(name));
  if (Error error = reader.read_header()) return std::move(error).in(reader.name_);
  reader.at_ = reader.header_.size();
  return reader;
}

Error BundleReader::damage(std::uint64_t at, std::string_view what) const {
  return Error(Code::damaged, name_ + ": at offset " + std::to_string(at) + ": " +
                                  std::string(what) +
                                  ". Nothing of it can be trusted to be whole; copy the file "
                                  "again, or have it made again");
}

Error BundleReader::read(std::uint64_t at, MutableBytes out) {
  GS_TRY(const std::size_t got, file_->read(at, out));
  if (got != out.size()) return damage(at + got, "the file ends too early");
  return {};
}

Error BundleReader::read_header() {
  constexpr std::string_view kStep = ". Copy the file again, or have it made again";
  GS_TRY(const std::uint64_t size, file_->size());
  Buffer bytes(static_cast<std::size_t>(std::min<std::uint64_t>(size, kHeaderBytes)));
  GS_TRY(const std::size_t got, file_->read(0, bytes));
  const auto cut = [&](std::string_view what) {
    return Error(Code::damaged, "the file has " + std::to_string(size) + " bytes, " +
                                    std::string(what) + std::string(kStep));
  };
  if (mark_at(bytes) == Mark::header && got < kHeaderBytes) return cut("less than a header");
  GS_TRY(const std::size_t header_bytes, header_size(Bytes(bytes).first(got)));
  if (size < header_bytes + kEndBytes) return cut("less than its header and end");
  bytes.resize(header_bytes);
  GS_TRY_OK(read(0, bytes));
  auto header = parse_header(bytes);
  if (!header.ok())
    return Error(header.code(), std::string(header.error().message()) + std::string(kStep));
  header_ = std::move(*header);
  columns_ = columns::Decoder(header_.storage);
  if (size != header_.file_bytes) {
    return cut("and should have " + std::to_string(header_.file_bytes));
  }
  return {};
}

// Into stored_.
Result<BlockHead> BundleReader::read_block(std::uint64_t at, BlockHeadBytes& head) {
  const std::uint64_t end = header_.file_bytes - kEndBytes;
  if (end - at < kBlockHeadBytes) return damage(at, "no block fits here");
  GS_TRY_OK(read(at, head));
  auto block = parse_block_head(head);
  if (!block.ok()) return damage(at, block.error().message());
  if (block->stored_bytes > end - at - kBlockHeadBytes) {
    return damage(at, "the block is longer than the rest of the file");
  }
  stored_.resize(block->stored_bytes);
  GS_TRY_OK(read(at + kBlockHeadBytes, stored_));
  if (!matches(head, *block, stored_)) return damage(at, "the block does not match its checksum");
  return block;
}

Error BundleReader::check_end(std::uint64_t at, const Digest& sha256) {
  EndBytes bytes;
  GS_TRY_OK(read(at, bytes));
  auto end = parse_end(bytes);
  if (!end.ok()) return damage(at, end.error().message());
  if (*end != End{header_.changes, sha256}) {
    return damage(at, "the file is not the one that the end mark was made for");
  }
  return {};
}

Error BundleReader::check(const Progress& progress) {
  const std::uint64_t end = header_.file_bytes - kEndBytes;
  crypto::Sha256 hash;
  for (std::uint64_t at = header_.size(); at < end;) {
    BlockHeadBytes head;
    GS_TRY(const BlockHead block, read_block(at, head));
    hash.add(head);
    hash.add(stored_);
    at += kBlockHeadBytes + block.stored_bytes;
    if (progress) progress(at, header_.file_bytes);
  }
  hash.add(encode_header(header_));
  return check_end(end, hash.finish());
}

// From stored_ into raw_.
Error BundleReader::unpack(const BlockHead& block) {
  const auto told = [this](const Error& error) {
    return error.code() == Code::io ? error.copy().in(name_) : damage(at_, error.message());
  };
  if (block.form != BlockForm::columns) {
    columns_.forget();
    raw_.resize(block.raw_bytes);
    Error error = decompressor_->frame(stored_, raw_);
    return error ? told(error) : Error();
  }
  auto streams = decompressor_->streams(stored_, block.raw_bytes);
  if (!streams.ok()) return told(streams.error());
  Error error = columns_.decode(*streams, block.raw_bytes, raw_);
  return error ? told(error) : Error();
}

Result<std::vector<Bytes>> BundleReader::split() const {
  std::vector<Bytes> changes;
  for (Bytes rest = raw_; !rest.empty();) {
    if (rest.size() < kLengthBytes) return damage(at_, "the block ends within a length");
    const std::uint32_t size = load_u32(rest.data());
    rest = rest.subspan(kLengthBytes);
    if (size < graph::kPreambleBytes || size > graph::kChangeBytesMax || size > rest.size()) {
      return damage(at_, "a change of " + std::to_string(size) + " bytes does not fit the block");
    }
    changes.push_back(rest.first(size));
    rest = rest.subspan(size);
  }
  const bool too_large = raw_.size() > kBlockBytes && changes.size() != 1;
  if (changes.empty() || too_large) return damage(at_, "the block has the wrong size");
  return changes;
}

Result<std::optional<Piece>> BundleReader::next_piece() {
  const std::uint64_t end = header_.file_bytes - kEndBytes;
  if (!header_.has_base || at_ == end || changes_ != 0) return std::optional<Piece>();
  BlockHeadBytes head;
  GS_TRY(const BlockHead block, read_block(at_, head));
  if (block.form != BlockForm::piece) return std::optional<Piece>();
  GS_TRY_OK(unpack(block));
  if (raw_.size() <= kPieceHeadBytes || raw_[0] > static_cast<std::uint8_t>(BaseFile::run)) {
    return damage(at_, "a piece of the base is of no file");
  }
  at_ += kBlockHeadBytes + block.stored_bytes;
  return std::optional(Piece{static_cast<BaseFile>(raw_[0]), Bytes(raw_).subspan(1)});
}

Result<std::vector<Bytes>> BundleReader::next() {
  const std::uint64_t end = header_.file_bytes - kEndBytes;
  for (std::optional<Piece> passed; at_ != end;) {
    GS_TRY(passed, next_piece());
    if (!passed) break;
  }
  if (at_ == end) {
    if (changes_ != header_.changes || change_bytes_ != header_.change_bytes) {
      return damage(at_, "the changes are not those that the header counts");
    }
    return std::vector<Bytes>();
  }
  BlockHeadBytes head;
  GS_TRY(const BlockHead block, read_block(at_, head));
  if (block.form == BlockForm::piece) return damage(at_, "a piece of a base stands behind changes");
  GS_TRY_OK(unpack(block));
  GS_TRY(auto changes, split());
  changes_ += changes.size();
  for (const Bytes change : changes) change_bytes_ += change.size();
  at_ += kBlockHeadBytes + block.stored_bytes;
  return changes;
}

}  // namespace gs::bundle
