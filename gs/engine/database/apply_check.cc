// Whether a change that others wrote can be applied, told before it is appended: what fails later
// fails the storage.
//
// A merge can make a record too large although each write was within its limit. What a change adds
// to an image is told by a sum, for little; only where that is above the limit is the record merged
// once more than needed, to tell exactly. So a writer whose own copy took the change is refused
// nowhere else, unless others wrote the record there at the same time.

#include "gs/base/endian.h"
#include "gs/core/merge/image_bound.h"
#include "gs/engine/database/apply.h"
#include "gs/engine/database/merge_operation.h"

namespace gs::engine {

using graph::Kind;
using graph::OperationView;

namespace {

// The writer of the change may be one of whom nothing is here yet: it has no number.
class OrderWith final : public merge::WriterOrder {
 public:
  OrderWith(const state::Tables& tables, const graph::Writer& writer)
      : tables_(tables), writer_(writer), number_(tables.find_writer(writer)) {}
  std::uint32_t number() const noexcept { return number_; }
  graph::Writer key(std::uint32_t number) const noexcept override {
    return number == number_ ? writer_ : tables_.writer(number);
  }

 private:
  const state::Tables& tables_;
  const graph::Writer writer_;
  const std::uint32_t number_;
};

bool is_write(Kind kind) noexcept {
  return kind == Kind::insert || kind == Kind::set || kind == Kind::update;
}

bool begins(Kind kind) noexcept { return kind == Kind::insert || kind == Kind::set; }

merge::Stored stored_of(const Current& current) noexcept {
  return {&current.shape, current.record, current.image, current.base};
}

// At most, by a write. The payload of most need not be looked at.
Result<std::size_t> bytes_added(const OperationView& operation, const record::Shape& shape) {
  if (!shape.self_describing()) return merge::added_bytes(shape, operation.payload.size());
  if (static_cast<Kind>(operation.kind) == Kind::insert) {
    return merge::added_bytes({&shape, operation.payload.data() + 8});
  }
  Bytes rest;
  GS_TRY([[maybe_unused]] const graph::OverwrittenView seen,
         graph::parse_overwritten(operation.payload, rest));
  return merge::added_bytes({&shape, rest.data()});
}

// Also of a record that was removed: what is behind its removal must stay hidden.
Error check_move(const Id& id, const record::Shape* had, const record::CollectionId& collection,
                 bool minted) {
  if (had == nullptr) return {};
  if (minted) {
    return Error(Code::broken_chain, "it mints " + id.text() + ", which is there already");
  }
  if (had->collection_id() == collection) return {};
  return Error(Code::broken_chain, "it moves record " + id.text() + " to another collection");
}

Error too_large_image(const Id& id, std::size_t bytes_max) {
  return Error(Code::too_large,
               "record " + id.text() + " would take more than " + std::to_string(bytes_max) +
                   " bytes with all that was written to it at the same time. Nothing of the change "
                   "was taken. Decide the record's conflicts here, or remove large fields, then "
                   "apply the change again");
}

// Records that a switch of the branch took away have left a row that says nothing, or that they
// were erased on another branch.
bool was_there(const Id& id, const Found& found, const Erasures& erasures) noexcept {
  if (is_known(found)) return true;
  const Erasure* const elsewhere = erasures.find(id);
  return erasure_of(found).hlc != 0 && (elsewhere == nullptr || elsewhere->is_applied);
}

}  // namespace

Error error_in(const graph::ChangeView& change, std::uint32_t operation, const Error& why) {
  const Code code = why.code() == Code::invalid ? Code::broken_chain : why.code();
  return Error(code, "change " + change.digest().text() + ", operation " +
                         std::to_string(operation) + ": " + std::string(why.message()));
}

Error Applier::check_place(const Id& id, const record::CollectionId& collection,
                           bool minted) const {
  Found before;
  if (version_->find(id, ~Sequence{0}, before) != state::Version::Lookup::found) return {};
  if (!was_there(id, before, erasures_) || (minted && !is_known(before))) return {};
  return check_move(id, tables_.shape(before.entry.shape).shape.get(), collection, minted);
}

bool Applier::look_up(const Id& id, WriteTarget& target, Found& out) const {
  const bool is_found = version_->find(id, ~Sequence{0}, out) == state::Version::Lookup::found;
  const bool is_there = is_found && is_known(out);
  if (target.was_looked_up) return is_there;
  target.was_looked_up = true;
  target.image_bytes = merge::kNothingBytes;
  if (is_found && was_there(id, out, erasures_)) {
    target.had = tables_.shape(out.entry.shape).shape.get();
    target.is_erased = !is_there;
  }
  if (is_there) target.image_bytes = merge::settled_bytes(stored_of(current_of(out, tables_)));
  return is_there;
}

Error Applier::check(const graph::ChangeView& change, WriteTargets& targets,
                     std::size_t image_bytes_max) const {
  if (!tables_.has_room(2 * std::size_t{change.operation_count()}, change.operation_count())) {
    return tables_.full("shapes or collections");
  }
  std::vector<record::ShapePtr> shapes;
  for (std::uint16_t i = 0; i < change.shape_count(); ++i) {
    const std::uint32_t number = tables_.find_shape(change.shape(i));
    shapes.push_back(number == state::kUnknown ? nullptr : tables_.shape(number).shape);
  }
  auto cursor = change.operations();
  for (OperationView operation; cursor.next(operation);) {
    const auto kind = static_cast<Kind>(operation.kind);
    if (operation.erased()) continue;
    if (kind == Kind::shape) {
      GS_TRY(shapes[operation.shape], record::Shape::decode(operation.payload));
    }
    if (!is_write(kind) && kind != Kind::remove) continue;
    if (is_write(kind) && shapes[operation.shape] == nullptr)
      return error_in(change, cursor.index(), undefined_shape());
    WriteTarget& target = targets[operation.id_index];
    const Id id = change.id(operation.id_index);
    if (Found found; !target.was_looked_up) look_up(id, target, found);
    if (begins(kind)) {
      const bool mints =
          kind == Kind::insert && load_u64(operation.payload.data()) != graph::kNoMint;
      const Error wrong = mints && target.was_minted
                              ? Error(Code::broken_chain, "it mints " + id.text() + " twice")
                              : check_move(id, mints && target.is_erased ? nullptr : target.had,
                                           shapes[operation.shape]->collection_id(), mints);
      if (wrong) return error_in(change, cursor.index(), wrong);
      target.was_minted = target.was_minted || mints;
    }
    if (kind == Kind::remove) {
      target.image_bytes += merge::kRemovalBytes;
    } else {
      GS_TRY(const std::size_t bytes, bytes_added(operation, *shapes[operation.shape]));
      target.image_bytes += bytes;
    }
  }
  for (std::uint32_t i = 0; i < targets.size(); ++i) {
    if (targets[i].image_bytes <= image_bytes_max) continue;
    GS_TRY_OK(check_image(change, i, shapes, image_bytes_max));
  }
  return {};
}

// Merges what the change does to one record, as replay() would. `shapes`: all that it defines too.
Error Applier::check_image(const graph::ChangeView& change, std::uint32_t id_index,
                           const std::vector<record::ShapePtr>& shapes,
                           std::size_t bytes_max) const {
  const Id id = change.id(id_index);
  const OrderWith order(tables_, change.chain());
  ChangeWriters writers(change, order.number(), tables_);
  merge::MergedRecord merged(order);
  Found found;
  bool is_there = find_known(id, found);
  LocalStamp erasure = this->erasure(id, found);
  Current current;
  if (is_there) {
    current = current_of(found, tables_);
    merged.load(stored_of(current));
  } else {
    merged.begin_after(erasure);
  }
  Buffer image;
  std::size_t record_at = 0;
  auto cursor = change.operations();
  for (OperationView operation; cursor.next(operation);) {
    const auto kind = static_cast<Kind>(operation.kind);
    if (operation.id_index != id_index || operation.erased()) continue;
    if (kind == Kind::erase) {
      is_there = false;
      erasure = writers.stamp(operation);
      merged.begin_after(erasure);
    }
    if (!is_write(kind) && kind != Kind::remove) continue;
    if (!outlives(operation, erasure, writers)) continue;
    is_there = is_there || begins(kind);
    if (!is_there) continue;
    const record::ShapePtr* const shape = is_write(kind) ? &shapes[operation.shape] : nullptr;
    GS_TRY_OK(merge_operation(merged, operation, shape, writers));
    const auto made = merged.encode(image, record_at, nullptr);
    if (!made.ok() && made.code() != Code::too_large) return made.error().copy();
    if (made.ok() && image.size() <= bytes_max) continue;
    return error_in(change, cursor.index(), too_large_image(id, bytes_max));
  }
  return {};
}

}  // namespace gs::engine
