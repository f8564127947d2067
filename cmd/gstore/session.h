// What every command works with, and the few things that all of them do.
#pragma once

#include <atomic>
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
  bool colours = false;  // on standard output
  // Stops conversions of the schema in queries.
  const std::atomic<bool>* stop = nullptr;
  // The first damaged place of the storage, when opening it found one; else empty.
  std::string damage{};
};

enum class Unit { bytes, records };

enum class Access { read, write, bulk };

// Opens the storage of -d; says on standard error what recovery cut off, and notes damage.
// Errors: those of Storage::open; a missing directory is not_a_storage.
Result<Storage> open_storage(Session& session, Access access);

// At the end of a command that inserts: warns of records that end with it, as the schema keeps them
// in memory, and closes.
Error close_after_inserts(Session& session, Storage& storage);

// "in the damage (..) or behind it. .." with the next step, for what may lie there.
std::string in_damage(const Session& session);

// Says on standard error how the command ended, and returns the exit status. The one place that
// knows what known damage means: what was printed may be incomplete, so a warning and status 3.
Exit conclude(Session& session, const Result<Exit>& done);

// Draws a bar for a long call when standard error is a terminal.
Progress bar_of(Session& session, std::string_view label, Unit unit);

// For what only a look at the input shows: says what is wrong with the command line.
Exit usage_error(Session& session, std::string_view problem);

// The text of a JSON argument: itself, @FILE or -. Errors: io, too_large.
Result<std::string> load_content(const std::string& argument);
// What is wrong with that text, with the name of its file.
Error about_content(const std::string& argument, Error error);

// The id that ID and --collection name. Errors: not_found when ID is the UUID of a record in
// another collection.
Result<Id> id_of(const Session& session, const Storage& storage);
// The same for a record that was found in this collection, which a look at the newest state may not
// show.
Error check_collection(const Session& session, std::string_view collection);
// Why a command on one record failed, with the name that the user gave: a record that is missing
// may also have been deleted or erased, or lie in the damage.
Error about_record(const Session& session, const Storage& storage, Error error);

// The change that deleted a record, if one is among the newest that wrote to it.
std::optional<ChangeInfo> last_removal(const Storage& storage, const Id& id);

// A change named by the beginning of its digest. Errors: invalid, not_found; damaged when it may
// lie in the damage.
// What a text names: a change, a tag, a branch, a time or what is there now. The same errors.
Result<Version> version_of(const Session& session, const Storage& storage, std::string_view text);
Result<Digest> change_of(const Session& session, const Storage& storage, std::string_view prefix);

// As many digits as people need to tell one from others.
std::string short_text(const Digest& digest);
}  // namespace gs::cli
