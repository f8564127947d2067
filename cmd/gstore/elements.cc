// elements add and elements remove: what arrays and sets of a record have in them.
#include "cmd/gstore/commands.h"
#include "cmd/gstore/element_words.h"
#include "cmd/gstore/support/json_text.h"

namespace gs::cli {
namespace {

using ChangeElements = Error (Storage::*)(const Id&, std::string_view, std::string_view);

Result<Exit> change_elements(Session& session, ChangeElements change) {
  const Arguments& arguments = session.arguments;
  const std::string elements = json_of_words(arguments.elements);
  GS_TRY(Storage storage, open_storage(session, Access::write));
  GS_TRY(const Id id, id_of(session, storage));
  GS_TRY_OK(about_record(session, storage, (storage.*change)(id, arguments.field, elements)));
  GS_TRY(const Record record, storage.get(id));
  show_field(session, id, record);
  GS_TRY_OK(storage.close());
  return Exit::ok;
}

}  // namespace

void show_field(Session& session, const Id& id, const Record& record) {
  const auto value = record.find(session.arguments.field);
  const std::string text = value ? value->json() : "null";
  if (!session.arguments.json) return session.out.line(text);
  JsonObject line;
  line.text("id", id.text()).raw("value", text);
  session.out.line(line.take());
}

Result<Exit> add_elements(Session& session) {
  return change_elements(session, &Storage::add_elements);
}

Result<Exit> remove_elements(Session& session) {
  return change_elements(session, &Storage::remove_elements);
}

}  // namespace gs::cli
