// One transaction from staged operations to visible rows; see database.h for the whole path.
//
// Two passes under the commit lock: prepare() decides everything that can fail and computes merged
// records, append() only copies and cannot fail. So a transaction takes effect all or none without
// any undo.

#include <algorithm>

#include "gs/base/check.h"
#include "gs/base/endian.h"
#include "gs/engine/database/commit_scratch.h"
#include "gs/engine/database/committing.h"
#include "gs/engine/database/look_ahead.h"
#include "gs/engine/database/open_change.h"
#include "gs/engine/database/unlogged_rows.h"

namespace gs::engine {

using graph::Kind;
using state::kUnknown;

namespace {

// A sixteenth of room beyond the target size of a change, so that a typical last transaction fits.
constexpr std::size_t kSlackShare = 16;
// From a sixteenth of a full change on, its operations are worth a write of their own.
constexpr std::size_t kAheadShare = 16;
// Operations whose places in the first table are on their way from memory.
constexpr std::size_t kPlacesAhead = 8;
// Frozen row tables that may wait for the background before commits wait too; bounds memory.
constexpr std::size_t kFrozenMax = 3;
// Runs that there may be while none can be merged.
constexpr std::size_t kUnmergedMax = 2 * kRunsBesideMax;

// A unique index that is not there is made, and may be gone again when the lock is had.
constexpr int kIndexTriesMax = 8;

Error missing(const Id& id) {
  return Error(Code::not_found, "no record " + id.text() + ". Insert it first, or check the id");
}

}  // namespace

Error Database::writable() const {
  if (closed_) return Error(Code::closed, "the storage is closed. Open it again");
  if (failure_) {
    return Error(Code::failed, "an earlier write failed (" + failure_.text() +
                                   "); nothing is written until the storage is opened again");
  }
  if (read_only_) return read_only_reason_.copy();
  return {};
}

// What is staged without the schema in force must not be committed.
Error Database::Committing::schema_usable() const { return db_.schema_.error.copy(); }

// While the last job failed: whether more commits would only take memory, or make more runs to
// read. Under background_.mutex.
bool Database::is_stuck() const {
  if (!background_.error) return false;
  return background_.frozen.size() >= kFrozenMax || current_version()->runs.size() >= kUnmergedMax;
}

Error Database::throttle() {
  start_background();  // a job may have ended while the last table was frozen
  platform::UniqueLock lock(background_.mutex);
  const bool has_work = !background_.frozen.empty() || is_stuck() || unlogged_.wasteful;
  if (env_.background == nullptr && !background_.is_running && has_work) {
    // Nobody else does the background's work; do it here, where no lock is held.
    background_.is_running = true;
    lock.unlock();
    background();
    lock.lock();
  }
  // Without an executor a job that merges writes what is frozen meanwhile, when it gets there.
  const bool waits_for_tables = env_.background != nullptr;
  background_.done.wait(lock, [&] {
    const bool full = waits_for_tables && background_.frozen.size() >= kFrozenMax;
    return !background_.is_running || (!full && !is_stuck());
  });
  if (!is_stuck()) return {};
  return Error(background_.error.code(),
               "what was committed before cannot be written to sorted runs: " +
                   std::string(background_.error.message()));
}

Result<Sequence> Database::Committing::commit_checked(TransactionState& tx, Durability durability) {
  if (tx.size() == 0) return db_.visible_.load(std::memory_order_acquire);
  GS_TRY_OK(db_.throttle());
  std::optional<Digest> broken_index;
  bool is_logged = false;
  Result<Sequence> committed = Sequence{0};
  for (int i = 0; i < kIndexTriesMax; ++i) {
    GS_TRY_OK(make_unique_usable(tx));
    broken_index.reset();
    committed = commit_visibly(tx, is_logged, broken_index);
    if (!broken_index) break;
    if (committed.code() == Code::damaged) db_.forget_index(*broken_index, committed.error());
  }
  GS_TRY(const Sequence sequence, std::move(committed));
  tx.clear();
  db_.watchers_.wake();
  db_.start_background();
  if (durability != Durability::lazy && is_logged) GS_TRY_OK(db_.wait(sequence));
  return sequence;
}

// Until readers see it. `is_logged`: whether any of it has to become durable. `broken_index`: what
// must be made again before anybody can tell.
Result<Sequence> Database::Committing::commit_visibly(TransactionState& tx, bool& is_logged,
                                                      std::optional<Digest>& broken_index) {
  std::lock_guard lock(db_.commit_mutex_);
  const CommitScratch::Release release{*db_.scratch_};
  GS_TRY_OK(db_.writable());
  GS_TRY_OK(schema_usable());
  if (tx.own_chains != db_.own_chains_ || db_.changes_over_) {
    return Error(Code::conflict,
                 "another branch was checked out since the transaction began, or a new writer took "
                 "over. Begin it again");
  }
  GS_TRY_OK(OpenChange(db_).join_heads());
  const graph::Hlc hlc = db_.next_hlc();
  const LocalStamp stamp{hlc, db_.writer_number_};
  Error refused = prepare(tx, stamp);
  if (!refused && db_.schema_.is_unique) refused = check_unique(tx, broken_index);
  // What was looked up may be wrong, whether it was found or not.
  if (db_.version_->is_damaged()) return db_.state_damage(*db_.version_);
  GS_TRY_OK(std::move(refused));
  count_logged(tx);
  if (tx.reverts) ++db_.scratch_->logged_count;
  const std::size_t bytes = cost(tx);
  if (bytes > graph::kTransactionBytesMax) {
    return Error(Code::too_large, "a transaction of " + std::to_string(bytes) +
                                      " bytes; the limit is " +
                                      std::to_string(graph::kTransactionBytesMax) +
                                      ". Split it, or store large values as blobs");
  }
  GS_TRY_OK(check_numbers());
  if (db_.scratch_->unlogged_bytes != 0)
    GS_TRY_OK(UnloggedRows(db_).make_room_unlogged(db_.scratch_->unlogged_bytes));
  is_logged = db_.scratch_->logged_count != 0;
  if (is_logged) {
    const std::size_t writers = std::min(db_.scratch_->named_stamps, db_.heads_.size());
    GS_TRY_OK(OpenChange(db_).ensure_room({bytes, db_.scratch_->shapes.size(), writers}, hlc));
  }
  const Sequence sequence = db_.visible_.load(std::memory_order_relaxed) + 1;
  append(tx, stamp, sequence);
  tx.committed = {hlc, db_.chain_};
  db_.make_visible(sequence, hlc, db_.scratch_->logged_count);
  return sequence;
}

// From now on readers see what was applied. `logged_count`: how many of its operations are in the
// log.
void Database::make_visible(Sequence sequence, graph::Hlc hlc, std::size_t logged_count) noexcept {
  if (logged_count != 0) {
    last_hlc_ = hlc;
    last_logged_ = sequence;
    operation_count_ += logged_count;
  } else {
    unlogged_.hlc = hlc;  // which nothing in the log may speak of
  }
  visible_.store(sequence, std::memory_order_release);
}

// --- pass one: everything that can fail ---

Error Database::Committing::prepare(const TransactionState& tx, const LocalStamp& stamp) {
  CommitScratch& scratch = *db_.scratch_;
  scratch.reset(tx.operations.size());
  scratch.merger.rules().reset();
  for (const StagedOperation& staged : tx.operations) {
    if (staged.kind != Kind::insert || staged.keyed)
      scratch.track_touched = tx.operations.size() > 1;
  }
  const std::size_t count = tx.operations.size();
  LookAhead ahead;
  const auto look_ahead = [&](std::size_t i) {
    if (scratch.track_touched && i < count) ahead.add(*db_.version_, tx.operations[i].id);
  };
  for (std::size_t i = 0; i < LookAhead::kDistance; ++i) look_ahead(i);
  for (std::size_t i = 0; i < count; ++i) {
    look_ahead(i + LookAhead::kDistance);
    GS_TRY_OK(prepare_one(tx, i, stamp));
  }
  return tx.catalog == nullptr ? Error() : check_missing(tx);
}

Error Database::Committing::prepare_one(const TransactionState& tx, std::size_t index,
                                        const LocalStamp& stamp) {
  const StagedOperation& staged = tx.operations[index];
  Prepared& prepared = db_.scratch_->prepared[index];
  prepared.kind = staged.kind;
  std::size_t earlier = Touched::kNone;
  if (db_.scratch_->track_touched && staged.kind != Kind::expect) {
    earlier = std::exchange(db_.scratch_->touched.last(staged.id), index);
  }
  if (staged.kind == Kind::insert && !staged.keyed) {
    prepared.unlogged = is_kept_in_memory(**staged.shape);
    return prepare_insert(tx, index, stamp);
  }

  // What this operation finds: an earlier operation of the same transaction, or the state.
  Current current;
  bool is_known_already = false;
  LocalStamp erasure;
  if (earlier != Touched::kNone) {
    const StagedOperation& before = tx.operations[earlier];
    const Prepared& made = db_.scratch_->prepared[earlier];
    prepared.was_live = made.kind != Kind::remove;
    prepared.unlogged = prepared.was_live && made.unlogged;
    is_known_already = prepared.was_live || made.more != nullptr;
    if (is_known_already) current = made.result(before, tx, stamp);
  } else {
    Found found;
    is_known_already = db_.applier_.find_known(staged.id, found);
    if (!is_known_already) erasure = db_.applier_.erasure(staged.id, found);
    prepared.was_live = is_known_already && found.record != nullptr;
    prepared.unlogged = prepared.was_live && found.unlogged;
    const auto version = [&] {
      return prepared.was_live ? version_digest(found, db_.tables_) : Digest{};
    };
    if (staged.kind == Kind::expect) {
      if (version() == staged.version) return {};
      return Error(Code::conflict, "record " + staged.id.text() +
                                       (prepared.was_live ? " has another version now"
                                                          : " does not exist (any more)") +
                                       ". Read it again and repeat");
    }
    if (is_known_already) current = current_of(found, db_.tables_);
    if (staged.was_checked && version() != staged.version) {
      tx.is_stale = true;
      return Error(Code::conflict, "record " + staged.id.text() + " changed while it was checked");
    }
  }
  if (!staged.keyed && !prepared.was_live) return missing(staged.id);
  if (!prepared.was_live) prepared.unlogged = is_kept_in_memory(**staged.shape);
  // What the log knows of a record matters to none that is kept in memory.
  if (!prepared.was_live && prepared.unlogged) {
    is_known_already = false;
    erasure = {};
  }
  use_write_rules(tx, *(is_known_already ? current.shape : *staged.shape), prepared.unlogged);
  const bool is_erased = erasure.hlc != 0;
  if (is_erased) GS_TRY_OK(check_erasure_seen(staged.id));
  if (staged.keyed) prepared.kind = is_known_already || is_erased ? Kind::set : Kind::insert;
  if (is_erased) return prepare_after(tx, index, stamp, erasure);
  if (!is_known_already) return prepare_insert(tx, index, stamp);
  if (prepared.was_live) GS_TRY_OK(check_allowed(*current.shape));
  prepared.overwritten = current.base;
  return prepare_merge(tx, index, stamp, current);
}

// Nobody could tell that we have seen it.
Error Database::Committing::check_erasure_seen(const Id& id) const {
  const Erasure* const erasure = db_.applier_.erasures().find(id);
  if (erasure == nullptr || erasure->is_applied) return {};
  return Error(Code::conflict, "record " + id.text() +
                                   " was erased on another branch. Merge that one first "
                                   "(`gstore merge`), then put the record again");
}

// Nobody writes beside us what is in memory only.
void Database::Committing::use_write_rules(const TransactionState& tx, const record::Shape& shape,
                                           bool unlogged) {
  const bool has_rules = tx.catalog != nullptr && !unlogged;
  db_.scratch_->merger.rules().use(has_rules ? tx.catalog->find(shape.collection()) : nullptr);
}

// Nearly all stand alone, and their bytes in the log are all that there is.
Error Database::Committing::prepare_insert(const TransactionState& tx, std::size_t index,
                                           const LocalStamp& stamp) {
  const StagedOperation& staged = tx.operations[index];
  Prepared& prepared = db_.scratch_->prepared[index];
  const std::uint8_t* const record = tx.record(staged);
  Merger& merger = db_.scratch_->merger;
  if (staged.keyed && merger.rules().has_any({staged.shape->get(), record})) {
    // Others may insert the same key, and an insert has no room for rules.
    prepared.kind = Kind::set;
    PreparedMore& more = *(prepared.more = db_.scratch_->take_more());
    more.written.shape = nullptr;
    return merger.insert_marked(*staged.shape, record, stamp, more.merged, more.seen, more.written);
  }
  if (prepared.unlogged || merge::stands_alone({staged.shape->get(), record})) return {};
  PreparedMore& more = *(prepared.more = db_.scratch_->take_more());
  more.written.shape = nullptr;
  more.seen.clear();
  return merger.insert(*staged.shape, record, stamp, more.merged);
}

// It has to name the erasure, or it would be taken for a write that did not see it.
Error Database::Committing::prepare_after(const TransactionState& tx, std::size_t index,
                                          const LocalStamp& stamp, const LocalStamp& erasure) {
  const StagedOperation& staged = tx.operations[index];
  PreparedMore& more = *(db_.scratch_->prepared[index].more = db_.scratch_->take_more());
  more.written.shape = nullptr;
  return db_.scratch_->merger.insert_after(erasure, *staged.shape, tx.record(staged), stamp,
                                           more.merged, more.seen, more.written);
}

// What the operation makes of a record that is known.
Error Database::Committing::prepare_merge(const TransactionState& tx, std::size_t index,
                                          const LocalStamp& stamp, const Current& current) {
  const StagedOperation& staged = tx.operations[index];
  Prepared& prepared = db_.scratch_->prepared[index];
  if (prepared.kind != Kind::update && prepared.unlogged) return {};
  const std::uint8_t* const record = tx.record(staged);
  const bool is_put = prepared.kind == Kind::set;
  const bool is_marked =
      is_put && db_.scratch_->merger.rules().has_any({staged.shape->get(), record});
  if (is_put && !is_marked && replaces_all(current, {staged.shape->get(), record})) return {};
  PreparedMore& more = *(prepared.more = db_.scratch_->take_more());
  Merger& merger = db_.scratch_->merger;
  more.written.shape = nullptr;
  if (prepared.kind == Kind::remove) {
    prepared.removal_rule = static_cast<std::uint8_t>(merger.rules().removal());
    GS_TRY_OK(merger.remove(current, stamp, more.merged, more.seen));
  } else if (is_put) {
    GS_TRY_OK(
        merger.put(current, *staged.shape, record, stamp, more.merged, more.seen, more.written));
  } else {
    GS_TRY_OK(merger.update(current, tx.change(staged), *staged.shape, record, stamp, more.merged,
                            more.seen, more.written));
  }
  db_.scratch_->result_bytes += more.merged.image.size();
  if (db_.scratch_->result_bytes <= kResultBytesMax) return {};
  return too_many_results();
}

// --- room ---

std::size_t Database::Committing::cost(const TransactionState& tx) {
  std::size_t bytes = tx.reverts ? graph::ChangeBuilder::cost(graph::kRevertBytes) : 0;
  const record::Shape* last = nullptr;
  const record::Shape* last_new = nullptr;
  Interner<Digest>& shapes = db_.scratch_->shapes;
  shapes.begin(db_.scratch_->touched.key());
  db_.scratch_->named_stamps = 0;
  db_.scratch_->new_shapes = 0;
  db_.scratch_->new_collections = 0;
  const auto count_new = [&](const record::ShapePtr& shape) {
    if (shape.get() == last_new || db_.tables_.find_shape(shape->digest()) != kUnknown) return;
    last_new = shape.get();
    ++db_.scratch_->new_shapes;
    if (db_.tables_.find_collection(shape->collection_id()) == kUnknown)
      ++db_.scratch_->new_collections;
  };
  const auto add_shape = [&](const record::ShapePtr& shape) {
    if (shape.get() == last) return;
    last = shape.get();
    const std::size_t before = shapes.size();
    shapes.add(shape->digest());
    if (shapes.size() == before) return;
    const std::uint32_t number = db_.tables_.find_shape(shape->digest());
    if (db_.tables_.is_defined(number)) return;
    bytes += graph::ChangeBuilder::cost(shape->definition().size());
    count_new(shape);
  };
  for (std::size_t i = 0; i < tx.operations.size(); ++i) {
    const StagedOperation& staged = tx.operations[i];
    const Prepared& prepared = db_.scratch_->prepared[i];
    if (prepared.unlogged) {
      db_.scratch_->unlogged_bytes += cost_unlogged(staged, prepared);
      if (staged.shape != nullptr) count_new(*staged.shape);
      if (prepared.kind == Kind::update) count_new(prepared.more->merged.shape);
      continue;
    }
    bytes +=
        graph::ChangeBuilder::cost(prepared.payload_bytes(staged), 1 + prepared.exception_count());
    if (prepared.kind != Kind::insert) db_.scratch_->named_stamps += 1 + prepared.exception_count();
    if (const record::ShapePtr* const shape = prepared.shape(staged)) add_shape(*shape);
    if (prepared.more != nullptr) count_new(prepared.more->merged.shape);
  }
  return bytes;
}

// Two shapes of one new collection count as two: the limit is far away from all that makes sense.
Error Database::Committing::check_numbers() const {
  if (db_.tables_.has_room(db_.scratch_->new_shapes, db_.scratch_->new_collections)) return {};
  return db_.tables_.full("shapes or collections");
}

Error Database::OpenChange::ensure_room(const Room& wanted, graph::Hlc hlc) {
  if (wanted.shapes > graph::kShapesMax || wanted.writers > graph::kWritersMax) {
    return Error(Code::too_large,
                 "a transaction that names more than 65,000 shapes or writers. Commit in parts");
  }
  if (db_.builder_.is_open()) {
    const bool fits =
        db_.builder_.room() >= wanted.bytes && db_.builder_.bytes() < db_.setup_.change_bytes &&
        db_.builder_.shape_room() >= wanted.shapes &&
        db_.builder_.writer_room() >= wanted.writers && hlc <= db_.builder_.hlc_max() &&
        // Small updates of large records: little log, much memory.
        db_.memory_of_rows() < db_.options_.memory_bytes;
    if (fits) return {};
    const bool checkpoint = db_.wants_checkpoint();
    GS_TRY_OK(db_.close_change(checkpoint ? Writing::now : Writing::later));
    if (checkpoint) db_.freeze();
  }
  return begin_change(wanted.bytes, hlc, db_.frontier());
}

// A change has 1,024 parents. More heads, as when so many wrote apart, are joined by changes of
// ours before it, which merge them and say nothing else.
Error Database::OpenChange::join_heads() {
  while (!db_.builder_.is_open() && db_.frontier_.size() > graph::kParentsMax) {
    std::vector<Digest> parents;
    const Digest& own = db_.heads_[db_.writer_number_].change;
    if (db_.frontier_.count(own) != 0) parents.push_back(own);
    for (auto at = db_.frontier_.begin(); parents.size() < graph::kParentsMax; ++at) {
      if (*at != own) parents.push_back(*at);
    }
    std::sort(parents.begin(), parents.end());
    const graph::Hlc hlc = db_.next_hlc();
    const Buffer payload = graph::encode_merge({{}, parents});
    GS_TRY_OK(begin_change(graph::ChangeBuilder::cost(payload.size()), hlc, parents));
    append_alone(Kind::merge, payload, hlc);
    GS_TRY_OK(db_.close_change());
  }
  return {};
}

// A transaction of one operation that is about no record.
Sequence Database::OpenChange::append_alone(Kind kind, Bytes payload, graph::Hlc hlc) {
  const auto appended =
      db_.builder_.append(static_cast<std::uint8_t>(kind), graph::kLastOfTransaction, nullptr,
                          nullptr, hlc, payload.size());
  std::memcpy(appended.payload, payload.data(), payload.size());
  const Sequence sequence = db_.visible_.load(std::memory_order_relaxed) + 1;
  db_.make_visible(sequence, hlc, 1);
  return sequence;
}

Error Database::OpenChange::begin_change(std::size_t bytes, graph::Hlc hlc,
                                         std::vector<Digest> parents) {
  GS_CHECK(parents.size() <= graph::kParentsMax);
  // Only after changes that somebody else made up.
  if (hlc > ~graph::Hlc{0} - graph::kHlcDeltaMax || hlc <= db_.last_hlc_) {
    return Error(Code::too_large,
                 "the log has a change with the last stamp that there is, so none "
                 "can come after it");
  }
  const state::WriterHead& head = db_.heads_[db_.writer_number_];
  graph::ChangeBuilder::Open open;
  open.storage = db_.storage_;
  open.branch = db_.branch_;
  open.writer = db_.writer_;
  open.sequence = head.change.is_zero() ? 0 : head.sequence + 1;
  open.hlc = hlc;
  open.prev = head.change;
  open.parents = parents;
  db_.env_.random->fill(open.seed);
  const std::size_t fixed = graph::ChangeBuilder::overhead(parents.size());
  const std::size_t wanted =
      std::max(db_.setup_.change_bytes + db_.setup_.change_bytes / kSlackShare, bytes + fixed);
  auto space = db_.log_->begin(std::min(wanted, graph::kChangeBytesMax));
  if (space.code() == Code::failed) return db_.fail(std::move(space).error());
  GS_TRY(db_.space_, std::move(space));
  db_.publish_log_view();
  db_.builder_.begin(std::move(open), db_.space_.space);
  db_.builder_parents_ = std::move(parents);
  db_.builder_reverts_ = false;
  db_.hashing_.begin();
  return {};
}

Error Database::close_change(Writing writing) {
  if (writing == Writing::awaited &&
      builder_.operations().size() >= setup_.change_bytes / kAheadShare) {
    // The disk works while we hash.
    if (Error error = log_->write_ahead(builder_.operations())) {
      hashing_.stop();
      builder_.discard();
      return fail(std::move(error));
    }
  }
  const Bytes change = builder_.close(*key_, hashing_.finish());
  Error error =
      writing == Writing::later ? log_writing_.write(change.size()) : log_->write(change.size());
  if (error) return fail(std::move(error));
  state::WriterHead& head = heads_[writer_number_];
  head.sequence = head.change.is_zero() ? 0 : head.sequence + 1;
  head.hlc = last_hlc_;
  head.change = builder_.digest();
  for (const Digest& parent : builder_parents_) {
    log_heads_.erase(parent);
    frontier_.erase(parent);
  }
  log_heads_.insert(head.change);
  frontier_.insert(head.change);
  if (!branch_.is_zero()) chains_.emplace(chain_, state::Branches::Chain{writer_, branch_});
  if (known_) {
    const graph::HeaderView header(
        change.subspan(graph::kPreambleBytes, load_u32(change.data() + 8)));
    if (Error lost = known_->add(header, head.change, space_.at, head.hlc)) {
      known_.reset();
    } else if (!builder_.ids().empty()) {
      known_->add_own(builder_.ids(), builder_reverts_);
    } else if (const auto about_no_record = graph::ChangeView::parse(change)) {
      known_->add_contents(*about_no_record);
    }
  }
  ++change_count_;
  written_ = visible_.load(std::memory_order_relaxed);
  return {};
}

// --- pass two: nothing can fail ---

void Database::Committing::append(const TransactionState& tx, const LocalStamp& stamp,
                                  Sequence sequence) {
  const std::size_t count = tx.operations.size();
  std::size_t left = db_.scratch_->logged_count;
  if (tx.reverts) {
    db_.builder_reverts_ = true;
    const Buffer payload = graph::encode_revert(*tx.reverts);
    const auto appended = db_.builder_.append(static_cast<std::uint8_t>(Kind::revert),
                                              --left == 0 ? graph::kLastOfTransaction : 0, nullptr,
                                              nullptr, stamp.hlc, payload.size());
    std::memcpy(appended.payload, payload.data(), payload.size());
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (db_.scratch_->prepared[i].unlogged) {
      append_unlogged(tx, i, stamp, sequence);
      continue;
    }
    if (i + kPlacesAhead < count) {
      db_.version_->tables.front()->prefetch(tx.operations[i + kPlacesAhead].id);
    }
    append_one(tx, i, --left == 0 ? graph::kLastOfTransaction : 0, stamp, sequence);
  }
  if (db_.scratch_->logged_count != 0) db_.hashing_.offer();
}

std::uint32_t Database::Committing::append_shape(const record::ShapePtr& shape, graph::Hlc hlc) {
  CommitScratch& scratch = *db_.scratch_;
  if (scratch.last_shape == shape.get()) return scratch.last_shape_number;
  std::uint32_t number = db_.tables_.find_shape(shape->digest());
  if (!db_.tables_.is_defined(number)) {
    const Bytes definition = shape->definition();
    const auto appended = db_.builder_.append(static_cast<std::uint8_t>(Kind::shape), 0,
                                              &shape->digest(), nullptr, hlc, definition.size());
    std::memcpy(appended.payload, definition.data(), definition.size());
    number = db_.applier_.intern(shape);
    db_.tables_.define(number);
  }
  scratch.last_shape = shape.get();
  scratch.last_shape_number = number;
  return number;
}

std::uint8_t* Database::Committing::append_overwritten(std::uint8_t* payload,
                                                       const Prepared& prepared) {
  using Exception = graph::OverwrittenView::Exception;
  const auto index_of = [&](const LocalStamp& stamp) {
    if (stamp.hlc == 0) return graph::kNoWriter;
    return stamp.writer == db_.writer_number_
               ? graph::kThisWriter
               : db_.builder_.writer_index(db_.tables_.writer(stamp.writer));
  };
  const auto count = static_cast<std::uint32_t>(prepared.exception_count());
  graph::put_overwritten(payload, prepared.overwritten.hlc, index_of(prepared.overwritten), count,
                         prepared.removal_rule);
  payload += graph::kOverwrittenBytes;
  if (count == 0) return payload;
  const auto sorted = [](const Seen& a, const Seen& b) {
    return a.field != b.field ? a.field < b.field : a.stamp.hlc < b.stamp.hlc;
  };
  std::vector<Seen>& seen = prepared.more->seen;
  std::sort(seen.begin(), seen.end(), sorted);
  std::vector<Exception>& exceptions = db_.scratch_->exceptions;
  exceptions.clear();
  for (const Seen& one : seen) {
    const std::uint32_t field = std::min(one.field, graph::kWholeRecord);
    exceptions.push_back({field, index_of(one.stamp), one.stamp.hlc, one.rule});
  }
  for (const Exception& one : exceptions) {
    graph::put_exception(payload, one);
    payload += graph::kExceptionBytes;
  }
  return payload;
}

void Database::Committing::append_one(const TransactionState& tx, std::size_t index,
                                      std::uint8_t flags, const LocalStamp& stamp,
                                      Sequence sequence) {
  const StagedOperation& staged = tx.operations[index];
  const Prepared& prepared = db_.scratch_->prepared[index];
  const record::ShapePtr* const written = prepared.shape(staged);
  const std::uint32_t shape = written != nullptr ? append_shape(*written, stamp.hlc) : kUnknown;
  const auto appended = db_.builder_.append(static_cast<std::uint8_t>(prepared.kind), flags,
                                            written != nullptr ? &(*written)->digest() : nullptr,
                                            &staged.id, stamp.hlc, prepared.payload_bytes(staged));
  const std::uint8_t* begin = appended.payload;
  std::uint8_t* record = appended.payload;
  switch (prepared.kind) {
    case Kind::insert:
      store_u64(record, staged.mint);
      record += 8;
      break;
    case Kind::expect:
      std::memcpy(record, staged.version.bytes.data(), staged.version.bytes.size());
      return;
    default:
      record = append_overwritten(record, prepared);
  }
  const Bytes content = prepared.record(staged, tx);
  if (!content.empty()) std::memcpy(record, content.data(), content.size());

  if (prepared.more != nullptr && !prepared.more->merged.is_last_write) {
    const Merged& merged = prepared.more->merged;
    db_.applier_.put_merged(staged.id, db_.applier_.intern(merged.shape), merged, sequence,
                            prepared.was_live);
    return;
  }
  const std::size_t offset =
      appended.offset + graph::kOperationHeadBytes + static_cast<std::size_t>(record - begin);
  db_.applier_.put_record(staged.id, shape, db_.space_.at + offset, stamp, sequence,
                          !prepared.was_live);
}

}  // namespace gs::engine
