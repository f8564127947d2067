#include "bindings/node/text_handle.h"

#include <cstring>
#include <utility>

#include "bindings/node/job.h"
#include "bindings/node/storage_handle.h"

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

TextHandle::TextHandle(Environment& environment, std::shared_ptr<Engine> engine,
                       TextSession session)
    : environment_(environment), engine_(std::move(engine)), session_(std::move(session)) {
  environment_.add(this);
}

TextHandle::~TextHandle() { environment_.remove(this); }

void TextHandle::leave() noexcept {
  if (session_ && session_->has_uncommitted()) {
    static_cast<void>(session_->commit(Durability::lazy));  // nobody is there to be told
  }
  session_.reset();
  engine_.reset();
}

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
        return environment.make(Environment::kText, std::make_unique<TextHandle>(
                                                        environment, engine, *std::move(*session)));
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

// hasUncommitted(): boolean
napi_value TextHandle::has_uncommitted(napi_env env, napi_callback_info info) {
  const Arguments<0> arguments(env, info);
  TextHandle* const self = opened(env, arguments.self);
  return self == nullptr ? nullptr : boolean(env, self->session_->has_uncommitted());
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
                       {"text", text_shown},
                       {"length", length},
                       {"hasUncommitted", has_uncommitted},
                       {"commit", commit},
                       {"discard", discard},
                       {"close", close}});
}

}  // namespace gs::node
