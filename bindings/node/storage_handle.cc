#include "bindings/node/storage_handle.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "bindings/common/rows.h"
#include "bindings/node/calls.h"
#include "bindings/node/job.h"
#include "bindings/node/live_handle.h"
#include "bindings/node/rows_handle.h"
#include "bindings/node/text_handle.h"

namespace gs::node {

namespace {

using bindings::put_row;
using bindings::row_bytes;

constexpr double kNone = -1;
constexpr double kNoId = -2;
constexpr double kFailed = -3;
// Below it: bytes that the slab lacks.
constexpr double kNoRoom = -16;
// Room for texts of ids that is kept between calls: 1,800 of them.
constexpr std::size_t kTextsKept = std::size_t{64} << 10;

Error closed() { return {Code::closed, "the storage is closed. Open it again"}; }

}  // namespace

StorageHandle::StorageHandle(Environment& environment, std::shared_ptr<Engine> engine)
    : environment_(environment), engine_(std::move(engine)), reader_(engine_->storage().reader()) {
  environment_.add(this);
}

// Nobody can close it any more, and to wait for a disk is not for a garbage collector.
StorageHandle::~StorageHandle() {
  environment_.remove(this);
  if (auto engine = let_go()) {
    std::thread([engine = std::move(engine)] { Engine::release(engine).ignore(); }).detach();
  }
}

std::shared_ptr<Engine> StorageHandle::let_go() noexcept {
  if (engine_ == nullptr) return nullptr;
  engine_->remove_listener(&counting_);
  if (telling_ != nullptr) {
    engine_->remove_listener(&telling_->listener);
    drop(telling_->function);
  }
  drop(counter_kept_);
  drop(slab_kept_);
  drop(batch_kept_);
  drop(told_kept_);
  reader_ = {};
  slab_ = nullptr;
  slab_bytes_ = 0;
  batch_ = {};
  told_ = {};
  return std::exchange(engine_, nullptr);
}

void StorageHandle::drop(napi_ref& kept) noexcept {
  if (kept == nullptr) return;
  napi_delete_reference(environment_.env(), kept);
  kept = nullptr;
}

void StorageHandle::leave() noexcept {
  if (const auto engine = let_go()) Engine::release(engine).ignore();  // nobody is there to be told
}

StorageHandle* StorageHandle::opened(napi_env env, napi_value self) noexcept {
  auto* const handle = Environment::self<StorageHandle>(env, self);
  if (handle == nullptr || handle->engine_ != nullptr) return handle;
  throw_error(env, closed());
  return nullptr;
}

// --- reading ---

double StorageHandle::read(const Id& id) {
  RawRecord raw;
  auto found = reader_.find(id, raw);
  if (!found.ok()) {
    failed_ = std::move(found).error();
    return kFailed;
  }
  if (!*found) return kNone;
  const std::size_t bytes = row_bytes(raw.bytes.size());
  if (bytes > slab_bytes_ - slab_used_) return kNoRoom - static_cast<double>(bytes);
  const std::size_t at = slab_used_;
  put_row(slab_ + at, raw.shape, raw.id, raw.bytes);
  slab_used_ += bytes;
  return static_cast<double>(at);
}

// get(id: string): number
napi_value StorageHandle::get(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  StorageHandle* const self = opened(env, arguments.self);
  if (self == nullptr) return nullptr;
  const std::optional<Id> id = id_of(env, arguments[0]);
  if (!id) return number(env, kNoId);
  const double at = self->read(*id);
  if (at == kFailed) return throw_error(env, self->failed_);
  return number(env, at);
}

// getMany(ids: Uint8Array, places: Int32Array, from: number): number. 16 bytes for each id; fills
// places from `from` on, -1 for no record; returns how many are done: fewer than all when the slab
// is full.
napi_value StorageHandle::get_many(napi_env env, napi_callback_info info) {
  const Arguments<3> arguments(env, info);
  StorageHandle* const self = opened(env, arguments.self);
  if (self == nullptr) return nullptr;
  const std::optional<Bytes> ids = bytes_of(env, arguments[0]);
  const std::optional<std::size_t> from = count_of(env, arguments[2]);
  napi_typedarray_type type = napi_int8_array;
  std::size_t count = 0;
  void* memory = nullptr;
  if (!ids || !from ||
      !ok(napi_get_typedarray_info(env, arguments[1], &type, &count, &memory, nullptr, nullptr)) ||
      type != napi_int32_array || ids->size() != count * sizeof(Id)) {
    return throw_type(env, "getMany takes ids of 16 bytes each, as many places, and a number");
  }
  auto* const places = static_cast<std::int32_t*>(memory);
  const std::size_t begin = *from;
  const auto id_at = [&ids](std::size_t which) {
    Id id;
    std::memcpy(id.bytes.data(), ids->data() + which * sizeof id, sizeof id);
    return id;
  };
  std::size_t ahead = begin;
  std::size_t i = begin;
  for (; i < count; ++i) {
    for (; ahead < std::min(count, i + Reader::kAhead); ++ahead) self->reader_.expect(id_at(ahead));
    const double at = self->read(id_at(i));
    if (at == kFailed) return throw_error(env, self->failed_);
    if (at <= kNoRoom) return number(env, i > begin ? static_cast<double>(i) : at);
    places[i] = static_cast<std::int32_t>(at);
  }
  return number(env, static_cast<double>(i));
}

// idsOf(texts: string, ids: Uint8Array): boolean. Ids of 36 characters each, one behind the other,
// as 16 bytes each; false, with nothing useful written, when one of them is none.
napi_value StorageHandle::ids_of(napi_env env, napi_callback_info info) {
  const Arguments<2> arguments(env, info);
  StorageHandle* const self = opened(env, arguments.self);
  if (self == nullptr) return nullptr;
  const auto ids = memory_of(env, arguments[1]);
  if (!ids || !read_text(env, arguments[0], self->texts_)) {
    return throw_type(env, "idsOf takes a text and a Uint8Array");
  }
  const std::string_view texts = self->texts_;
  const std::size_t count = ids->size() / sizeof(Id);
  bool are_ids = texts.size() == count * Id::kTextBytes;
  for (std::size_t i = 0; are_ids && i < count; ++i) {
    const std::optional<Id> id = Id::parse(texts.substr(i * Id::kTextBytes, Id::kTextBytes));
    are_ids = id.has_value();
    if (id) std::memcpy(ids->data() + i * sizeof(Id), id->bytes.data(), sizeof(Id));
  }
  if (self->texts_.capacity() > kTextsKept) std::string().swap(self->texts_);
  return boolean(env, are_ids);
}

// findId(text: string, collection: string): string. The id that a text names; '': any collection.
napi_value StorageHandle::find_id(napi_env env, napi_callback_info info) {
  const Arguments<2> arguments(env, info);
  StorageHandle* const self = opened(env, arguments.self);
  if (self == nullptr) return nullptr;
  const std::optional<std::string> name = text_of(env, arguments[0]);
  const std::optional<std::string> collection = text_of(env, arguments[1]);
  if (!name || !collection) return throw_type(env, "findId takes two texts");
  return text(env, self->engine_->storage().find_id(*name, *collection).text());
}

// version(): ArrayBuffer. Of the record that get() found last.
napi_value StorageHandle::version(napi_env env, napi_callback_info info) {
  const Arguments<0> arguments(env, info);
  StorageHandle* const self = opened(env, arguments.self);
  if (self == nullptr) return nullptr;
  return array_buffer(env, self->reader_.version().bytes);
}

// shape(number): ArrayBuffer. The definition.
napi_value StorageHandle::shape(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  StorageHandle* const self = opened(env, arguments.self);
  if (self == nullptr) return nullptr;
  const std::optional<std::size_t> which = count_of(env, arguments[0]);
  if (!which) return throw_type(env, "shape takes a number");
  return array_buffer(env, self->reader_.shape(static_cast<std::uint32_t>(*which)));
}

// useSlab(memory: ArrayBuffer). Records are put there from its beginning on.
napi_value StorageHandle::use_slab(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  StorageHandle* const self = opened(env, arguments.self);
  if (self == nullptr) return nullptr;
  void* memory = nullptr;
  std::size_t bytes = 0;
  if (!ok(napi_get_arraybuffer_info(env, arguments[0], &memory, &bytes))) {
    return throw_type(env, "useSlab takes an ArrayBuffer");
  }
  if (self->slab_kept_ != nullptr) napi_delete_reference(env, self->slab_kept_);
  napi_create_reference(env, arguments[0], 1, &self->slab_kept_);
  self->slab_ = static_cast<std::uint8_t*>(memory);
  self->slab_bytes_ = bytes;
  self->slab_used_ = 0;
  return undefined(env);
}

// rest(). Reads come now and then only: files that were replaced need not be kept for them.
napi_value StorageHandle::rest(napi_env env, napi_callback_info info) {
  const Arguments<0> arguments(env, info);
  auto* const self = Environment::self<StorageHandle>(env, arguments.self);
  if (self != nullptr) self->reader_.rest();
  return undefined(env);
}

// countCommits(counter: Uint32Array). Its first element grows with each commit of anybody.
napi_value StorageHandle::count_commits(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  StorageHandle* const self = opened(env, arguments.self);
  if (self == nullptr) return nullptr;
  napi_typedarray_type type = napi_int8_array;
  std::size_t count = 0;
  void* memory = nullptr;
  if (self->counting_.counter != nullptr ||
      !ok(napi_get_typedarray_info(env, arguments[0], &type, &count, &memory, nullptr, nullptr)) ||
      type != napi_uint32_array || count == 0) {
    return throw_type(env, "countCommits takes a Uint32Array, once");
  }
  napi_create_reference(env, arguments[0], 1, &self->counter_kept_);
  self->counting_.counter = static_cast<std::uint32_t*>(memory);
  self->engine_->add_listener(&self->counting_);
  return undefined(env);
}

// onCommit(call: () => void). Called soon after commits of anybody, once for all of one moment. It
// does not keep the process alive.
napi_value StorageHandle::on_commit(napi_env env, napi_callback_info info) {
  const Arguments<1> arguments(env, info);
  StorageHandle* const self = opened(env, arguments.self);
  if (self == nullptr) return nullptr;
  if (self->telling_ != nullptr) return throw_type(env, "onCommit was called before");
  const auto telling = std::make_shared<Telling>();
  napi_create_reference(env, arguments[0], 1, &telling->function);
  // It is a listener as long as the handle has it.
  telling->listener.call = [raw = telling.get(), weak = std::weak_ptr<Telling>(telling),
                            mailbox = self->environment_.mailbox()] {
    if (raw->is_told.exchange(true)) return;
    mailbox->post([weak](napi_env there) {
      const std::shared_ptr<Telling> told = weak.lock();
      if (told == nullptr || told->function == nullptr) return;
      told->is_told = false;
      napi_value call = nullptr;
      napi_get_reference_value(there, told->function, &call);
      napi_call_function(there, undefined(there), call, 0, nullptr, nullptr);
    });
  };
  self->telling_ = telling;
  self->engine_->add_listener(&telling->listener);
  return undefined(env);
}

// --- writing ---

// useBatch(batch: Uint8Array, outcome: Uint8Array). Memory of the batches of write(), and for what
// became of one.
napi_value StorageHandle::use_batch(napi_env env, napi_callback_info info) {
  const Arguments<2> arguments(env, info);
  StorageHandle* const self = opened(env, arguments.self);
  if (self == nullptr) return nullptr;
  const auto batch = memory_of(env, arguments[0]);
  const auto outcome = memory_of(env, arguments[1]);
  if (!batch || !outcome) return throw_type(env, "useBatch takes two Uint8Array");
  self->drop(self->batch_kept_);
  self->drop(self->told_kept_);
  napi_create_reference(env, arguments[0], 1, &self->batch_kept_);
  napi_create_reference(env, arguments[1], 1, &self->told_kept_);
  self->batch_ = *batch;
  self->told_ = *outcome;
  return undefined(env);
}

napi_value StorageHandle::told(napi_env env) noexcept {
  if (outcome_.size() > told_.size()) return array_buffer(env, outcome_);
  std::copy(outcome_.begin(), outcome_.end(), told_.begin());
  return number(env, static_cast<double>(outcome_.size()));
}

// write(bytes: number, isDurable: boolean): number | ArrayBuffer | Promise<ArrayBuffer>. What
// became of the batch in so many bytes of the memory (bindings/common/batch.h): at once when that
// waits for nobody, and then how many bytes of it are in the memory for it, if it has room.
napi_value StorageHandle::write(napi_env env, napi_callback_info info) {
  const Arguments<2> arguments(env, info);
  StorageHandle* const self = opened(env, arguments.self);
  if (self == nullptr) return nullptr;
  const std::optional<std::size_t> size = count_of(env, arguments[0]);
  if (!size || *size > self->batch_.size()) {
    return throw_type(env, "write takes how many bytes there are of useBatch's memory");
  }
  const Bytes batch = self->batch_.first(*size);
  const bool is_durable = truth_of(env, arguments[1]);
  Error failed;
  self->outcome_.clear();
  if (!is_durable && self->engine_->write_now(batch, failed, self->outcome_)) {
    return failed ? throw_error(env, failed) : self->told(env);
  }
  return self->write_later(env, batch, is_durable);
}

napi_value StorageHandle::write_later(napi_env env, Bytes batch, bool is_durable) {
  napi_deferred deferred = nullptr;
  napi_value promise = nullptr;
  if (!ok(napi_create_promise(env, &deferred, &promise))) return nullptr;
  const std::shared_ptr<Mailbox>& mailbox = environment_.mailbox();
  const auto done = [mailbox, deferred](Error wrong, Buffer made) {
    const auto error = std::make_shared<Error>(std::move(wrong));
    const auto bytes = std::make_shared<Buffer>(std::move(made));
    mailbox->post([holder = mailbox.get(), deferred, error, bytes](napi_env there) {
      holder->release();
      if (*error) {
        napi_reject_deferred(there, deferred, error_value(there, *error));
      } else {
        napi_resolve_deferred(there, deferred, array_buffer(there, *bytes));
      }
    });
  };
  mailbox->hold();
  const Error refused = engine_->write(Buffer(batch.begin(), batch.end()), is_durable, done);
  if (refused) {
    mailbox->release();
    napi_reject_deferred(env, deferred, error_value(env, refused));
  }
  return promise;
}

// --- the storage itself ---

// about(): { id, writer, readOnly, damage }
napi_value StorageHandle::about(napi_env env, napi_callback_info info) {
  const Arguments<0> arguments(env, info);
  StorageHandle* const self = opened(env, arguments.self);
  if (self == nullptr) return nullptr;
  const Storage& storage = self->engine_->storage();
  napi_value made = nullptr;
  napi_create_object(env, &made);
  napi_set_named_property(env, made, "id", text(env, storage.id().text()));
  napi_set_named_property(env, made, "writer", text(env, storage.writer().text()));
  napi_set_named_property(env, made, "readOnly", boolean(env, storage.read_only()));
  napi_value damage = nullptr;
  napi_create_array(env, &damage);
  std::uint32_t at = 0;
  for (const std::string& one : storage.recovery().damage) {
    napi_set_element(env, damage, at++, text(env, one));
  }
  napi_set_named_property(env, made, "damage", damage);
  return made;
}

// close(): Promise<undefined>. Once: the second one finds nothing to do.
napi_value StorageHandle::close(napi_env env, napi_callback_info info) {
  const Arguments<0> arguments(env, info);
  auto* const self = Environment::self<StorageHandle>(env, arguments.self);
  if (self == nullptr) return nullptr;
  self->environment_.remove(self);
  const auto engine = self->let_go();
  return start_job(
      env, "globalstorage:close",
      [engine]() -> Error { return engine == nullptr ? Error() : Engine::release(engine); },
      undefined);
}

napi_value StorageHandle::define(napi_env env) {
  return define_class(env, "NativeStorage",
                      {{"get", get},
                       {"getMany", get_many},
                       {"idsOf", ids_of},
                       {"findId", find_id},
                       {"version", version},
                       {"shape", shape},
                       {"useSlab", use_slab},
                       {"rest", rest},
                       {"countCommits", count_commits},
                       {"onCommit", on_commit},
                       {"useBatch", use_batch},
                       {"write", write},
                       {"about", about},
                       {"close", close},
                       {"find", RowsHandle::find},
                       {"watch", LiveHandle::watch},
                       {"editText", TextHandle::edit_text},
                       {"call", call_method}});
}

}  // namespace gs::node
