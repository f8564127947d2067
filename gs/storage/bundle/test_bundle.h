// Bundles in memory for tests: made of changes that are mere bytes, read as a whole, and forged,
// with sums that are right.
#pragma once

#include <random>

#include "gs/platform/memory/memory_file_system.h"
#include "gs/storage/bundle/reader.h"
#include "gs/storage/bundle/writer.h"

namespace gs::bundle::testing {

// Half of it repeats, as records do.
inline Buffer change_of(std::size_t bytes, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  Buffer change(bytes, static_cast<std::uint8_t>(seed));
  for (std::size_t i = 0; i < bytes / 2; ++i) change[i] = static_cast<std::uint8_t>(random());
  return change;
}

inline Digest digest_of(std::uint8_t first) {
  Digest digest;
  digest.bytes[0] = first;
  return digest;
}

inline void put_file(platform::FileSystem& files, const char* name, Bytes bytes) {
  files.remove_if_there(name).ignore();
  files.open(name, platform::OpenMode::create).value()->write(0, bytes).ignore();
}

inline Buffer make_bundle(const std::vector<Buffer>& changes, const std::vector<Digest>& since = {},
                          Header* header = nullptr) {
  platform::MemoryFileSystem files;
  BundleWriter writer(files.open("b", platform::OpenMode::create).value(), digest_of(9), since);
  for (const Buffer& change : changes) {
    if (writer.add(change)) return {};
  }
  auto written = writer.finish();
  if (!written.ok()) return {};
  if (header != nullptr) *header = *written;
  return files.read_whole("b", std::uint64_t{1} << 30).value();
}

// All that a careful reader does; the first thing that is wrong.
inline Error read_bundle(Bytes bytes, std::vector<Buffer>& changes, Header* header = nullptr) {
  platform::MemoryFileSystem files;
  put_file(files, "b", bytes);
  auto file = files.open("b", platform::OpenMode::read);
  GS_TRY(BundleReader reader, BundleReader::open(std::move(file).value(), "b"));
  if (header != nullptr) *header = reader.header();
  GS_TRY_OK(reader.check());
  for (;;) {
    GS_TRY(const auto block, reader.next());
    if (block.empty()) return {};
    for (const Bytes change : block) changes.emplace_back(change.begin(), change.end());
  }
}

// A file with these parts, blocks and header as they are given, and an end mark that is right.
inline Buffer forge(Header header, const std::vector<Buffer>& blocks) {
  header.file_bytes = header.size() + kEndBytes;
  for (const Buffer& block : blocks) header.file_bytes += block.size();
  const Buffer head = encode_header(header);
  Buffer file = head;
  crypto::Sha256 hash;
  for (const Buffer& block : blocks) {
    hash.add(block);
    file.insert(file.end(), block.begin(), block.end());
  }
  hash.add(head);
  const EndBytes end = encode_end({header.changes, hash.finish()});
  file.insert(file.end(), end.begin(), end.end());
  return file;
}

// A block that says that it unpacks to `raw_bytes`.
inline Buffer forge_block(std::size_t raw_bytes, Bytes stored) {
  const BlockHeadBytes head = encode_block_head(static_cast<std::uint32_t>(raw_bytes), stored);
  Buffer block(head.begin(), head.end());
  block.insert(block.end(), stored.begin(), stored.end());
  return block;
}

}  // namespace gs::bundle::testing
