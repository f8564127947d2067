// verify, proofs, erasure and the state digest: what somebody else can check.
#include "cmd/gstore/commands.h"
#include "cmd/gstore/report_json.h"
#include "cmd/gstore/support/input.h"
#include "cmd/gstore/support/json_text.h"
#include "cmd/gstore/support/words.h"
#include "gs/base/dates.h"

namespace gs::cli {
namespace {

// A proof holds one record and some hundred digests.
constexpr std::size_t kProofBytesMax = std::size_t{64} << 20;
constexpr std::size_t kNameColumns = 13;

std::string padded(std::string text, std::size_t columns) {
  if (text.size() < columns) text.resize(columns, ' ');
  return text;
}

// What a failed section says about: what is damaged, and the one step that mends it.
struct FindingWords {
  std::string_view section;
  std::string_view damaged;
  std::string_view step;
};
constexpr std::string_view kRestore =
    "Restore from a backup, or fetch the damaged part from a replica";
constexpr std::string_view kRebuild =
    "Remove the directory state and the file manifest: the next command makes them again from the "
    "log";
constexpr std::string_view kLog = "the log";
constexpr std::string_view kEnd = "the end of the log";
constexpr FindingWords kKinds[] = {
    {"mark", "the mark", "The next command that writes, such as `gstore compact`, makes it again"},
    {"keys", "the keys",
     "Move keys/writer away, or put a copy of it back: without it the next command that writes "
     "makes a new writer, which a storage that admits its writers does not take"},
    {"manifest", "the manifest", kRebuild},
    {"state", "the state", kRebuild},
    {"blobs", "blobs", "Put them again with `gstore blob put`, or copy their files from a backup"},
    {"base", "the base of this shallow storage", "Restore from a backup, or clone another replica"},
    {"head", kEnd, "Restore from a backup or a replica that has it"},
};

// All other sections are about the log itself.
FindingWords kind_of(const VerifySection& section) {
  for (const FindingWords& kind : kKinds) {
    if (kind.section == section.name) return kind;
  }
  return {section.name, kLog, kRestore};
}

}  // namespace

std::string_view step_of(const VerifySection& section) { return kind_of(section).step; }

namespace {

// Damaged places of the log are listed behind the sections; this is the one that found them.
bool finds_places(const VerifySection& section, const VerifyReport& report) {
  return !report.damage.empty() && section.detail == report.damage.front();
}

std::string section_text(const VerifySection& section, const VerifyReport& report) {
  if (!section.ok && finds_places(section, report)) {
    return "DAMAGED  " + count_text(report.damage.size(), "place", "places");
  }
  if (!section.ok) return "DAMAGED  " + valid_utf8(section.detail);
  if (!section.complete && section.checked == 0) return "not checked";
  return "ok       " + with_commas(section.checked) + " checked" +
         (section.complete ? "" : ", the rest not") +
         (section.detail.empty() ? "" : "; " + valid_utf8(section.detail));
}

std::string headline(const VerifyReport& report, const std::string& counts) {
  std::string_view log = "The log is intact: ";
  for (const VerifySection& section : report.sections) {
    if (section.ok) continue;
    const std::string_view damaged = kind_of(section).damaged;
    if (damaged == kLog) return "The log is NOT intact; read so far: " + counts + '.';
    if (damaged == kEnd) log = "The log is intact as far as it goes: ";
  }
  return std::string(log) + counts + '.';
}

// Each kind of damage once, with what mends it.
void print_steps(const VerifyReport& report, Output& out) {
  std::string_view last;
  for (const VerifySection& section : report.sections) {
    const FindingWords kind = kind_of(section);
    if (section.ok || kind.damaged == last) continue;
    last = kind.damaged;
    out.line("Damaged: " + std::string(kind.damaged) + ". " + std::string(kind.step) + '.');
  }
}

void print_report(const VerifyReport& report, Output& out) {
  for (const VerifySection& section : report.sections) {
    out.line("  " + padded(section.name, kNameColumns) + section_text(section, report));
  }
  for (const std::string& place : report.damage) out.line("  damaged: " + valid_utf8(place));
  std::string counts = count_text(report.changes, "change", "changes") + ", " +
                       count_text(report.operations, "operation", "operations") + ", " +
                       size_text(report.bytes);
  if (report.erased != 0) counts += ", " + with_commas(report.erased) + " erased with proof";
  if (report.dropped != 0) counts += ", " + with_commas(report.dropped) + " dropped";
  out.line(headline(report, counts));
  print_steps(report, out);
  for (const Digest& head : report.frontier) out.line("head " + head.text());
}

// Of the end of the log: all that is there is intact.
Code code_of(const VerifySection& section) {
  return section.name == "head" ? Code::broken_chain : Code::damaged;
}

// For programs: the first damaged section, with what mends it.
Error first_failure(const VerifyReport& report) {
  for (const VerifySection& section : report.sections) {
    if (section.ok) continue;
    std::string what = "verification failed: " + section.name + ": " + section.detail;
    if (what.ends_with('.')) what.pop_back();
    return Error(code_of(section), what + ". " + std::string(kind_of(section).step));
  }
  return Error(Code::damaged, "verification failed");
}

// For people, who have the report before their eyes: what it says is not said again.
Error summary_of_failure(const VerifyReport& report) {
  std::string what;
  std::string_view last;
  std::optional<Code> code;
  for (const VerifySection& section : report.sections) {
    const std::string_view damaged = kind_of(section).damaged;
    if (section.ok || damaged == last) continue;
    last = damaged;
    what += (what.empty() ? "" : ", ") + std::string(damaged);
    if (!code) code = code_of(section);
  }
  return Error(code.value_or(Code::damaged), "verification failed; damaged: " + what +
                                                 ". The report says where, and what mends it");
}

// A head is noted elsewhere, perhaps shortened. Empty: nothing in the log begins with it.
Result<std::optional<Digest>> head_of(const Storage& storage, const std::string& wanted) {
  auto found = storage.find_change(wanted);
  if (found) return std::optional<Digest>(*found);
  // An unreadable place does not show the head either; the report tells about it.
  if (exit_of(found.code()) == Exit::unverified || found.code() == Code::not_found) {
    return std::optional<Digest>();
  }
  return std::move(found).error();
}

// A shortened head that the log lacks stands in the report like a whole one.
void add_missing_head(const std::string& head, VerifyReport& report) {
  report.ok = false;
  for (VerifySection& section : report.sections) {
    if (section.name != "head" || !section.ok) continue;
    section.ok = false;
    section.detail = "no change of the log begins with " + head +
                     ": its end was cut off, or the head belongs to another storage, or it is "
                     "mistyped";
  }
}

// A proof is made elsewhere: nothing in this storage has to be looked at or restored.
Error no_proof(const std::string& file, const Error& why) {
  constexpr std::string_view kPrefix = "proof: ";
  std::string_view what = why.message();
  if (what.starts_with(kPrefix)) what.remove_prefix(kPrefix.size());
  const std::string name = file == "-" ? "standard input" : file;
  std::string text = name + " is no valid proof: " + std::string(what.substr(0, what.find(". ")));
  text += why.code() == Code::newer_format
              ? ". Use a newer version of gstore"
              : ". Do not trust it; ask who sent it for the unchanged output of `gstore proof`";
  return Error(why.code(), std::move(text));
}

// What a deleted record leaves can be erased as well, but nothing tells its collection cheaply;
// what cannot be undone is not done on a guess.
Error check_erasable(const Session& session, const Storage& storage, const Id& id) {
  const Arguments& arguments = session.arguments;
  const bool is_key = Id::parse(arguments.id) != id;
  if (arguments.collection.empty() || is_key || storage.has(id)) return {};
  Error error = about_record(session, storage,
                             Error(Code::not_found, "no record " + id.text() + " in this storage"));
  if (error.code() != Code::not_found) return error;
  return Error(Code::not_found, "record " + arguments.id + " is not in '" + arguments.collection +
                                    "' now. To erase what a deleted record left, leave out -c");
}

}  // namespace

Result<Exit> verify(Session& session) {
  GS_TRY(const Storage storage, open_storage(session, Access::read));
  VerifyOptions options;
  options.full = session.arguments.full;
  const std::optional<std::string>& head = session.arguments.change;
  if (head) {
    GS_TRY(options.head, head_of(storage, *head));
  }
  options.progress = bar_of(session, "verify", Unit::bytes);
  GS_TRY(VerifyReport report, storage.verify(options));
  session.terminal.end_progress();
  if (head && !options.head) add_missing_head(*head, report);
  if (session.arguments.json) {
    session.out.line(calls::verify_json(report, kSpelling, step_of));
  } else {
    print_report(report, session.out);
  }
  if (report.ok) return Exit::ok;
  return session.arguments.json ? first_failure(report) : summary_of_failure(report);
}

Result<Exit> proof(Session& session) {
  // For writing, because the proof is signed by this storage's writer.
  GS_TRY(const Storage storage, open_storage(session, Access::write));
  GS_TRY(const Id id, id_of(session, storage));
  auto made = storage.proof(id);
  if (!made) return about_record(session, storage, std::move(made).error());
  session.out.line(*made);
  return Exit::ok;
}

Result<Exit> check_proof(Session& session) {
  const Arguments& arguments = session.arguments;
  std::optional<Digest> log_root;
  if (arguments.log_root) log_root = Digest::parse(*arguments.log_root);
  constexpr std::string_view kStep = "No proof is that large; check the name of the file.";
  GS_TRY(const std::string text, read_all(arguments.file, kProofBytesMax, kStep));
  auto checked = verify_proof(text, log_root);
  if (!checked) {
    // Something that is no proof does not verify either: one exit status for "do not trust this".
    session.terminal.error(no_proof(arguments.file, checked.error()));
    return Exit::unverified;
  }
  const ProofReport& report = *checked;
  if (arguments.json) {
    session.out.line(calls::proof_object(report, kSpelling).take());
    return Exit::ok;
  }
  session.out.line("The proof is valid.");
  session.out.line("record      " + report.id.text() +
                   (report.collection.empty() ? "" : ' ' + one_line(report.collection)));
  if (report.kind == "remove") {
    session.out.line("content     none, the record was deleted");
  } else if (!report.json.empty()) {
    session.out.line("content     " + report.json);
  }
  session.out.line("operation   " + report.kind + " at " + time_text(report.time_ms));
  session.out.line("writer      " + report.writer.text());
  session.out.line("change      " + report.change.text());
  session.out.line("storage     " + report.storage.text());
  session.out.line("log root    " + report.log_root.text() + " of " +
                   count_text(report.log_size, "change", "changes"));
  return Exit::ok;
}

Result<Exit> erase(Session& session) {
  const Arguments& arguments = session.arguments;
  GS_TRY(Storage storage, open_storage(session, Access::write));
  GS_TRY(const Id id, id_of(session, storage));
  GS_TRY_OK(check_erasable(session, storage, id));
  auto erased = storage.erase(id, arguments.reason, bar_of(session, "erase", Unit::bytes));
  session.terminal.end_progress();
  if (!erased) return about_record(session, storage, std::move(erased).error());
  if (arguments.json) {
    session.out.line(calls::erased_json(id, *erased, kSpelling));
  } else if (*erased == 0) {
    session.out.line("already erased");
  } else {
    session.out.line(count_text(*erased, "payload", "payloads") + " erased");
  }
  GS_TRY_OK(storage.close());
  return Exit::ok;
}

Result<Exit> digest(Session& session) {
  GS_TRY(const Storage storage, open_storage(session, Access::read));
  GS_TRY(const StateDigest state, storage.digest());
  if (session.arguments.json) {
    session.out.line(calls::digest_json(state, kSpelling));
    return Exit::ok;
  }
  for (const Digest& head : state.frontier) session.out.line("head   " + head.text());
  session.out.line("state  " + state.digest.text());
  return Exit::ok;
}

}  // namespace gs::cli
