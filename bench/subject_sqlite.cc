// SQLite: WAL, prepared statements, a table WITHOUT ROWID keyed by the 16 bytes, mapped reads.
// synchronous=FULL where commits are durable, OFF with a final checkpoint and sync where not.
#ifdef GS_PEER_SQLITE

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include "bench/subject.h"

namespace gs::bench {
namespace {

class Sqlite final : public Subject {
 public:
  ~Sqlite() override {
    if (db_ != nullptr) close();
  }
  const char* name() const noexcept override { return "sqlite"; }

  void open(const std::string& directory, const Setup& setup) override {
    path_ = directory + "/db";
    need(sqlite3_open(path_.c_str(), &db_), "open");
    run("PRAGMA journal_mode=WAL");
    run(setup.durable ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=OFF");
    run("PRAGMA mmap_size=17179869184");
    run("PRAGMA cache_size=-65536");
    run("CREATE TABLE IF NOT EXISTS t (k BLOB PRIMARY KEY, v BLOB) WITHOUT ROWID");
    insert_ = prepare("INSERT OR REPLACE INTO t VALUES (?, ?)");
    get_ = prepare("SELECT v FROM t WHERE k = ?");
    scan_ = prepare("SELECT v FROM t WHERE k >= ? ORDER BY k LIMIT ?");
  }

  void close() override {
    for (sqlite3_stmt* statement : {insert_, get_, scan_}) sqlite3_finalize(statement);
    need(sqlite3_close(db_), "close");
    db_ = nullptr;
  }

  void write(std::span<Entry> entries) override {
    if (entries.size() > 1) run("BEGIN");
    for (const Entry& entry : entries) {
      bind(insert_, entry.key);
      need(sqlite3_bind_blob(insert_, 2, entry.value.data(), static_cast<int>(entry.value.size()),
                             SQLITE_STATIC),
           "bind");
      if (sqlite3_step(insert_) != SQLITE_DONE) fail_here("insert");
      sqlite3_reset(insert_);
    }
    if (entries.size() > 1) run("COMMIT");
  }

  void sync() override {
    settle();
    const int file = ::open(path_.c_str(), O_RDWR | O_CLOEXEC);
    if (file < 0 || ::fdatasync(file) != 0) fail("sqlite: cannot sync " + path_);
    ::close(file);
  }
  void settle() override { run("PRAGMA wal_checkpoint(TRUNCATE)"); }

  Sum get(std::span<const Key> keys) override {
    Sum sum;
    run("BEGIN");
    for (const Key& key : keys) {
      bind(get_, key);
      if (sqlite3_step(get_) == SQLITE_ROW) add(get_, sum);
      need(sqlite3_reset(get_), "get");
    }
    run("COMMIT");
    return sum;
  }

  Sum scan(std::span<const Key> starts, std::uint64_t limit) override {
    Sum sum;
    run("BEGIN");
    for (const Key& start : starts) {
      bind(scan_, start);
      need(sqlite3_bind_int64(scan_, 2, static_cast<sqlite3_int64>(limit)), "bind");
      while (sqlite3_step(scan_) == SQLITE_ROW) add(scan_, sum);
      need(sqlite3_reset(scan_), "scan");
    }
    run("COMMIT");
    return sum;
  }

 private:
  [[noreturn]] void fail_here(const char* what) {
    fail(std::string("sqlite: ") + what + ": " + sqlite3_errmsg(db_));
  }
  void need(int code, const char* what) {
    if (code != SQLITE_OK) fail_here(what);
  }
  void run(const char* sql) { need(sqlite3_exec(db_, sql, nullptr, nullptr, nullptr), sql); }
  sqlite3_stmt* prepare(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    need(sqlite3_prepare_v3(db_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr), sql);
    return statement;
  }
  void bind(sqlite3_stmt* statement, const Key& key) {
    need(sqlite3_bind_blob(statement, 1, key.data(), static_cast<int>(key.size()), SQLITE_STATIC),
         "bind");
  }
  static void add(sqlite3_stmt* statement, Sum& sum) {
    sum.words += first_word(sqlite3_column_blob(statement, 0));
    ++sum.records;
  }

  std::string path_;
  sqlite3* db_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
  sqlite3_stmt* get_ = nullptr;
  sqlite3_stmt* scan_ = nullptr;
};

}  // namespace

std::unique_ptr<Subject> make_sqlite() { return std::make_unique<Sqlite>(); }

}  // namespace gs::bench

#endif  // GS_PEER_SQLITE
