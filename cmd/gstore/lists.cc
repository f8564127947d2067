// list insert, delete, move and set: edits of a list of a record.
#include "cmd/gstore/commands.h"
#include "cmd/gstore/element_words.h"

namespace gs::cli {
namespace {

// How many elements the list has that the field shows.
Result<std::uint64_t> length_of(Session& session, Storage& storage, const Id& id) {
  auto record = storage.get(id);
  if (!record.ok()) return about_record(session, storage, std::move(record).error());
  const auto value = record->find(session.arguments.field);
  if (!value) return std::uint64_t{0};
  const Value list = value->value();
  const Array* const elements = list.get<Array>();
  return elements == nullptr ? 0 : elements->size();
}

template <typename Edit>
Result<Exit> edit_list(Session& session, const Edit& edit) {
  GS_TRY(Storage storage, open_storage(session, Access::write));
  GS_TRY(const Id id, id_of(session, storage));
  std::uint64_t position = session.arguments.position;
  if (session.arguments.at_end) {
    GS_TRY(position, length_of(session, storage, id));
  }
  GS_TRY_OK(about_record(session, storage, edit(storage, id, position)));
  GS_TRY(const Record record, storage.get(id));
  show_field(session, id, record);
  GS_TRY_OK(storage.close());
  return Exit::ok;
}

}  // namespace

Result<Exit> list_insert(Session& session) {
  const std::string elements = json_of_words(session.arguments.elements);
  return edit_list(session, [&](Storage& storage, const Id& id, std::uint64_t position) {
    return storage.list_insert(id, session.arguments.field, position, elements);
  });
}

Result<Exit> list_delete(Session& session) {
  return edit_list(session, [&](Storage& storage, const Id& id, std::uint64_t position) {
    return storage.list_delete(id, session.arguments.field, position, session.arguments.deleted);
  });
}

Result<Exit> list_move(Session& session) {
  return edit_list(session, [&](Storage& storage, const Id& id, std::uint64_t position) {
    return storage.list_move(id, session.arguments.field, position, session.arguments.move_to);
  });
}

Result<Exit> list_set(Session& session) {
  const std::string elements = json_of_words(session.arguments.elements);
  const std::string element = elements.substr(1, elements.size() - 2);  // without the brackets
  return edit_list(session, [&](Storage& storage, const Id& id, std::uint64_t position) {
    return storage.list_set(id, session.arguments.field, position, element);
  });
}

}  // namespace gs::cli
