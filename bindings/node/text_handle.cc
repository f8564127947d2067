#include "bindings/node/text_handle.h"

#include <cstring>
#include <utility>

#include "bindings/node/job.h"
#include "bindings/node/storage_handle.h"
#include "gs/base/endian.h"
#include "gs/core/crdt/text/measure.h"

namespace gs::node {

namespace {

// [position, deleted, inserted, position, ..]
napi_value list_of(napi_env env, const std::vector<TextChange>& changes) {
  napi_value made = nullptr;
  napi_create_array_with_length(env, changes.size() * 3, &made);
  std::uint32_t at = 0;
  for (const TextChange& one : changes) {
    napi_set_element(env, made, at++, number(env, static_cast<double>(one.position)));
    napi_set_element(env, made, at++, number(env, static_cast<double>(one.deleted)));
    napi_set_element(env, made, at++, text(env, one.inserted));
  }
  return made;
}

napi_value told(napi_env env, const Result<std::vector<TextChange>>& changes) {
  return changes.ok() ? list_of(env, *changes) : throw_error(env, changes.error());
}

}  // namespace

TextHandle::TextHandle(std::shared_ptr<Engine> engine, TextSession session)
    : engine_(std::move(engine)), session_(std::move(session)) {}

TextHandle* TextHandle::opened(napi_env env, napi_value self) noexcept {
  auto* const handle = Environment::self<TextHandle>(env, self);
  if (handle == nullptr || handle->session_) return handle;
  throw_error(env, Error(Code::closed, "the text is closed. Edit it again"));
  return nullptr;
}

napi_value TextHandle::edit_text(napi_env env, napi_callback_info info) {
  const Arguments<2> arguments(env, info);
  StorageHandle* const storage = StorageHandle::opened(env, arguments.self);
  if (storage == nullptr) return nullptr;
  const std::optional<Id> id = id_of(env, arguments[0]);
  std::optional<std::string> field = text_of(env, arguments[1]);
  if (!id || !field) return throw_type(env, "editText takes an id and the name of a field");
  const auto session = std::make_shared<std::optional<TextSession>>();
  return start_job(
      env, "globalstorage:edit",
      [session, engine = storage->engine(), id = *id, name = *std::move(field)]() -> Error {
        const Engine::LongCall under_way(*engine);
        GS_TRY(*session, engine->storage().edit_text(id, name, TextPositions::utf16));
        return {};
      },
      [session, engine = storage->engine()](napi_env there) {
        Environment& environment = Environment::of(there);
        return environment.make(Environment::kText,
                                std::make_unique<TextHandle>(engine, *std::move(*session)));
      });
}

// splice(position: number, deleted: number, inserted: string, out: Uint8Array): number |
// ArrayBuffer. Bytes of the session update in `out`, or the update, when that is too small.
napi_value TextHandle::splice(napi_env env, napi_callback_info info) {
  const Arguments<4> arguments(env, info);
  TextHandle* const self = opened(env, arguments.self);
  if (self == nullptr) return nullptr;
  const std::optional<std::size_t> position = count_of(env, arguments[0]);
  const std::optional<std::size_t> deleted = count_of(env, arguments[1]);
  const auto out = memory_of(env, arguments[3]);
  if (!position || !deleted || !out || !read_text(env, arguments[2], self->inserted_)) {
    return throw_type(env, "splice takes two numbers, a text and memory");
  }
  const auto update = self->session_->splice(*position, *deleted, self->inserted_);
  if (!update.ok()) return throw_error(env, update.error());
  if (update->size() > out->size()) return array_buffer(env, *update);
  if (!update->empty()) std::memcpy(out->data(), update->data(), update->size());
  return number(env, static_cast<double>(update->size()));
}

// splices(columns: Uint8Array, count: number, text: string): undefined. Of each edit u32 position,
// u32 deleted, u32 characters of `text` that are inserted. One that is wrong is the last.
napi_value TextHandle::splices(napi_env env, napi_callback_info info) {
  const Arguments<3> arguments(env, info);
  TextHandle* const self = opened(env, arguments.self);
  if (self == nullptr) return nullptr;
  const std::optional<Bytes> columns = bytes_of(env, arguments[0]);
  const std::optional<std::size_t> count = count_of(env, arguments[1]);
  constexpr std::size_t kEditBytes = 12;
  if (!columns || !count || columns->size() / kEditBytes < *count ||
      !read_text(env, arguments[2], self->inserted_)) {
    return throw_type(env, "splices takes columns, their number and a text");
  }
  std::string_view rest = self->inserted_;
  std::vector<TextSplice>& edits = self->edits_;
  edits.clear();
  for (std::size_t i = 0; i < *count; ++i) {
    const std::uint8_t* const edit = columns->data() + i * kEditBytes;
    const std::size_t bytes = crdt::bytes_of_points(rest, load_u32(edit + 8));
    edits.push_back({load_u32(edit), load_u32(edit + 4), rest.substr(0, bytes)});
    rest.remove_prefix(bytes);
  }
  const Error wrong = self->session_->splices(edits);
  return wrong ? throw_error(env, wrong) : undefined(env);
}

// text(): string
napi_value TextHandle::text_shown(napi_env env, napi_callback_info info) {
  const Arguments<0> arguments(env, info);
  TextHandle* const self = opened(env, arguments.self);
  return self == nullptr ? nullptr : text(env, self->session_->text());
}

// length(): number. Units of UTF-16, as positions are.
napi_value TextHandle::length(napi_env env, napi_callback_info info) {
  const Arguments<0> arguments(env, info);
  TextHandle* const self = opened(env, arguments.self);
  return self == nullptr ? nullptr : number(env, static_cast<double>(self->session_->length()));
}

// isNarrow(): boolean. No character has two units of UTF-16.
napi_value TextHandle::is_narrow(napi_env env, napi_callback_info info) {
  const Arguments<0> arguments(env, info);
  TextHandle* const self = opened(env, arguments.self);
  return self == nullptr ? nullptr : boolean(env, self->session_->is_narrow());
}

// commit(): Array | undefined. What others changed; nothing when it would have to wait for others:
// to be called again.
napi_value TextHandle::commit(napi_env env, napi_callback_info info) {
  const Arguments<0> arguments(env, info);
  TextHandle* const self = opened(env, arguments.self);
  if (self == nullptr) return nullptr;
  const std::unique_lock turn = self->engine_->turn();
  if (!turn.owns_lock()) return undefined(env);
  return told(env, self->session_->commit(Durability::lazy));
}

// discard(): the same
napi_value TextHandle::discard(napi_env env, napi_callback_info info) {
  const Arguments<0> arguments(env, info);
  TextHandle* const self = opened(env, arguments.self);
  if (self == nullptr) return nullptr;
  const std::unique_lock turn = self->engine_->turn();
  if (!turn.owns_lock()) return undefined(env);
  return told(env, self->session_->discard());
}

// close(): undefined. What is not committed is forgotten.
napi_value TextHandle::close(napi_env env, napi_callback_info info) {
  const Arguments<0> arguments(env, info);
  auto* const self = Environment::self<TextHandle>(env, arguments.self);
  if (self == nullptr) return nullptr;
  self->session_.reset();
  self->engine_.reset();
  return undefined(env);
}

napi_value TextHandle::define(napi_env env) {
  return define_class(env, "NativeText",
                      {{"splice", splice},
                       {"splices", splices},
                       {"text", text_shown},
                       {"length", length},
                       {"isNarrow", is_narrow},
                       {"commit", commit},
                       {"discard", discard},
                       {"close", close}});
}

}  // namespace gs::node
