// Unique indexes: at most one record has a key, but keys with a null or a missing value.
//
// A commit asks each unique index of the collections that it writes to, with what the transaction
// leaves in the end: two records may exchange their keys in one transaction. What other writers
// have put into the log meanwhile may break the rule; then the index has both.
//
// A schema with a new unique index is refused when two records break it already. All records are
// looked at beside commits; under the commit lock only those that were written since.

#include <algorithm>
#include <set>

#include "gs/core/record/json.h"
#include "gs/core/record/order_key.h"
#include "gs/engine/catalog/lifter.h"
#include "gs/engine/database/checkpointing.h"
#include "gs/engine/database/commit_scratch.h"
#include "gs/engine/database/committing.h"
#include "gs/engine/database/new_unique.h"
#include "gs/storage/index/pair.h"
#include "gs/storage/state/id_key.h"

namespace gs::engine {

using graph::Kind;
using record::RecordView;

namespace {

constexpr std::size_t kShownBytesMax = 200;
constexpr std::size_t kSortBytes = std::size_t{64} << 20;

// A key that the transaction gives to a record.
struct Given {
  Buffer key;
  Id id;
  std::size_t operation = 0;
};

// What a transaction does to one unique index.
struct UniqueKeys {
  explicit UniqueKeys(const IndexView::One& of) : one(&of), maker(of.index->definition) {}

  const IndexView::One* one;
  KeyMaker maker;  // for this commit: it remembers shapes that may be gone with the transaction
  std::vector<Given> given;
};

// The value of a field for messages; of a list the element that the key is made of, as far as it
// is known. `before`: the key up to the field.
std::string shown(const query::Path& path, const RecordView& record, bool is_many, Bytes key,
                  Buffer& before) {
  std::string text = "null";
  const auto value = path.in(record);
  const auto add = [&](const record::ValueView& one) {
    const std::size_t start = before.size();
    record::append_order_key(one, before);
    const bool is_it =
        key.size() >= before.size() && equal(key.subspan(0, before.size()), Bytes(before));
    if (!is_it && is_many) {
      before.resize(start);
      return false;
    }
    text.clear();
    record::append_json(one, text);
    return true;
  };
  if (!value) {
    record::append_order_key({}, before);
    return text;
  }
  const bool is_list = is_many && (value->type == Type::array || value->type == Type::set);
  if (!is_list) {
    add(*value);
    return text;
  }
  for (std::uint32_t i = 0; i < value->count(); ++i) {
    if (add(value->element(i))) break;
  }
  return text;
}

// `name "Kyiv"`, as the key has it.
std::string shown(const RecordView& record, const rules::IndexDefinition& index, Bytes key) {
  std::string text;
  Buffer before;
  for (std::size_t i = 0; i < index.fields.size(); ++i) {
    const auto path = query::Path::parse(index.fields[i]);
    if (!path.ok()) continue;
    text += (text.empty() ? "" : ", ") + index.fields[i] + ' ' +
            shown(*path, record, index.many == i, key, before);
    if (text.size() > kShownBytesMax) return text.substr(0, kShownBytesMax) + "..";
  }
  return text;
}

// "City(name) is unique"
std::string said(rules::IndexDefinition index) {
  index.unique = false;
  return index.text() + " is unique";
}

Error not_unique(const Index& index, const Current& made, Bytes key, const Id& other) {
  const LiftedRecord record(index.catalog.get(), made.shape, made.record);
  return Error(Code::exists, "the schema says that " + said(index.definition) + ", and record " +
                                 other.text() + " has " +
                                 shown(record.view(), index.definition, key) +
                                 " already. Choose another value, or change that record");
}

// Whether the transaction may write to the collection: updates do not name theirs.
bool may_write_to(const TransactionState& tx, std::string_view collection) {
  return std::any_of(tx.operations.begin(), tx.operations.end(), [&](const auto& staged) {
    if (staged.kind == Kind::update) return true;
    return staged.shape != nullptr && (*staged.shape)->collection() == collection;
  });
}

Error too_long(const rules::IndexDefinition& index) {
  return Error(Code::too_large, "a key of " + index.text() + " has more than " +
                                    std::to_string(kIndexKeyBytesMax >> 10) + " KiB");
}

}  // namespace

// Before the commit lock is taken: an index that is not whole is made so, and brought up to date,
// so that little is left to do under the lock.
Error Database::Committing::make_unique_usable(const TransactionState& tx) {
  if (!db_.schema_.is_unique || db_.read_only_) return {};
  const Moment now = db_.moment();
  for (const IndexView::One& one : now.indexes->all) {
    if (!one.index->definition.unique) continue;
    if (!may_write_to(tx, one.index->definition.collection)) continue;
    if (!one.is_whole) {
      GS_TRY_OK(db_.build_index(one.index->digest));
      continue;
    }
    const auto held = tiers(one, *now.version, now.at);
    if (held.ok()) continue;
    if (held.code() != Code::too_large) return db_.state_damage(*now.version);
    GS_TRY_OK(
        db_.checkpoint());  // the table is written without its keys, and they are sorted instead
    GS_TRY_OK(db_.build_index(one.index->digest));
  }
  return {};
}

// After prepare_one() of all operations. `broken`: an index that cannot tell.
Error Database::Committing::check_unique(const TransactionState& tx,
                                         std::optional<Digest>& broken) {
  CommitScratch& scratch = *db_.scratch_;
  const Moment now = db_.moment();
  std::vector<std::unique_ptr<UniqueKeys>> indexes;
  for (const IndexView::One& one : now.indexes->all) {
    if (one.index->definition.unique && may_write_to(tx, one.index->definition.collection)) {
      indexes.push_back(std::make_unique<UniqueKeys>(one));
    }
  }
  if (indexes.empty()) return {};
  const auto is_last = [&](std::size_t i) {
    return !scratch.track_touched || scratch.touched.last(tx.operations[i].id) == i;
  };
  KeyList keys;
  for (std::size_t i = 0; i < tx.operations.size(); ++i) {
    const Kind kind = scratch.prepared[i].kind;
    if (kind == Kind::expect || kind == Kind::remove || !is_last(i)) continue;
    const Current made = scratch.prepared[i].result(tx.operations[i], tx, {});
    for (const auto& each : indexes) {
      const Index& index = *each->one->index;
      if (index.definition.collection != made.shape->collection()) continue;
      each->maker.make(LiftedRecord(index.catalog.get(), made.shape, made.record).view(), keys);
      if (keys.is_irregular()) return too_long(index.definition);
      for (std::size_t k = 0; k < keys.size(); ++k) {
        if (keys.has_null(k)) continue;
        each->given.push_back({{keys[k].begin(), keys[k].end()}, tx.operations[i].id, i});
      }
    }
  }
  const auto is_written = [&](const Id& id) {
    return scratch.track_touched && scratch.touched.last(id) != Touched::kNone;
  };
  const auto refusal = [&](const UniqueKeys& each, const Given& given, const Id& other) {
    const std::size_t at = given.operation;
    const Current made = scratch.prepared[at].result(tx.operations[at], tx, {});
    return not_unique(*each.one->index, made, given.key, other);
  };
  for (const auto& each : indexes) {
    if (each->given.empty()) continue;
    std::sort(each->given.begin(), each->given.end(),
              [](const Given& a, const Given& b) { return a.key < b.key; });
    if (!each->one->is_whole) {
      broken = each->one->index->digest;
      return Error(Code::conflict, "the index " + each->one->index->definition.text() +
                                       " is being made again. Repeat the transaction");
    }
    auto held = tiers(*each->one, *now.version, now.at);
    if (!held.ok()) {
      if (held.code() == Code::too_large) broken = each->one->index->digest;
      return std::move(held).error();
    }
    index::Cursor cursor(*held, now.at);
    for (std::size_t i = 0; i < each->given.size(); ++i) {
      const Given& given = each->given[i];
      if (i != 0 && each->given[i - 1].key == given.key) {
        return refusal(*each, given, each->given[i - 1].id);
      }
      cursor.seek(given.key);
      while (cursor.next() && index::compare_keys(cursor.key(), given.key) == 0) {
        if (state::same_id(cursor.id(), given.id) || is_written(cursor.id())) continue;
        return refusal(*each, given, cursor.id());
      }
      if (cursor.is_cut_short()) {
        broken = each->one->index->digest;
        return cursor.damage();
      }
    }
  }
  return {};
}

// --- a schema that is about to be in force ---

namespace {

Error both_have(const rules::IndexDefinition& index, const Catalog* catalog,
                const state::Tables& tables, const state::Version& version, Bytes key,
                const Id& first, const Id& second) {
  state::Found found;
  std::string what;
  const auto lookup = version.find(first, ~Sequence{0}, found);
  if (lookup == state::Version::Lookup::found && found.record != nullptr) {
    const LiftedRecord record(catalog, tables.shape(found.entry.shape).shape, found.record);
    what = shown(record.view(), index, key);
  }
  return Error(Code::exists, "the new schema says that " + said(index) + ", but records " +
                                 first.text() + " and " + second.text() + " both have " + what);
}

// Whether the record's key at that place counts: it has no null in it, and is the key of one value.
bool counts(const KeyList& keys, Bytes key) {
  if (keys.is_irregular()) return false;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (equal(keys[i], key)) return !keys.has_null(i);
  }
  return false;
}

}  // namespace

bool Database::NewUniques::has_new_unique(const Catalog& catalog) const {
  const Moment now = db_.moment();
  const auto is_new = [&](const rules::IndexDefinition& index) {
    return index.unique && now.indexes->find(index.digest()) == nullptr;
  };
  return std::any_of(catalog.collections().begin(), catalog.collections().end(),
                     [&](const auto& rules) {
                       return std::any_of(rules->indexes().begin(), rules->indexes().end(), is_new);
                     });
}

// With the place of the background's job.
Result<std::vector<Database::NewUniques::NewUnique>> Database::NewUniques::look_for_duplicates(
    const std::shared_ptr<const Catalog>& catalog) {
  const Moment now = db_.moment();
  std::vector<NewUnique> looks;
  for (const auto& rules : catalog->collections()) {
    for (const rules::IndexDefinition& index : rules->indexes()) {
      if (!index.unique || now.indexes->find(index.digest()) != nullptr) continue;
      NewUnique look;
      look.definition = index;
      look.catalog = catalog;
      look.records = std::make_unique<Records>(index, db_.tables_, catalog);
      look.then = now;
      look.in_memory = rules->in_memory();
      Records& records = *look.records;
      GS_TRY(const std::uint64_t number, Checkpointing(db_).number_of_new_run());
      const std::string path = index_run_path(number);
      // What is in memory only stays there.
      auto run = build_index_run(records, without_unlogged(now).version, now.at,
                                 {*db_.env_.files, path, number, kSortBytes, {}, {}});
      db_.env_.files->remove(path).ignore();  // what is open stays readable
      if (!run.ok()) return std::move(run).error();
      auto keys = std::make_shared<index::Tiers>();
      keys->runs.push_back(std::move(*run));
      if (rules->in_memory() && now.version->unlogged != nullptr) {
        TableIndex unlogged(now.version->unlogged);
        GS_TRY_OK(unlogged.catch_up(*now.version, now.at, records));
        keys->tables.push_back(unlogged.keys());
      }
      index::Cursor cursor(keys, now.at);
      Buffer before;
      Id id;
      while (cursor.next()) {
        const Bytes key = cursor.key();
        if (!before.empty() && equal(key, before)) {
          state::Found record;
          const auto lookup = now.version->find(id, now.at, record);
          if (lookup == state::Version::Lookup::damaged) return db_.state_damage(*now.version);
          GS_TRY_OK(records.make_keys(record.entry, record.record, records.made));
          if (counts(records.made, key)) {
            return both_have(look.definition, look.catalog.get(), db_.tables_, *now.version, key,
                             id, cursor.id());
          }
        }
        before.assign(key.begin(), key.end());
        id = cursor.id();
      }
      if (cursor.is_cut_short()) return cursor.damage();
      look.keys = std::move(keys);
      looks.push_back(std::move(look));
    }
  }
  return looks;
}

// With the commit lock: what was written after the look, against that and against itself.
Error Database::NewUniques::check_rows_since(std::vector<NewUnique>& looks) const {
  for (NewUnique& look : looks) {
    std::set<Id> written;
    const std::uint32_t collection = look.records->collection();
    const auto add_rows = [&](const state::RowTable& table) {
      for (std::uint32_t i = table.row_count(); i-- > 0;) {
        const state::RowTable::Row& row = table.row(i);
        if (row.sequence <= look.then.at) break;
        if (row.collection == collection) written.insert(row.entry.id);
      }
    };
    for (const auto& table : db_.version_->tables) add_rows(*table);
    if (look.in_memory && db_.version_->unlogged != nullptr) add_rows(*db_.version_->unlogged);
    std::map<Buffer, Id> given;
    index::Cursor cursor(look.keys, look.then.at);
    for (const Id& id : written) {
      state::Found record;
      if (db_.version_->find(id, ~Sequence{0}, record) == state::Version::Lookup::damaged) {
        return db_.state_damage(*db_.version_);
      }
      KeyList& keys = look.records->made;
      GS_TRY_OK(look.records->make_keys(record.entry, record.record, keys));
      for (std::size_t i = 0; i < keys.size(); ++i) {
        if (!counts(keys, keys[i])) continue;
        const auto [at, is_new] = given.emplace(Buffer(keys[i].begin(), keys[i].end()), id);
        if (!is_new) {
          return both_have(look.definition, look.catalog.get(), db_.tables_, *db_.version_, keys[i],
                           at->second, id);
        }
        cursor.seek(keys[i]);
        while (cursor.next() && equal(cursor.key(), keys[i])) {
          if (written.count(cursor.id()) != 0) continue;
          // A removal from memory may have been given back with its row.
          state::Found other;
          const auto lookup = db_.version_->find(cursor.id(), ~Sequence{0}, other);
          if (lookup == state::Version::Lookup::found && other.record == nullptr) continue;
          if (lookup == state::Version::Lookup::none) continue;
          return both_have(look.definition, look.catalog.get(), db_.tables_, *db_.version_, keys[i],
                           cursor.id(), id);
        }
        if (cursor.is_cut_short()) return cursor.damage();
      }
    }
  }
  return {};
}

}  // namespace gs::engine
