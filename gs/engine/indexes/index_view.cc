#include "gs/engine/indexes/index_view.h"

#include <algorithm>
#include <cstdio>

#include "gs/storage/index/sorter.h"
#include "gs/storage/state/id_key.h"

namespace gs::engine {

using state::Sequence;

namespace {

// Records between two calls of BuildIndex::between: some milliseconds.
constexpr std::uint64_t kBuildStep = 8192;

bool has_tables_of(const IndexView::One& one, const state::Version& version) noexcept {
  const auto* const unlogged = one.unlogged != nullptr ? one.unlogged->rows().get() : nullptr;
  if (unlogged != version.unlogged.get()) return false;
  return std::equal(one.tables.begin(), one.tables.end(), version.tables.begin(),
                    version.tables.end(),
                    [](const auto& mine, const auto& theirs) { return mine->rows() == theirs; });
}

// The tables of the version, and whether one of before is gone.
bool follow_tables(const IndexView::One& one, const state::Version& version,
                   std::vector<std::shared_ptr<TableIndex>>& out) {
  std::size_t kept = 0;
  for (const auto& table : version.tables) {
    const auto at = std::find_if(one.tables.begin(), one.tables.end(),
                                 [&](const auto& mine) { return mine->rows() == table; });
    kept += at != one.tables.end() ? 1 : 0;
    out.push_back(at != one.tables.end() ? *at : one.index->of_table(table));
  }
  return kept < one.tables.size();
}

std::shared_ptr<TableIndex> follow_unlogged(const IndexView::One& one,
                                            const state::Version& version,
                                            const UnloggedIndexes& made) {
  if (version.unlogged == nullptr) return nullptr;
  const auto is_made = made.find(one.index->digest);
  if (is_made != made.end()) return is_made->second;
  const bool is_same = one.unlogged != nullptr && one.unlogged->rows() == version.unlogged;
  return is_same ? one.unlogged : one.index->of_table(version.unlogged);
}

}  // namespace

void IndexView::One::gather() {
  auto made = std::make_shared<index::Tiers>();
  if (unlogged != nullptr) made->tables.push_back(unlogged->keys());
  for (const auto& table : tables) made->tables.push_back(table->keys());
  made->runs = runs;
  gathered = std::move(made);
}

const IndexView::One* IndexView::find(const Digest& digest) const noexcept {
  const auto at = std::lower_bound(
      all.begin(), all.end(), digest,
      [](const One& one, const Digest& wanted) { return one.index->digest < wanted; });
  return at != all.end() && at->index->digest == digest ? &*at : nullptr;
}

std::size_t IndexView::memory_bytes() const noexcept {
  std::size_t bytes = 0;
  for (const One& one : all) {
    for (const auto& table : one.tables) bytes += table->keys()->memory_bytes();
    if (one.unlogged != nullptr) bytes += one.unlogged->keys()->memory_bytes();
  }
  return bytes;
}

std::shared_ptr<const IndexView> followed(const std::shared_ptr<const IndexView>& view,
                                          const state::Version& version, const NewIndexRuns& runs,
                                          const UnloggedIndexes& unlogged) {
  const bool is_same =
      runs.empty() && std::all_of(view->all.begin(), view->all.end(), [&](const auto& one) {
        return has_tables_of(one, version) && (one.is_whole || !version.runs.empty());
      });
  if (is_same) return view;
  auto made = std::make_shared<IndexView>();
  for (const IndexView::One& one : view->all) {
    IndexView::One next{one.index, {},     follow_unlogged(one, version, unlogged), {}, false,
                        false,     nullptr};
    const bool is_gone = follow_tables(one, version, next.tables);
    const auto run = runs.find(one.index->digest);
    const bool goes_on = !is_gone || run != runs.end();
    next.is_whole = version.runs.empty() || (one.is_whole && goes_on);
    next.is_being_built = one.is_being_built && goes_on;
    if (next.is_whole || next.is_being_built) {
      next.runs = one.runs;
      if (run != runs.end() && run->second != nullptr) {
        next.runs.insert(next.runs.begin(), run->second);
      }
    }
    next.gather();
    made->all.push_back(std::move(next));
  }
  return made;
}

Result<std::shared_ptr<const index::Tiers>> tiers(const IndexView::One& one,
                                                  const state::Version& version, Sequence at) {
  const auto catch_up = [&](TableIndex& table) -> Error {
    if (table.is_current(at)) return {};
    const std::lock_guard lock(one.index->mutex);
    return table.catch_up(version, at, one.index->records);
  };
  if (one.unlogged != nullptr) GS_TRY_OK(catch_up(*one.unlogged));
  for (const auto& table : one.tables) GS_TRY_OK(catch_up(*table));
  return one.gathered;
}

Result<std::shared_ptr<const index::Run>> write_index_run(
    platform::FileSystem& files, const IndexView::One& one, std::size_t table,
    const state::Version& version, const std::function<Result<std::uint64_t>()>& new_number) {
  TableIndex& source = *one.tables[table];
  {
    const std::lock_guard lock(one.index->mutex);
    GS_TRY_OK(source.catch_up(version, ~Sequence{0}, one.index->records));
  }
  if (source.keys()->entry_count() == 0) return std::shared_ptr<const index::Run>();
  GS_TRY(const std::uint64_t number, new_number());
  const std::string path = index_run_path(number);
  GS_TRY_OK(index::write_run(files, path, number, *source.keys()));
  return index::Run::open(files, path, number);
}

std::shared_ptr<const state::Version> runs_only(const state::Version& version) {
  auto made = std::make_shared<state::Version>();
  made->tables.push_back(std::make_shared<state::RowTable>());
  made->runs = version.runs;
  made->log = version.log;
  return made;
}

Result<std::shared_ptr<const index::Run>> build_index_run(
    Records& records, const std::shared_ptr<const state::Version>& version, Sequence at,
    const BuildIndex& options) {
  std::uint64_t total = 0;
  for (const auto& table : version->tables) total += table->row_count();
  for (const auto& run : version->runs) total += run->entry_count();

  index::Sorter sorter(options.files, options.path, options.number, options.memory_bytes);
  std::uint64_t done = 0;
  const std::uint32_t collection = records.collection();
  if (collection != state::kUnknown) {
    state::Cursor cursor(version, at, {collection});
    while (const state::Met* const met = cursor.next()) {
      GS_TRY_OK(records.make_keys(*met->entry, met->record, records.made));
      for (std::size_t i = 0; i < records.made.size(); ++i) {
        GS_TRY_OK(sorter.add(records.made[i], met->entry->id));
      }
      if (++done % kBuildStep != 0) continue;
      if (options.progress) options.progress(done, total);
      if (options.between) GS_TRY_OK(options.between());
    }
    if (cursor.is_cut_short()) return version->damage();
  }
  index::MergeOptions merge;
  merge.between = options.between;
  GS_TRY_OK(sorter.finish(merge));
  return index::Run::open(options.files, options.path, options.number);
}

Error check_index(const IndexView::One& one, const state::Tables& tables,
                  const std::shared_ptr<const state::Version>& version, Sequence at) {
  const std::string name = one.index->definition.text();
  for (const auto& run : one.runs) GS_TRY_OK(run->check());
  GS_TRY(const auto held, tiers(one, *version, at));
  index::Cursor cursor(held, at);
  Records records(one.index->definition, tables, one.index->catalog);
  std::uint64_t expected = 0;
  const std::uint32_t collection = records.collection();
  if (collection != state::kUnknown) {
    state::Cursor scan(version, at, {collection});
    while (const state::Met* const met = scan.next()) {
      if (records.make_keys(*met->entry, met->record, records.made)) return {};  // nobody can tell
      expected += records.made.size();
      for (std::size_t i = 0; i < records.made.size(); ++i) {
        const Bytes key = records.made[i];
        cursor.seek(key, met->entry->id);
        const bool is_there = cursor.next() && equal(cursor.key(), key) &&
                              state::same_id(cursor.id(), met->entry->id);
        if (is_there) continue;
        return Error(Code::damaged, "the index " + name + " does not find record " +
                                        met->entry->id.text() +
                                        "; it is made again when its "
                                        "files are removed (state/*.gsx)");
      }
    }
    if (scan.is_cut_short()) return version->damage();
  }
  GS_TRY(const std::uint64_t actual, index::count(held, at, {}));
  if (actual == expected) return {};
  return Error(Code::damaged, "the index " + name + " has " + std::to_string(actual) +
                                  " keys, the records have " + std::to_string(expected) +
                                  "; it is made again when its files are removed (state/*.gsx)");
}

std::string index_run_path(std::uint64_t number) {
  char name[40];
  std::snprintf(name, sizeof name, "%s/%08llu.gsx", state::kStateDirectory,
                static_cast<unsigned long long>(number));
  return name;
}

}  // namespace gs::engine
