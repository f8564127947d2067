// The C interface of text sessions.
#include "gs/api/c_support.h"

using gs::Error;
using gs::c::call;
using gs::c::need;
using gs::c::need_open;

struct gs_text_session {
  gs::TextSession session;
};

namespace {

void tell(const std::vector<gs::TextChange>& changes, gs_text_change_function change,
          void* context) {
  if (change == nullptr) return;
  for (const gs::TextChange& one : changes) {
    change(context, one.position, one.deleted, one.inserted.data(), one.inserted.size());
  }
}

}  // namespace

gs_code gs_edit_text(gs_storage* storage, const gs_id* id, const char* field, size_t field_length,
                     bool utf16, gs_text_session** session, gs_error** error) noexcept {
  gs::c::clear(session);
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    GS_TRY_OK(need(id, "id"));
    GS_TRY_OK(need(session, "session"));
    GS_TRY(const std::string_view name, gs::c::text(field, field_length, "field"));
    const auto positions = utf16 ? gs::TextPositions::utf16 : gs::TextPositions::code_points;
    GS_TRY(gs::TextSession begun, storage->storage.edit_text(gs::c::to_id(*id), name, positions));
    *session = new gs_text_session{std::move(begun)};
    return {};
  });
}

void gs_text_session_free(gs_text_session* session) noexcept { delete session; }

gs_code gs_text_session_splice(gs_text_session* session, uint64_t position, uint64_t deleted,
                               const char* inserted, size_t inserted_length, const uint8_t** update,
                               size_t* update_bytes, gs_error** error) noexcept {
  gs::c::clear(update);
  if (update_bytes != nullptr) *update_bytes = 0;
  return call(error, [&]() -> Error {
    GS_TRY_OK(need(session, "session"));
    GS_TRY(const std::string_view text, gs::c::text(inserted, inserted_length, "inserted"));
    GS_TRY(const gs::Bytes made, session->session.splice(position, deleted, text));
    if (update != nullptr && !made.empty()) *update = made.data();
    if (update_bytes != nullptr) *update_bytes = made.size();
    return {};
  });
}

gs_code gs_text_session_text(const gs_text_session* session, char** text, size_t* length,
                             gs_error** error) noexcept {
  gs::c::clear(text);
  return call(error, [&]() -> Error {
    GS_TRY_OK(need(session, "session"));
    GS_TRY_OK(need(text, "text"));
    gs::c::give_text(session->session.text(), text, length);
    return {};
  });
}

gs_code gs_text_session_commit(gs_text_session* session, gs_durability durability,
                               gs_text_change_function change, void* context,
                               gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need(session, "session"));
    GS_TRY(const auto wanted, gs::c::to_durability(durability));
    gs::TextSession& own = session->session;
    GS_TRY(const auto changes, wanted ? own.commit(*wanted) : own.commit());
    tell(changes, change, context);
    return {};
  });
}

gs_code gs_text_session_discard(gs_text_session* session, gs_text_change_function change,
                                void* context, gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need(session, "session"));
    GS_TRY(const auto changes, session->session.discard());
    tell(changes, change, context);
    return {};
  });
}
