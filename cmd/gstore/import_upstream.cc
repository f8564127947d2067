// import --upstream: all records of a directory of upstream's globalstorage, once all of it was
// verified.
//
// Twice through the directory, as it may be larger than memory: first everything is checked, also
// whether the storage would take it, then it is written. Records are put by their ids, so an import
// that was stopped is simply done again.
#include <memory>
#include <vector>

#include "cmd/gstore/commands.h"
#include "cmd/gstore/interrupt.h"
#include "cmd/gstore/support/json_text.h"
#include "cmd/gstore/support/words.h"
#include "cmd/gstore/upstream/key_copy.h"
#include "cmd/gstore/upstream/takeover.h"
#include "gs/platform/posix/posix_file_system.h"

namespace gs::cli {
namespace {

constexpr std::size_t kTransactionRecords = 4096;
constexpr std::size_t kTransactionBytes = std::size_t{1} << 20;

class UpstreamImporter {
 public:
  UpstreamImporter(Session& session, Storage& storage, Takeover& source)
      : session_(session), storage_(storage), source_(source) {}

  void check() {
    const Progress bar = bar_of(session_, "verify", Unit::records);
    const std::vector<std::string>& ids = source_.ids();
    for (std::size_t i = 0; i < ids.size() && !stop_requested(); ++i) {
      check(i);
      if (i % kRowsPerLook == 0) bar(i, ids.size());
    }
    session_.terminal.end_progress();
  }

  Error write() {
    if (kept_ != 0 && !session_.arguments.decrypt) {
      GS_TRY_OK(copy_pair(session_.arguments.directory, *source_.key(), source_.key_pem()));
    }
    const Progress bar = bar_of(session_, "import", Unit::records);
    for (const std::size_t i : good_) {
      if (stop_requested() && !transaction_) break;
      GS_TRY_OK(add(source_.ids()[i]));
      if (imported_ % kRowsPerLook == 0) bar(imported_, good_.size());
    }
    GS_TRY_OK(commit());
    return storage_.wait(last_);
  }

  // What write() would meet before its first record.
  Error check_keys() const {
    if (kept_ == 0 || session_.arguments.decrypt) return {};
    return check_pair(session_.arguments.directory, *source_.key());
  }

  bool is_whole() const { return source_.report().bad == 0 && source_.report().unreachable == 0; }
  std::uint64_t records() const noexcept { return good_.size(); }
  std::uint64_t encrypted() const noexcept { return kept_; }
  std::uint64_t imported() const noexcept { return imported_; }

 private:
  void check(std::size_t i) {
    const auto record = source_.read(source_.ids()[i], true);
    if (!record) return;
    Transaction dropped = storage_.begin();
    if (const Error error = put(dropped, *record)) return source_.note(*record, error);
    if (record->encrypted) ++kept_;
    good_.push_back(i);
  }

  static Error put(Transaction& transaction, const TakenRecord& record) {
    return std::move(transaction.put(record.collection, record.id, record.json)).error();
  }

  Error add(const std::string& id) {
    const auto record = source_.read(id, false);
    if (!record) {
      return Error(Code::conflict, "the record " + id +
                                       " was changed while it was imported. Import again when "
                                       "nobody writes to that directory");
    }
    if (!transaction_) transaction_ = std::make_unique<Transaction>(storage_.begin());
    GS_TRY_OK(put(*transaction_, *record));
    batch_bytes_ += record->json.size();
    batch_.push_back(*record);
    if (batch_.size() < kTransactionRecords && batch_bytes_ < kTransactionBytes) return {};
    return commit();
  }

  Error commit() {
    if (batch_.empty()) return {};
    const std::unique_ptr<Transaction> transaction = std::move(transaction_);
    const std::vector<TakenRecord> batch = std::exchange(batch_, {});
    batch_bytes_ = 0;
    auto ticket = transaction->commit(Durability::lazy);
    if (ticket.ok()) {
      last_ = *ticket;
      imported_ += batch.size();
      return {};
    }
    if (ticket.code() != Code::exists) return std::move(ticket).error();
    return commit_singly(batch);
  }

  // A unique index has what one of them has: which one, nobody can tell of a whole batch.
  Error commit_singly(const std::vector<TakenRecord>& batch) {
    for (const TakenRecord& record : batch) {
      Transaction one = storage_.begin();
      GS_TRY_OK(put(one, record));
      auto ticket = one.commit(Durability::lazy);
      if (ticket.ok()) {
        last_ = *ticket;
        ++imported_;
        continue;
      }
      const bool skips = ticket.code() == Code::exists && session_.arguments.skip_bad;
      if (!skips) return std::move(ticket).error().in(record.file);
      source_.note(record, ticket.error());
    }
    return {};
  }

  Session& session_;
  Storage& storage_;
  Takeover& source_;
  std::vector<std::size_t> good_;  // of the ids
  std::uint64_t kept_ = 0;         // of them are encrypted
  std::uint64_t imported_ = 0;
  std::unique_ptr<Transaction> transaction_;
  std::vector<TakenRecord> batch_;
  std::size_t batch_bytes_ = 0;
  Ticket last_;
};

std::string place_of(const Finding& finding) {
  return finding.file.empty() ? "block " + finding.block : finding.file;
}

std::string finding_json(const Finding& finding) {
  JsonObject line;
  if (finding.file.empty()) {
    line.text("block", finding.block);
  } else {
    line.text("file", finding.file);
  }
  return line.text("reason", valid_utf8(finding.reason)).take();
}

void print_json(Session& session, const UpstreamImporter& importer, const Takeover& source) {
  const TakeoverReport& report = source.report();
  std::string findings = "[";
  for (const Finding& finding : report.findings) {
    if (findings.size() > 1) findings += ',';
    findings += finding_json(finding);
  }
  JsonObject line;
  line.number("records", importer.records())
      .number("encrypted", importer.encrypted())
      .number("imported", importer.imported())
      .number("blocks", report.blocks)
      .text("tail", source.tail())
      .number("unreachable", report.unreachable)
      .number("bad", report.bad)
      .raw("findings", findings + ']');
  session.out.line(line.take());
}

void print_text(Session& session, const UpstreamImporter& importer, const Takeover& source) {
  const TakeoverReport& report = source.report();
  session.out.line("blocks       " + with_commas(report.blocks) + " verified");
  session.out.line("tail         " + source.tail());
  session.out.line("unreachable  " + count_text(report.unreachable, "block", "blocks"));
  session.out.line("records      " + with_commas(importer.records()) + ", " +
                   with_commas(importer.encrypted()) + " encrypted");
  session.out.line("bad          " + with_commas(report.bad));
  for (const Finding& finding : report.findings) {
    session.out.line("  " + one_line(place_of(finding)) + ": " + one_line(finding.reason));
  }
  if (report.bad > report.findings.size()) session.out.line("  ..");
}

void print(Session& session, const UpstreamImporter& importer, const Takeover& source) {
  if (session.arguments.json) {
    print_json(session, importer, source);
  } else {
    print_text(session, importer, source);
  }
}

Error not_whole(const Session& session, const TakeoverReport& report) {
  std::string what;
  if (report.bad != 0) {
    what = count_text(report.bad, "thing in it is wrong", "things in it are wrong");
  }
  if (report.unreachable != 0) {
    what += (what.empty() ? "" : ", ") + count_text(report.unreachable, "block", "blocks") +
            " cannot be reached from the tail of its chain";
  }
  return Error(Code::damaged, session.arguments.upstream + ": " + what +
                                  ", so nothing was imported. --skip-bad imports the records that "
                                  "fit their blocks");
}

Exit conclude_import(Session& session, const UpstreamImporter& importer) {
  const std::string& from = session.arguments.upstream;
  if (stop_requested()) {
    session.terminal.note("import: stopped by a signal; " +
                          count_text(importer.imported(), "record is", "records are") +
                          " in. Run it again to have all: records that are in are replaced.");
    return Exit::interrupted;
  }
  if (session.arguments.dry_run) {
    session.terminal.note("import: " + count_text(importer.records(), "record", "records") +
                          " of " + from + " can be imported; nothing was written.");
  } else {
    session.terminal.note("import: " + count_text(importer.imported(), "record", "records") +
                          " of " + from + ".");
  }
  return Exit::ok;
}

Error about_upstream(const std::string& directory, Error error) {
  if (error.code() != Code::not_found) return error;
  return Error(Code::not_found, std::string(error.message()) +
                                    ". Name the directory that the application opened: the one "
                                    "with blockchain, data and keys")
      .in(directory + " is no directory of globalstorage");
}

}  // namespace

Result<Exit> import_upstream(Session& session) {
  const Arguments& arguments = session.arguments;
  platform::PosixFileSystem files(arguments.upstream);
  auto source = Takeover::open(files, arguments.decrypt);
  if (!source) return about_upstream(arguments.upstream, std::move(source).error());
  GS_TRY(Storage storage, open_storage(session, arguments.dry_run ? Access::read : Access::bulk));
  catch_interrupts();
  UpstreamImporter importer(session, storage, **source);
  importer.check();
  Error error;
  const bool is_stopped = stop_requested();  // nothing can be said of the rest
  if (!is_stopped && !importer.is_whole() && !arguments.skip_bad) {
    error = not_whole(session, (*source)->report());
  } else {
    error = importer.check_keys();
  }
  if (error.ok() && !is_stopped && !arguments.dry_run) error = importer.write();
  print(session, importer, **source);
  if (!error.ok()) {
    storage.close().ignore();  // the first failure is the one to report
    return error;
  }
  GS_TRY_OK(storage.close());
  return conclude_import(session, importer);
}

}  // namespace gs::cli
