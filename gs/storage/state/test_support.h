// What tests of this folder share: ids, a log with small records in it, images.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "gs/base/endian.h"
#include "gs/platform/memory/memory_file_system.h"
#include "gs/storage/state/state.h"

namespace gs::state::test {

inline Id make_id(std::uint64_t prefix, std::uint64_t suffix) {
  Id id;
  store_u64_be(id.bytes.data(), prefix);
  store_u64_be(id.bytes.data() + 8, suffix);
  return id;
}

// The smallest record there is, with 8 bytes that tell it from others.
inline Buffer make_record(std::uint64_t payload) {
  Buffer record(16);
  store_u32(record.data(), 16);
  store_u64(record.data() + 8, payload);
  return record;
}

inline std::uint64_t payload_of(const std::uint8_t* record) { return load_u64(record + 8); }

inline Buffer make_image(std::uint64_t payload, std::uint32_t exceptions) {
  Buffer image(kImageHeadBytes + exceptions * sizeof(StampException));
  store_u32(image.data(), exceptions);
  store_u32(image.data() + 8, merge::kAllLeading);
  for (std::uint32_t i = 0; i < exceptions; ++i) {
    const StampException exception = StampException::make(i, 0, 0, {payload + i, i + 1});
    std::memcpy(image.data() + kImageHeadBytes + i * sizeof exception, &exception,
                sizeof exception);
  }
  const Buffer record = make_record(payload);
  image.insert(image.end(), record.begin(), record.end());
  return image;
}

// What a removal leaves: an image of the record, and the removal.
inline Buffer make_removed_image(std::uint64_t payload) {
  Buffer image = make_image(payload, 0);
  store_u32(image.data() + 4, 1);
  store_u32(image.data() + 12, merge::kHiddenBytes);
  Buffer hidden(merge::kHiddenBytes);
  hidden[0] = static_cast<std::uint8_t>(merge::HiddenKind::removal);
  store_u32(hidden.data() + 4, merge::kNoField);
  store_u64(hidden.data() + 8, payload);
  image.insert(image.end(), hidden.begin(), hidden.end());
  return image;
}

inline Entry make_entry(const Id& id, Entry::Kind kind, std::uint64_t position,
                        std::uint64_t hlc = 1) {
  Entry entry;
  entry.id = id;
  entry.place = Entry::make_place(kind, position);
  entry.hlc = hlc;
  return entry;
}

// A real log whose changes are single records.
class RecordLog {
 public:
  explicit RecordLog(platform::FileSystem& files) {
    log::Recovery recovery;
    auto opened = log::Log::open(
        files, "log", Digest{}, log::Options{}, 0, 0,
        [](log::Location, std::uint64_t, Bytes) { return Error(); }, recovery);
    EXPECT_TRUE(opened.ok()) << opened.error().text();
    log_ = std::move(*opened);
  }

  log::Location add(std::uint64_t payload) {
    const Buffer record = make_record(payload);
    auto space = log_->begin(record.size());
    EXPECT_TRUE(space.ok()) << space.error().text();
    std::memcpy(space->space.data(), record.data(), record.size());
    EXPECT_TRUE(log_->write(record.size()).ok());
    return space->at;
  }

  std::shared_ptr<const log::View> view() const { return log_->view(); }

 private:
  std::unique_ptr<log::Log> log_;
};

// Tables in which shape and writer 0 exist, as merging demands.
inline void fill_tables(Tables& tables) {
  tables.add_writer(Digest{});
  auto shape = record::Shape::make("things", {});
  ASSERT_TRUE(shape.ok()) << shape.error().text();
  tables.add_shape(*shape);
}

inline std::shared_ptr<const Run> open_run(platform::FileSystem& files, std::uint64_t number) {
  auto run = Run::open(files, run_path(number), number);
  EXPECT_TRUE(run.ok()) << run.error().text();
  if (!run.ok()) return nullptr;
  const Error checked = (*run)->check();
  EXPECT_TRUE(checked.ok()) << checked.text();
  return *run;
}

inline Buffer read_file(platform::FileSystem& files, const std::string& path) {
  auto bytes = files.read_whole(path, std::uint64_t{1} << 30);
  EXPECT_TRUE(bytes.ok()) << bytes.error().text();
  return bytes.ok() ? std::move(*bytes) : Buffer();
}

inline void replace_file(platform::FileSystem& files, const std::string& path, Bytes bytes) {
  ASSERT_TRUE(files.write_whole(path, bytes).ok());
}

}  // namespace gs::state::test
