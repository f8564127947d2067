// Commands on single records, and scan.
#include "cmd/gstore/commands.h"
#include "cmd/gstore/directories.h"
#include "cmd/gstore/known.h"
#include "cmd/gstore/report_json.h"
#include "cmd/gstore/schema_directory.h"
#include "cmd/gstore/support/id_doubts.h"
#include "cmd/gstore/support/json_text.h"
#include "cmd/gstore/support/words.h"

namespace gs::cli {
namespace {

void print_id(Session& session, std::string_view id) {
  if (!session.arguments.json) return session.out.line(id);
  JsonObject line;
  line.text("id", id);
  session.out.line(line.take());
}

// The files of a storage would lie among others, and be taken for theirs.
Error check_no_strangers(const std::string& directory) {
  const std::vector<std::string> strangers = strangers_in(directory);
  if (strangers.empty()) return {};
  return Error(Code::exists, directory + " is not empty: it holds " + one_line(listed(strangers)) +
                                 ", and no storage. Choose a new or empty directory with -d");
}

// The library says what is there; here it is known how to look at it.
Error about_creation(const std::string& directory, Error error) {
  const std::string_view what = error.message();
  const std::size_t end = what.rfind(". ");  // names of directories may have it, too
  if (error.code() != Code::exists || end == std::string_view::npos) return error;
  return Error(Code::exists, std::string(what.substr(0, end)) + ". Look into it with `gstore -d " +
                                 directory + " stats`, or choose another directory with -d");
}

// A file of rows is no record; whoever gives one here looks for `gstore import`.
Error about_insert(const Arguments& arguments, Error error) {
  const std::string& content = *arguments.content;
  const auto says = [what = std::string(error.message())](std::string_view words) {
    return what.find(words) != std::string::npos;
  };
  error = about_content(content, std::move(error));
  const bool no_single_object =
      says("a record is a JSON object") || says("text after the end of the value");
  if (!content.starts_with('@') || !no_single_object) return error;
  const std::string collection = arguments.collection.empty() ? "COLLECTION" : arguments.collection;
  return Error(error.code(), std::string(error.message()) +
                                 ". Correct the input, or insert the rows of a file with `gstore "
                                 "import " +
                                 collection + ' ' + content.substr(1) + '`');
}

// It may have been meant to be the id of a record that is there.
void note_doubtful_key(const Session& session) {
  const std::string doubts = id_doubts(session.arguments.id);
  if (doubts.empty() || session.arguments.json) return;
  session.terminal.note("set: a new record has the foreign key '" + session.arguments.id +
                        "'. It looks like the id of a record, but " + doubts + '.');
}

}  // namespace

Result<Exit> init(Session& session) {
  CreateOptions create;
  create.policy = session.arguments.closed ? Policy::closed : Policy::open;
  const std::string& directory = session.arguments.directory;
  GS_TRY_OK(check_no_strangers(directory));
  std::string schema;
  if (!session.arguments.schema.empty()) {
    GS_TRY(schema, load_usable_schema(session.arguments.schema));
  }
  auto created = Storage::create(directory, create);
  if (!created) {
    return about_directory(directory, about_creation(directory, std::move(created).error()));
  }
  Storage& storage = *created;
  if (!schema.empty()) GS_TRY_OK(storage.apply_schema(schema));
  print_id(session, storage.id().text());
  GS_TRY_OK(storage.close());
  return Exit::ok;
}

Result<Exit> insert(Session& session) {
  const Arguments& arguments = session.arguments;
  GS_TRY(const std::string content, load_content(*arguments.content));
  GS_TRY(Storage storage, open_storage(session, Access::write));
  auto id = storage.insert(arguments.collection, content);
  if (!id) return about_insert(arguments, std::move(id).error());
  print_id(session, id->text());
  GS_TRY_OK(close_after_inserts(session, storage));
  return Exit::ok;
}

Result<Exit> get(Session& session) {
  const Arguments& arguments = session.arguments;
  GS_TRY(Storage storage, open_storage(session, Access::read));
  GS_TRY(const Id id, id_of(session, storage));
  Version version;
  if (arguments.version) {
    GS_TRY(version, version_of(session, storage, *arguments.version));
  }
  auto found = arguments.version ? storage.get(id, version) : storage.get(id);
  if (!found) return about_record(session, storage, std::move(found).error());
  const Record& record = *found;
  GS_TRY_OK(check_collection(session, record.collection()));
  if (!arguments.json) {
    session.out.line(record.json());
    return Exit::ok;
  }
  JsonObject line;
  line.text("id", record.id().text()).text("collection", record.collection());
  if (!record.key().empty()) line.text("key", record.key());
  line.text("version", record.version().text()).raw("data", record.json());
  session.out.line(line.take());
  return Exit::ok;
}

Result<Exit> set(Session& session) {
  const Arguments& arguments = session.arguments;
  GS_TRY(const std::string content, load_content(*arguments.content));
  GS_TRY(Storage storage, open_storage(session, Access::write));
  Id id;
  if (Id::parse(arguments.id)) {
    GS_TRY(id, id_of(session, storage));
    Error error = about_content(*arguments.content, storage.set(id, content));
    GS_TRY_OK(about_record(session, storage, std::move(error)));
  } else {
    const bool is_new = !storage.has(Storage::resolve(arguments.id, arguments.collection));
    auto made = storage.put(arguments.collection, arguments.id, content);
    if (!made) return about_content(*arguments.content, std::move(made).error());
    id = *made;
    if (is_new) note_doubtful_key(session);
  }
  print_id(session, id.text());
  GS_TRY_OK(close_after_inserts(session, storage));
  return Exit::ok;
}

namespace {

using WriteFields = Error (Storage::*)(const Id&, std::string_view);

Result<Exit> write_fields(Session& session, WriteFields write) {
  const Arguments& arguments = session.arguments;
  GS_TRY(const std::string content, load_content(*arguments.content));
  GS_TRY(Storage storage, open_storage(session, Access::write));
  GS_TRY(const Id id, id_of(session, storage));
  Error error = about_content(*arguments.content, (storage.*write)(id, content));
  GS_TRY_OK(about_record(session, storage, std::move(error)));
  if (arguments.json) print_id(session, id.text());
  GS_TRY_OK(storage.close());
  return Exit::ok;
}

}  // namespace

Result<Exit> update(Session& session) { return write_fields(session, &Storage::update); }
Result<Exit> patch(Session& session) { return write_fields(session, &Storage::patch); }

Result<Exit> add_to_counter(Session& session) {
  const Arguments& arguments = session.arguments;
  GS_TRY(Storage storage, open_storage(session, Access::write));
  GS_TRY(const Id id, id_of(session, storage));
  GS_TRY_OK(about_record(session, storage, storage.add(id, arguments.field, arguments.addition)));
  GS_TRY(const Record record, storage.get(id));
  const auto sum = record.find(arguments.field);
  const std::string text = sum ? sum->json() : "null";
  if (arguments.json) {
    JsonObject line;
    line.text("id", id.text()).raw("value", text);
    session.out.line(line.take());
  } else {
    session.out.line(text);
  }
  GS_TRY_OK(storage.close());
  return Exit::ok;
}

Result<Exit> remove(Session& session) {
  GS_TRY(Storage storage, open_storage(session, Access::write));
  GS_TRY(const Id id, id_of(session, storage));
  GS_TRY_OK(about_record(session, storage, storage.remove(id)));
  if (session.arguments.json) print_id(session, id.text());
  GS_TRY_OK(storage.close());
  return Exit::ok;
}

Result<Exit> swap(Session& session) {
  const Arguments& arguments = session.arguments;
  GS_TRY(const std::string expected, load_content(arguments.expected));
  GS_TRY(const std::string changes, load_content(arguments.changes));
  GS_TRY(Storage storage, open_storage(session, Access::write));
  GS_TRY(const Id id, id_of(session, storage));
  auto swapped = storage.swap(id, expected, changes);
  if (!swapped) return about_record(session, storage, std::move(swapped).error());
  const char* const word = *swapped ? "true" : "false";
  if (arguments.json) {
    JsonObject line;
    line.boolean("swapped", *swapped);
    session.out.line(line.take());
  } else {
    session.out.line(word);
  }
  GS_TRY_OK(storage.close());
  return *swapped ? Exit::ok : Exit::conflict;
}

Result<Exit> scan(Session& session) {
  const Arguments& arguments = session.arguments;
  ScanOptions options;
  options.collection = arguments.collection;
  options.limit = arguments.limit;
  if (!arguments.from.empty()) options.from = Id::parse(arguments.from);
  GS_TRY(Storage storage, open_storage(session, Access::read));
  GS_TRY_OK(check_known_collection(session, storage));
  GS_TRY(Scan records, storage.scan(options));
  Record record;
  while (session.out.wanted() && records.next(record)) {
    calls::append_record_line(record, session.out.buffer());
    session.out.buffer() += '\n';
    session.out.written();
  }
  GS_TRY_OK(records.error());
  return Exit::ok;
}

}  // namespace gs::cli
