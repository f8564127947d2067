// Secondary indexes of a database: kept beside each version, built when somebody asks, written and
// merged by the background job (docs/decisions/0017-indexes-are-brought-up-to-date-by-who-asks.md).
//
// Index runs stand for the version's runs, no more and no less, so whatever changes these says what
// becomes of those: a written table brings a run of each index with it, a merge changes nothing,
// and of what replay has written there are none; then the index is built again.

#include <algorithm>

#include "gs/engine/database/checkpointing.h"
#include "gs/engine/database/commit_scratch.h"
#include "gs/engine/database/job.h"
#include "gs/engine/database/open.h"
#include "gs/engine/database/opening.h"

namespace gs::engine {

namespace {

// Keys that are sorted at once while an index is built.
constexpr std::size_t kBuildBytes = std::size_t{64} << 20;
// A query builds an index again that could not be built, as on a full disk.
constexpr std::uint64_t kBuildAgainAfterNs = std::uint64_t{60} * 1'000'000'000;

std::vector<std::uint64_t> numbers_of(const IndexRunList& runs) {
  std::vector<std::uint64_t> numbers;
  for (const auto& run : runs) numbers.push_back(run->number());
  return numbers;
}

}  // namespace

// Changes one index of the view that readers take; false when it is not there.
template <typename Change>
bool Database::change_index(const Digest& digest, const Change& change) const {
  const std::lock_guard commit_lock(commit_mutex_);
  const std::lock_guard lock(version_mutex_);
  auto view = std::make_shared<IndexView>(*index_view_);
  for (IndexView::One& one : view->all) {
    if (one.index->digest != digest) continue;
    if (!change(one)) return false;
    one.gather();
    index_view_ = std::move(view);
    published_.fetch_add(1, std::memory_order_release);
    return true;
  }
  return false;
}

// What the checkpoint names. An index whose files cannot be used is built again.
void Database::Opening::load_indexes() {
  db_.loaded_indexes_.clear();
  for (const state::IndexRuns& named : db_.saved_.checkpoint.indexes) {
    IndexRunList runs;
    for (const std::uint64_t number : named.runs) {
      auto run = index::Run::open(*db_.env_.files, index_run_path(number), number);
      if (!run.ok()) {
        db_.report(Event::Level::warning, "index_unusable", run.error().text());
        break;
      }
      runs.push_back(std::move(*run));
    }
    if (runs.size() == named.runs.size()) db_.loaded_indexes_[named.definition] = std::move(runs);
  }
}

// With the locks of commits and versions.
std::shared_ptr<const IndexView> Database::indexes_of(
    const std::shared_ptr<const Catalog>& catalog) const {
  const bool are_loaded_right = !loaded_indexes_.empty() && has_runs_of_checkpoint();
  auto made = std::make_shared<IndexView>();
  const auto add = [&](const rules::IndexDefinition& definition) {
    auto index = std::make_shared<Index>(definition, tables_, catalog, setup_.table_keys_bytes_max);
    if (const IndexView::One* const known = index_view_->find(index->digest)) {
      made->all.push_back(*known);
      return;
    }
    IndexView::One one{std::move(index), {}, nullptr, {}, version_->runs.empty(), false, nullptr};
    if (version_->unlogged) one.unlogged = one.index->of_table(version_->unlogged);
    for (const auto& table : version_->tables) {
      one.tables.push_back(one.index->of_table(table));
    }
    const auto loaded = loaded_indexes_.find(one.index->digest);
    if (are_loaded_right && loaded != loaded_indexes_.end()) {
      one.runs = loaded->second;
      one.is_whole = true;
    }
    one.gather();
    made->all.push_back(std::move(one));
  };
  if (catalog != nullptr) {
    for (const auto& rules : catalog->collections()) {
      for (const rules::IndexDefinition& definition : rules->indexes()) add(definition);
    }
  }
  std::sort(made->all.begin(), made->all.end(),
            [](const auto& a, const auto& b) { return a.index->digest < b.index->digest; });
  return made;
}

bool Database::has_runs_of_checkpoint() const {
  return std::equal(version_->runs.begin(), version_->runs.end(), saved_.checkpoint.runs.begin(),
                    saved_.checkpoint.runs.end(),
                    [](const auto& run, std::uint64_t number) { return run->number() == number; });
}

// For the checkpoint that is being saved. Background job only.
void Database::Checkpointing::note_indexes() {
  const std::lock_guard lock(db_.version_mutex_);
  db_.saved_.checkpoint.indexes.clear();
  if (!db_.has_runs_of_checkpoint() || db_.version_->runs.empty()) return;
  for (const IndexView::One& one : db_.index_view_->all) {
    if (one.is_whole)
      db_.saved_.checkpoint.indexes.push_back({one.index->digest, numbers_of(one.runs)});
  }
}

std::size_t Database::memory_of_rows() const {
  std::size_t bytes = version_->tables.front()->memory_bytes();
  for (const IndexView::One& one : index_view_->all) {
    bytes += one.tables.front()->keys()->memory_bytes();
  }
  return bytes;
}

// The runs of the oldest frozen table. What cannot be written is built again, should it be missed.
NewIndexRuns Database::Checkpointing::write_frozen_indexes() {
  const Moment now = db_.moment();
  NewIndexRuns runs;
  for (const IndexView::One& one : now.indexes->all) {
    if (!one.is_whole && !one.is_being_built) continue;
    auto run = write_index_run(*db_.env_.files, one, one.tables.size() - 1, *now.version,
                               [this] { return number_of_new_run(); });
    if (run.ok()) {
      runs[one.index->digest] = std::move(*run);
    } else {
      db_.report(Event::Level::warning, "index_not_written", run.error().text());
    }
  }
  return runs;
}

// Puts `made` in the place of these runs of an index; false when the index is gone by now.
bool Database::Checkpointing::replace_index_runs(const Digest& digest, const IndexRunList& inputs,
                                                 const std::shared_ptr<const index::Run>& made) {
  return db_.change_index(digest, [&](IndexView::One& one) {
    const auto at = std::search(one.runs.begin(), one.runs.end(), inputs.begin(), inputs.end());
    if (!one.is_whole || at == one.runs.end()) return false;
    const auto rest = one.runs.erase(at, at + static_cast<std::ptrdiff_t>(inputs.size()));
    if (made->pair_count() != 0) one.runs.insert(rest, made);
    return true;
  });
}

// The newest `count` runs become one. Background job only.
Error Database::Checkpointing::merge_index(const IndexView::One& one, std::size_t count) {
  IndexRunList inputs = one.runs;
  index::MergeOptions options;
  options.drop_removed = count == inputs.size();
  const std::size_t runs_max = db_.current_version()->runs.size() + kRunsBesideMax;
  options.between = [this, runs_max] { return write_waiting(runs_max); };
  inputs.resize(count);
  GS_TRY(const std::uint64_t number, number_of_new_run());
  const std::string path = index_run_path(number);
  if (Error error = index::merge_runs(*db_.env_.files, path, number, inputs, options)) {
    if (error.code() != Code::damaged) return error;
    db_.forget_index(one.index->digest, error);
    return {};
  }
  GS_TRY(const auto run, index::Run::open(*db_.env_.files, path, number));
  if (!replace_index_runs(one.index->digest, inputs, run)) {
    db_.env_.files->remove(path).ignore();  // the next open would
    return {};
  }
  GS_TRY_OK(save_checkpoint());
  for (const auto& input : inputs) db_.env_.files->remove(index_run_path(input->number())).ignore();
  return {};
}

Error Database::Checkpointing::merge_indexes_if_needed() {
  const Moment now = db_.moment();
  for (const IndexView::One& one : now.indexes->all) {
    const std::size_t count = one.is_whole ? index::runs_to_merge(one.runs) : 0;
    if (count != 0) GS_TRY_OK(merge_index(one, count));
  }
  return {};
}

// So that none of these files has a key that no record has. Background job only.
Error Database::Checkpointing::compact_indexes(std::string_view collection) {
  const Moment now = db_.moment();
  for (const IndexView::One& one : now.indexes->all) {
    if (!collection.empty() && one.index->definition.collection != collection) continue;
    const bool is_one = one.runs.size() == 1 && one.runs.front()->removed_count() == 0;
    if (!one.runs.empty() && !is_one) GS_TRY_OK(merge_index(one, one.runs.size()));
  }
  return {};
}

// Its files say what is not so, or nothing at all. Whoever wants the index next builds it.
void Database::forget_index(const Digest& digest, const Error& why) const {
  if (read_only_ || closed_) return;
  report(Event::Level::error, "index_damaged", std::string(why.message()));
  IndexRunList gone;
  change_index(digest, [&](IndexView::One& one) {
    gone = std::exchange(one.runs, {});
    one.is_whole = version_->runs.empty();
    one.is_being_built = false;
    return true;
  });
  for (const auto& run : gone) env_.files->remove(index_run_path(run->number())).ignore();
}

// A reader that finds another job at work does not wait for it: it can scan.
Error Database::build_index(const Digest& digest, Waiting waiting) {
  if (read_only_) return read_only_reason_.copy();
  const Job job(*this, waiting);
  if (!job.running()) {
    if (waiting == Waiting::no) return Error(Code::locked, "another job is at work");
    return Error(Code::closed, "the storage is closed. Open it again");
  }
  const Moment now = moment();
  const IndexView::One* const one = now.indexes->find(digest);
  if (one == nullptr || one->is_whole) return {};  // somebody else was here before
  const std::shared_ptr<Index> index = one->index;
  const std::uint64_t failed_ns = index->failed_ns;
  const bool has_failed =
      failed_ns != 0 && env_.clock->monotonic_ns() - failed_ns < kBuildAgainAfterNs;
  if (waiting == Waiting::no && has_failed) {
    return Error(Code::no_space, "it could not be built a moment ago");
  }
  GS_TRY(const std::uint64_t number, Checkpointing(*this).number_of_new_run());
  const std::string path = index_run_path(number);
  // What is frozen meanwhile is written with a run of this index as well.
  const bool begins = change_index(digest, [](IndexView::One& each) {
    each.runs.clear();
    each.is_being_built = true;
    return true;
  });
  if (!begins) return {};
  Records records(index->definition, tables_, index->catalog);
  const std::size_t runs_max = now.version->runs.size() + kRunsBesideMax;
  const auto between = [this, runs_max] { return Checkpointing(*this).write_waiting(runs_max); };
  auto run = build_index_run(records, runs_only(*now.version), now.at,
                             {*env_.files, path, number, kBuildBytes, between, {}});
  const bool is_whole = change_index(digest, [&](IndexView::One& each) {
    const bool goes_on = std::exchange(each.is_being_built, false);
    each.is_whole = run.ok() && goes_on;
    if (each.is_whole && (*run)->pair_count() != 0) each.runs.push_back(*run);
    if (!each.is_whole) each.runs.clear();
    return true;
  });
  if (!run.ok()) {
    index->failed_ns = env_.clock->monotonic_ns();
    return now.version->is_damaged() ? state_damage(*now.version) : std::move(run).error();
  }
  if (!is_whole) return {};
  report(Event::Level::info, "index_built",
         index->definition.text() + " keys=" + std::to_string((*run)->pair_count()));
  if (replay_runs_) return {};  // nothing names what replay made, so nothing may name this
  if (const Error unsaved = Checkpointing(*this).save_checkpoint()) {
    report(Event::Level::warning, "checkpoint_failed", unsaved.text());
  }
  return {};
}

}  // namespace gs::engine
