#include "gs/engine/database/apply.h"

#include <algorithm>
#include <optional>

#include "gs/base/check.h"
#include "gs/base/endian.h"
#include "gs/core/crypto/sha256.h"
#include "gs/core/id/mint.h"
#include "gs/engine/database/look_ahead.h"
#include "gs/engine/database/merge_operation.h"
#include "gs/storage/state/id_key.h"

namespace gs::engine {

using graph::Kind;
using graph::OperationView;
using state::Entry;

namespace {

// Counters of ids that were minted and not committed which may lie before that of an erased id.
// Beyond that ids still differ, as they ascend, but may share counters.
constexpr std::uint64_t kMintGapMax = 64;

// Stamps that an update may have seen and yet be tried the short way.
constexpr std::uint32_t kQuickSeenMax = 16;

// What graph::check_outline would find right, told without a call: most operations are such ones.
bool is_whole_insert(const OperationView& operation) noexcept {
  return operation.kind == static_cast<std::uint8_t>(Kind::insert) &&
         operation.id_index != graph::kNoId && operation.shape != graph::kNoShape &&
         operation.payload.size() >= 8 + record::kRecordBytesMin;
}

}  // namespace

bool Applier::find_known(const Id& id, Found& out) const noexcept {
  return version_->find(id, ~Sequence{0}, out) == state::Version::Lookup::found && is_known(out);
}

void Applier::start_over() {
  live_.clear();
  dirty_.set();
  schema_ = {};
  references_.clear();
  fixed_references_.reset();
  erasures_ = {};
}

std::shared_ptr<const state::References> Applier::fixed_references() {
  if (!fixed_references_) {
    fixed_references_ = std::make_shared<const state::References>(references_);
  }
  return fixed_references_;
}

void Applier::reset_references(state::References references) {
  references_ = std::move(references);
  fixed_references_.reset();
}

Error Applier::put_reference(const graph::Reference& reference, graph::Hlc hlc,
                             const graph::Writer& writer) {
  GS_TRY_OK(references_.check_room(reference));
  references_.put(reference, hlc, writer);
  fixed_references_.reset();
  return {};
}

Error Applier::put_schema(Bytes payload, graph::Hlc hlc, const graph::Writer& writer) {
  GS_TRY(const graph::Schema schema, graph::parse_schema(payload));
  const graph::Stamp stamp{hlc, writer};
  if (schema_.is_there() && stamp < graph::Stamp{schema_.hlc, schema_.writer}) return {};
  schema_ = {hlc, writer, crypto::sha256(payload), std::string(schema.source)};
  return {};
}

void Applier::count(std::uint32_t collection, int by) {
  if (collection >= live_.size()) live_.resize(collection + std::size_t{1});
  live_[collection] += by;
}

std::uint32_t Applier::intern(const record::ShapePtr& shape) {
  tables_.add_collection(shape->collection_id(), shape->collection());
  return tables_.add_shape(shape);
}

void Applier::put_record(const Id& id, std::uint32_t shape, log::Location record,
                         const LocalStamp& stamp, Sequence sequence, bool is_new) {
  const std::uint32_t collection = tables_.shape(shape).collection;
  if (is_new) count(collection, 1);
  Entry entry;
  entry.id = id;
  entry.place = Entry::make_place(Entry::Kind::log, record);
  entry.hlc = stamp.hlc;
  entry.shape = shape;
  entry.writer = stamp.writer;
  version_->tables.front()->put(entry, sequence, collection);
  dirty_.set(bucket_of(id));
}

void Applier::put_merged(const Id& id, std::uint32_t shape, const Merged& merged, Sequence sequence,
                         bool was_live) {
  const std::uint32_t collection = tables_.shape(shape).collection;
  if (was_live != merged.is_live) count(collection, merged.is_live ? 1 : -1);
  state::RowTable& rows = *version_->tables.front();
  const auto space = rows.arena_allocate(merged.image.size());
  std::memcpy(space.bytes, merged.image.data(), merged.image.size());
  Entry entry;
  entry.id = id;
  entry.place = Entry::make_place(merged.is_live ? Entry::Kind::image : Entry::Kind::tombstone, 0);
  entry.move_image(space.position);
  entry.hlc = merged.base.hlc;
  entry.shape = shape;
  entry.writer = merged.base.writer;
  rows.put(entry, sequence, collection);
  dirty_.set(bucket_of(id));
}

void Applier::put_erased(const Found& found, const LocalStamp& stamp, Sequence sequence) {
  const std::uint32_t collection = tables_.shape(found.entry.shape).collection;
  if (found.record != nullptr) count(collection, -1);
  Entry entry = found.entry;
  entry.place = Entry::make_place(Entry::Kind::tombstone, 0);
  entry.hlc = stamp.hlc;
  entry.writer = stamp.writer;
  version_->tables.front()->put(entry, sequence, collection);
  dirty_.set(bucket_of(entry.id));
}

void Applier::put_found(const Found& found, Sequence sequence, bool was_live) {
  const std::uint32_t collection = tables_.shape(found.entry.shape).collection;
  const bool is_live = found.record != nullptr;
  if (was_live != is_live) count(collection, is_live ? 1 : -1);
  state::RowTable& rows = *version_->tables.front();
  Entry entry = found.entry;
  if (entry.has_image()) {
    const std::size_t bytes = state::ImageView(found.image).size();
    const auto space = rows.arena_allocate(bytes);
    std::memcpy(space.bytes, found.image, bytes);
    entry.move_image(space.position);
  } else if (entry.kind() == Entry::Kind::record) {  // which only a run can have without a head
    GS_CHECK(found.record != nullptr);
    const std::size_t bytes = load_u32(found.record);
    const auto space = rows.arena_allocate(state::kImageHeadBytes + bytes);
    std::memset(space.bytes, 0, state::kImageHeadBytes);
    store_u32(space.bytes + 8, merge::kAllLeading);
    std::memcpy(space.bytes + state::kImageHeadBytes, found.record, bytes);
    entry.place = Entry::make_place(Entry::Kind::image, 0);
    entry.move_image(space.position);
  }
  rows.put(entry, sequence, collection);
  dirty_.set(bucket_of(entry.id));
}

// One change while it is replayed: the local numbers of its tables.
struct Applier::Frame {
  const graph::ChangeView& change;
  log::Location at;
  std::uint32_t writer;
  std::vector<std::uint32_t> shapes;  // by the change's index; kUnknown until defined
  ChangeWriters writers;
  Sequence sequence;

  Id id(const OperationView& operation) const noexcept { return change.id(operation.id_index); }
  LocalStamp stamp(const OperationView& operation) const noexcept {
    return {operation.hlc, writer};
  }
  std::uint32_t shape_number(const OperationView& operation) const noexcept {
    return operation.shape < shapes.size() ? shapes[operation.shape] : state::kUnknown;
  }
};

Error Applier::replay(const graph::ChangeView& change, log::Location at, Sequence& sequence) {
  const std::uint32_t writer = tables_.add_writer(change.chain());
  if (writer == state::kUnknown) return tables_.full("writers");
  Frame frame{change, at, writer, {}, ChangeWriters(change, writer, tables_), sequence + 1};
  frame.shapes.reserve(change.shape_count());
  for (std::uint16_t i = 0; i < change.shape_count(); ++i) {
    frame.shapes.push_back(tables_.find_shape(change.shape(i)));
  }
  std::optional<OperationsAhead> ahead;  // of few records most are not looked up
  if (only_ == nullptr) ahead.emplace(*version_, change);
  auto cursor = change.operations();
  OperationView operation;
  while (cursor.next(operation)) {
    if (ahead) ahead->next(*version_);
    last_hlc_ = operation.hlc;  // never descending inside a change
    if (const Error error = step(frame, operation, cursor.offset())) {
      return error_in(change, cursor.index(), error);
    }
    if (operation.last_of_transaction()) ++frame.sequence;
  }
  sequence = frame.sequence - 1;
  return spill_if_full();
}

Error Applier::note(const graph::ChangeView& change, log::Location at, Sequence& sequence) {
  notes_ = true;
  Error error = replay(change, at, sequence);
  notes_ = false;
  return error;
}

Error Applier::note_one(Frame& frame, const OperationView& operation) {
  const auto kind = static_cast<Kind>(operation.kind);
  if (kind == Kind::insert && operation.erased()) count_erased_mint(frame, operation);
  if (operation.erased()) return {};
  if (kind == Kind::shape) return apply_shape(frame, operation);
  if (kind == Kind::reference) return apply_reference(frame, operation);
  if (kind == Kind::erase) apply_erase(frame, operation);
  if (kind != Kind::insert) return {};
  const std::uint64_t mint = load_u64(operation.payload.data());
  if (mint != graph::kNoMint) count_mint(mint, frame.id(operation));
  return {};
}

Error Applier::spill_if_full() {
  const state::RowTable& rows = *version_->tables.front();
  if (rows.memory_bytes() < table_bytes_max_ || rows.row_count() == 0) return {};
  return spill_();
}

Error Applier::step(Frame& frame, const OperationView& operation, std::size_t offset) {
  if (!is_whole_insert(operation)) GS_TRY_OK(graph::check_outline(operation));
  const bool is_passed_over =
      only_ != nullptr && operation.id_index != graph::kNoId && !only_->has(frame.id(operation));
  if (is_passed_over) return {};
  if (notes_) return note_one(frame, operation);
  if (operation.erased()) {
    apply_erased(frame, operation);
    return {};
  }
  const log::Location payload = frame.at + offset + graph::kOperationHeadBytes;
  switch (static_cast<Kind>(operation.kind)) {
    case Kind::shape:
      return apply_shape(frame, operation);
    case Kind::insert:
      return apply_insert(frame, operation, payload);
    case Kind::set:
    case Kind::update:
      return apply_write(frame, operation, payload);
    case Kind::remove:
      return apply_remove(frame, operation);
    case Kind::erase:
      apply_erase(frame, operation);
      return {};
    case Kind::schema:
      return put_schema(operation.payload, operation.hlc, frame.change.chain());
    case Kind::reference:
      return apply_reference(frame, operation);
    case Kind::expect:  // its writer had checked it
    case Kind::genesis:
    case Kind::grant:
    case Kind::contract:
    case Kind::seal:
    case Kind::revert:
    case Kind::merge:
      return {};  // kept in the log; the layers that need them read them there
  }
  return Error(Code::broken_chain, "it cannot be applied");
}

Error Applier::apply_insert(Frame& frame, const OperationView& operation, log::Location payload) {
  const std::uint32_t number = frame.shape_number(operation);
  if (number == state::kUnknown) return undefined_shape();
  const record::ShapePtr& shape = tables_.shape(number).shape;
  const Id id = frame.id(operation);
  const std::uint64_t mint = load_u64(operation.payload.data());
  const bool minted = mint != graph::kNoMint;
  if (distrusts_) GS_TRY_OK(check_place(id, shape->collection_id(), minted));
  if (minted) count_mint(mint, id);
  const std::uint8_t* const record = operation.payload.data() + 8;
  Found found;
  const bool is_first = (minted && !is_late_) || !find_known(id, found);
  if (!outlives(operation, erasure(id, found), frame.writers)) return {};
  if (is_first && merge::stands_alone({shape.get(), record})) {
    put_record(id, number, payload + 8, frame.stamp(operation), frame.sequence, true);
    return {};
  }
  Current current;
  if (!is_first) current = current_of(found, tables_);
  begin_merge(is_first ? nullptr : &current, {});
  GS_TRY_OK(merge_operation(merger_.record(), operation, &shape, frame.writers));
  return put_result(frame, operation, payload + 8, found.record != nullptr);
}

Error Applier::apply_write(Frame& frame, const OperationView& operation, log::Location payload) {
  Bytes rest;
  GS_TRY(const graph::OverwrittenView overwritten,
         graph::parse_overwritten(operation.payload, rest));
  const std::uint32_t number = frame.shape_number(operation);
  if (number == state::kUnknown) return undefined_shape();
  const record::ShapePtr& shape = tables_.shape(number).shape;
  const Id id = frame.id(operation);
  const bool is_whole = operation.kind == static_cast<std::uint8_t>(Kind::set);
  if (is_whole && distrusts_) GS_TRY_OK(check_place(id, shape->collection_id(), false));
  Found found;
  const bool is_there = find_known(id, found);
  if (!is_there && !is_whole) return {};  // of what was erased
  const LocalStamp erasure = this->erasure(id, found);
  if (!outlives(operation, erasure, frame.writers)) return {};
  const log::Location record = payload + (operation.payload.size() - rest.size());
  const record::RecordView view(shape.get(), rest.data());
  Current current;
  if (is_there) current = current_of(found, tables_);
  const auto is_all_that_is_left = [&] {
    if (!is_there) return erasure.hlc == 0 && merge::stands_alone(view);
    return current.base == frame.writers.base(overwritten) && replaces_all(current, view);
  };
  if (is_whole && overwritten.exceptions == 0 && is_all_that_is_left()) {
    put_record(id, number, record, frame.stamp(operation), frame.sequence, !is_there);
    return {};
  }
  if (!is_whole && found.record != nullptr && overwritten.exceptions <= kQuickSeenMax) {
    const LocalStamp base = frame.writers.base(overwritten);
    const merge::Write write{&shape, rest.data(), frame.stamp(operation),
                             false,  base,        frame.writers.seen(overwritten)};
    if (merger_.update_quickly(current, write, merged_)) {
      put_merged(id, found.entry.shape, merged_, frame.sequence, true);
      return spill_if_full();
    }
  }
  begin_merge(is_there ? &current : nullptr, erasure);
  GS_TRY_OK(merge_operation(merger_.record(), operation, &shape, frame.writers));
  return put_result(frame, operation, record, found.record != nullptr);
}

Error Applier::apply_remove(Frame& frame, const OperationView& operation) {
  Found found;
  const Id id = frame.id(operation);
  if (!find_known(id, found)) return {};
  const LocalStamp erasure = this->erasure(id, found);
  if (!outlives(operation, erasure, frame.writers)) return {};
  const Current current = current_of(found, tables_);
  begin_merge(&current, erasure);
  GS_TRY_OK(merge_operation(merger_.record(), operation, nullptr, frame.writers));
  return put_result(frame, operation, 0, found.record != nullptr);
}

void Applier::begin_merge(const Current* current, const LocalStamp& erasure) {
  if (current == nullptr) {
    merger_.record().begin_after(erasure);
  } else {
    merger_.load(*current);
  }
}

// What the merger has made. `record`: of the write, where it lies.
Error Applier::put_result(const Frame& frame, const OperationView& operation, log::Location record,
                          bool was_live) {
  const Id id = frame.id(operation);
  if (merger_.record().is_last_write()) {
    put_record(id, frame.shape_number(operation), record, frame.stamp(operation), frame.sequence,
               !was_live);
    return {};
  }
  GS_TRY_OK(merger_.finish(merged_));
  const std::uint32_t number = intern(merged_.shape);
  if (number == state::kUnknown) return tables_.full("shapes or collections");
  put_merged(id, number, merged_, frame.sequence, was_live);
  return spill_if_full();  // a change of 64 MiB can update large records a million times
}

// The erasure with the greatest stamp counts: all that did not see it is gone, whichever was first.
// What damage hides is not removed: recover_from() asks, and starts over without what is damaged.
void Applier::apply_erase(const Frame& frame, const OperationView& operation) {
  Found found;
  const Id id = frame.id(operation);
  const LocalStamp stamp = frame.stamp(operation);
  const bool is_here = version_->find(id, ~Sequence{0}, found) == state::Version::Lookup::found;
  if (notes_ || !is_here || erasures_.find(id) != nullptr) {
    erasures_.add(id, {stamp, !notes_}, tables_);
  }
  if (!is_here || found.unlogged) return;
  if (Erasures::is_later(stamp, erasure_of(found), tables_))
    put_erased(found, stamp, frame.sequence);
}

LocalStamp Applier::erasure(const Id& id, const Found& found) const {
  const LocalStamp told = erasure_of(found);
  const Erasure* const other = erasures_.find(id);
  if (other == nullptr || found.unlogged) return told;
  return Erasures::is_later(other->stamp, told, tables_) ? other->stamp : told;
}

// The erase operation that follows removes the record. Here is only kept what outlives it: that the
// record was there, for the erasure to be known by whoever writes to it without having seen it.
void Applier::apply_erased(const Frame& frame, const OperationView& operation) {
  const auto kind = static_cast<Kind>(operation.kind);
  if (kind == Kind::insert) count_erased_mint(frame, operation);
  const std::uint32_t shape = frame.shape_number(operation);
  if ((kind != Kind::insert && kind != Kind::set) || shape == state::kUnknown) return;
  Found found;
  const Id id = frame.id(operation);
  if (version_->find(id, ~Sequence{0}, found) != state::Version::Lookup::none) return;
  found.entry.id = id;
  found.entry.shape = shape;
  put_erased(found, {0, frame.writer}, frame.sequence);
}

void Applier::count_erased_mint(const Frame& frame, const OperationView& operation) {
  const Id id = frame.id(operation);
  if (id.version() != id::kMintedVersion || id < mint_.last) return;
  // Its mint counter went with the payload, and nobody may mint with it again: the id itself tells.
  std::uint64_t counter = mint_.next;
  const std::uint64_t end = counter + kMintGapMax;
  while (counter != end && !id::minted_by(id, frame.change.chain(), counter)) ++counter;
  count_mint(counter, id);
}

void Applier::count_mint(std::uint64_t counter, const Id& id) {
  mint_.next = std::max(mint_.next, counter + 1);
  if (state::id_less(mint_.last, id)) mint_.last = id;
}

Error Applier::apply_shape(Frame& frame, const OperationView& operation) {
  // The definition may be followed by nothing: its own padding makes it a multiple of 8.
  GS_TRY(record::ShapePtr shape, record::Shape::decode(operation.payload));
  if (operation.shape >= frame.shapes.size() ||
      shape->digest() != frame.change.shape(operation.shape)) {
    return Error(Code::broken_chain, "it defines another shape than it names");
  }
  if (shapes_ != nullptr) shapes_->add(shape);
  const std::uint32_t number = intern(shape);
  if (number == state::kUnknown) return tables_.full("shapes or collections");
  if (is_of_state_ && !notes_) tables_.define(number);
  frame.shapes[operation.shape] = number;
  return {};
}

Error Applier::apply_reference(const Frame& frame, const OperationView& operation) {
  GS_TRY(const graph::Reference reference, graph::parse_reference(operation.payload));
  return put_reference(reference, operation.hlc, frame.change.chain());
}

}  // namespace gs::engine
