// clone, bundle create and bundle apply: replicas of a storage, and what they give each other.
#include "cmd/gstore/commands.h"
#include "cmd/gstore/directories.h"
#include "cmd/gstore/report_json.h"
#include "cmd/gstore/support/input.h"
#include "cmd/gstore/support/json_text.h"
#include "cmd/gstore/support/words.h"
#include "gs/base/dates.h"

namespace gs::cli {
namespace {

// Who names a head that is not here most often has one of a replica that wrote since.
Error about_since(Error error) {
  constexpr std::string_view kEnd = " is not here";
  if (error.code() != Code::not_found || !error.message().ends_with(kEnd)) return error;
  return Error(Code::not_found,
               std::string(error.message()) +
                   ", so what its replica has cannot be told. Apply a bundle of that replica "
                   "first, or name heads that both have, or leave out --since");
}

// Whole digests are taken as they are: of those that are not here there is more to say.
Result<std::vector<Digest>> since_of(const Session& session, const Storage& storage) {
  std::vector<Digest> since;
  for (const std::string& text : session.arguments.since) {
    if (const auto digest = Digest::parse(text)) {
      since.push_back(*digest);
      continue;
    }
    GS_TRY(const Version version, version_of(session, storage, text));
    since.insert(since.end(), version.heads.begin(), version.heads.end());
  }
  return since;
}

// Of the storage that is cloned.
Result<Version> version_in(const std::string& directory, const std::string& text) {
  Options options;
  options.read_only = true;
  auto storage = Storage::open(directory, options);
  if (!storage) return about_opening(directory, std::move(storage).error());
  return storage->find_version(text);
}

// The schema that was in force before, and the one that is now.
class SchemaWatch {
 public:
  explicit SchemaWatch(const Storage& storage)
      : storage_(storage), text_(storage.schema()), origin_(storage.schema_origin()) {}

  // The origin of another one that came.
  void look() {
    if (storage_.schema() != text_) now_ = storage_.schema_origin();
  }

  // Of the one that came; none: it is the same.
  const std::optional<SchemaOrigin>& news() const noexcept { return now_; }

  void note(Session& session) const {
    if (!now_) return;
    session.terminal.note(
        "bundle apply: the schema in force is now that of " + named(*now_) +
        (origin_ ? ", in the place of that of " + named(*origin_) : std::string()) +
        ". `gstore schema show` prints it, `gstore show CHANGE` the one that a change brought.");
  }

 private:
  static std::string named(const SchemaOrigin& origin) {
    return "writer " + origin.writer.text() + ", of " + time_text(origin.time_ms);
  }

  const Storage& storage_;
  const std::string text_;
  const std::optional<SchemaOrigin> origin_;
  std::optional<SchemaOrigin> now_;
};

void print_applied(const ApplyReport& report, const SchemaWatch& schema, Session& session) {
  if (session.arguments.json) {
    session.out.line(calls::apply_json(report, schema.news(), kSpelling));
    return;
  }
  session.out.line("taken    " + with_commas(report.taken));
  std::string known = "known    " + with_commas(report.known);
  if (report.completed != 0) known += "  (" + with_commas(report.completed) + " completed)";
  session.out.line(known);
  std::string waiting = "waiting  " + with_commas(report.waiting);
  if (report.incomplete != 0) waiting += "  (" + with_commas(report.incomplete) + " incomplete)";
  if (report.early != 0) waiting += "  (" + with_commas(report.early) + " early)";
  session.out.line(waiting);
  session.out.line("refused  " + with_commas(report.refused));
  for (const RefusedChange& one : report.refusals) {
    session.out.line("  " + one.change.text() + ": " + one_line(one.why));
  }
  if (report.refused > report.refusals.size()) session.out.line("  ..");
}

// What is wrong with a clock nobody but its owner can mend.
void note_early(const ApplyReport& report, Session& session) {
  const EarlyChange& first = report.early_changes.front();
  session.terminal.note(
      "bundle apply: " + count_text(report.early, "change is", "changes are") +
      " ahead of time: the clock of writer " + first.writer.text() + " says " +
      time_text(first.time_ms) +
      ". It waits, with all that builds upon it, and is taken with the first bundle "
      "after that time. Compare the clocks of both machines.");
}

// The status says whether all that the file holds is here now.
Result<Exit> outcome(const ApplyReport& report, Session& session) {
  if (!session.arguments.json) note_twins(report.twins, session);
  if (report.refused != 0) {
    return Error(Code::invalid,
                 count_text(report.refused, "change was", "changes were") +
                     " refused, and everything else was taken. Each is named with its reason; tell "
                     "whoever wrote it");
  }
  if (report.incomplete != 0 && !session.arguments.json) {
    session.terminal.note(
        "bundle apply: " + count_text(report.incomplete, "change lacks", "changes lack") +
        " a payload, and no erase operation says that it was erased: whoever carried it has taken "
        "it "
        "out. It waits, with all that builds upon it. Apply a bundle of another replica, which has "
        "it whole.");
  }
  const std::uint64_t told = report.incomplete + report.early;
  if (report.early != 0 && !session.arguments.json) note_early(report, session);
  if (report.waiting > told && !session.arguments.json) {
    session.terminal.note(
        "bundle apply: " + count_text(report.waiting - told, "change waits", "changes wait") +
        " for others that have not come yet, and will be taken with them. Apply "
        "a bundle that has more, such as one without --since.");
  }
  return Exit::ok;
}

Result<BundleInfo> make_bundle(Session& session) {
  GS_TRY(const Storage storage, open_storage(session, Access::read));
  GS_TRY(const std::vector<Digest> since, since_of(session, storage));
  return storage.create_bundle(session.arguments.file, since,
                               bar_of(session, "bundle create", Unit::bytes));
}

// A shallow storage has been signed already, so that it is only read.
Result<BundleInfo> make_checkpoint_bundle(Session& session) {
  const std::string& before = session.arguments.before;
  const Progress bar = bar_of(session, "bundle create", Unit::bytes);
  GS_TRY(Storage storage, open_storage(session, Access::read));
  if (!storage.shallow_at() || !before.empty()) {
    GS_TRY_OK(storage.close());
    GS_TRY(storage, open_storage(session, Access::bulk));
  }
  std::optional<Version> version;
  if (!before.empty()) {
    GS_TRY(version, version_of(session, storage, before));
  }
  return storage.create_checkpoint_bundle(session.arguments.file, version, bar);
}

// Where no storage is yet one is made of the bundle, if it has a state to begin with.
Result<ApplyReport> join(Session& session, Error none) {
  auto joined = Storage::join(session.arguments.file, session.arguments.directory,
                              bar_of(session, "bundle apply", Unit::bytes));
  if (joined.code() == Code::invalid || joined.code() == Code::not_found) return none;
  return joined;
}

}  // namespace

Result<Exit> clone(Session& session) {
  const std::string& source = session.arguments.file;
  const std::string& target = session.arguments.target;
  GS_TRY_OK(check_outside(source, target));
  Error error;
  if (session.arguments.is_shallow) {
    ShallowOptions options;
    options.progress = bar_of(session, "clone", Unit::bytes);
    if (!session.arguments.before.empty()) {
      GS_TRY(options.before, version_in(source, session.arguments.before));
    }
    auto made = Storage::clone_shallow(source, target, options);
    if (!made) error = std::move(made).error();
  } else {
    error = Storage::clone(source, target, bar_of(session, "clone", Unit::bytes));
  }
  if (error.code() == Code::not_a_storage) return about_opening(source, std::move(error));
  GS_TRY_OK(about_directory(target, std::move(error)));
  session.terminal.end_progress();
  GS_TRY(const Storage made, Storage::open(target));
  if (session.arguments.json) {
    JsonObject line;
    line.text("clone", valid_utf8(target)).text("writer", made.writer().text());
    session.out.line(line.take());
  } else {
    const bool may_write = !made.writer().is_zero();
    session.terminal.note("clone: " + target + " is complete" +
                          (may_write ? ", with the new writer " + made.writer().text() + '.'
                                     : ". It has no writer: only the owner of the storage, who "
                                       "closed it (`gstore init --closed`), writes to it."));
  }
  return Exit::ok;
}

Result<Exit> create_bundle(Session& session) {
  const std::string& file = session.arguments.file;
  auto made =
      session.arguments.has_checkpoint ? make_checkpoint_bundle(session) : make_bundle(session);
  if (!made) return about_since(std::move(made).error());
  session.terminal.end_progress();
  if (session.arguments.json) {
    session.out.line(calls::bundle_json(file, *made, kSpelling));
    return Exit::ok;
  }
  for (const Digest& head : made->heads) session.out.line("head " + head.text());
  session.terminal.note("bundle create: " + file + " is complete, " +
                        count_text(made->changes, "change", "changes") + ", " +
                        size_text(made->file_bytes) + '.');
  return Exit::ok;
}

Result<Exit> apply_bundle(Session& session) {
  // Whether it is there is told as of all input files.
  GS_TRY([[maybe_unused]] const FileSource file, FileSource::open(session.arguments.file));
  auto opened = open_storage(session, Access::bulk);
  if (opened.code() == Code::not_a_storage || opened.code() == Code::not_found) {
    GS_TRY(const ApplyReport report, join(session, std::move(opened).error()));
    session.terminal.end_progress();
    GS_TRY(const Storage joined, Storage::open(session.arguments.directory));
    print_applied(report, SchemaWatch(joined), session);
    return outcome(report, session);
  }
  GS_TRY(Storage storage, std::move(opened));
  const Digest writer = storage.writer();
  SchemaWatch schema(storage);
  GS_TRY(
      const ApplyReport report,
      storage.apply_bundle(session.arguments.file, bar_of(session, "bundle apply", Unit::bytes)));
  session.terminal.end_progress();
  schema.look();
  const Digest writer_now = storage.writer();
  GS_TRY_OK(storage.close());
  print_applied(report, schema, session);
  if (!session.arguments.json) {
    schema.note(session);
    note_renewed(writer, writer_now, session);
  }
  return outcome(report, session);
}

}  // namespace gs::cli
