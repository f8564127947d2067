// What every command works with, and the few things that all of them do.
#pragma once

#include <string>
#include <string_view>

#include "cmd/gstore/arguments.h"
#include "cmd/gstore/support/output.h"
#include "cmd/gstore/support/terminal.h"
#include "globalstorage/storage.h"

namespace gs::cli {

struct Session {
  const Arguments& arguments;
  Output& out;
  Terminal& terminal;
};

enum class Access { read, write, bulk };

// Opens the storage of -d; says on standard error what recovery found.
// Errors: those of Storage::open; a missing directory is not_a_storage.
Result<Storage> open_storage(Session& session, Access access);

// The text of a JSON argument: itself, @FILE or -. Errors: io, too_large.
Result<std::string> load_content(const std::string& argument);

// The id that ID and --collection name.
Id id_of(const Arguments& arguments);
// Errors about a record, with the name that the user gave.
Error about_record(Error error, const Arguments& arguments);

// A change named by the beginning of its digest. Errors: invalid, not_found.
Result<Digest> change_of(const Storage& storage, std::string_view prefix);

// ["hex","hex"]
std::string digests_json(const std::vector<Digest>& digests);

// {"id":..,"collection":..,"data":..}, with "key" when the record has one.
void append_record_line(const Record& record, std::string& out);

}  // namespace gs::cli
