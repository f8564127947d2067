// Looks for blobs in the records that may hold some, by the types of their fields.

#include "gs/engine/database/named_blobs.h"

#include <algorithm>

namespace gs::engine {

namespace {

void append_shown(std::string& list, std::uint64_t count, std::size_t shown_max,
                  const std::string& each) {
  if (count > shown_max + 1) return;
  if (!list.empty()) list += ", ";
  list += count > shown_max ? ".." : each;
}

std::string naming(const Id& record, const BlobRef& blob) {
  return blob.digest.text() + " in record " + record.text();
}

bool may_hold_blob(const record::Shape& shape) {
  return std::any_of(shape.fields().begin(), shape.fields().end(), [](const record::Field& field) {
    return field.type == Type::blob || field.type == Type::any || field.type == Type::array ||
           field.type == Type::object || field.type == Type::set;
  });
}

using Visit = std::function<Error(const BlobRef& blob)>;

// As deep as values may be nested, which is bounded.
Error each_blob(const record::ValueView& value, const Visit& visit) {
  if (value.type == Type::blob) return visit(value.blob());
  const bool object = value.type == Type::object;
  if (!object && value.type != Type::array && value.type != Type::set) return {};
  for (std::uint32_t i = 0; i < value.count(); ++i) {
    GS_TRY_OK(each_blob(object ? value.member(i) : value.element(i), visit));
  }
  return {};
}

// By collection number: whether a record of it may hold a blob.
std::vector<bool> collections_with_blobs(const state::Tables& tables) {
  std::vector<bool> with_blobs(tables.collection_count());
  for (std::uint32_t i = 0; i < tables.shape_count(); ++i) {
    const state::ShapeRow& row = tables.shape(i);
    if (row.collection < with_blobs.size() && may_hold_blob(*row.shape)) {
      with_blobs[row.collection] = true;
    }
  }
  return with_blobs;
}

}  // namespace

void BlobDamage::add_changed(const std::string& path) {
  append_shown(changed_text_, ++changed_, kShownMax, path.substr(path.rfind('/') + 1));
}

void BlobDamage::add_missing(const Id& record, const BlobRef& blob) {
  append_shown(named_text_, ++named_, kShownMax, naming(record, blob));
}

void BlobDamage::add_resized(const Id& record, const BlobRef& blob, std::uint64_t bytes) {
  append_shown(named_text_, ++named_, kShownMax,
               naming(record, blob) + " (it has " + std::to_string(bytes) + " bytes, not " +
                   std::to_string(blob.size) + ")");
}

std::string BlobDamage::text() const {
  std::string text;
  if (changed_ != 0) {
    text =
        std::to_string(changed_) +
        (changed_ == 1 ? " blob does not match its name (" : " blobs do not match their names (") +
        changed_text_ + ")";
  }
  if (named_ != 0) {
    if (!text.empty()) text += "; ";
    text += std::to_string(named_) +
            (named_ == 1 ? " blob that a record names is not there ("
                         : " blobs that records name are not there (") +
            named_text_ + ")";
  }
  return text;
}

Error check_named_blobs(const Moment& moment, const state::Tables& tables,
                        const blob::BlobStore& blobs, BlobDamage& damage) {
  const std::vector<bool> with_blobs = collections_with_blobs(tables);
  for (std::uint32_t collection = 0; collection < with_blobs.size(); ++collection) {
    if (!with_blobs[collection]) continue;
    state::Cursor cursor(moment.version, moment.at, {collection});
    while (const state::Met* const met = cursor.next()) {
      const record::Shape& shape = *tables.shape(met->entry->shape).shape;
      if (!may_hold_blob(shape)) continue;
      const record::RecordView record(&shape, met->record);
      const auto look = [&](const BlobRef& blob) -> Error {
        const auto bytes = blobs.size_of(blob.digest);
        if (bytes.code() == Code::not_found) {
          damage.add_missing(met->entry->id, blob);
        } else if (!bytes.ok()) {
          return bytes.error().copy();
        } else if (bytes.value() != blob.size) {
          damage.add_resized(met->entry->id, blob, bytes.value());
        }
        return {};
      };
      for (std::size_t i = 0; i < shape.field_count(); ++i) {
        GS_TRY_OK(each_blob(record.field(i), look));
      }
    }
    if (cursor.is_cut_short()) return moment.version->damage();
  }
  return {};
}

}  // namespace gs::engine
