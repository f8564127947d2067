// The C interface: schemas.

#include "globalstorage/c.h"
#include "gs/api/c_support.h"
#include "gs/api/schema_json.h"

using gs::Error;
using gs::SchemaDifference;
using gs::c::call;
using gs::c::give_text;
using gs::c::need;
using gs::c::need_open;

gs_code gs_schema_read(const char* directory, size_t length, char** schema, size_t* schema_length,
                       gs_error** error) noexcept {
  gs::c::clear(schema);
  return call(error, [&]() -> Error {
    GS_TRY_OK(need(schema, "schema"));
    GS_TRY(const std::string path, gs::c::path(directory, length, "directory"));
    GS_TRY(const std::string text, gs::Storage::read_schema(path));
    give_text(text, schema, schema_length);
    return {};
  });
}

gs_code gs_schema_types(const char* schema, size_t length, char** types, size_t* types_length,
                        gs_error** error) noexcept {
  gs::c::clear(types);
  return call(error, [&]() -> Error {
    GS_TRY_OK(need(types, "types"));
    GS_TRY(const std::string_view source, gs::c::text(schema, length, "schema"));
    GS_TRY(const std::string text, gs::Storage::schema_types(source));
    give_text(text, types, types_length);
    return {};
  });
}

gs_code gs_schema_get(const gs_storage* storage, char** schema, size_t* schema_length,
                      gs_error** error) noexcept {
  gs::c::clear(schema);
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    GS_TRY_OK(need(schema, "schema"));
    give_text(storage->storage.schema(), schema, schema_length);
    return {};
  });
}

gs_code gs_schema_compare(const gs_storage* storage, const char* schema, size_t length,
                          char** differences, size_t* differences_length, size_t* unsafe,
                          gs_error** error) noexcept {
  gs::c::clear(differences);
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    GS_TRY_OK(need(differences, "differences"));
    GS_TRY(const std::string_view source, gs::c::text(schema, length, "schema"));
    GS_TRY(const auto found, storage->storage.compare_schema(source));
    size_t count = 0;
    for (const SchemaDifference& each : found) {
      if (each.risk == SchemaDifference::Risk::unsafe) ++count;
    }
    give_text(gs::api::differences_json(found), differences, differences_length);
    if (unsafe != nullptr) *unsafe = count;
    return {};
  });
}

gs_code gs_schema_apply(gs_storage* storage, const char* schema, size_t length, bool allow_unsafe,
                        gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    GS_TRY(const std::string_view source, gs::c::text(schema, length, "schema"));
    return storage->storage.apply_schema(source, allow_unsafe);
  });
}
