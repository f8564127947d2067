// The C interface, second part: writing and reading records, snapshots and scans.

#include <cstring>

#include "globalstorage/c.h"
#include "gs/api/c_support.h"

using gs::Error;
using gs::c::call;
using gs::c::need;
using gs::c::need_open;

static_assert(GS_TYPE_DATE == static_cast<int>(gs::Type::date));
static_assert(GS_TYPE_BIG == static_cast<int>(gs::Type::big));
static_assert(GS_MARK_GROWS_BOTH == static_cast<int>(gs::MarkGrowth::both));
static_assert(GS_TYPE_BLOB == static_cast<int>(gs::Type::blob));

// --- writes ---

gs_code gs_insert(gs_storage* storage, const char* collection, size_t collection_length,
                  const char* json, size_t json_length, gs_id* id, gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    GS_TRY(const std::string_view where, gs::c::text(collection, collection_length, "collection"));
    GS_TRY(const std::string_view content, gs::c::text(json, json_length, "json"));
    GS_TRY(const gs::Id made, storage->storage.insert(where, content));
    if (id != nullptr) *id = gs::c::from_id(made);
    return {};
  });
}

gs_code gs_put(gs_storage* storage, const char* collection, size_t collection_length,
               const char* key, size_t key_length, const char* json, size_t json_length, gs_id* id,
               gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    GS_TRY(const std::string_view where, gs::c::text(collection, collection_length, "collection"));
    GS_TRY(const std::string_view name, gs::c::text(key, key_length, "key"));
    GS_TRY(const std::string_view content, gs::c::text(json, json_length, "json"));
    GS_TRY(const gs::Id made, storage->storage.put(where, name, content));
    if (id != nullptr) *id = gs::c::from_id(made);
    return {};
  });
}

gs_code gs_set(gs_storage* storage, const gs_id* id, const char* json, size_t json_length,
               gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    GS_TRY_OK(need(id, "id"));
    GS_TRY(const std::string_view content, gs::c::text(json, json_length, "json"));
    return storage->storage.set(gs::c::to_id(*id), content);
  });
}

gs_code gs_update(gs_storage* storage, const gs_id* id, const char* json, size_t json_length,
                  gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    GS_TRY_OK(need(id, "id"));
    GS_TRY(const std::string_view content, gs::c::text(json, json_length, "json"));
    return storage->storage.update(gs::c::to_id(*id), content);
  });
}

gs_code gs_patch(gs_storage* storage, const gs_id* id, const char* json, size_t json_length,
                 gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    GS_TRY_OK(need(id, "id"));
    GS_TRY(const std::string_view content, gs::c::text(json, json_length, "json"));
    return storage->storage.patch(gs::c::to_id(*id), content);
  });
}

gs_code gs_add(gs_storage* storage, const gs_id* id, const char* field, size_t field_length,
               int64_t addition, gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    GS_TRY_OK(need(id, "id"));
    GS_TRY(const std::string_view name, gs::c::text(field, field_length, "field"));
    return storage->storage.add(gs::c::to_id(*id), name, addition);
  });
}

gs_code gs_add_elements(gs_storage* storage, const gs_id* id, const char* field,
                        size_t field_length, const char* json, size_t json_length,
                        gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    GS_TRY_OK(need(id, "id"));
    GS_TRY(const std::string_view name, gs::c::text(field, field_length, "field"));
    GS_TRY(const std::string_view elements, gs::c::text(json, json_length, "json"));
    return storage->storage.add_elements(gs::c::to_id(*id), name, elements);
  });
}

gs_code gs_remove_elements(gs_storage* storage, const gs_id* id, const char* field,
                           size_t field_length, const char* json, size_t json_length,
                           gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    GS_TRY_OK(need(id, "id"));
    GS_TRY(const std::string_view name, gs::c::text(field, field_length, "field"));
    GS_TRY(const std::string_view elements, gs::c::text(json, json_length, "json"));
    return storage->storage.remove_elements(gs::c::to_id(*id), name, elements);
  });
}

gs_code gs_splice(gs_storage* storage, const gs_id* id, const char* field, size_t field_length,
                  uint64_t position, uint64_t deleted, const char* inserted, size_t inserted_length,
                  gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    GS_TRY_OK(need(id, "id"));
    GS_TRY(const std::string_view name, gs::c::text(field, field_length, "field"));
    GS_TRY(const std::string_view text, gs::c::text(inserted, inserted_length, "inserted"));
    return storage->storage.splice(gs::c::to_id(*id), name, position, deleted, text);
  });
}

gs_code gs_text_mark(gs_storage* storage, const gs_id* id, const char* field, size_t field_length,
                     uint64_t from, uint64_t to, const char* key, size_t key_length,
                     const char* json, size_t json_length, gs_mark_growth growth,
                     gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    GS_TRY_OK(need(id, "id"));
    // In C it may be any number; as an enumeration of C++ that could not be looked at.
    unsigned number = 0;
    static_assert(sizeof number == sizeof growth);
    std::memcpy(&number, &growth, sizeof number);
    if (number > GS_MARK_GROWS_BOTH) {
      return Error(gs::Code::invalid, "growth: it is none of gs_mark_growth");
    }
    GS_TRY(const std::string_view name, gs::c::text(field, field_length, "field"));
    GS_TRY(const std::string_view word, gs::c::text(key, key_length, "key"));
    GS_TRY(const std::string_view value, gs::c::text(json, json_length, "json"));
    return storage->storage.mark(gs::c::to_id(*id), name, from, to, word, value,
                                 static_cast<gs::MarkGrowth>(number));
  });
}

gs_code gs_text_delta(const gs_storage* storage, const gs_id* id, const char* field,
                      size_t field_length, char** json, size_t* length, gs_error** error) noexcept {
  gs::c::clear(json);
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    GS_TRY_OK(need(id, "id"));
    GS_TRY_OK(need(json, "json"));
    GS_TRY(const std::string_view name, gs::c::text(field, field_length, "field"));
    GS_TRY(const std::string made, storage->storage.text_delta(gs::c::to_id(*id), name));
    gs::c::give_text(made, json, length);
    return {};
  });
}

gs_code gs_text_cursor(const gs_storage* storage, const gs_id* id, const char* field,
                       size_t field_length, uint64_t position, bool after, char** cursor,
                       size_t* cursor_length, gs_error** error) noexcept {
  gs::c::clear(cursor);
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    GS_TRY_OK(need(id, "id"));
    GS_TRY_OK(need(cursor, "cursor"));
    GS_TRY(const std::string_view name, gs::c::text(field, field_length, "field"));
    const auto side = after ? gs::TextSide::after : gs::TextSide::before;
    GS_TRY(const std::string made,
           storage->storage.text_cursor(gs::c::to_id(*id), name, position, side));
    gs::c::give_text(made, cursor, cursor_length);
    return {};
  });
}

gs_code gs_text_position(const gs_storage* storage, const gs_id* id, const char* field,
                         size_t field_length, const char* cursor, size_t cursor_length,
                         uint64_t* position, gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    GS_TRY_OK(need(id, "id"));
    GS_TRY_OK(need(position, "position"));
    GS_TRY(const std::string_view name, gs::c::text(field, field_length, "field"));
    GS_TRY(const std::string_view text, gs::c::text(cursor, cursor_length, "cursor"));
    GS_TRY(*position, storage->storage.text_position(gs::c::to_id(*id), name, text));
    return {};
  });
}

gs_code gs_list_insert(gs_storage* storage, const gs_id* id, const char* field, size_t field_length,
                       uint64_t position, const char* json, size_t json_length,
                       gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    GS_TRY_OK(need(id, "id"));
    GS_TRY(const std::string_view name, gs::c::text(field, field_length, "field"));
    GS_TRY(const std::string_view text, gs::c::text(json, json_length, "json"));
    return storage->storage.list_insert(gs::c::to_id(*id), name, position, text);
  });
}

gs_code gs_list_delete(gs_storage* storage, const gs_id* id, const char* field, size_t field_length,
                       uint64_t position, uint64_t count, gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    GS_TRY_OK(need(id, "id"));
    GS_TRY(const std::string_view name, gs::c::text(field, field_length, "field"));
    return storage->storage.list_delete(gs::c::to_id(*id), name, position, count);
  });
}

gs_code gs_list_move(gs_storage* storage, const gs_id* id, const char* field, size_t field_length,
                     uint64_t from, uint64_t to, gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    GS_TRY_OK(need(id, "id"));
    GS_TRY(const std::string_view name, gs::c::text(field, field_length, "field"));
    return storage->storage.list_move(gs::c::to_id(*id), name, from, to);
  });
}

gs_code gs_list_set(gs_storage* storage, const gs_id* id, const char* field, size_t field_length,
                    uint64_t position, const char* json, size_t json_length,
                    gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    GS_TRY_OK(need(id, "id"));
    GS_TRY(const std::string_view name, gs::c::text(field, field_length, "field"));
    GS_TRY(const std::string_view text, gs::c::text(json, json_length, "json"));
    return storage->storage.list_set(gs::c::to_id(*id), name, position, text);
  });
}

gs_code gs_remove(gs_storage* storage, const gs_id* id, gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    GS_TRY_OK(need(id, "id"));
    return storage->storage.remove(gs::c::to_id(*id));
  });
}

gs_code gs_swap(gs_storage* storage, const gs_id* id, const char* expected, size_t expected_length,
                const char* changes, size_t changes_length, bool* swapped,
                gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    GS_TRY_OK(need(id, "id"));
    GS_TRY_OK(need(swapped, "swapped"));
    GS_TRY(const std::string_view before, gs::c::text(expected, expected_length, "expected"));
    GS_TRY(const std::string_view after, gs::c::text(changes, changes_length, "changes"));
    GS_TRY(*swapped, storage->storage.swap(gs::c::to_id(*id), before, after));
    return {};
  });
}

// --- reads ---

gs_code gs_get(const gs_storage* storage, const gs_id* id, gs_record** record,
               gs_error** error) noexcept {
  gs::c::clear(record);
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    GS_TRY_OK(need(id, "id"));
    GS_TRY_OK(need(record, "record"));
    GS_TRY(gs::Record found, storage->storage.get(gs::c::to_id(*id)));
    *record = new gs_record{std::move(found)};
    return {};
  });
}

gs_code gs_get_at(const gs_storage* storage, const gs_id* id, const gs_digest* heads,
                  size_t head_count, gs_record** record, gs_error** error) noexcept {
  gs::c::clear(record);
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    GS_TRY_OK(need(id, "id"));
    GS_TRY_OK(need(record, "record"));
    GS_TRY(const gs::Version version, gs::c::to_version(heads, head_count));
    GS_TRY(gs::Record found, storage->storage.get(gs::c::to_id(*id), version));
    *record = new gs_record{std::move(found)};
    return {};
  });
}

gs_code gs_has(const gs_storage* storage, const gs_id* id, bool* has, gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    GS_TRY_OK(need(id, "id"));
    GS_TRY_OK(need(has, "has"));
    const auto found = storage->storage.get(gs::c::to_id(*id));
    *has = found.ok();
    return found.ok() || found.code() == gs::Code::not_found ? Error() : found.error().copy();
  });
}

gs_code gs_find_id(const gs_storage* storage, const char* text, size_t length,
                   const char* collection, size_t collection_length, gs_id* id,
                   gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    GS_TRY_OK(need(id, "id"));
    GS_TRY(const std::string_view given, gs::c::text(text, length, "text"));
    GS_TRY(const std::string_view where, gs::c::text(collection, collection_length, "collection"));
    *id = gs::c::from_id(storage->storage.find_id(given, where));
    return {};
  });
}

// --- a record ---

namespace {

const char* borrow(std::string_view text, size_t* length) noexcept {
  if (length != nullptr) *length = text.size();
  return text.empty() ? nullptr : text.data();
}

const uint8_t* borrow(gs::Bytes bytes, size_t* length) noexcept {
  if (length != nullptr) *length = bytes.size();
  return bytes.empty() ? nullptr : bytes.data();
}

std::optional<gs::Field> find(const gs_record* record, const char* name, size_t length) noexcept {
  if (record == nullptr || (name == nullptr && length > 0)) return std::nullopt;
  return record->record.find(length > 0 ? std::string_view(name, length) : std::string_view());
}

// Hands out what a field has of the wanted type.
template <typename From, typename To>
bool give(const std::optional<From>& value, To* out) noexcept {
  if (!value || out == nullptr) return false;
  *out = *value;
  return true;
}

}  // namespace

void gs_record_free(gs_record* record) noexcept { delete record; }

gs_id gs_record_id(const gs_record* record) noexcept {
  return record == nullptr ? gs_id{} : gs::c::from_id(record->record.id());
}

gs_digest gs_record_version(const gs_record* record) noexcept {
  return record == nullptr ? gs_digest{} : gs::c::from_digest(record->record.version());
}

const char* gs_record_collection(const gs_record* record, size_t* length) noexcept {
  return borrow(record == nullptr ? std::string_view() : record->record.collection(), length);
}

const char* gs_record_key(const gs_record* record, size_t* length) noexcept {
  return borrow(record == nullptr ? std::string_view() : record->record.key(), length);
}

const uint8_t* gs_record_bytes(const gs_record* record, size_t* length) noexcept {
  return borrow(record == nullptr ? gs::Bytes() : record->record.bytes(), length);
}

gs_code gs_record_json(const gs_record* record, char** json, size_t* length,
                       gs_error** error) noexcept {
  gs::c::clear(json);
  return call(error, [&]() -> Error {
    GS_TRY_OK(need(record, "record"));
    GS_TRY_OK(need(json, "json"));
    gs::c::give_text(record->record.json(), json, length);
    return {};
  });
}

bool gs_record_type(const gs_record* record, const char* name, size_t length,
                    gs_type* value) noexcept {
  const auto field = find(record, name, length);
  if (!field || value == nullptr) return false;
  *value = static_cast<gs_type>(field->type());
  return true;
}

bool gs_record_boolean(const gs_record* record, const char* name, size_t length,
                       bool* value) noexcept {
  const auto field = find(record, name, length);
  return field && give(field->boolean(), value);
}

bool gs_record_number(const gs_record* record, const char* name, size_t length,
                      double* value) noexcept {
  const auto field = find(record, name, length);
  return field && give(field->number(), value);
}

bool gs_record_integer(const gs_record* record, const char* name, size_t length,
                       int64_t* value) noexcept {
  const auto field = find(record, name, length);
  return field && give(field->integer(), value);
}

bool gs_record_text(const gs_record* record, const char* name, size_t length, const char** value,
                    size_t* value_length) noexcept {
  const auto field = find(record, name, length);
  if (!field || value == nullptr || value_length == nullptr) return false;
  const auto text = field->text();
  if (!text) return false;
  *value = text->data();
  *value_length = text->size();
  return true;
}

// --- snapshots and scans ---

gs_code gs_snapshot_create(const gs_storage* storage, gs_snapshot** snapshot,
                           gs_error** error) noexcept {
  gs::c::clear(snapshot);
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    GS_TRY_OK(need(snapshot, "snapshot"));
    *snapshot = new gs_snapshot{storage->storage.snapshot()};
    return {};
  });
}

void gs_snapshot_free(gs_snapshot* snapshot) noexcept { delete snapshot; }

const uint8_t* gs_snapshot_peek(const gs_snapshot* snapshot, const gs_id* id,
                                size_t* length) noexcept {
  if (snapshot == nullptr || id == nullptr) return borrow(gs::Bytes(), length);
  return borrow(snapshot->snapshot.peek(gs::c::to_id(*id)), length);
}

gs_code gs_scan_create(const gs_storage* storage, const gs_snapshot* snapshot,
                       const char* collection, size_t collection_length, const gs_id* from,
                       uint64_t limit, gs_scan** scan, gs_error** error) noexcept {
  gs::c::clear(scan);
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    GS_TRY_OK(need(scan, "scan"));
    GS_TRY(const std::string_view where, gs::c::text(collection, collection_length, "collection"));
    gs::ScanOptions options;
    options.collection = where;
    if (from != nullptr) options.from = gs::c::to_id(*from);
    options.limit = limit;
    auto made = snapshot == nullptr ? storage->storage.scan(options)
                                    : storage->storage.scan(snapshot->snapshot, options);
    GS_TRY(gs::Scan begun, std::move(made));
    *scan = new gs_scan{std::move(begun)};
    return {};
  });
}

void gs_scan_free(gs_scan* scan) noexcept { delete scan; }

bool gs_scan_next(gs_scan* scan, gs_record** record) noexcept {
  gs::c::clear(record);
  gs::Record found;
  if (scan == nullptr || record == nullptr || !scan->scan.next(found)) return false;
  *record = new gs_record{std::move(found)};
  return true;
}

bool gs_scan_next_bytes(gs_scan* scan, gs_id* id, const uint8_t** bytes, size_t* length) noexcept {
  gs::c::clear(bytes);
  gs::Id found;
  gs::Bytes content;
  if (scan == nullptr || id == nullptr || bytes == nullptr || length == nullptr) return false;
  if (!scan->scan.next(found, content)) return false;
  *id = gs::c::from_id(found);
  *bytes = borrow(content, length);
  return true;
}

gs_code gs_scan_error(const gs_scan* scan, gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need(scan, "scan"));
    return scan->scan.error();
  });
}

void gs_scan_seek(gs_scan* scan, const gs_id* from) noexcept {
  if (scan == nullptr) return;
  scan->scan.seek(from == nullptr ? gs::Id{} : gs::c::to_id(*from));
}
