// From rows to a run, and from runs to one run.

#include <algorithm>
#include <string>

#include "gs/base/endian.h"
#include "gs/core/record/record.h"
#include "gs/storage/state/id_key.h"
#include "gs/storage/state/resolve.h"
#include "gs/storage/state/row_order.h"

namespace gs::state {
namespace {

// All entries of one run in the order of (collection, id).
class RunWalk {
 public:
  explicit RunWalk(const Run& run) : run_(&run) { enter(); }

  // Damage is an end, too: Run::damage() tells.
  bool done() const noexcept { return entry_ == end_; }
  const Run& run() const noexcept { return *run_; }
  std::uint32_t collection() const noexcept { return run_->collection_number(index_); }
  const Entry& entry() const noexcept { return *entry_; }
  void next() noexcept {
    if (++entry_ == end_) {
      ++index_;
      enter();
    } else if (entry_ == sound_end_) {
      look();
    }
  }
  bool same(const RunWalk& other) const noexcept {
    return collection() == other.collection() && same_id(entry().id, other.entry().id);
  }
  bool before(const RunWalk& other) const noexcept {
    if (collection() != other.collection()) return collection() < other.collection();
    return id_less(entry().id, other.entry().id);
  }

 private:
  void enter() noexcept {
    if (index_ >= run_->collection_count()) {
      entry_ = end_ = nullptr;
      return;
    }
    const Run::Range range = run_->collection(run_->collection_number(index_));
    entry_ = range.begin;
    end_ = range.end;
    look();
  }
  void look() noexcept {
    sound_end_ = run_->sound_until(entry_, end_);
    if (sound_end_ == entry_) entry_ = end_ = nullptr;
  }

  const Run* run_;
  std::size_t index_ = 0;
  const Entry* entry_ = nullptr;
  const Entry* end_ = nullptr;
  const Entry* sound_end_ = nullptr;  // of the entries that are known to be sound
};

class Merger {
 public:
  Merger(RunWriter& writer, const log::View& log, const Tables& tables, const MergeOptions& options,
         std::uint64_t total)
      : writer_(writer), log_(log), tables_(tables), options_(options), total_(total) {}

  Error take(const RunWalk& walk) {
    const Entry& entry = walk.entry();
    if (entry.shape >= tables_.shape_count() || entry.writer >= tables_.writer_count()) {
      return wrong(walk, "an entry has a shape or writer that nobody knows");
    }
    switch (entry.kind()) {
      case Entry::Kind::log:
        return options_.copies(entry.position()) ? copy(walk) : add(walk, entry, {});
      case Entry::Kind::image:
        return keep_image(walk);
      case Entry::Kind::record: {
        const std::uint8_t* const record =
            walk.run().images(Run::Pattern::sequential).record_at(entry.position());
        if (record == nullptr) return wrong(walk, "a record is damaged");
        return add(walk, entry, {record, load_u32(record)});
      }
      case Entry::Kind::tombstone:
        if (entry.has_image()) return keep_image(walk);
        return add(walk, entry, {});
    }
    return wrong(walk, "an entry is of unknown kind");
  }

 private:
  static constexpr const char* kNoRecord = "an entry points to something that is no record";

  Error wrong(const RunWalk& walk, const char* what) const {
    return Error(Code::damaged, "run " + std::to_string(walk.run().number()) + ": " + what +
                                    "; remove it, state is rebuilt from the log");
  }

  Error keep_image(const RunWalk& walk) {
    const std::uint8_t* const image =
        walk.run().image_at(walk.entry().image_position(), Run::Pattern::sequential);
    if (image == nullptr) return wrong(walk, "an image is damaged");
    return add(walk, walk.entry(), {image, Run::image_size(image)});
  }

  // The record itself instead of its place in the log.
  Error copy(const RunWalk& walk) {
    const log::Location at = walk.entry().position();
    const std::uint8_t* const record = log_.record_at(at);
    if (record == nullptr) {
      return log_.damaged_at() == 0 ? wrong(walk, kNoRecord) : log::damage_at(log_.damaged_at());
    }
    const std::size_t bytes = load_u32(record);
    if (bytes < 8 || bytes % 8 != 0 || bytes > record::kRecordBytesMax)
      return wrong(walk, kNoRecord);
    Entry entry = walk.entry();
    entry.place = Entry::make_place(Entry::Kind::record, 0);  // the writer knows the position
    return add(walk, entry, {record, bytes});
  }

  Error add(const RunWalk& walk, const Entry& entry, Bytes image) {
    ++done_;
    step_bytes_ += sizeof entry + image.size();
    if (step_bytes_ >= kMergeStepBytes) {
      step_bytes_ = 0;
      if (options_.progress) options_.progress(done_, total_);
      if (options_.between) GS_TRY_OK(options_.between());
    }
    return writer_.add(walk.collection(), entry, image);
  }

  RunWriter& writer_;
  const log::View& log_;
  const Tables& tables_;
  const MergeOptions& options_;
  std::uint64_t total_;         // entries of all runs, also those that a newer one replaces
  std::uint64_t done_ = 0;      // entries
  std::size_t step_bytes_ = 0;  // taken since the last call of `between`
};

}  // namespace

Error write_run(platform::FileSystem& files, const std::string& path, std::uint64_t number,
                const RowTable& table) {
  const std::uint32_t count = table.row_count();
  std::vector<bool> replaced(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    if (const std::uint32_t older = table.row(i).previous; older != RowTable::kNone) {
      replaced[older] = true;
    }
  }
  std::vector<std::uint32_t> newest;
  newest.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    if (!replaced[i]) newest.push_back(i);
  }
  sort_rows(table, newest);

  constexpr std::size_t kFetchedAhead = 16;  // rows on their way from memory
  GS_TRY(const auto writer, RunWriter::create(files, path, number));
  for (std::size_t i = 0; i < newest.size(); ++i) {
    if (i + kFetchedAhead < newest.size())
      __builtin_prefetch(&table.row(newest[i + kFetchedAhead]));
    const RowTable::Row& row = table.row(newest[i]);
    Bytes image;
    if (row.entry.has_image()) {
      const std::uint8_t* const bytes = table.arena_at(row.entry.image_position());
      image = {bytes, Run::image_size(bytes)};
    }
    GS_TRY_OK(writer->add(row.collection, row.entry, image));
  }
  return writer->finish();
}

bool holds_records_only(const Run& run) noexcept {
  for (RunWalk walk(run); !walk.done(); walk.next()) {
    if (walk.entry().kind() == Entry::Kind::log) return false;
  }
  return true;
}

Error merge_runs(platform::FileSystem& files, const std::string& path, std::uint64_t number,
                 const std::vector<std::shared_ptr<const Run>>& runs, const log::View& log,
                 const Tables& tables, const MergeOptions& options) {
  std::vector<RunWalk> walks;  // newest first
  std::uint64_t total = 0;
  for (const auto& run : runs) {
    total += run->entry_count();
    RunWalk walk(*run);
    if (!walk.done()) walks.push_back(walk);
  }
  GS_TRY(const auto writer, RunWriter::create(files, path, number));
  Merger merger(*writer, log, tables, options, total);
  if (options.progress) options.progress(0, total);
  while (!walks.empty()) {
    std::size_t first = 0;  // of equal ids the newest: the walk that comes first
    for (std::size_t i = 1; i < walks.size(); ++i) {
      if (walks[i].before(walks[first])) first = i;
    }
    GS_TRY_OK(merger.take(walks[first]));
    for (std::size_t i = walks.size() - 1; i > first; --i) {
      if (walks[i].same(walks[first])) walks[i].next();
    }
    walks[first].next();
    walks.erase(
        std::remove_if(walks.begin(), walks.end(), [](const RunWalk& walk) { return walk.done(); }),
        walks.end());
  }
  // What a damaged run hides would be missing, and nothing would tell of it any more.
  for (const auto& run : runs) GS_TRY_OK(run->damage());
  return writer->finish();
}

}  // namespace gs::state
