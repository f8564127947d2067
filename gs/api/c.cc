// The C interface, first part: library, codes, errors, ids, and opening and closing a storage.

#include "globalstorage/c.h"

#include <memory>
#include <new>

#include "gs/api/c_support.h"

using gs::Code;
using gs::Error;
using gs::Result;
using gs::Storage;

static_assert(GS_DROPPED == static_cast<int>(Code::dropped), "codes.h is made from code.def");
static_assert(GS_ADVICE_REPAIR == static_cast<int>(gs::Advice::repair));
static_assert(GS_ADVICE_RETRY == static_cast<int>(gs::Advice::retry));
static_assert(GS_ADVICE_REOPEN == static_cast<int>(gs::Advice::reopen));
static_assert(GS_EVENT_ERROR == static_cast<int>(gs::Event::Level::error));

// --- library, codes, errors ---

namespace {

// Numbers that are no code stay none: Code has 16 bits.
Code code_of(int number) noexcept {
  return static_cast<Code>(number < 0 || number > 0xFFFF ? 0xFFFF : number);
}

}  // namespace

const char* gs_version(void) noexcept { return gs::version(); }
const char* gs_code_name(int code) noexcept { return gs::code_name(code_of(code)); }
const char* gs_code_meaning(int code) noexcept { return gs::code_meaning(code_of(code)); }
gs_advice gs_code_advice(int code) noexcept {
  return static_cast<gs_advice>(gs::code_advice(code_of(code)));
}

gs_code gs_error_code(const gs_error* error) noexcept {
  return error == nullptr ? GS_OK : gs::c::to_code(error->code);
}

const char* gs_error_message(const gs_error* error, size_t* length) noexcept {
  if (length != nullptr) *length = error == nullptr ? 0 : error->message.size();
  return error == nullptr ? "" : error->message.c_str();
}

void gs_error_free(gs_error* error) noexcept { delete error; }
void gs_free(void* memory) noexcept { std::free(memory); }

// --- ids and digests ---

void gs_id_text(const gs_id* id, char text[GS_ID_TEXT_SIZE]) noexcept {
  if (id == nullptr || text == nullptr) return;
  std::memcpy(text, gs::c::to_id(*id).text().c_str(), GS_ID_TEXT_SIZE);
}

void gs_digest_text(const gs_digest* digest, char text[GS_DIGEST_TEXT_SIZE]) noexcept {
  if (digest == nullptr || text == nullptr) return;
  std::memcpy(text, gs::c::to_digest(*digest).text().c_str(), GS_DIGEST_TEXT_SIZE);
}

gs_code gs_id_parse(const char* text, size_t length, gs_id* id, gs_error** error) noexcept {
  return gs::c::call(error, [&]() -> Error {
    GS_TRY_OK(gs::c::need(id, "id"));
    GS_TRY(const std::string_view given, gs::c::text(text, length, "text"));
    const auto parsed = gs::Id::parse(given);
    if (!parsed) {
      return Error(Code::invalid, "'" + std::string(given.substr(0, 80)) +
                                      "' is no id: 36 characters, as in "
                                      "01890a5d-ac96-774b-bcce-b302099a8057");
    }
    *id = gs::c::from_id(*parsed);
    return {};
  });
}

gs_code gs_digest_parse(const char* text, size_t length, gs_digest* digest,
                        gs_error** error) noexcept {
  return gs::c::call(error, [&]() -> Error {
    GS_TRY_OK(gs::c::need(digest, "digest"));
    GS_TRY(const std::string_view given, gs::c::text(text, length, "text"));
    const auto parsed = gs::Digest::parse(given);
    if (!parsed) {
      return Error(Code::invalid, "'" + std::string(given.substr(0, 80)) +
                                      "' is no digest: 64 hexadecimal characters");
    }
    *digest = gs::c::from_digest(*parsed);
    return {};
  });
}

gs_code gs_resolve(const char* text, size_t length, const char* collection,
                   size_t collection_length, gs_id* id, gs_error** error) noexcept {
  return gs::c::call(error, [&]() -> Error {
    GS_TRY_OK(gs::c::need(id, "id"));
    GS_TRY(const std::string_view given, gs::c::text(text, length, "text"));
    GS_TRY(const std::string_view where, gs::c::text(collection, collection_length, "collection"));
    *id = gs::c::from_id(Storage::resolve(given, where));
    return {};
  });
}

// --- options ---

void gs_options_default(gs_options* options) noexcept {
  if (options == nullptr) return;
  const gs::Options defaults;
  *options = gs_options{};
  options->threads = defaults.threads;
  options->segment_bytes = defaults.segment_bytes;
  options->memory_bytes = defaults.memory_bytes;
  options->memory_store_bytes = defaults.memory_store_bytes;
  options->checkpoint_log_bytes = defaults.checkpoint_log_bytes;
  options->cache_bytes = defaults.cache_bytes;
}

namespace {

Result<gs::Options> options_of(const gs_options* given) {
  gs::Options options;
  if (given == nullptr) return options;
  GS_TRY(const auto durability, gs::c::to_durability(given->durability));
  options.durability = durability.value_or(gs::Durability::batch);
  options.read_only = given->read_only;
  options.verify_on_open = given->verify_on_open;
  options.keep_writer = given->keep_writer;
  options.threads = given->threads;
  options.segment_bytes = given->segment_bytes;
  options.memory_bytes = given->memory_bytes;
  options.memory_store_bytes = given->memory_store_bytes;
  options.checkpoint_log_bytes = given->checkpoint_log_bytes;
  options.lock_wait_ms = given->lock_wait_ms;
  if (given->scratch_directory != nullptr) options.scratch_directory = given->scratch_directory;
  options.cache_bytes = given->cache_bytes;
  if (given->on_event != nullptr) {
    options.on_event = [report = given->on_event,
                        context = given->event_context](const gs::Event& event) {
      report(context, static_cast<gs_event_level>(event.level), event.name.data(),
             event.name.size(), event.text.data(), event.text.size());
    };
  }
  return options;
}

Result<gs::CreateOptions> create_options_of(const gs_options* given) {
  gs::CreateOptions create;
  if (given == nullptr) return create;
  switch (given->policy) {
    case GS_POLICY_OPEN:
      create.policy = gs::Policy::open;
      return create;
    case GS_POLICY_CLOSED:
      create.policy = gs::Policy::closed;
      return create;
    default:
      return Error(Code::invalid, "`policy` must be a GS_POLICY_ value");
  }
}

// `make` gets the checked directory and options, and gives a Result<Storage>.
template <typename Make>
gs_code make_storage(const char* directory, size_t length, const gs_options* given,
                     gs_storage** storage, gs_error** error, Make make) noexcept {
  gs::c::clear(storage);
  return gs::c::call(error, [&]() -> Error {
    GS_TRY_OK(gs::c::need(storage, "storage"));
    GS_TRY(const std::string path, gs::c::path(directory, length, "directory"));
    GS_TRY(const gs::Options options, options_of(given));
    GS_TRY(Storage made, make(path, options));
    *storage = new gs_storage{std::move(made)};
    return {};
  });
}

}  // namespace

// --- a storage ---

gs_code gs_create(const char* directory, size_t length, const gs_options* options,
                  gs_storage** storage, gs_error** error) noexcept {
  return make_storage(directory, length, options, storage, error,
                      [&](const std::string& path, const gs::Options& checked) -> Result<Storage> {
                        GS_TRY(const gs::CreateOptions create, create_options_of(options));
                        return Storage::create(path, create, checked);
                      });
}

gs_code gs_open(const char* directory, size_t length, const gs_options* options,
                gs_storage** storage, gs_error** error) noexcept {
  return make_storage(directory, length, options, storage, error,
                      [](const std::string& path, const gs::Options& checked) {
                        return Storage::open(path, checked);
                      });
}

gs_code gs_open_or_create(const char* directory, size_t length, const gs_options* options,
                          gs_storage** storage, gs_error** error) noexcept {
  return make_storage(directory, length, options, storage, error,
                      [](const std::string& path, const gs::Options& checked) {
                        return Storage::open_or_create(path, checked);
                      });
}

gs_code gs_close(gs_storage* storage, gs_error** error) noexcept {
  return gs::c::call(error, [&]() -> Error {
    GS_TRY_OK(gs::c::need(storage, "storage"));
    storage->closed = true;
    return storage->storage.close();  // a second one waits for the first
  });
}

void gs_storage_free(gs_storage* storage) noexcept { delete storage; }

gs_digest gs_storage_id(const gs_storage* storage) noexcept {
  return storage == nullptr ? gs_digest{} : gs::c::from_digest(storage->storage.id());
}

gs_digest gs_storage_writer(const gs_storage* storage) noexcept {
  return storage == nullptr ? gs_digest{} : gs::c::from_digest(storage->storage.writer());
}

bool gs_storage_read_only(const gs_storage* storage) noexcept {
  return storage != nullptr && storage->storage.read_only();
}

gs_code gs_storage_recovery(const gs_storage* storage, gs_recovery* recovery, char** text,
                            size_t* text_length, gs_error** error) noexcept {
  gs::c::clear(text);
  return gs::c::call(error, [&]() -> Error {
    GS_TRY_OK(gs::c::need_open(storage));
    GS_TRY_OK(gs::c::need(recovery, "recovery"));
    const gs::RecoveryReport& report = storage->storage.recovery();
    std::string lines;
    for (const std::string& line : report.damage) lines.append(line).append("\n");
    *recovery =
        gs_recovery{report.changes_replayed,   report.bytes_replayed,   report.torn_tail_cut,
                    report.torn_tail_left_out, report.torn_tail_judged, report.cut_segment,
                    report.cut_offset,         report.cut_bytes,        report.damage.size()};
    gs::c::give_text(lines, text, text_length);
    return {};
  });
}
