#include "bindings/node/rows_handle.h"

#include <utility>

#include "bindings/node/job.h"
#include "bindings/node/storage_handle.h"

namespace gs::node {

RowsHandle::RowsHandle(std::shared_ptr<Engine> engine, std::string query, bool as_json)
    : reading_(std::make_shared<Reading>()) {
  reading_->engine = std::move(engine);
  reading_->query = std::move(query);
  reading_->as_json = as_json;
}

napi_value RowsHandle::find(napi_env env, napi_callback_info info) {
  const Arguments<2> arguments(env, info);
  StorageHandle* const storage = StorageHandle::opened(env, arguments.self);
  if (storage == nullptr) return nullptr;
  std::optional<std::string> query = text_of(env, arguments[0]);
  if (!query) return throw_type(env, "find takes the text of a query");
  return Environment::of(env).make(
      Environment::kRows, std::make_unique<RowsHandle>(storage->engine(), *std::move(query),
                                                       truth_of(env, arguments[1])));
}

Error RowsHandle::Reading::read(std::size_t bytes_max, std::size_t rows_max, Buffer& chunk) {
  if (!rows) {
    GS_TRY(rows, engine->storage().find(query));
    chunks.emplace(engine->storage(), as_json);
  }
  chunks->begin();
  Row row;
  bool is_last = false;
  while (chunks->bytes() < bytes_max && chunks->rows() < rows_max) {
    is_last = !rows->next(row);
    if (is_last) break;
    GS_TRY_OK(chunks->add(row));
  }
  if (is_last) GS_TRY_OK(rows->error());
  chunk = chunks->end(is_last);
  return {};
}

// next(bytes: number, rows: number): Promise<ArrayBuffer>. A chunk that ends behind the row with
// which it has so many bytes, or so many rows.
napi_value RowsHandle::next(napi_env env, napi_callback_info info) {
  const Arguments<2> arguments(env, info);
  auto* const self = Environment::self<RowsHandle>(env, arguments.self);
  if (self == nullptr) return nullptr;
  const std::optional<std::size_t> bytes = count_of(env, arguments[0]);
  const std::optional<std::size_t> rows = count_of(env, arguments[1]);
  if (!bytes || !rows) return throw_type(env, "next takes numbers of bytes and rows");
  const std::shared_ptr<Reading> reading = self->reading_;
  if (reading->is_busy.exchange(true)) {
    return throw_type(env, "next was called, and has not answered yet");
  }
  const auto chunk = std::make_shared<Buffer>();
  return start_job(
      env, "globalstorage:find",
      [reading, chunk, bytes = *bytes, rows = *rows] {
        Error error = reading->read(bytes, rows, *chunk);
        reading->is_busy = false;
        return error;
      },
      [chunk](napi_env there) { return array_buffer(there, *chunk); });
}

// cursor(): string. Behind the last row; empty before the first.
napi_value RowsHandle::cursor(napi_env env, napi_callback_info info) {
  const Arguments<0> arguments(env, info);
  auto* const self = Environment::self<RowsHandle>(env, arguments.self);
  if (self == nullptr) return nullptr;
  const Reading& reading = *self->reading_;
  if (reading.is_busy || !reading.rows) return text(env, "");
  const auto cursor = reading.rows->cursor();
  if (!cursor.ok()) return throw_error(env, cursor.error());
  return text(env, *cursor);
}

napi_value RowsHandle::define(napi_env env) {
  return define_class(env, "NativeRows", {{"next", next}, {"cursor", cursor}});
}

}  // namespace gs::node
