#include "gs/engine/database/apply.h"

#include <algorithm>

#include "gs/base/check.h"
#include "gs/base/endian.h"
#include "gs/core/crypto/sha256.h"
#include "gs/core/id/mint.h"
#include "gs/storage/state/id_key.h"

namespace gs::engine {

using graph::Kind;
using graph::OperationView;
using state::Entry;

namespace {

// How many operations ahead of the one being applied its hash slot is fetched.
constexpr std::uint32_t kPrefetchAhead = 8;
// Counters of ids that were minted and not committed which may lie before that of an erased id.
// Beyond that ids still differ, as they ascend, but may share counters.
constexpr std::uint64_t kMintGapMax = 64;

// Only an engine that does not keep its own rules, or a stranger, writes such an operation.
Error in_place(const graph::ChangeView& change, std::uint32_t operation, const Error& why) {
  const Code code = why.code() == Code::invalid ? Code::broken_chain : why.code();
  return Error(code, "change " + change.digest().text() + ", operation " +
                         std::to_string(operation) + ": " + std::string(why.message()));
}

// What graph::check_outline would find right, told without a call: most operations are such ones.
bool is_whole_insert(const OperationView& operation) noexcept {
  return operation.kind == static_cast<std::uint8_t>(Kind::insert) &&
         operation.id_index != graph::kNoId && operation.shape != graph::kNoShape &&
         operation.payload.size() >= 8 + record::kRecordBytesMin;
}

}  // namespace

Digest version_digest(const Found& found, const state::Tables& tables) {
  crypto::Sha256 hash;
  hash.add(as_bytes("gs version"));
  const auto add_stamp = [&](std::uint64_t hlc, std::uint32_t writer) {
    std::uint8_t bytes[8];
    store_u64(bytes, hlc);
    hash.add(bytes);
    hash.add(tables.writer(writer).bytes);
  };
  add_stamp(found.entry.hlc, found.entry.writer);
  const record::Shape& shape = *tables.shape(found.entry.shape).shape;
  for (std::uint32_t i = 0; i < found.exception_count; ++i) {
    const state::StampException& exception = found.exceptions[i];
    const std::string& name = shape.fields()[exception.field].name;
    std::uint8_t size[4];
    store_u32(size, static_cast<std::uint32_t>(name.size()));
    hash.add(size);
    hash.add(as_bytes(name));
    add_stamp(exception.hlc, exception.writer);
  }
  return hash.finish();
}

bool Applier::find_live(const Id& id, Found& out) const noexcept {
  return version_->find(id, ~Sequence{0}, out) == state::Version::Lookup::found &&
         out.entry.kind() != Entry::Kind::tombstone;
}

bool Applier::is_live(const Id& id) const noexcept {
  Found current;
  return find_live(id, current);
}

void Applier::start_over() {
  live_.clear();
  dirty_.set();
  erased_.clear();
  schema_ = {};
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

void Applier::put_image(const Id& id, std::uint32_t shape, const Merged& merged,
                        Sequence sequence) {
  state::RowTable& rows = *version_->tables.front();
  const auto space = rows.arena_allocate(merged.image.size());
  std::memcpy(space.bytes, merged.image.data(), merged.image.size());
  Entry entry;
  entry.id = id;
  entry.place = Entry::make_place(Entry::Kind::image, space.position);
  entry.hlc = merged.base.hlc;
  entry.shape = shape;
  entry.writer = merged.base.writer;
  rows.put(entry, sequence, tables_.shape(shape).collection);
  dirty_.set(bucket_of(id));
}

void Applier::put_tombstone(const Id& id, std::uint32_t shape, const LocalStamp& stamp,
                            Sequence sequence) {
  const std::uint32_t collection = tables_.shape(shape).collection;
  count(collection, -1);
  Entry entry;
  entry.id = id;
  entry.place = Entry::make_place(Entry::Kind::tombstone, 0);
  entry.hlc = stamp.hlc;
  entry.shape = shape;
  entry.writer = stamp.writer;
  version_->tables.front()->put(entry, sequence, collection);
  dirty_.set(bucket_of(id));
}

// One change while it is replayed: the local numbers of its tables.
struct Applier::Frame {
  const graph::ChangeView& change;
  log::Location at;
  std::uint32_t writer;
  std::vector<std::uint32_t> shapes;  // by the change's index; kUnknown until defined
  Sequence sequence;
  bool is_void = false;  // the transaction: one of its expectations failed
  bool acts = false;     // the transaction: it has an operation that does something

  Id id(const OperationView& operation) const noexcept { return change.id(operation.id_index); }
  LocalStamp stamp(const OperationView& operation) const noexcept {
    return {operation.hlc, writer};
  }
};

// Of a record with erased operations nobody can tell the version any more. Its expectations were
// checked when they were committed: what is not in the log for that reason alone must not undo the
// rest of a transaction.
bool Applier::expectation_holds(const Id& id, Bytes payload) const {
  if (erased_.count(id) != 0) return true;
  Digest expected;
  std::memcpy(expected.bytes.data(), payload.data(), expected.bytes.size());
  Found current;
  if (!find_live(id, current)) return expected.is_zero();
  return !expected.is_zero() && version_digest(current, tables_) == expected;
}

Error Applier::replay(const graph::ChangeView& change, log::Location at, Sequence& sequence) {
  Frame frame{change, at, tables_.add_writer(change.writer()), {}, sequence + 1};
  if (frame.writer == state::kUnknown) return tables_.full("writers");
  frame.shapes.reserve(change.shape_count());
  for (std::uint16_t i = 0; i < change.shape_count(); ++i) {
    frame.shapes.push_back(tables_.find_shape(change.shape(i)));
  }
  auto ahead = change.operations();
  OperationView next;
  for (std::uint32_t i = 0; i < kPrefetchAhead && ahead.next(next); ++i) {
    prefetch(change, next);
  }
  auto cursor = change.operations();
  OperationView operation;
  while (cursor.next(operation)) {
    if (ahead.next(next)) prefetch(change, next);
    last_hlc_ = operation.hlc;  // never descending inside a change
    if (const Error error = step(frame, operation, cursor.offset())) {
      return in_place(change, cursor.index(), error);
    }
    if (operation.last_of_transaction()) {
      if (frame.is_void && tell_void_) {
        tell_void_(at, static_cast<std::uint32_t>(frame.sequence - sequence - 1));
      }
      frame.is_void = false;
      frame.acts = false;
      ++frame.sequence;
    }
  }
  sequence = frame.sequence - 1;
  return spill_if_full();
}

void Applier::prefetch(const graph::ChangeView& change, const OperationView& operation) const {
  if (operation.id_index == graph::kNoId) return;
  version_->tables.front()->prefetch(change.id(operation.id_index));
}

Error Applier::spill_if_full() {
  const state::RowTable& rows = *version_->tables.front();
  if (rows.memory_bytes() < table_bytes_max_ || rows.row_count() == 0) return {};
  return spill_();
}

Error Applier::step(Frame& frame, const OperationView& operation, std::size_t offset) {
  if (!is_whole_insert(operation)) GS_TRY_OK(graph::check_outline(operation));
  const bool expects = operation.kind == static_cast<std::uint8_t>(Kind::expect);
  if (expects && frame.acts) {
    return Error(Code::broken_chain, "an expectation stands behind what depends on it");
  }
  frame.acts = frame.acts || !graph::comes_first(operation.kind);
  if (!frame.is_void && expects && !operation.erased()) {
    frame.is_void = !expectation_holds(frame.id(operation), operation.payload);
    return {};
  }
  // Shapes are learned also from a transaction that is void: later changes rely on them.
  if (frame.is_void && operation.kind != static_cast<std::uint8_t>(Kind::shape)) return {};
  return apply(frame, operation, offset);
}

Error Applier::apply(Frame& frame, const OperationView& operation, std::size_t offset) {
  if (operation.erased()) {
    apply_erased(frame, operation);
    return {};
  }
  const auto shape_number = [&]() -> std::uint32_t {
    return operation.shape < frame.shapes.size() ? frame.shapes[operation.shape] : state::kUnknown;
  };
  const std::size_t payload_at = offset + graph::kOperationHeadBytes;
  switch (static_cast<Kind>(operation.kind)) {
    case Kind::shape:
      return apply_shape(frame, operation);
    case Kind::insert: {
      const std::uint32_t shape = shape_number();
      if (shape == state::kUnknown) break;
      const std::uint64_t mint = load_u64(operation.payload.data());
      const Id id = frame.id(operation);
      const bool minted = mint != graph::kNoMint;
      GS_TRY_OK(check_place(id, shape, minted));
      if (minted) count_mint(mint, id);
      put_record(id, shape, frame.at + payload_at + 8, frame.stamp(operation), frame.sequence,
                 minted || !is_live(id));
      return {};
    }
    case Kind::set: {
      const std::uint32_t shape = shape_number();
      Bytes rest;
      auto overwritten = graph::parse_overwritten(operation.payload, rest);
      if (shape == state::kUnknown || !overwritten.ok()) break;
      GS_TRY_OK(check_place(frame.id(operation), shape, false));
      const std::size_t skipped = operation.payload.size() - rest.size();
      put_record(frame.id(operation), shape, frame.at + payload_at + skipped,
                 frame.stamp(operation), frame.sequence, !is_live(frame.id(operation)));
      return {};
    }
    case Kind::update:
      return apply_update(frame, operation);
    case Kind::remove:
    case Kind::erase:
      apply_remove(frame, operation);
      return {};
    case Kind::schema:
      return put_schema(operation.payload, operation.hlc, frame.change.writer());
    case Kind::genesis:
    case Kind::grant:
    case Kind::contract:
    case Kind::seal:
    case Kind::reference:
    case Kind::expect:
      return {};  // kept in the log; the layers that need them read them there
  }
  return Error(Code::broken_chain, "it cannot be applied");
}

// Also of a record that was removed: what is behind its removal must stay hidden.
Error Applier::check_place(const Id& id, std::uint32_t shape, bool minted) const {
  Found before;
  if (!distrusts_ || version_->find(id, ~Sequence{0}, before) != state::Version::Lookup::found) {
    return {};
  }
  if (minted)
    return Error(Code::broken_chain, "it mints " + id.text() + ", which is there already");
  const std::uint32_t collection = tables_.shape(before.entry.shape).collection;
  if (collection == tables_.shape(shape).collection) return {};
  return Error(Code::broken_chain, "it moves record " + id.text() + " to another collection");
}

// What damage hides is not removed: recover_from() asks, and starts over without what is damaged.
void Applier::apply_remove(const Frame& frame, const OperationView& operation) {
  const Id id = frame.id(operation);
  Found current;
  if (!find_live(id, current)) return;
  put_tombstone(id, current.entry.shape, frame.stamp(operation), frame.sequence);
}

// The erase operation that follows removes the record. Here is only kept what outlives it.
void Applier::apply_erased(const Frame& frame, const OperationView& operation) {
  const Id id = frame.id(operation);
  erased_.insert(id);
  const bool minted = operation.kind == static_cast<std::uint8_t>(Kind::insert) &&
                      id.version() == id::kMintedVersion;
  if (!minted || id < mint_.last) return;
  // Its mint counter went with the payload, and nobody may mint with it again: the id itself tells.
  std::uint64_t counter = mint_.next;
  const std::uint64_t end = counter + kMintGapMax;
  while (counter != end && !id::minted_by(id, frame.change.writer(), counter)) ++counter;
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
  tables_.define(number);
  frame.shapes[operation.shape] = number;
  return {};
}

Error Applier::apply_update(Frame& frame, const OperationView& operation) {
  Bytes rest;
  GS_TRY(const graph::OverwrittenView overwritten,
         graph::parse_overwritten(operation.payload, rest));
  static_cast<void>(overwritten);  // the merge of concurrent writers compares it
  const std::uint32_t delta_shape =
      operation.shape < frame.shapes.size() ? frame.shapes[operation.shape] : state::kUnknown;
  if (delta_shape == state::kUnknown) {
    return Error(Code::broken_chain, "it uses an undefined shape");
  }
  const Id id = frame.id(operation);
  Found current;
  if (!find_live(id, current)) return {};  // updates of deleted records have no effect
  const record::RecordView delta(tables_.shape(delta_shape).shape.get(), rest.data());
  GS_TRY_OK(
      merge_update(current_of(current, tables_), delta, frame.stamp(operation), merged_, shapes_));
  const std::uint32_t shape = intern(merged_.shape);
  if (shape == state::kUnknown) return tables_.full("shapes or collections");
  put_image(id, shape, merged_, frame.sequence);
  return spill_if_full();  // a change of 64 MiB can update large records a million times
}

}  // namespace gs::engine
