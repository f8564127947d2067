// Writes a run from front to back in bounded memory.

#include "gs/storage/state/run_writer.h"

#include <algorithm>
#include <string>
#include <vector>

#include "gs/base/endian.h"
#include "gs/platform/path.h"
#include "gs/storage/state/block_summer.h"
#include "gs/storage/state/id_key.h"
#include "gs/storage/state/run_format.h"
#include "gs/storage/state/side_bytes.h"
#include "gs/storage/state/slot_windows.h"

namespace gs::state {
namespace {

template <typename T>
Bytes bytes_of(const std::vector<T>& values) {
  return {reinterpret_cast<const std::uint8_t*>(values.data()), values.size() * sizeof(T)};
}

template <typename T>
Bytes bytes_of(const T& value) {
  return {reinterpret_cast<const std::uint8_t*>(&value), sizeof value};
}

class FileRunWriter final : public RunWriter {
 public:
  FileRunWriter(platform::FileSystem& files, std::string path, std::uint64_t number,
                std::unique_ptr<platform::File> file, const RunWriterLimits& limits)
      : files_(files),
        path_(std::move(path)),
        limits_(limits),
        file_(std::make_unique<FileAppender>(std::move(file))),
        entries_(files, path_ + ".entries", limits.entries_in_memory * sizeof(Entry)),
        sums_(files, path_ + ".sums", limits.sums_in_memory * sizeof(std::uint32_t)) {
    footer_.number = number;
  }

  ~FileRunWriter() override {
    if (finished_) return;
    file_.reset();
    files_.remove(path_).ignore();  // what stays is removed as a stray file at the next open
  }

  Error begin();
  Error add(std::uint32_t collection, const Entry& entry, Bytes image) override;
  Error finish() override;

 private:
  Error wrong(const std::string& what) const {
    return Error(Code::damaged,
                 files_.display(path_) + ": " + what +
                     "; remove the runs it is made from, state is rebuilt from the log");
  }
  Error enter(std::uint32_t collection, const Entry& entry);
  Error add_image(Entry& entry, Bytes image);
  Error append(Bytes bytes);
  Error append_sparse(const Entry* entries);
  Error append_sums();
  void end_part(RunPart part);
  Error keep_sum(std::uint32_t sum) { return sums_.add(bytes_of(sum)); }

  platform::FileSystem& files_;
  std::string path_;
  RunWriterLimits limits_;
  std::unique_ptr<FileAppender> file_;
  SideBytes entries_;
  BlockSummer summer_;
  SideBytes sums_;
  std::vector<RunCollection> directory_;
  std::uint64_t sparse_count_ = 0;
  RunFooter footer_;
  Id last_;
  std::uint64_t part_at_ = kRunHeaderBytes;
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

Error FileRunWriter::add(std::uint32_t collection, const Entry& entry, Bytes image) {
  if (footer_.entry_count >= kRunEntriesMax) {
    return Error(Code::too_large, files_.display(path_) + ": a run has at most 2^31 entries");
  }
  GS_TRY_OK(enter(collection, entry));
  Entry placed = entry;
  if (entry.has_image() || entry.kind() == Entry::Kind::record) {
    GS_TRY_OK(add_image(placed, image));
  }
  return entries_.add(bytes_of(placed));
}

Error FileRunWriter::add_image(Entry& entry, Bytes image) {
  const std::size_t least = entry.has_image() ? kImageHeadBytes + 8 : 8;
  if (image.size() < least || image.size() % 8 != 0) return wrong("an image is cut off");
  const std::uint64_t position = file_->offset() - kRunHeaderBytes;
  if (entry.kind() == Entry::Kind::image && ImageView(image.data()).is_plain()) {
    entry.place = Entry::make_place(Entry::Kind::record, position);
    image = image.subspan(kImageHeadBytes);
  } else if (entry.has_image()) {
    entry.move_image(position);
  } else {
    entry.place = Entry::make_place(Entry::Kind::record, position);
  }
  return append(image);
}

// Takes the entry into the directory and the sparse index.
Error FileRunWriter::enter(std::uint32_t collection, const Entry& entry) {
  if (directory_.empty() || directory_.back().number != collection) {
    if (!directory_.empty() && directory_.back().number > collection) {
      return wrong("collections are out of order");
    }
    if (!directory_.empty()) sparse_count_ += sparse_count(directory_.back().count);
    directory_.push_back({collection, 0, footer_.entry_count, 0, sparse_count_});
  } else if (!id_less(last_, entry.id)) {
    return wrong("entries are out of order");
  }
  last_ = entry.id;
  ++directory_.back().count;
  ++footer_.entry_count;
  return {};
}

Error FileRunWriter::append(Bytes bytes) {
  GS_TRY_OK(summer_.add(bytes, [this](std::uint32_t sum) { return keep_sum(sum); }));
  return file_->add(bytes);
}

void FileRunWriter::end_part(RunPart part) {
  footer_.sections[part] = {part_at_, file_->offset() - part_at_};
  part_at_ = file_->offset();
}

// Every 64th id of each collection, then every 4096th.
Error FileRunWriter::append_sparse(const Entry* entries) {
  for (const RunCollection& row : directory_) {
    for (const std::size_t step : {kSparseStep, kTopStep}) {
      for (std::uint64_t n = 0; n < row.count; n += step) {
        GS_TRY_OK(append(bytes_of(id_prefix(entries[row.first + n].id))));
      }
    }
  }
  return {};
}

Error FileRunWriter::append_sums() {
  GS_TRY_OK(summer_.end([this](std::uint32_t sum) { return keep_sum(sum); }));
  if (sums_.size() % 8 != 0) GS_TRY_OK(keep_sum(0));
  return sums_.give([this](Bytes bytes) { return file_->add(bytes); });
}

Error FileRunWriter::finish() {
  end_part(kImages);
  const std::uint64_t entries_at = part_at_;
  const bool was_spilled = entries_.is_spilled();
  GS_TRY_OK(entries_.give([this](Bytes bytes) { return append(bytes); }));
  end_part(kEntries);
  // What follows is made from the entries: from the file, when they were too many for memory.
  const auto* entries = reinterpret_cast<const Entry*>(entries_.held().data());
  std::unique_ptr<platform::Mapping> mapping;
  if (was_spilled) {
    GS_TRY_OK(file_->flush());
    GS_TRY(mapping, file_->file().map(part_at_));
    mapping->advise(platform::Mapping::Pattern::sequential);
    entries = reinterpret_cast<const Entry*>(mapping->bytes().data() + entries_at);
  }
  GS_TRY_OK(append(bytes_of(directory_)));
  end_part(kDirectory);
  GS_TRY_OK(append_sparse(entries));
  end_part(kSparse);

  footer_.collection_count = directory_.size();
  footer_.places = places_for(footer_.entry_count);
  SlotWindows slots(files_, path_ + ".slots", entries, footer_.entry_count, footer_.places,
                    limits_.slots_at_once);
  GS_TRY_OK(slots.write([this](Bytes bytes) { return append(bytes); }));
  end_part(kSlots);
  GS_TRY_OK(append_sums());
  end_part(kSums);

  footer_.crc = crc32c(bytes_of(footer_).first(offsetof(RunFooter, crc)));
  GS_TRY_OK(file_->add(bytes_of(footer_)));
  GS_TRY_OK(file_->flush());
  GS_TRY_OK(file_->file().sync());
  GS_TRY_OK(files_.sync_directory(platform::parent_path(path_)));
  finished_ = true;
  return {};
}

}  // namespace

Result<std::unique_ptr<RunWriter>> create_run_writer(platform::FileSystem& files,
                                                     const std::string& path, std::uint64_t number,
                                                     const RunWriterLimits& limits) {
  const std::string_view directory = platform::parent_path(path);
  if (!directory.empty()) GS_TRY_OK(files.make_directory(directory, true));
  GS_TRY_OK(files.remove_if_there(path));
  GS_TRY(auto file, files.open(path, platform::OpenMode::create));
  auto writer = std::make_unique<FileRunWriter>(files, path, number, std::move(file), limits);
  GS_TRY_OK(writer->begin());
  return std::unique_ptr<RunWriter>(std::move(writer));
}

Result<std::unique_ptr<RunWriter>> RunWriter::create(platform::FileSystem& files,
                                                     const std::string& path,
                                                     std::uint64_t number) {
  return create_run_writer(files, path, number, {});
}

}  // namespace gs::state
