// Writes a run of an index from front to back in bounded memory.
//
// Each level has a block that is being filled. One that is full goes into the file, wherever that
// is, and its bound into the block above.

#include <deque>
#include <string>

#include "gs/base/check.h"
#include "gs/base/crc32c.h"
#include "gs/platform/path.h"
#include "gs/storage/index/block_builder.h"
#include "gs/storage/index/run.h"
#include "gs/storage/state/block_summer.h"
#include "gs/storage/state/side_bytes.h"

namespace gs::index {
namespace {

constexpr std::size_t kSumBytesInMemory = std::size_t{256} << 10;  // for 256 MiB of file

class FileRunWriter final : public RunWriter {
 public:
  FileRunWriter(platform::FileSystem& files, std::string path, std::uint64_t number,
                std::unique_ptr<platform::File> file)
      : files_(files),
        path_(std::move(path)),
        file_(std::make_unique<state::FileAppender>(std::move(file))),
        sums_(files, path_ + ".sums", kSumBytesInMemory) {
    footer_.number = number;
    levels_.emplace_back(0);
  }

  ~FileRunWriter() override {
    if (finished_) return;
    file_.reset();
    files_.remove(path_).ignore();  // what stays is removed as a stray file at the next open
  }

  Error begin();
  Error add(Bytes key, const Id& id, bool removed) override;
  Error finish() override;

 private:
  Error wrong(const std::string& what) const {
    return Error(Code::damaged,
                 files_.display(path_) + ": " + what +
                     "; remove the runs it is made from, the index is made again from the records");
  }
  Error begin_block(Bytes key, const Id& id);
  Error add_bound(std::uint32_t level, Bytes key, const Id& id, std::uint64_t child);
  Error write_block(std::uint32_t level, Bytes bound, const Id& bound_id);
  Error write_levels();
  Error append(Bytes bytes);
  Error append_sums();
  Error keep_sum(std::uint32_t sum) {
    std::uint8_t bytes[4];
    store_u32(bytes, sum);
    return sums_.add(bytes);
  }

  platform::FileSystem& files_;
  std::string path_;
  std::unique_ptr<state::FileAppender> file_;
  state::BlockSummer summer_;
  state::SideBytes sums_;
  std::deque<BlockBuilder> levels_;
  Buffer bound_;  // of the block of pairs that is being filled
  Id bound_id_;
  RunFooter footer_;
  bool finished_ = false;
};

Error FileRunWriter::begin() {
  std::uint8_t header[kRunHeaderBytes] = {};
  store_u32(header, kRunMagic);
  store_u16(header + 4, kRunVersion);
  store_u64(header + 8, footer_.number);
  store_u32(header + 16, crc32c({header, 16}));
  return file_->add(header);
}

Error FileRunWriter::add(Bytes key, const Id& id, bool removed) {
  if (key.size() > kKeyBytesMax)
    return Error(Code::too_large, files_.display(path_) + ": a key has at most 16 MiB");
  BlockBuilder& pairs = levels_[0];
  if (pairs.count() != 0) {
    const int order = compare_keys(pairs.last_key(), key);
    if (order > 0 || (order == 0 && compare_ids(pairs.last_id(), id) >= 0)) {
      return wrong("pairs are out of order");
    }
    if (!pairs.has_room(key)) GS_TRY_OK(begin_block(key, id));
  }
  pairs.add(key, id, removed, 0);
  ++footer_.pair_count;
  footer_.removed_count += removed ? 1 : 0;
  footer_.key_bytes_max = std::max(footer_.key_bytes_max, static_cast<std::uint32_t>(key.size()));
  return {};
}

// Ends the block of pairs. The bound of the next one is as short as tells it from this one: the
// keys' shared bytes and one more; only where both have one key it is the whole pair.
Error FileRunWriter::begin_block(Bytes key, const Id& id) {
  const Bytes last = levels_[0].last_key();
  const std::size_t shared = shared_bytes(last, key);
  const bool same_key = shared == key.size();  // as they ascend, the last one is no shorter
  const Bytes bound = same_key ? key : key.first(shared + 1);
  GS_TRY_OK(write_block(0, bound_, bound_id_));
  bound_.assign(bound.begin(), bound.end());
  bound_id_ = same_key ? id : Id{};
  return {};
}

Error FileRunWriter::add_bound(std::uint32_t level, Bytes key, const Id& id, std::uint64_t child) {
  if (levels_.size() == level) levels_.emplace_back(level);
  BlockBuilder& bounds = levels_[level];
  if (bounds.count() >= 2 && !bounds.has_room(key)) {
    GS_TRY_OK(write_block(level, bounds.first_key(), bounds.first_id()));
  }
  bounds.add(key, id, false, child);
  return {};
}

Error FileRunWriter::write_block(std::uint32_t level, Bytes bound, const Id& bound_id) {
  GS_CHECK(level + 1 < kBlockLevelsMax);
  BlockBuilder& block = levels_[level];
  const std::uint64_t at = file_->offset();
  const bool has_back = level == 0 && footer_.last != 0;
  GS_TRY_OK(append(block.make(has_back ? at - footer_.last : 0)));
  if (level == 0) footer_.last = at;
  GS_TRY_OK(add_bound(level + 1, bound, bound_id, at));
  levels_[level].clear();
  return {};
}

// What is still being filled, up to a level of one block.
Error FileRunWriter::write_levels() {
  if (footer_.pair_count == 0) return {};
  GS_TRY_OK(write_block(0, bound_, bound_id_));
  for (std::uint32_t level = 1; level < levels_.size(); ++level) {
    BlockBuilder& bounds = levels_[level];
    if (level + 1 == levels_.size() && bounds.count() == 1) {
      footer_.root = bounds.first_child();
      footer_.levels = level;
      return {};
    }
    GS_TRY_OK(write_block(level, bounds.first_key(), bounds.first_id()));
  }
  return {};
}

Error FileRunWriter::append(Bytes bytes) {
  GS_TRY_OK(summer_.add(bytes, [this](std::uint32_t sum) { return keep_sum(sum); }));
  return file_->add(bytes);
}

Error FileRunWriter::append_sums() {
  footer_.sums.offset = file_->offset();
  GS_TRY_OK(summer_.end([this](std::uint32_t sum) { return keep_sum(sum); }));
  if (sums_.size() % 8 != 0) GS_TRY_OK(keep_sum(0));
  footer_.sums.bytes = sums_.size();
  return sums_.give([this](Bytes bytes) { return file_->add(bytes); });
}

Error FileRunWriter::finish() {
  GS_TRY_OK(write_levels());
  GS_TRY_OK(append_sums());
  const auto* const footer = reinterpret_cast<const std::uint8_t*>(&footer_);
  footer_.crc = crc32c({footer, offsetof(RunFooter, crc)});
  GS_TRY_OK(file_->add({footer, sizeof footer_}));
  GS_TRY_OK(file_->flush());
  GS_TRY_OK(file_->file().sync());
  GS_TRY_OK(files_.sync_directory(platform::parent_path(path_)));
  finished_ = true;
  return {};
}

}  // namespace

Result<std::unique_ptr<RunWriter>> RunWriter::create(platform::FileSystem& files,
                                                     const std::string& path,
                                                     std::uint64_t number) {
  const std::string_view directory = platform::parent_path(path);
  if (!directory.empty()) GS_TRY_OK(files.make_directory(directory, true));
  GS_TRY_OK(files.remove_if_there(path));
  GS_TRY(auto file, files.open(path, platform::OpenMode::create));
  auto writer = std::make_unique<FileRunWriter>(files, path, number, std::move(file));
  GS_TRY_OK(writer->begin());
  return std::unique_ptr<RunWriter>(std::move(writer));
}

}  // namespace gs::index
