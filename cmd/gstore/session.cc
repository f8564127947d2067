// Opening storages and reading arguments.
#include "cmd/gstore/session.h"

#include <chrono>
#include <cstdlib>
#include <filesystem>

#include "cmd/gstore/directories.h"
#include "cmd/gstore/elsewhere.h"
#include "cmd/gstore/known.h"
#include "cmd/gstore/support/id_doubts.h"
#include "cmd/gstore/support/input.h"
#include "cmd/gstore/support/words.h"
#include "gs/base/dates.h"

namespace gs::cli {
namespace {

void tell_recovery(Session& session, const RecoveryReport& report) {
  if (report.torn_tail_cut || report.torn_tail_left_out) {
    session.terminal.note("gstore: note: an unfinished write at the end of the log was " +
                          std::string(report.torn_tail_cut ? "cut" : "left out") + ": segment " +
                          std::to_string(report.cut_segment) + ", offset " +
                          std::to_string(report.cut_offset) + ", " + size_text(report.cut_bytes) +
                          (report.torn_tail_judged
                               ? ". Nothing here shows that it was ever acknowledged."
                               : ". Whether it was acknowledged cannot be told, as log/mark is "
                                 "missing or damaged. Compare with a backup, or with a head noted "
                                 "elsewhere."));
  }
  if (!report.damage.empty()) session.damage = report.damage.front();
}

// The record as the user named it.
std::string record_name(const Arguments& arguments) {
  if (Id::parse(arguments.id)) return "record " + arguments.id;
  const std::string where =
      arguments.collection.empty() ? std::string() : " of " + arguments.collection;
  return "key '" + arguments.id + "'" + where;
}

// A miss is told without the reason; whoever asks who wrote the record is told.
bool was_erased(const Storage& storage, const Id& id) {
  return storage.blame(id).code() == Code::erased;
}

// Who gives a name where JSON is wanted means what is in the file.
bool looks_like_file(const std::string& argument) {
  if (argument.find_first_of("{}[]\" \n") != std::string::npos) return false;
  std::error_code failed;
  return argument.ends_with(".json") || std::filesystem::is_regular_file(argument, failed);
}

// A directory is given a writer once, without being asked: whoever moved it may not want that.
void tell_new_writer(const Session& session, bool had_key) {
  session.terminal.note(
      had_key
          ? "gstore: note: this directory was moved or copied since its writer was made, so it "
            "has a new writer now; the former key stays in keys/. Where the directory is the one "
            "that goes on, give --keep-writer with the first command that writes there."
          : "gstore: note: this directory had no key, as a backup has none, so it has a new "
            "writer now.");
}

}  // namespace

Result<Storage> open_storage(Session& session, Access access) {
  Options options;
  options.read_only = access == Access::read;
  // A single command is over before a background thread could help.
  if (access != Access::bulk) options.threads = 0;
  constexpr std::uint64_t kMsInSecond = 1000;
  if (const char* const scratch = std::getenv("TMPDIR")) options.scratch_directory = scratch;
  options.stop = session.stop;
  options.keep_writer = session.arguments.keep_writer;
  options.lock_wait_ms = session.arguments.wait_seconds * kMsInSecond;
  const std::string& directory = session.arguments.directory;
  const bool has_key = has_writer_key(directory);
  options.on_event = [&session, has_key](const Event& event) {
    if (event.name == "writer_minted") tell_new_writer(session, has_key);
  };
  auto opened = Storage::open(directory, options);
  if (opened.code() == Code::locked && session.arguments.wait_seconds == 0) {
    return Error(Code::locked, std::string(opened.error().message()) + ", or give --wait SECONDS");
  }
  if (!opened) return about_opening(directory, std::move(opened).error());
  tell_recovery(session, opened->recovery());
  return opened;
}

std::string in_damage(const Session& session) {
  return "in the damage (" + session.damage +
         ") or behind it. Run `gstore verify` to see the extent, then restore from a backup";
}

Error close_after_inserts(Session& session, Storage& storage) {
  if (storage.is_in_memory(session.arguments.collection)) {
    session.terminal.warning(Error(
        Code::not_found, "the schema keeps '" + session.arguments.collection +
                             "' in memory (store: 'memory'), so what was written is gone when this "
                             "command ends. Make the collection persistent, or "
                             "write and read it in one `gstore shell`"));
  }
  return storage.close();
}

Exit conclude(Session& session, const Result<Exit>& done) {
  session.out.flush();  // what was found before a failure comes before its message
  session.terminal.end_progress();
  if (!done) session.terminal.error(done.error());
  if (session.damage.empty()) return done ? *done : exit_of(done.code());
  // Errors of these codes name the damage themselves.
  const Code code = done.code();
  const bool told = code == Code::damaged || code == Code::broken_chain;
  if (!told) {
    session.terminal.warning(Error(
        Code::damaged, "the storage is damaged (" + session.damage +
                           "), so what lies in the damage and behind it is missing here. "
                           "Run `gstore verify` to see the extent, then restore from a backup"));
  }
  return Exit::unverified;
}

Progress bar_of(Session& session, std::string_view label, Unit unit) {
  const auto started = std::chrono::steady_clock::now();
  return [&session, label, unit, started](std::uint64_t done, std::uint64_t total) {
    if (!session.terminal.style().terminal) return;
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
    const std::string note = unit == Unit::bytes
                                 ? size_text(done) + " of " + size_text(total)
                                 : with_commas(done) + " of " + with_commas(total) + " records";
    session.terminal.progress({label, done, total, note, seconds});
  };
}

Exit usage_error(Session& session, std::string_view problem) {
  session.terminal.end_progress();
  session.terminal.usage_error(std::string(problem) + ". Run `gstore " + session.arguments.command +
                               " --help` for the usage.");
  return Exit::usage;
}

Result<std::string> load_content(const std::string& argument) {
  constexpr std::string_view kStep = "Values of this size are blobs: `gstore blob put`.";
  if (argument == "-") return read_all("-", kRowBytesMax, kStep);
  if (argument == "@") {
    return Error(Code::invalid, "@ names no file. Write @FILE, or - for standard input");
  }
  if (argument.starts_with('@')) return read_all(argument.substr(1), kRowBytesMax, kStep);
  return argument;
}

Error about_content(const std::string& argument, Error error) {
  if (error.code() != Code::invalid || !error.message().starts_with("JSON ")) return error;
  if (argument.starts_with('@')) return std::move(error).in(argument.substr(1));
  if (!looks_like_file(argument)) return error;
  return Error(Code::invalid, std::string(error.message()) + ". " + argument +
                                  " looks like the name of a file: what is in it is given as @" +
                                  argument);
}

Error check_collection(const Session& session, std::string_view collection) {
  const Arguments& arguments = session.arguments;
  const bool asked = !arguments.collection.empty() && Id::parse(arguments.id).has_value();
  if (!asked || collection == arguments.collection) return {};
  const std::string home = collection.empty() ? std::string("in no collection")
                                              : "in collection '" + std::string(collection) + "'";
  return Error(Code::not_found, "record " + arguments.id + " is " + home + ", not in '" +
                                    arguments.collection + "'. Leave out -c, or correct it");
}

// Another walk, for a miss as well.
std::optional<ChangeInfo> last_removal(const Storage& storage, const Id& id) {
  constexpr std::uint64_t kLookedAt = 256;  // somebody may have written since who did not know
  const auto newest = storage.history(id, kLookedAt);
  if (!newest) return {};
  for (const HistoryEntry& entry : *newest) {
    if (entry.operation.kind == "remove") return entry.change;
  }
  return {};
}

Result<Id> id_of(const Session& session, const Storage& storage) {
  const Arguments& arguments = session.arguments;
  const Id id = storage.find_id(arguments.id, arguments.collection);
  // A foreign key names its collection already; the rest is for the command itself to find out.
  const auto said = Id::parse(arguments.id);
  if (arguments.collection.empty() || !said || storage.has(id)) return id;
  const auto other = storage.get(*said);
  if (other.ok() && !last_removal(storage, id)) {
    GS_TRY_OK(check_collection(session, other->collection()));
  }
  return id;
}

Error about_record(const Session& session, const Storage& storage, Error error) {
  const Arguments& arguments = session.arguments;
  if (error.code() != Code::not_found && error.code() != Code::erased) return error;
  const std::string name = record_name(arguments);
  if (error.code() == Code::not_found && !session.damage.empty()) {
    return Error(Code::damaged, name + " is not in what can be read of this storage; it may lie " +
                                    in_damage(session));
  }
  const bool past = arguments.version.has_value();  // --at
  const Id id = storage.find_id(arguments.id, arguments.collection);
  if (error.code() == Code::erased || (!past && was_erased(storage, id))) {
    return Error(Code::erased, name +
                                   " was erased. Its content is gone for good; the chain still "
                                   "verifies");
  }
  if (past) {
    return Error(Code::not_found, name + " did not exist at " + *arguments.version +
                                      ". `gstore log` lists the changes, `gstore show` their "
                                      "records");
  }
  if (const auto removal = last_removal(storage, id)) {
    return Error(Code::not_found, name + " was deleted at " + time_text(removal->time_ms) +
                                      ". `gstore history` lists what was done to it");
  }
  const std::string missing = name + " is not " + where_looked(storage) + ". ";
  if (const std::string doubts = id_doubts(arguments.id); !doubts.empty()) {
    return Error(Code::not_found, missing + "It looks like the id of a record, but " + doubts +
                                      ". `gstore scan` prints ids");
  }
  if (const std::string elsewhere = where_else(session, storage, id); !elsewhere.empty()) {
    return Error(Code::not_found, missing + elsewhere);
  }
  const bool bare_key = arguments.collection.empty() && !Id::parse(arguments.id);
  return Error(Code::not_found,
               missing + meant_collection(session, storage) +
                   (bare_key ? "Name its collection with -c, or look with `gstore scan`"
                             : "`gstore scan` lists what is there, `gstore log` what was written"));
}

Result<Version> version_of(const Session& session, const Storage& storage, std::string_view text) {
  auto found = storage.find_version(text);
  if (found.ok() || found.code() != Code::not_found || session.damage.empty()) return found;
  return Error(Code::damaged, "nothing is called " + std::string(text) +
                                  " in what can be read of this storage; it may lie " +
                                  in_damage(session));
}

Result<Digest> change_of(const Session& session, const Storage& storage, std::string_view prefix) {
  auto found = storage.find_change(prefix);
  // A whole digest is taken as it is; whether there is such a change is to be known here.
  Error missing = found ? storage.change(*found).error().copy() : found.error().copy();
  if (missing.ok()) return found;
  if (missing.code() != Code::not_found || session.damage.empty()) return missing;
  return Error(Code::damaged, "no change begins with " + std::string(prefix) +
                                  " in what can be read of this storage; it may lie " +
                                  in_damage(session));
}

std::string short_text(const Digest& digest) {
  constexpr std::size_t kShortCharacters = 12;
  return digest.text().substr(0, kShortCharacters);
}

}  // namespace gs::cli
