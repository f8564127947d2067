// Unique indexes: at most one record has a key, but keys with a null or a missing value.
//
// A commit asks each unique index of the collections that it writes to, with what the transaction
// leaves in the end: two records may exchange their keys in one transaction. What other writers
// have put into the log meanwhile may break the rule; then the index has both.

#include <algorithm>
#include <set>

#include "gs/core/record/json.h"
#include "gs/engine/database/commit_scratch.h"
#include "gs/storage/index/pair.h"
#include "gs/storage/state/id_key.h"

namespace gs::engine {

using graph::Kind;
using record::RecordView;

namespace {

constexpr std::size_t kShownBytesMax = 200;
// Looks for duplicates beside commits, before one that keeps them away.
constexpr int kLooksBeside = 3;
constexpr std::size_t kSortBytes = std::size_t{64} << 20;

// A key that the transaction gives to a record.
struct Given {
  Buffer key;
  Id id;
  std::size_t operation = 0;
};

// What a transaction does to one unique index.
struct UniqueKeys {
  const IndexView::One* one = nullptr;
  std::vector<Given> given;
};

// `name "Kyiv"`.
std::string shown(const RecordView& record, const rules::IndexDefinition& index) {
  std::string text;
  for (const std::string& field : index.fields) {
    const auto path = query::Path::parse(field);
    const auto value = path.ok() ? path->in(record) : std::nullopt;
    text += (text.empty() ? "" : ", ") + field + ' ';
    if (value) record::append_json(*value, text);
    if (!value) text += "null";
    if (text.size() > kShownBytesMax) return text.substr(0, kShownBytesMax) + "..";
  }
  return text;
}

Error not_unique(const rules::IndexDefinition& index, const RecordView& record, const Id& other) {
  return Error(Code::exists, "the schema says that " + index.text() + ", and record " +
                                 other.text() + " has " + shown(record, index) + " already");
}

}  // namespace

// An index that is not whole is made so before the commit lock is taken.
Error Database::make_unique_usable() {
  if (!catalog_is_unique_ || read_only_) return {};
  const Moment now = moment();
  for (const IndexView::One& one : now.indexes->all) {
    if (one.index->definition.unique && !one.is_whole) GS_TRY_OK(build_index(one.index->digest));
  }
  return {};
}

// After prepare_one() of all operations.
Error Database::check_unique(const TransactionState& tx, std::optional<Digest>& damaged_index) {
  CommitScratch& scratch = *scratch_;
  const Moment now = moment();
  std::vector<UniqueKeys> indexes;
  for (const IndexView::One& one : now.indexes->all) {
    if (one.index->definition.unique) indexes.push_back({&one, {}});
  }
  const auto made_by = [&](std::size_t i) -> Current {
    const StagedOperation& staged = tx.operations[i];
    const Prepared& prepared = scratch.prepared[i];
    if (prepared.kind == Kind::update) return prepared.more->merged.as_current();
    return {*staged.shape, tx.record(staged), {}, nullptr, 0};
  };
  const auto is_last = [&](std::size_t i) {
    return !scratch.track_touched || scratch.touched.last(tx.operations[i].id) == i;
  };
  for (std::size_t i = 0; i < tx.operations.size(); ++i) {
    const Kind kind = scratch.prepared[i].kind;
    if (kind == Kind::expect || kind == Kind::remove || !is_last(i)) continue;
    const Current made = made_by(i);
    for (UniqueKeys& each : indexes) {
      Index& index = *each.one->index;
      if (index.definition.collection != made.shape->collection()) continue;
      const std::lock_guard lock(index.mutex);
      KeyList& keys = index.records.made;
      index.records.make_keys_of_new(made.shape, made.record, keys);
      if (keys.is_irregular()) {
        return Error(Code::too_large, "a key of " + index.definition.text() + " has more than " +
                                          std::to_string(kIndexKeyBytesMax >> 10) + " KiB");
      }
      for (std::size_t k = 0; k < keys.size(); ++k) {
        if (keys.has_null(k)) continue;
        each.given.push_back({{keys[k].begin(), keys[k].end()}, tx.operations[i].id, i});
      }
    }
  }
  const auto is_written = [&](const Id& id) {
    return scratch.track_touched && scratch.touched.last(id) != Touched::kNone;
  };
  for (UniqueKeys& each : indexes) {
    if (each.given.empty()) continue;
    const rules::IndexDefinition& definition = each.one->index->definition;
    std::sort(each.given.begin(), each.given.end(),
              [](const Given& a, const Given& b) { return a.key < b.key; });
    if (!each.one->is_whole) {
      return Error(Code::conflict, "the index " + definition.text() +
                                       " is being made again. Repeat the transaction");
    }
    GS_TRY(const auto held, tiers(*each.one, *now.version, now.at));
    index::Cursor cursor(held, now.at);
    for (std::size_t i = 0; i < each.given.size(); ++i) {
      const Given& given = each.given[i];
      const Current made = made_by(given.operation);
      const RecordView record(made.shape.get(), made.record);
      if (i != 0 && each.given[i - 1].key == given.key) {
        return not_unique(definition, record, each.given[i - 1].id);
      }
      cursor.seek(given.key);
      while (cursor.next() && index::compare_keys(cursor.key(), given.key) == 0) {
        if (state::same_id(cursor.id(), given.id) || is_written(cursor.id())) continue;
        return not_unique(definition, record, cursor.id());
      }
    }
    if (cursor.is_cut_short()) {
      damaged_index = each.one->index->digest;
      return cursor.damage();
    }
  }
  return {};
}

namespace {

struct Duplicate {
  Id first;
  Id second;
};

// Two records with one key, of those that the moment has.
Result<std::optional<Duplicate>> find_duplicate(platform::FileSystem& files, Records& records,
                                                const Moment& now, std::uint64_t number) {
  const std::string path = index_run_path(number);
  GS_TRY(const auto run,
         build_index_run(records, now.version, now.at, {files, path, number, kSortBytes, {}, {}}));
  files.remove(path).ignore();
  auto alone = std::make_shared<index::Tiers>();
  alone->runs.push_back(run);
  index::Cursor cursor(alone, now.at);
  Buffer before;
  Id id;
  std::optional<Duplicate> found;
  while (!found && cursor.next()) {
    const Bytes key = cursor.key();
    if (!before.empty() && equal(key, before)) {
      state::Found record;
      KeyList& keys = records.made;
      const auto lookup = now.version->find(id, now.at, record);
      if (lookup == state::Version::Lookup::found && record.record != nullptr) {
        records.make_keys(record.entry, record.record, keys);
        for (std::size_t i = 0; i < keys.size() && !found; ++i) {
          if (equal(keys[i], key) && !keys.has_null(i)) found = Duplicate{id, cursor.id()};
        }
      }
    }
    before.assign(key.begin(), key.end());
    id = cursor.id();
  }
  if (cursor.is_cut_short()) return cursor.damage();
  return found;
}

}  // namespace

// Whether what is there may be under this schema. `now`: what was looked at.
Error Database::check_no_duplicates(const std::shared_ptr<const Catalog>& catalog,
                                    const Moment& now) {
  for (const auto& rules : catalog->collections()) {
    for (const rules::IndexDefinition& index : rules->indexes()) {
      if (!index.unique || now.indexes->find(index.digest()) != nullptr) continue;
      Records records(index, tables_, catalog);
      GS_TRY(const auto found, find_duplicate(*env_.files, records, now, next_file_++));
      if (!found) continue;
      state::Found record;
      std::string what;
      if (now.version->find(found->first, now.at, record) == state::Version::Lookup::found) {
        what = shown({tables_.shape(record.entry.shape).shape.get(), record.record}, index);
      }
      return Error(Code::exists, "the new schema says that " + index.text() + ", but records " +
                                     found->first.text() + " and " + found->second.text() +
                                     " both have " + what);
    }
  }
  return {};
}

// Beside commits as long as these leave it alone, then under the lock that the caller gets.
Result<std::unique_lock<std::mutex>> Database::lock_without_duplicates(
    const std::shared_ptr<const Catalog>& catalog) {
  for (int looks = 0;; ++looks) {
    const bool is_last = looks == kLooksBeside;
    std::unique_lock lock(commit_mutex_, std::defer_lock);
    if (is_last) lock.lock();
    const Moment now = moment();
    GS_TRY_OK(check_no_duplicates(catalog, now));
    if (!is_last) lock.lock();
    if (visible_.load(std::memory_order_relaxed) == now.at) return lock;
  }
}

}  // namespace gs::engine
