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
#include <set>
#include <utility>
#include <vector>

#include "gs/core/graph/operation.h"
#include "gs/core/record/shape_cache.h"
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

// A stamp with the local number of its writer.
struct LocalStamp {
  graph::Hlc hlc = 0;
  std::uint32_t writer = 0;
};

// Names exactly one version of a record: SHA-256("gs version" | stamps), see FORMAT.md.
Digest version_digest(const Found& found, const state::Tables& tables);

// A record as an update finds it, wherever its bytes are.
struct Current {
  record::ShapePtr shape;
  const std::uint8_t* record = nullptr;
  LocalStamp base;
  const state::StampException* exceptions = nullptr;
  std::uint32_t exception_count = 0;
};
Current current_of(const Found& found, const state::Tables& tables);

// What an update makes of a record: its new shape and image (head, exceptions, record).
struct Merged {
  record::ShapePtr shape;
  LocalStamp base;
  Buffer image;
  std::uint32_t exception_count = 0;
  std::size_t record_at = 0;  // of the record inside the image

  Current as_current() const noexcept;
};
// Puts `delta` over `current`; the written fields get `stamp`. Reuses `out`'s memory.
// `shapes` remembers merged shapes; null makes each anew.
Error merge_update(const Current& current, const record::RecordView& delta, const LocalStamp& stamp,
                   Merged& out, record::ShapeCache* shapes = nullptr);

class Applier {
 public:
  // `shapes`: learns every shape that the log defines; may be null.
  explicit Applier(state::Tables& tables, record::ShapeCache* shapes = nullptr)
      : tables_(tables), shapes_(shapes) {}

  // The version to read from and, as its first table, to write to.
  void attach(std::shared_ptr<const state::Version> version) noexcept {
    version_ = std::move(version);
  }
  const state::Version& version() const noexcept { return *version_; }

  // The current version of a record: false when there is none or it was deleted.
  // False as well when damage hides it; then the version is damaged, and nothing may be written.
  bool find_live(const Id& id, Found& out) const noexcept;

  // These look nothing up: what stands there already, damage may hide by now, and then a row would
  // be missing without a word. `is_new`: no live record has this id.
  void put_record(const Id& id, std::uint32_t shape, log::Location record, const LocalStamp& stamp,
                  Sequence sequence, bool is_new);
  void put_image(const Id& id, std::uint32_t shape, const Merged& merged, Sequence sequence);
  // `shape`: that of the live record.
  void put_tombstone(const Id& id, std::uint32_t shape, const LocalStamp& stamp, Sequence sequence);

  // Adds shape and collection to the tables; kUnknown when these are full.
  std::uint32_t intern(const record::ShapePtr& shape);

  // Applies all transactions of a change that lies at `at`; `sequence` is that of the last
  // transaction applied before, and after. Whoever wrote it, heads and sizes of its operations are
  // checked; that their payloads are valid is for the caller to know (graph::validate_change).
  // After an error the state is of no use.
  Error replay(const graph::ChangeView& change, log::Location at, Sequence& sequence);

  // Replay calls `spill` whenever the first table takes `bytes_max` or more. It has to attach a
  // version of the same state whose first table is empty.
  void spill_at(std::size_t bytes_max, std::function<Error()> spill) {
    table_bytes_max_ = bytes_max;
    spill_ = std::move(spill);
  }

  // Replay refuses records that move to another collection and ids that are minted twice, for which
  // it looks up what it would not need to. No commit of this engine does such a thing.
  void distrust(bool distrusts) noexcept { distrusts_ = distrusts; }

  // Called with the place of a change and the number of its transaction that has no effect, because
  // an expectation does not hold.
  using TellVoid = std::function<void(log::Location change, std::uint32_t transaction)>;
  void tell_void(TellVoid tell) { tell_void_ = std::move(tell); }

  // Knows nothing, as before the first change.
  void start_over();

  // The schema in force: of the entries so far the one with the greatest stamp.
  const state::SchemaEntry& schema() const noexcept { return schema_; }
  void reset_schema(state::SchemaEntry schema) { schema_ = std::move(schema); }
  // Takes the entry when its stamp is greater than that of the schema in force.
  Error put_schema(Bytes payload, graph::Hlc hlc, const graph::Writer& writer);

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
  Error apply(Frame& frame, const graph::OperationView& operation, std::size_t offset);
  void apply_erased(const Frame& frame, const graph::OperationView& operation);
  void apply_remove(const Frame& frame, const graph::OperationView& operation);
  bool is_live(const Id& id) const noexcept;
  void count_mint(std::uint64_t counter, const Id& id);
  Error apply_shape(Frame& frame, const graph::OperationView& operation);
  Error apply_update(Frame& frame, const graph::OperationView& operation);
  void count(std::uint32_t collection, int by);
  Error check_place(const Id& id, std::uint32_t shape, bool minted) const;
  Error spill_if_full();
  void prefetch(const graph::ChangeView& change, const graph::OperationView& operation) const;
  bool expectation_holds(const Id& id, Bytes payload) const;

  state::Tables& tables_;
  record::ShapeCache* shapes_;
  std::shared_ptr<const state::Version> version_;
  std::vector<std::uint64_t> live_;
  BucketSet dirty_;
  state::SchemaEntry schema_;
  Mint mint_;
  std::set<Id> erased_;  // that operations replayed so far were about
  graph::Hlc last_hlc_ = 0;
  bool distrusts_ = false;
  std::size_t table_bytes_max_ = ~std::size_t{0};
  std::function<Error()> spill_;
  TellVoid tell_void_;
  Merged merged_;  // scratch
};

}  // namespace gs::engine
