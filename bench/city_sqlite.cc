// Cities in SQLite: WAL, prepared statements, mapped reads, statistics of ANALYZE before reads.
#ifdef GS_PEER_SQLITE

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include "bench/city_subject.h"
#include "bench/subject.h"

namespace gs::bench {
namespace {

constexpr const char* kRowid =
    "CREATE TABLE city (id INTEGER PRIMARY KEY, name TEXT, country TEXT, admin1 TEXT, admin2 TEXT, "
    "code TEXT, lat REAL, lng REAL)";
constexpr const char* kWithoutRowid =
    "CREATE TABLE city (id BLOB PRIMARY KEY, name TEXT, country TEXT, admin1 TEXT, admin2 TEXT, "
    "code TEXT, lat REAL, lng REAL) WITHOUT ROWID";

class SqliteCities final : public CitySubject {
 public:
  explicit SqliteCities(bool has_rowid) : has_rowid_(has_rowid) {}
  ~SqliteCities() override {
    if (db_ != nullptr) close();
  }

  void open(const std::string& directory) override {
    path_ = directory + "/db";
    need(sqlite3_open(path_.c_str(), &db_), "open");
    run("PRAGMA journal_mode=WAL");
    run("PRAGMA synchronous=OFF");
    run("PRAGMA mmap_size=17179869184");
    run("PRAGMA cache_size=-65536");
    run(has_rowid_ ? kRowid : kWithoutRowid);
    prepare();
  }
  void close() override {
    finalize();
    need(sqlite3_close(db_), "close");
    db_ = nullptr;
  }

  void insert(std::span<const City> cities) override {
    run("BEGIN");
    for (const City& city : cities) insert(city);
    run("COMMIT");
  }
  void sync() override {
    checkpoint();
    const int file = ::open(path_.c_str(), O_RDWR | O_CLOEXEC);
    if (file < 0 || ::fdatasync(file) != 0) fail("sqlite: cannot sync " + path_);
    ::close(file);
  }
  void settle() override {
    run("ANALYZE");
    checkpoint();
  }

  void use_indexes() override {
    finalize();
    run("CREATE INDEX city_name ON city (name)");
    run("CREATE INDEX city_lat ON city (lat)");
    run("CREATE UNIQUE INDEX city_code ON city (code)");
    prepare();
  }
  void build_index() override {
    run("CREATE INDEX city_name ON city (name)");
    sync();
  }

  CitySum find_codes(std::span<const std::string_view> codes) override {
    CitySum sum;
    for (const std::string_view code : codes) {
      bind(by_code_, 1, code);
      add_rows(by_code_, sum);
    }
    return sum;
  }
  CitySum find_lats(std::span<const LatRange> ranges) override {
    CitySum sum;
    for (const LatRange& range : ranges) {
      bind(by_lat_, range);
      add_rows(by_lat_, sum);
    }
    return sum;
  }
  std::uint64_t count_lats(std::span<const LatRange> ranges) override {
    std::uint64_t counted = 0;
    for (const LatRange& range : ranges) {
      bind(count_lat_, range);
      counted += number_of(count_lat_);
    }
    return counted;
  }
  std::uint64_t count_name(std::string_view name) override {
    bind(count_name_, 1, name);
    return number_of(count_name_);
  }
  std::uint64_t count_countries(std::span<const std::string_view> countries) override {
    std::uint64_t counted = 0;
    for (const std::string_view country : countries) {
      bind(count_country_, 1, country);
      counted += number_of(count_country_);
    }
    return counted;
  }

 private:
  [[noreturn]] void fail_here(const char* what) {
    fail(std::string("sqlite: ") + what + ": " + sqlite3_errmsg(db_));
  }
  void need(int code, const char* what) {
    if (code != SQLITE_OK) fail_here(what);
  }
  void run(const char* sql) { need(sqlite3_exec(db_, sql, nullptr, nullptr, nullptr), sql); }
  void checkpoint() { run("PRAGMA wal_checkpoint(TRUNCATE)"); }

  sqlite3_stmt* prepared(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    need(sqlite3_prepare_v3(db_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr), sql);
    return statement;
  }
  void prepare() {
    insert_ = prepared("INSERT INTO city VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    by_code_ = prepared("SELECT name, country, lat FROM city WHERE code = ?");
    by_lat_ = prepared("SELECT name, country, lat FROM city WHERE lat >= ? AND lat < ?");
    count_lat_ = prepared("SELECT count(*) FROM city WHERE lat >= ? AND lat < ?");
    count_name_ = prepared("SELECT count(*) FROM city WHERE name = ?");
    count_country_ = prepared("SELECT count(*) FROM city WHERE country = ?");
  }
  void finalize() {
    for (sqlite3_stmt* statement :
         {insert_, by_code_, by_lat_, count_lat_, count_name_, count_country_}) {
      sqlite3_finalize(statement);
    }
  }

  void bind(sqlite3_stmt* statement, int at, std::string_view text) {
    need(
        sqlite3_bind_text(statement, at, text.data(), static_cast<int>(text.size()), SQLITE_STATIC),
        "bind");
  }
  void bind(sqlite3_stmt* statement, const LatRange& range) {
    need(sqlite3_bind_double(statement, 1, range.from), "bind");
    need(sqlite3_bind_double(statement, 2, range.to), "bind");
  }

  void insert(const City& city) {
    const Key key = ids_.key(Order::ordered, inserted_++);
    if (has_rowid_) {
      need(sqlite3_bind_null(insert_, 1), "bind");
    } else {
      need(sqlite3_bind_blob(insert_, 1, key.data(), static_cast<int>(key.size()), SQLITE_STATIC),
           "bind");
    }
    int at = 2;
    for (const std::string* const text :
         {&city.name, &city.country, &city.admin1, &city.admin2, &city.code}) {
      bind(insert_, at++, *text);
    }
    need(sqlite3_bind_double(insert_, at++, city.lat), "bind");
    need(sqlite3_bind_double(insert_, at, city.lng), "bind");
    if (sqlite3_step(insert_) != SQLITE_DONE) fail_here("insert");
    need(sqlite3_reset(insert_), "insert");
  }

  void add_rows(sqlite3_stmt* statement, CitySum& sum) {
    while (sqlite3_step(statement) == SQLITE_ROW) {
      for (const int column : {0, 1}) {
        if (sqlite3_column_text(statement, column) == nullptr) fail_here("null");
        sum.bytes += static_cast<std::uint64_t>(sqlite3_column_bytes(statement, column));
      }
      sum.lat += sqlite3_column_double(statement, 2);
      ++sum.rows;
    }
    need(sqlite3_reset(statement), "select");
  }
  std::uint64_t number_of(sqlite3_stmt* statement) {
    if (sqlite3_step(statement) != SQLITE_ROW) fail_here("count");
    const auto number = static_cast<std::uint64_t>(sqlite3_column_int64(statement, 0));
    need(sqlite3_reset(statement), "count");
    return number;
  }

  const bool has_rowid_;
  const Workload ids_{1, 1, 1};  // makes keys in the order of time, as ours are
  std::uint64_t inserted_ = 0;
  std::string path_;
  sqlite3* db_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
  sqlite3_stmt* by_code_ = nullptr;
  sqlite3_stmt* by_lat_ = nullptr;
  sqlite3_stmt* count_lat_ = nullptr;
  sqlite3_stmt* count_name_ = nullptr;
  sqlite3_stmt* count_country_ = nullptr;
};

}  // namespace

std::unique_ptr<CitySubject> make_city_sqlite(bool has_rowid) {
  return std::make_unique<SqliteCities>(has_rowid);
}

}  // namespace gs::bench

#endif  // GS_PEER_SQLITE
