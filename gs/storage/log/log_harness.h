// What the tests of the log share: changes that are told by a number, and a log that remembers what
// it was given when it was opened.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gs/base/endian.h"
#include "gs/storage/log/log.h"

namespace gs::log::harness {

inline Digest storage_id() {
  Digest id;
  for (std::size_t i = 0; i < id.bytes.size(); ++i) id.bytes[i] = static_cast<std::uint8_t>(i + 1);
  return id;
}

// Opaque bytes that differ from those of every other key. Never zero, like real ones.
inline Buffer change(std::uint64_t key, std::size_t bytes) {
  Buffer out(bytes);
  std::uint64_t state = key * 0x9e3779b97f4a7c15 + 1;
  for (std::size_t at = 0; at + 8 <= bytes; at += 8) {
    state = state * 6364136223846793005 + 1442695040888963407;
    store_u64(out.data() + at, state | 1);
  }
  return out;
}

struct Seen {
  Location at = 0;
  std::uint64_t sequence = 0;
  Buffer change;
};

struct Opened {
  std::unique_ptr<Log> log;
  Error error;
  Recovery recovery;
  std::vector<Seen> seen;  // by the walk of open()
};

inline Log::Visitor collect(std::vector<Seen>& into) {
  return [&into](Location at, std::uint64_t sequence, Bytes bytes) -> Error {
    into.push_back({at, sequence, Buffer(bytes.begin(), bytes.end())});
    return {};
  };
}

// Small segments and small steps, so that a few frames cross every border.
inline Options small_options() {
  Options options;
  options.segment_bytes = kSegmentHeaderBytes + 512;
  options.allocate_bytes_first = 128;
  options.allocate_bytes_max = 256;
  return options;
}

inline Opened open(platform::FileSystem& files, const Options& options = small_options(),
                   Location from = 0, std::uint64_t from_sequence = 0,
                   const std::function<bool(const Opened&, std::uint64_t, Bytes)>& later = {}) {
  Opened opened;
  Log::Later told;
  if (later) {
    told = [&](std::uint64_t ahead, Bytes bytes) { return later(opened, ahead, bytes); };
  }
  auto log = Log::open(files, "log", storage_id(), options, from, from_sequence,
                       collect(opened.seen), opened.recovery, {}, told);
  if (log.ok()) {
    opened.log = std::move(log).value();
  } else {
    opened.error = std::move(log).error();
  }
  return opened;
}

// begin, fill, write. Returns the change's location through `at` when it is not null.
inline Error append(Log& log, Bytes bytes, Location* at = nullptr) {
  GS_TRY(const Log::Space space, log.begin(bytes.size()));
  std::memcpy(space.space.data(), bytes.data(), bytes.size());
  if (at != nullptr) *at = space.at;
  return log.write(bytes.size());
}

// The same, left to somebody else to write.
inline Error append_later(Log& log, Bytes bytes, Location* at = nullptr) {
  GS_TRY(const Log::Space space, log.begin(bytes.size()));
  std::memcpy(space.space.data(), bytes.data(), bytes.size());
  if (at != nullptr) *at = space.at;
  return log.write_later(bytes.size());
}

inline Buffer read_file(platform::FileSystem& files, const std::string& path) {
  return files.read_whole(path, std::uint64_t{1} << 30).value();
}

// Puts `bytes` into the file as they are, without the ways of write_whole().
inline void write_file(platform::FileSystem& files, const std::string& path, Bytes bytes) {
  const auto file = files.open(path, platform::OpenMode::open_or_create);
  file.value()->resize(0).ignore();
  file.value()->write(0, bytes).ignore();
}

}  // namespace gs::log::harness
