#include "gs/engine/database/merging.h"

#include <algorithm>

namespace gs::engine {

namespace {

constexpr std::size_t kImageKept = std::size_t{64} << 10;

Error too_large_by_own(std::size_t before, std::size_t after) {
  const std::string limit = std::to_string(record::kRecordBytesMax);
  if (before <= record::kRecordBytesMax) {
    return Error(Code::too_large, "record: " + std::to_string(after) +
                                      " bytes with this write, the limit is " + limit +
                                      ". Remove other fields with it, or store large values as "
                                      "blobs");
  }
  return Error(Code::too_large,
               "record: concurrent writes have made it " + std::to_string(before) +
                   " bytes large, above the " + limit +
                   " of one write, and this write would make it " + std::to_string(after) +
                   ". Make it smaller first: remove fields, or put large values into blobs");
}

// Of what is there still, with other values.
void say_updated(const Current& current, Merged& out) {
  out.shape = current.shape;
  out.base = current.base;
  out.is_live = true;
  out.is_last_write = false;
}

}  // namespace

Current current_of(const state::Found& found, const state::Tables& tables) {
  const std::uint8_t* const record =
      found.record != nullptr ? found.record : state::ImageView(found.image).record();
  return {tables.shape(found.entry.shape).shape,
          record,
          {found.entry.hlc, found.entry.writer},
          found.image};
}

// What is removed keeps its image, unless it was in memory only.
LocalStamp erasure_of(const state::Found& found) noexcept {
  if (found.image != nullptr) return state::ImageView(found.image).erasure();
  const bool is_erased = found.record == nullptr && !found.unlogged &&
                         found.entry.kind() == state::Entry::Kind::tombstone;
  return is_erased ? LocalStamp{found.entry.hlc, found.entry.writer} : LocalStamp{};
}

bool replaces_all(const Current& current, const record::RecordView& put) noexcept {
  return current.image == nullptr && current.shape.get() == &put.shape() &&
         !put.shape().self_describing() && merge::stands_alone(put);
}

Error Merger::finish(Merged& out) {
  out.base = record_.base();
  out.is_live = record_.is_live();
  out.is_last_write = record_.is_last_write();
  GS_TRY(out.shape, record_.encode(image_, out.record_at, shapes_));
  out.image.assign(image_.begin(), image_.end());  // exactly as large: there may be many
  if (image_.capacity() > kImageKept) image_ = Buffer();
  return {};
}

bool Merger::update_quickly(const Current& current, const merge::Write& write, Merged& out) {
  const merge::Stored stored{&current.shape, current.record, current.image, current.base};
  if (!quick_.begin(stored, {write.shape->get(), write.record}) || !quick_.merge(write, order_) ||
      !quick_.encode(out.image, out.record_at)) {
    return false;
  }
  say_updated(current, out);
  return true;
}

Error Merger::finish_own(const Current& before, Merged& out) {
  GS_TRY_OK(finish(out));
  const std::size_t had = load_u32(before.record);
  const std::size_t has = load_u32(out.as_current().record);
  return has <= std::max(had, record::kRecordBytesMax) ? Error() : too_large_by_own(had, has);
}

Error Merger::insert(const record::ShapePtr& shape, const std::uint8_t* record,
                     const LocalStamp& stamp, Merged& out) {
  record_.clear();
  record_.write({&shape, record, stamp, true, {}, {}});
  return finish(out);
}

Error Merger::insert_after(const LocalStamp& erasure, const record::ShapePtr& shape,
                           const std::uint8_t* record, const LocalStamp& stamp, Merged& out,
                           std::vector<Seen>& seen, Written& written) {
  record_.begin_after(erasure);
  written.shape = nullptr;
  GS_TRY_OK(write_values(shape, record, true, {}, stamp, seen, written));
  return finish(out);
}

Error Merger::insert_marked(const record::ShapePtr& shape, const std::uint8_t* record,
                            const LocalStamp& stamp, Merged& out, std::vector<Seen>& seen,
                            Written& written) {
  record_.clear();
  written.shape = nullptr;
  GS_TRY_OK(write_values(shape, record, true, {}, stamp, seen, written));
  return finish(out);
}

Error Merger::subtract_added(const record::ShapePtr& shape, const std::uint8_t* record,
                             Written& written) {
  GS_TRY(const bool is_changed, record_.less_added({shape.get(), record}, less_));
  if (!is_changed) return {};
  written.shape = shape;
  std::swap(written.record, less_);
  return {};
}

// Whole arrays, sets, lists, trees and texts become the changes that they are, if the schema says.
void Merger::note_changes(const record::ShapePtr& shape, const std::uint8_t* record,
                          const LocalStamp& stamp, Written& written) {
  changes_.clear();
  const record::RecordView view(shape.get(), record);
  const std::span<const merge::MergedRecord::FieldRule> fields = rules_.changes(view);
  if (fields.empty()) return;
  record::ShapePtr made =
      record_.as_changes(shape, record, fields, stamp, shapes_, less_, changes_);
  if (made == nullptr) return;
  written.shape = std::move(made);
  std::swap(written.record, less_);
}

Error Merger::write_values(const record::ShapePtr& shape, const std::uint8_t* record, bool is_whole,
                           const LocalStamp& base, const LocalStamp& stamp, std::vector<Seen>& seen,
                           Written& written) {
  // By value: `written` is what they are replaced in.
  const auto of = [&] { return written.shape != nullptr ? written.shape : shape; };
  const auto bytes = [&] { return written.shape != nullptr ? written.record.data() : record; };
  GS_TRY_OK(subtract_added(of(), bytes(), written));
  note_changes(of(), bytes(), stamp, written);
  const record::ShapePtr stored = of();
  seen.clear();
  record_.see({stored.get(), bytes()}, changes_, seen);
  rules_.mark({stored.get(), bytes()}, base, seen);
  record_.write({&stored, bytes(), stamp, is_whole, base, seen});
  return {};
}

Error Merger::update(const Current& current, const Change& change, const record::ShapePtr& shape,
                     const std::uint8_t* delta, const LocalStamp& stamp, Merged& out,
                     std::vector<Seen>& seen, Written& written) {
  written.shape = nullptr;
  if (write_quickly(current, change, {shape.get(), delta}, stamp, out, seen)) return {};
  load(current);
  switch (change.rule) {
    case merge::Rule::text:
    case merge::Rule::list:
    case merge::Rule::tree:
      GS_TRY_OK(edit(current, change, shape, delta, stamp, seen, written));
      break;
    case merge::Rule::added:
      GS_TRY_OK(add(current, shape, delta, stamp, seen, written));
      break;
    case merge::Rule::members:
      GS_TRY_OK(give_members(current, shape, delta, stamp, seen, written));
      break;
    case merge::Rule::included:
    case merge::Rule::excluded:
      GS_TRY_OK(record_.check_elements({shape.get(), delta}, change.rule));
      change_elements(current, change.rule, shape, delta, stamp, seen);
      break;
    default:
      GS_TRY_OK(write_values(shape, delta, false, current.base, stamp, seen, written));
  }
  return finish_own(current, out);
}

bool Merger::write_quickly(const Current& current, const Change& change,
                           const record::RecordView& delta, const LocalStamp& stamp, Merged& out,
                           std::vector<Seen>& seen) {
  if (change.rule != merge::Rule::latest || rules_.has_any(delta)) return false;
  const merge::Stored stored{&current.shape, current.record, current.image, current.base};
  if (!quick_.begin(stored, delta) || !quick_.replace(stamp, seen) ||
      !quick_.encode(out.image, out.record_at)) {
    return false;
  }
  say_updated(current, out);
  return true;
}

Error Merger::edit(const Current& current, const Change& change, const record::ShapePtr& shape,
                   const std::uint8_t* delta, const LocalStamp& stamp, std::vector<Seen>& seen,
                   Written& written) {
  const record::RecordView view(shape.get(), delta);
  const auto first = static_cast<std::uint32_t>(shape->self_describing() ? 0 : shape->key_fields());
  const std::string_view field = merge::name_of_field(view, first);
  if (change.stands_on != nullptr) {
    seen = *change.stands_on;
  } else {
    GS_TRY(seen, record_.see_edits(field, first, change.rule));
    if (change.rule == merge::Rule::list) {
      GS_TRY_OK(record_.place_edits(view, written.record));
      written.shape = shape;
    }
    if (change.rule == merge::Rule::tree) {
      auto bytes = record_.tree_edits(field, *change.tree, stamp);
      if (!bytes.ok()) {
        return std::move(bytes).error().in("field \"" + std::string(field) + "\"");
      }
      GS_TRY_OK(record_.with_bytes(view, *bytes, written.record));
      written.shape = shape;
    }
  }
  GS_TRY_OK(record_.check_edits(view, seen));
  record_.see_record(seen);
  const std::uint8_t* const bytes = written.shape != nullptr ? written.record.data() : delta;
  record_.write({&shape, bytes, stamp, false, current.base, seen});
  return {};
}

Error Merger::give_members(const Current& current, const record::ShapePtr& shape,
                           const std::uint8_t* change, const LocalStamp& stamp,
                           std::vector<Seen>& seen, Written& written) {
  GS_TRY(written.shape, record_.place_members(shape, change, shapes_, written.record, changes_));
  const record::ShapePtr stored = written.shape;
  const record::RecordView view(stored.get(), written.record.data());
  seen.clear();
  record_.see(view, changes_, seen);
  rules_.mark(view, current.base, seen);
  record_.write({&stored, written.record.data(), stamp, false, current.base, seen});
  return {};
}

Error Merger::add(const Current& current, const record::ShapePtr& shape,
                  const std::uint8_t* addition, const LocalStamp& stamp, std::vector<Seen>& seen,
                  Written& written) {
  const record::RecordView view(shape.get(), addition);
  GS_TRY_OK(record_.with_added(view, stamp.writer, written.record));
  written.shape = shape;
  seen.clear();
  record_.see_added(view, stamp.writer, seen);
  record_.write({&shape, written.record.data(), stamp, false, current.base, seen});
  return {};
}

void Merger::change_elements(const Current& current, merge::Rule change,
                             const record::ShapePtr& shape, const std::uint8_t* delta,
                             const LocalStamp& stamp, std::vector<Seen>& seen) {
  const record::RecordView view(shape.get(), delta);
  const auto first = static_cast<std::uint32_t>(shape->self_describing() ? 0 : shape->key_fields());
  changes_.clear();
  for (std::uint32_t i = first; i < merge::field_numbers_end(view); ++i) {
    changes_.push_back({i, static_cast<std::uint8_t>(change)});
  }
  seen.clear();
  record_.see(view, changes_, seen);
  record_.write({&shape, delta, stamp, false, current.base, seen});
}

Error Merger::put(const Current& current, const record::ShapePtr& shape, const std::uint8_t* record,
                  const LocalStamp& stamp, Merged& out, std::vector<Seen>& seen, Written& written) {
  load(current);
  beside_.clear();
  record_.fields_beside({shape.get(), record}, beside_);
  written.shape = nullptr;
  if (!beside_.empty()) {
    merge::MergedRecord both(order_);
    both.write({&shape, record, stamp, true, {}, {}});
    written.record.clear();
    GS_TRY(written.shape, both.encode_removing(beside_, written.record, shapes_));
  }
  GS_TRY_OK(write_values(shape, record, true, current.base, stamp, seen, written));
  return finish_own(current, out);
}

Error Merger::remove(const Current& current, const LocalStamp& stamp, Merged& out,
                     std::vector<Seen>& seen) {
  load(current);
  seen.clear();
  record_.see_all(seen);
  record_.remove({stamp, rules_.removal(), current.base, seen});
  return finish_own(current, out);
}

}  // namespace gs::engine
