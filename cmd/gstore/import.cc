// import: rows of a file into transactions of some thousand rows, each durable as a whole.
//
// One thread splits rows and stages them (the engine parses JSON there), a second one waits for the
// disk (acknowledger.h), so `--json` prints {"rows":n} only for what survives a power cut.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <utility>
#include <vector>

#include "cmd/gstore/commands.h"
#include "cmd/gstore/csv_hint.h"
#include "cmd/gstore/interrupt.h"
#include "cmd/gstore/support/acknowledger.h"
#include "cmd/gstore/support/json_text.h"
#include "cmd/gstore/support/key_text.h"
#include "cmd/gstore/support/rows.h"
#include "cmd/gstore/support/words.h"

namespace gs::cli {
namespace {

// Large enough to spread the cost of a commit, small enough that a stop or a bad row repeats
// little.
constexpr std::uint64_t kBatchRows = 4096;
constexpr std::uint64_t kBatchBytes = std::uint64_t{1} << 20;
// A slow pipe commits what it has when it pauses.
constexpr int kIdleMs = 200;

// The arguments were checked when they were parsed.
CsvOptions csv_options(const Arguments& arguments) {
  CsvOptions options;
  if (!arguments.delimiter.empty()) {
    options.delimiter = arguments.delimiter.size() == 1 ? arguments.delimiter[0] : '\t';
  }
  options.key_column = arguments.key_field;
  for (const std::string& text : arguments.types) {
    const std::size_t colon = text.rfind(':');
    const auto type = column_type(std::string_view(text).substr(colon + 1));
    options.types.emplace_back(text.substr(0, colon), type.value_or(ColumnType::string));
  }
  return options;
}

class Importer {
 public:
  Importer(Session& session, Storage& storage, FileSource& source)
      : session_(session),
        arguments_(session.arguments),
        storage_(storage),
        source_(source),
        input_(source),
        file_bytes_(source.size()),
        acknowledger_(
            read_, [this](std::uint64_t ticket) { return storage_.wait(Ticket{ticket}); },
            [this](const Imported& imported) { acknowledged(imported); }) {
    if (arguments_.batch_rows != 0) batch_rows_max_ = arguments_.batch_rows;
  }

  // All errors matter: why reading stopped, and whether what was read is in and durable.
  Error run(CsvOptions csv) {
    Error stopped = read(std::move(csv));
    if (Error error = commit()) stopped = std::move(error);
    Error lost = acknowledger_.finish();
    session_.terminal.end_progress();
    resumable_ = lost.ok();
    if (!lost.ok()) return with_rows(lost, false);
    return stopped.ok() ? Error() : with_rows(stopped, true);
  }

  // Not empty: run() failed because of the command line, and why.
  const std::string& misuse() const { return misuse_; }

  // A pause of the input. Nobody knows how long it is, so a failure ends it.
  Error idle() {
    Error error = commit();
    if (error.ok()) error = acknowledger_.failure();
    late_ = error.copy();
    return error;
  }

  // Exactly what imported() says is in, also where run() failed.
  bool resumable() const { return resumable_; }
  // To go on behind a batch that did not get in would leave out its rows: it begins anew.
  Imported imported() const {
    const Imported durable = acknowledger_.imported();
    return durable.rows == read_.rows ? read_ : durable;
  }
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
  }

 private:
  struct Kept {
    std::string text;
    Row row;
  };

  Error read(CsvOptions csv) {
    const Format format = format_named(arguments_.format).value_or(Format::automatic);
    GS_TRY(const auto reader, open_rows(format, std::move(csv)));
    if (reader->is_guess()) tell_guess();
    Row row;
    while (true) {
      auto found = reader->next(row);
      if (!late_.ok()) return std::move(late_);
      // A stop ends the import between two batches, or where the input has to be waited for.
      if (stop_requested() && batch_rows_ == 0) return {};
      if (source_.cut_short()) return {};
      if (!found) {
        misuse_ = reader->misuse();
        return in_file(std::move(found).error());
      }
      if (!*found) return {};
      is_csv_ = reader->is_csv();
      if (!is_csv_) GS_TRY_OK(check_no_csv_options());
      if (row.number < arguments_.first_row) continue;
      if (Error error = stage(row)) {
        bad_row_ = is_about_row(error) && !arguments_.skip_bad;
        if (bad_row_ || !is_about_row(error)) return error;
        tell_skipped(error);
      }
      read_.next_row = row.number + 1;
      if (batch_rows_ >= batch_rows_max_ || batch_bytes_ >= kBatchBytes) GS_TRY_OK(commit());
      if (row.number % kRowsPerLook == 0) show_progress();
    }
  }

  Result<std::unique_ptr<RowReader>> open_rows(Format format, CsvOptions csv) {
    auto reader = read_rows(input_, format, arguments_.file, std::move(csv));
    if (!reader) return in_file(std::move(reader).error());
    return reader;
  }

  void tell_guess() {
    session_.terminal.note("gstore: note: " + name_ +
                           " is taken as CSV, as its first line has commas and nothing says what "
                           "it is; --format csv says so.");
  }

  // Of an empty input nobody can tell whether it was CSV: so this is asked once there is a row.
  Error check_no_csv_options() {
    if (arguments_.types.empty() && arguments_.delimiter.empty()) return {};
    misuse_ = std::string(arguments_.types.empty() ? "--delimiter" : "--type") +
              ": only CSV has columns, and " + name_ + " is read as JSON";
    return Error(Code::invalid, misuse_);
  }

  Error stage(const Row& row) {
    if (!row.problem.empty()) return about(row, Error(Code::invalid, row.problem));
    if (!transaction_) transaction_ = std::make_unique<Transaction>(storage_.begin());
    if (Error error = put(*transaction_, row.text)) return about(row, with_types(error));
    if (batch_rows_ == 0) before_batch_ = read_;
    if (batch_.size() == batch_rows_) batch_.emplace_back();
    batch_[batch_rows_].text.assign(row.text);  // which is the reader's
    batch_[batch_rows_].row = row;
    ++read_.rows;
    ++batch_rows_;
    batch_bytes_ += row.text.size();
    return {};
  }

  Error put(Transaction& transaction, std::string_view json) {
    if (arguments_.key_field.empty()) {
      return std::move(transaction.insert(arguments_.collection, json)).error();
    }
    const auto raw = find_member(json, arguments_.key_field);
    const auto key = raw ? key_text(*raw) : std::nullopt;
    if (key) return std::move(transaction.put(arguments_.collection, *key, json)).error();
    GS_TRY_OK(storage_.begin().insert({}, json).error());  // dropped: only says what is malformed
    return Error(Code::invalid, "no text or integer in field '" + arguments_.key_field +
                                    "'. --key needs one in every row.");
  }

  Error with_types(const Error& error) const {
    const std::string hint = is_csv_ ? csv_type_hint(arguments_, error.message()) : std::string();
    return {error.code(), std::string(error.message()) + hint};
  }

  Error about(const Row& row, Error error) const {
    // A row that is a line has one line number, which is that of the file.
    constexpr std::string_view kOwnLine = "JSON line 1, ";
    if (row.line != 0 && error.message().starts_with(kOwnLine)) {
      const std::string_view what = error.message().substr(kOwnLine.size());
      error = Error(error.code(), "JSON " + std::string(what));
    }
    return std::move(error).in(name_ + ": " + row_name(row));
  }

  // An input that cannot be read names itself.
  Error in_file(Error error) const {
    if (error.message().find(name_) != std::string_view::npos) return error;
    return std::move(error).in(name_);
  }

  // One message for one failure: what is in, and how to go on without importing it again.
  Error with_rows(const Error& error, bool resumable) const {
    const std::string whole = sentences(error);
    const std::size_t end = std::min(whole.rfind(". "), whole.size() - 1);
    const Imported done = imported();
    const std::string in =
        (done.rows == 0 ? "no row is" : count_text(done.rows, "row is", "rows are")) + " in";
    std::string text = whole.substr(0, end) + "; " + in + whole.substr(end, whole.size() - end - 1);
    if (end == whole.size() - 1)
      text = in + ": " + whole.substr(0, end);  // one sentence, with its step
    if (resumable && done.next_row != 1) {
      const std::string how = "with --first " + std::to_string(done.next_row);
      text += text.ends_with("try again") ? ' ' + how : "; go on " + how;
      const bool doubles = done.rows != 0 && arguments_.key_field.empty();
      if (doubles) text += ", else the rows that are in come in twice";
    }
    if (resumable && bad_row_) text += "; --skip-bad leaves out bad rows";
    return Error(error.code(), text);
  }

  static bool is_about_row(const Error& error) {
    return error.code() == Code::invalid || error.code() == Code::too_large;
  }

  void tell_skipped(const Error& error) {
    constexpr std::uint64_t kTold = 10;  // the count follows at the end
    if (++read_.skipped <= kTold)
      session_.terminal.note("gstore: skipped: " + std::string(error.message()));
  }

  Error commit() {
    if (batch_rows_ == 0) return {};
    const std::unique_ptr<Transaction> transaction = std::move(transaction_);
    const std::uint64_t rows = std::exchange(batch_rows_, 0);
    batch_bytes_ = 0;
    const auto ticket = transaction->commit(Durability::lazy);
    if (ticket.ok()) return acknowledger_.add(ticket->sequence, read_);
    bad_row_ = false;
    return ticket.code() == Code::exists ? commit_singly(rows) : ticket.error().copy();
  }

  // A row has what a unique index has already, also of a row before it: which one, nobody can tell
  // of a whole batch.
  Error commit_singly(std::uint64_t rows) {
    read_.rows = before_batch_.rows;
    read_.next_row = before_batch_.next_row;
    for (std::uint64_t i = 0; i < rows; ++i) {
      const Row& row = batch_[i].row;
      Transaction one = storage_.begin();
      GS_TRY_OK(put(one, batch_[i].text));
      auto ticket = one.commit(Durability::lazy);
      if (ticket.ok()) {
        ++read_.rows;
        read_.next_row = row.number + 1;
        GS_TRY_OK(acknowledger_.add(ticket->sequence, read_));
        continue;
      }
      if (ticket.code() != Code::exists) return std::move(ticket).error();
      GS_TRY_OK(leave_out(row, std::move(ticket).error()));
    }
    return {};
  }

  Error leave_out(const Row& row, Error why) {
    Error error = about(row, std::move(why));
    bad_row_ = !arguments_.skip_bad;
    if (bad_row_) return error;
    tell_skipped(error);
    read_.next_row = row.number + 1;
    return {};
  }

  // On the acknowledger's thread; nothing else writes to the output meanwhile.
  void acknowledged(const Imported& imported) {
    if (!arguments_.json) return;
    JsonObject line;
    line.number("rows", imported.rows);
    if (imported.skipped != 0) line.number("skipped", imported.skipped);
    session_.out.line(line.take());
    session_.out.flush();
  }

  void show_progress() {
    if (!session_.terminal.style().terminal) return;
    const std::uint64_t rows = read_.rows;
    const double elapsed = seconds();
    const auto rate =
        static_cast<std::uint64_t>(static_cast<double>(rows) / std::max(elapsed, 1e-3));
    const std::string note = with_commas(rows) + " rows  " + with_commas(rate) + " rows/s";
    session_.terminal.progress({"import", input_.offset(), file_bytes_, note, elapsed});
  }

  Session& session_;
  const Arguments& arguments_;
  Storage& storage_;
  const FileSource& source_;
  std::string name_ = arguments_.file == "-" ? "standard input" : arguments_.file;
  std::string misuse_;
  Input input_;
  std::uint64_t file_bytes_;
  std::uint64_t batch_rows_max_ = kBatchRows;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  std::unique_ptr<Transaction> transaction_;
  std::vector<Kept> batch_;  // its rows, and room for more
  std::uint64_t batch_rows_ = 0;
  Imported before_batch_;
  std::uint64_t batch_bytes_ = 0;
  Imported read_{0, 0, arguments_.first_row};  // also what waits in the batch
  bool is_csv_ = false;
  bool resumable_ = false;
  bool bad_row_ = false;       // one stopped it
  Error late_;                 // from idle()
  Acknowledger acknowledger_;  // last: its thread uses what is above
};

// `first`: the row to go on with after a stop; 0 without one.
void summarize_json(Session& session, const Importer& importer, std::uint64_t first) {
  const Imported done = importer.imported();
  const bool told = done.rows != 0 && done.skipped == 0;  // by the last batch
  if (told && first == 0) return;
  JsonObject line;
  line.number("rows", done.rows).number("skipped", done.skipped);
  if (first != 0) line.number("first", first);
  session.out.line(line.take());
}

void summarize(Session& session, const Importer& importer) {
  const Imported done = importer.imported();
  const double seconds = importer.seconds();
  const auto rate =
      static_cast<std::uint64_t>(static_cast<double>(done.rows) / std::max(seconds, 1e-3));
  char elapsed[32];
  std::snprintf(elapsed, sizeof elapsed, "%.2f", seconds);
  std::string text = "import: " + count_text(done.rows, "row", "rows") + " in " + elapsed + " s (" +
                     with_commas(rate) + " rows/s)";
  if (done.skipped != 0) text += ", " + with_commas(done.skipped) + " skipped";
  session.terminal.note(text);
}

}  // namespace

Result<Exit> import_rows(Session& session) {
  if (!session.arguments.upstream.empty()) return import_upstream(session);
  GS_TRY(FileSource source, FileSource::open(session.arguments.file));
  GS_TRY(Storage storage, open_storage(session, Access::bulk));
  catch_interrupts();
  Importer importer(session, storage, source);
  source.stop_when(&stop_requested());
  source.on_idle(kIdleMs, [&importer] { return importer.idle(); });
  Error error = importer.run(csv_options(session.arguments));
  const bool stopped = stop_requested();
  if (!error.ok()) {
    storage.close().ignore();  // the first failure is the one to report
    if (!importer.misuse().empty()) return usage_error(session, importer.misuse());
    if (session.arguments.json && importer.resumable()) {
      summarize_json(session, importer, importer.imported().next_row);
    }
    return error;
  }
  const std::uint64_t first = stopped ? importer.imported().next_row : 0;
  if (session.arguments.json) {
    summarize_json(session, importer, first);
  } else {
    summarize(session, importer);
  }
  GS_TRY_OK(close_after_inserts(session, storage));
  if (!stopped) return Exit::ok;
  session.terminal.note("import: stopped by a signal; " +
                        count_text(importer.imported().rows, "row is", "rows are") +
                        " in. Go on with --first " + std::to_string(first) + '.');
  return Exit::interrupted;
}

}  // namespace gs::cli
