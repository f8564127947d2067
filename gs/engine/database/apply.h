// From operations to current values: the one place that knows what each kind of operation does.
//
// Used by commits (the results were prepared before the change was written), by recovery and by
// verification (operations read back from the log). All three end in the same row table calls, so
// state = f(changes) by construction.
//
// Replay takes memory for the first table of its version only: spill_at() says when it is full.
//
// Threads: the engine's commit lock, or a private instance. Errors: broken_chain (an operation that
// cannot follow from what stands before it), invalid, too_large.
#pragma once

#include <bitset>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "gs/core/graph/operation.h"
#include "gs/core/record/shape_cache.h"
#include "gs/engine/database/erasures.h"
#include "gs/engine/database/id_set.h"
#include "gs/storage/state/checkpoint.h"
#include "gs/storage/state/state.h"

namespace gs::engine {

using state::Found;
using state::Sequence;

// Digests of the state are kept per bucket of record ids (docs/FORMAT.md, "State digest").
inline constexpr std::size_t kBuckets = 4096;
using BucketSet = std::bitset<kBuckets>;
inline std::size_t bucket_of(const Id& id) noexcept {
  return ((id.bytes[14] & std::size_t{0x0f}) << 8) | id.bytes[15];
}

// Only an engine that does not keep its own rules, or a stranger, writes such an operation.
Error error_in(const graph::ChangeView& change, std::uint32_t operation, const Error& why);
inline Error undefined_shape() { return Error(Code::broken_chain, "it uses an undefined shape"); }

// Names exactly one version of a record: SHA-256("gs version" | stamps), see FORMAT.md.
Digest version_digest(const Found& found, const state::Tables& tables);

// What check() has to know of a record that a change writes to.
struct WriteTarget {
  bool was_looked_up = false;
  bool was_minted = false;             // by the change
  const record::Shape* had = nullptr;  // of the record that was there, live, removed or erased
  // Nothing but an erasure is there: perhaps of what only another branch had.
  bool is_erased = false;
  std::size_t image_bytes = 0;  // at most, with what the change adds
};
using WriteTargets = std::vector<WriteTarget>;  // by id index of the change

class Applier {
 public:
  // `shapes`: learns every shape that the log defines; may be null.
  explicit Applier(state::Tables& tables, record::ShapeCache* shapes = nullptr)
      : tables_(tables), shapes_(shapes), merger_(tables, shapes) {}

  // The version to read from and, as its first table, to write to.
  void attach(std::shared_ptr<const state::Version> version) noexcept {
    version_ = std::move(version);
  }
  const state::Version& version() const noexcept { return *version_; }
  const std::shared_ptr<const state::Version>& version_pointer() const noexcept { return version_; }

  // The current version of a record, also of one that was deleted as long as anything is known of
  // it: false when there is none.
  // False as well when damage hides it; then the version is damaged, and nothing may be written.
  bool find_known(const Id& id, Found& out) const noexcept;

  // After which nothing but what has seen it is left of a record; hlc 0: none. `found`: its row, or
  // nothing.
  LocalStamp erasure(const Id& id, const Found& found) const;
  const Erasures& erasures() const noexcept { return erasures_; }
  void add_erasure(const Id& id, const LocalStamp& stamp) {
    erasures_.add(id, {stamp, true}, tables_);
  }
  void reset_erasures(Erasures erasures) { erasures_ = std::move(erasures); }

  // These look nothing up: what stands there already, damage may hide by now, and then a row would
  // be missing without a word. `is_new`: no live record has this id.
  void put_record(const Id& id, std::uint32_t shape, log::Location record, const LocalStamp& stamp,
                  Sequence sequence, bool is_new);
  // `was_live`: a live record had this id.
  void put_merged(const Id& id, std::uint32_t shape, const Merged& merged, Sequence sequence,
                  bool was_live);
  // Nothing is left of the record, live or not, but that it was erased.
  void put_erased(const Found& found, const LocalStamp& stamp, Sequence sequence);

  // What is found in another version of the same log and tables. `was_live`: a live record had this
  // id.
  void put_found(const Found& found, Sequence sequence, bool was_live);

  // Adds shape and collection to the tables; kUnknown when these are full.
  std::uint32_t intern(const record::ShapePtr& shape);

  // Applies all transactions of a change that lies at `at`; `sequence` is that of the last
  // transaction applied before, and after. Whoever wrote it, heads and sizes of its operations are
  // checked; that their payloads are valid is for the caller to know (graph::validate_change).
  // After an error the state is of no use.
  Error replay(const graph::ChangeView& change, log::Location at, Sequence& sequence);

  // Whether replay() of a change that others wrote will go through, if its payloads are valid:
  // shapes and tables, ids that are minted once, records that stay in their collections and whose
  // images are not larger than `image_bytes_max`. Errors: broken_chain, too_large.
  // `targets`: of the records that it writes to, what was looked up already.
  Error check(const graph::ChangeView& change, WriteTargets& targets,
              std::size_t image_bytes_max) const;
  // find_known(), which leaves in `target` what check() would look up once more.
  bool look_up(const Id& id, WriteTarget& target, Found& out) const;

  // Replay calls `spill` whenever the first table takes `bytes_max` or more. It has to attach a
  // version of the same state whose first table is empty.
  void spill_at(std::uint64_t bytes_max, std::function<Error()> spill) {
    table_bytes_max_ = bytes_max;
    spill_ = std::move(spill);
  }

  // Takes of a change what is of the storage, whatever its state is of: shapes, names of versions,
  // the counters of minted ids and stamps. The change is not applied.
  Error note(const graph::ChangeView& change, log::Location at, Sequence& sequence);

  void spill_above(std::uint64_t bytes_max) noexcept { table_bytes_max_ = bytes_max; }

  // Replay refuses records that move to another collection and ids that are minted twice, for which
  // it looks up what it would not need to. No commit of this engine does such a thing.
  void distrust(bool distrusts) noexcept { distrusts_ = distrusts; }

  // What is replayed is older than the state, which may have been told of its erasure already.
  void late(bool is_late) noexcept { is_late_ = is_late; }

  // Replay passes over operations on all other records. The set stays as long as the applier; null
  // means all records.
  void only(const IdSet* ids) noexcept { only_ = ids; }

  // What is replayed becomes the state of the storage, on which its own changes stand: they need
  // not define the shapes again. What other versions have nobody may count on.
  void makes_state() noexcept { is_of_state_ = true; }

  // Knows nothing, as before the first change.
  void start_over();

  // The schema in force: of the entries so far the one with the greatest stamp.
  const state::SchemaEntry& schema() const noexcept { return schema_; }
  void reset_schema(state::SchemaEntry schema) { schema_ = std::move(schema); }
  // Takes the entry when its stamp is greater than that of the schema in force.
  Error put_schema(Bytes payload, graph::Hlc hlc, const graph::Writer& writer);

  // Names of versions. A fixed copy, made again only when there are others since.
  const state::References& references() const noexcept { return references_; }
  std::shared_ptr<const state::References> fixed_references();
  void reset_references(state::References references);
  void bound_references(std::size_t bytes_max) { references_ = state::References(bytes_max); }
  // Errors: too_large.
  Error put_reference(const graph::Reference& reference, graph::Hlc hlc,
                      const graph::Writer& writer);

  std::vector<std::uint64_t>& live_records() noexcept { return live_; }  // by collection number
  const std::vector<std::uint64_t>& live_records() const noexcept { return live_; }
  BucketSet& dirty() noexcept { return dirty_; }

  struct Mint {
    std::uint64_t next = 0;
    Id last;
  };
  // What the writer of the change replayed last has minted in it.
  const Mint& mint() const noexcept { return mint_; }
  void reset_mint(const Mint& mint) noexcept { mint_ = mint; }
  // The greatest stamp of the change replayed last.
  graph::Hlc last_hlc() const noexcept { return last_hlc_; }

 private:
  struct Frame;
  Error step(Frame& frame, const graph::OperationView& operation, std::size_t offset);
  Error note_one(Frame& frame, const graph::OperationView& operation);
  void apply_erased(const Frame& frame, const graph::OperationView& operation);
  void count_erased_mint(const Frame& frame, const graph::OperationView& operation);
  void apply_erase(const Frame& frame, const graph::OperationView& operation);
  void count_mint(std::uint64_t counter, const Id& id);
  Error apply_shape(Frame& frame, const graph::OperationView& operation);
  Error apply_reference(const Frame& frame, const graph::OperationView& operation);
  Error apply_insert(Frame& frame, const graph::OperationView& operation, log::Location payload);
  Error apply_write(Frame& frame, const graph::OperationView& operation, log::Location payload);
  Error apply_remove(Frame& frame, const graph::OperationView& operation);
  void begin_merge(const Current* current, const LocalStamp& erasure);
  Error put_result(const Frame& frame, const graph::OperationView& operation, log::Location record,
                   bool was_live);
  void count(std::uint32_t collection, int by);
  Error check_place(const Id& id, const record::CollectionId& collection, bool minted) const;
  Error check_image(const graph::ChangeView& change, std::uint32_t id_index,
                    const std::vector<record::ShapePtr>& shapes, std::size_t bytes_max) const;
  Error spill_if_full();

  state::Tables& tables_;
  record::ShapeCache* shapes_;
  std::shared_ptr<const state::Version> version_;
  std::vector<std::uint64_t> live_;
  BucketSet dirty_;
  state::SchemaEntry schema_;
  state::References references_;
  std::shared_ptr<const state::References> fixed_references_;  // null: there are others since
  Mint mint_;
  graph::Hlc last_hlc_ = 0;
  bool distrusts_ = false;
  bool is_late_ = false;
  bool is_of_state_ = false;
  const IdSet* only_ = nullptr;
  bool notes_ = false;
  Erasures erasures_;
  std::uint64_t table_bytes_max_ = ~std::size_t{0};
  std::function<Error()> spill_;
  Merger merger_;
  Merged merged_;  // scratch
};

}  // namespace gs::engine
