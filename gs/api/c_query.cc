// The C interface: queries.

#include "globalstorage/c.h"
#include "gs/api/c_support.h"

using gs::Error;
using gs::c::call;
using gs::c::give_text;
using gs::c::need;
using gs::c::need_open;

gs_code gs_find(const gs_storage* storage, const char* query, size_t length, gs_rows** rows,
                gs_error** error) noexcept {
  gs::c::clear(rows);
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    GS_TRY_OK(need(rows, "rows"));
    GS_TRY(const std::string_view text, gs::c::text(query, length, "query"));
    GS_TRY(gs::Rows found, storage->storage.find(text));
    *rows = new gs_rows{std::move(found)};
    return {};
  });
}

gs_code gs_find_at(const gs_storage* storage, const char* query, size_t length,
                   const gs_digest* heads, size_t head_count, gs_rows** rows,
                   gs_error** error) noexcept {
  gs::c::clear(rows);
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    GS_TRY_OK(need(rows, "rows"));
    GS_TRY(const std::string_view text, gs::c::text(query, length, "query"));
    GS_TRY(const gs::Version version, gs::c::to_version(heads, head_count));
    GS_TRY(gs::Rows found, storage->storage.find(text, version));
    *rows = new gs_rows{std::move(found)};
    return {};
  });
}

void gs_rows_free(gs_rows* rows) noexcept { delete rows; }

bool gs_rows_next(gs_rows* rows, const char** json, size_t* length) noexcept {
  gs::c::clear(json);
  if (rows == nullptr || json == nullptr) return false;
  rows->json.clear();
  rows->has_row = !rows->failed && rows->rows.next(rows->row);
  if (!rows->has_row) return false;
  if (Error failed = rows->row.append_json(rows->json)) {
    rows->failed = std::move(failed);
    rows->has_row = false;
    return false;
  }
  *json = rows->json.c_str();
  if (length != nullptr) *length = rows->json.size();
  return true;
}

bool gs_rows_id(const gs_rows* rows, gs_id* id) noexcept {
  if (rows == nullptr || id == nullptr || !rows->has_row || !rows->row.is_record()) return false;
  *id = gs::c::from_id(rows->row.record().id());
  return true;
}

gs_code gs_rows_error(const gs_rows* rows, gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need(rows, "rows"));
    return rows->failed ? rows->failed.copy() : rows->rows.error();
  });
}

gs_code gs_rows_cursor(const gs_rows* rows, char** cursor, size_t* cursor_length,
                       gs_error** error) noexcept {
  gs::c::clear(cursor);
  return call(error, [&]() -> Error {
    GS_TRY_OK(need(rows, "rows"));
    GS_TRY_OK(need(cursor, "cursor"));
    GS_TRY(const std::string text, rows->rows.cursor());
    give_text(text, cursor, cursor_length);
    return {};
  });
}

gs_code gs_count(const gs_storage* storage, const char* query, size_t length, uint64_t* count,
                 gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    GS_TRY_OK(need(count, "count"));
    GS_TRY(const std::string_view text, gs::c::text(query, length, "query"));
    GS_TRY(*count, storage->storage.count(text));
    return {};
  });
}

gs_code gs_count_at(const gs_storage* storage, const char* query, size_t length,
                    const gs_digest* heads, size_t head_count, uint64_t* count,
                    gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    GS_TRY_OK(need(count, "count"));
    GS_TRY(const std::string_view text, gs::c::text(query, length, "query"));
    GS_TRY(const gs::Version version, gs::c::to_version(heads, head_count));
    GS_TRY(*count, storage->storage.count(text, version));
    return {};
  });
}

gs_code gs_explain(const gs_storage* storage, const char* query, size_t length, char** plan,
                   size_t* plan_length, gs_error** error) noexcept {
  gs::c::clear(plan);
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    GS_TRY_OK(need(plan, "plan"));
    GS_TRY(const std::string_view text, gs::c::text(query, length, "query"));
    GS_TRY(const std::string json, storage->storage.explain(text));
    give_text(json, plan, plan_length);
    return {};
  });
}
