// watch: the rows of a query, and then what changes in them, until somebody stops it.
//
// Another process writes. A storage that is opened for reading shows one moment, so this one looks
// whether files of the log have changed, opens the storage again then, and has the live query go on
// in it.
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <system_error>
#include <tuple>

#include "cmd/gstore/commands.h"
#include "cmd/gstore/interrupt.h"
#include "cmd/gstore/known.h"
#include "cmd/gstore/query_doubts.h"
#include "cmd/gstore/query_words.h"
#include "cmd/gstore/support/words.h"
#include "globalstorage/live.h"

namespace gs::cli {
namespace {

// Between two looks at the files: short for a person, long for a machine.
constexpr int kLookEveryMs = 200;

// What is to be seen of the log without reading it.
using FileTraits = std::tuple<std::uint64_t, std::int64_t, std::int64_t>;  // bytes, time
std::map<std::string, FileTraits> traits_of_log(const std::string& directory) {
  std::map<std::string, FileTraits> traits;
  std::error_code failed;  // whoever opens the storage says what is wrong
  const std::filesystem::path log = std::filesystem::path(directory) / "log";
  for (const auto& file : std::filesystem::directory_iterator(log, failed)) {
    struct stat status {};
    if (::stat(file.path().c_str(), &status) != 0) continue;
    traits[file.path().filename()] = {static_cast<std::uint64_t>(status.st_size),
                                      status.st_mtim.tv_sec, status.st_mtim.tv_nsec};
  }
  return traits;
}

// With --json a row stands in the form of `find --json`, which names its record.
Error append_step(const Session& session, const LiveChange& change, std::string& out) {
  if (!session.arguments.json || !change.row.is_record()) return change.append_json(out);
  const std::size_t size = out.size();
  out.append("{\"").append(change.kind_name()).append("\":");
  if (Error error = append_row(session, change.row, out)) {
    out.resize(size);
    return error;
  }
  if (change.kind == LiveChange::Kind::moved) {
    out.append(",\"from\":").append(std::to_string(change.from));
  }
  out.append(",\"at\":").append(std::to_string(change.at)).append("}");
  return {};
}

Error print_step(Session& session, const LiveChange& change) {
  std::string& out = session.out.buffer();
  GS_TRY_OK(append_step(session, change, out));
  out += '\n';
  session.out.written();
  return {};
}

// The first rows come as what is added to none.
Error print_first(Session& session, const LiveQuery& live) {
  for (std::size_t at = 0; at < live.size() && session.out.wanted(); ++at) {
    LiveChange change;
    change.kind = LiveChange::Kind::added;
    change.at = at;
    GS_TRY(change.row, live.row(at));
    if (change.row.is_record()) change.id = change.row.record().id();
    GS_TRY_OK(print_step(session, change));
  }
  session.out.flush();
  return {};
}

// It may come.
void note_no_collection(Session& session, const Storage& storage) {
  const std::string& wanted = session.arguments.collection;
  const std::vector<std::string> known = storage.collections();
  const bool is_there = std::find(known.begin(), known.end(), wanted) != known.end();
  if (session.arguments.json || wanted.empty() || is_there) return;
  session.terminal.note("gstore: note: there is no collection '" + one_line(wanted) + "' yet. " +
                        meant_collection(session, storage) + "Waiting for its first record.");
}

// Until it is time to look, or standard output has lost its reader, or a signal came.
void rest(Session& session) {
  pollfd output{STDOUT_FILENO, 0, 0};
  if (::poll(&output, 1, kLookEveryMs) > 0 && (output.revents & (POLLERR | POLLHUP)) != 0) {
    session.out.write("\n");  // which does not arrive: then nothing more is wanted
    session.out.flush();
  }
}

}  // namespace

Result<Exit> watch(Session& session) {
  catch_interrupts();
  session.stop = &stop_requested();
  GS_TRY(const QueryWords query, query_of(session.arguments, session.arguments.limit));
  const std::string& directory = session.arguments.directory;
  auto seen = traits_of_log(directory);
  GS_TRY(Storage storage, open_storage(session, Access::read));
  note_doubts(session, storage, query);
  note_no_collection(session, storage);
  auto begun = storage.watch(query.json);
  if (!begun && stop_requested()) return Exit::interrupted;
  if (!begun) return about_query(query, std::move(begun).error());
  LiveQuery& live = *begun;
  GS_TRY_OK(print_first(session, live));
  // A file may have been written to once more in the same tick of the clock, so whoever saw a
  // change looks again.
  bool again = true;
  while (session.out.wanted() && !stop_requested()) {
    rest(session);
    auto now = traits_of_log(directory);
    const bool changed = now != seen;
    if (!changed && !again) continue;
    again = changed;
    seen = std::move(now);
    GS_TRY(Storage next, open_storage(session, Access::read));
    auto moved = live.move_to(next);
    if (!moved && stop_requested()) break;
    GS_TRY(const std::vector<LiveChange> changes, std::move(moved));
    storage = std::move(next);
    for (const LiveChange& change : changes) GS_TRY_OK(print_step(session, change));
    session.out.flush();
  }
  return Exit::ok;
}

}  // namespace gs::cli
