// All indexes of one version of the state: what each table of the version adds to them, and the
// index runs that stand for the version's runs.
//
//   publish a version  -> followed(): the same indexes with the tables of that version
//   a reader           -> IndexView::One -> tiers(): brought up to date -> index::Cursor
//   a table is written -> write_index_run() of its TableIndex, published with the version without
//                         the table
//   no runs to go on   -> build_index_run(): from the records of the version's runs
//
// An index that is not whole has no index runs for the version's runs, as before it is built, and
// after they were lost. Nothing but time is lost with them.
//
// Threads: immutable; what is mutable behind it has the lock of its Index. Errors: damaged (state
// or index), those of files.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "gs/engine/indexes/table_index.h"
#include "gs/platform/mutex.h"

namespace gs::engine {

// One index as long as the schema has it.
struct Index {
  Index(rules::IndexDefinition with, const state::Tables& tables, std::shared_ptr<const Catalog> by,
        std::size_t table_keys_bytes)
      : definition(std::move(with)),
        catalog(std::move(by)),
        digest(definition.digest()),
        table_keys_bytes_max(table_keys_bytes),
        records(definition, tables, catalog) {}

  // What a table that is new here has in it: nothing so far.
  std::shared_ptr<TableIndex> of_table(const std::shared_ptr<state::RowTable>& rows) const {
    return std::make_shared<TableIndex>(rows, table_keys_bytes_max);
  }

  const rules::IndexDefinition definition;
  // The schema that reads the records. Another one with the same definition reads the same keys.
  const std::shared_ptr<const Catalog> catalog;
  const Digest digest;
  const std::size_t table_keys_bytes_max;
  platform::Mutex mutex;                    // of those who bring it up to date
  Records records;                          // theirs
  std::atomic<std::uint64_t> failed_ns{0};  // when it could not be built; 0: never
};

using IndexRunList = std::vector<std::shared_ptr<const index::Run>>;  // newest first

struct IndexView {
  struct One {
    std::shared_ptr<Index> index;
    std::vector<std::shared_ptr<TableIndex>> tables;  // as those of the version
    std::shared_ptr<TableIndex> unlogged;             // the same; null: none
    IndexRunList runs;
    bool is_whole = false;
    bool is_being_built = false;  // then `runs` are those of tables that were written since
    std::shared_ptr<const index::Tiers> gathered;  // the tables and runs, for readers

    // After every change of tables and runs, before anybody reads them.
    void gather();
  };
  std::vector<One> all;  // ascending by digest

  const One* find(const Digest& digest) const noexcept;
  std::size_t memory_bytes() const noexcept;  // of keys in RAM
};

// New runs by index: of the table that a version has no more.
using NewIndexRuns = std::map<Digest, std::shared_ptr<const index::Run>>;

// What was made for a version's records that are not in the log, by index. Those that are not there
// are made when they are asked for.
using UnloggedIndexes = std::map<Digest, std::shared_ptr<TableIndex>>;

// The indexes for another version. An index whose table is gone without a run of it is not whole,
// and its building is in vain.
// The same view when all it needs to say is the same.
std::shared_ptr<const IndexView> followed(const std::shared_ptr<const IndexView>& view,
                                          const state::Version& version,
                                          const NewIndexRuns& runs = {},
                                          const UnloggedIndexes& unlogged = {});

// Everything up to `at` in one index. The version is that of the view, or was published before it.
Result<std::shared_ptr<const index::Tiers>> tiers(const IndexView::One& one,
                                                  const state::Version& version,
                                                  state::Sequence at);

// Writes what the table, frozen, has in the index. Null: nothing.
Result<std::shared_ptr<const index::Run>> write_index_run(
    platform::FileSystem& files, const IndexView::One& one, std::size_t table,
    const state::Version& version, const std::function<Result<std::uint64_t>()>& new_number);

struct BuildIndex {
  platform::FileSystem& files;
  const std::string& path;
  std::uint64_t number = 0;
  std::size_t memory_bytes = 0;         // for keys, before they are sorted in parts
  std::function<Error()> between = {};  // called from time to time
  // Entries looked at, of all that there are. May be empty.
  std::function<void(std::uint64_t done, std::uint64_t total)> progress = {};
};
// Makes the index of what the version has at that moment.
Result<std::shared_ptr<const index::Run>> build_index_run(
    Records& records, const std::shared_ptr<const state::Version>& version, state::Sequence at,
    const BuildIndex& options);
// The version with nothing but its runs.
std::shared_ptr<const state::Version> runs_only(const state::Version& version);

// Compares the checksums of all index runs, and all keys with those of the records. Errors:
// damaged, with what is wrong.
Error check_index(const IndexView::One& one, const state::Tables& tables,
                  const std::shared_ptr<const state::Version>& version, state::Sequence at);

std::string index_run_path(std::uint64_t number);  // state/00000001.gsx

}  // namespace gs::engine
