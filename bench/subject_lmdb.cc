// LMDB: one database, MDB_NOSYNC and a forced sync at the end where commits need not be durable;
// MDB_APPEND for keys that arrive in order, which is what its documentation advises for loading.
#ifdef GS_PEER_LMDB

#include <lmdb.h>

#include "bench/subject.h"

namespace gs::bench {
namespace {

constexpr std::size_t kMapBytes = std::size_t{64} << 30;  // address space only

void need(int code, const char* what) {
  if (code != MDB_SUCCESS) fail(std::string("lmdb: ") + what + ": " + mdb_strerror(code));
}

MDB_val val(const Key& key) {
  return {key.size(), const_cast<std::uint8_t*>(key.data())};  // NOLINT: its API knows no const
}

class Lmdb final : public Subject {
 public:
  ~Lmdb() override {
    if (env_ != nullptr) close();
  }
  const char* name() const noexcept override { return "lmdb"; }

  void open(const std::string& directory, const Setup& setup) override {
    put_flags_ = setup.order == Order::ordered ? MDB_APPEND : 0;
    need(mdb_env_create(&env_), "create");
    need(mdb_env_set_mapsize(env_, kMapBytes), "map size");
    need(mdb_env_open(env_, directory.c_str(), setup.durable ? 0 : MDB_NOSYNC, 0644), "open");
    MDB_txn* txn = nullptr;
    need(mdb_txn_begin(env_, nullptr, 0, &txn), "begin");
    need(mdb_dbi_open(txn, nullptr, 0, &dbi_), "database");
    need(mdb_txn_commit(txn), "commit");
  }

  void close() override {
    mdb_env_close(env_);
    env_ = nullptr;
  }

  void write(std::span<Entry> entries) override {
    MDB_txn* txn = nullptr;
    need(mdb_txn_begin(env_, nullptr, 0, &txn), "begin");
    for (const Entry& entry : entries) {
      MDB_val key = val(entry.key);
      MDB_val value = {entry.value.size(),
                       const_cast<char*>(entry.value.data())};  // NOLINT: its API knows no const
      need(mdb_put(txn, dbi_, &key, &value, put_flags_), "put");
    }
    need(mdb_txn_commit(txn), "commit");
  }

  void sync() override { need(mdb_env_sync(env_, 1), "sync"); }
  void settle() override {}

  Sum get(std::span<const Key> keys) override {
    Sum sum;
    MDB_txn* txn = nullptr;
    need(mdb_txn_begin(env_, nullptr, MDB_RDONLY, &txn), "begin");
    for (const Key& each : keys) {
      MDB_val key = val(each);
      MDB_val value;
      const int code = mdb_get(txn, dbi_, &key, &value);
      if (code == MDB_NOTFOUND) continue;
      need(code, "get");
      sum.words += first_word(value.mv_data);
      ++sum.records;
    }
    mdb_txn_abort(txn);
    return sum;
  }

  Sum scan(std::span<const Key> starts, std::uint64_t limit) override {
    Sum sum;
    MDB_txn* txn = nullptr;
    MDB_cursor* cursor = nullptr;
    need(mdb_txn_begin(env_, nullptr, MDB_RDONLY, &txn), "begin");
    need(mdb_cursor_open(txn, dbi_, &cursor), "cursor");
    for (const Key& start : starts) {
      MDB_val key = val(start);
      MDB_val value;
      int code = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
      for (std::uint64_t i = 0; code == MDB_SUCCESS; ++i) {
        sum.words += first_word(value.mv_data);
        ++sum.records;
        if (i + 1 == limit) break;
        code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
      }
      if (code != MDB_NOTFOUND) need(code, "scan");
    }
    mdb_cursor_close(cursor);
    mdb_txn_abort(txn);
    return sum;
  }

 private:
  MDB_env* env_ = nullptr;
  MDB_dbi dbi_ = 0;
  unsigned put_flags_ = 0;
};

}  // namespace

std::unique_ptr<Subject> make_lmdb() { return std::make_unique<Lmdb>(); }

}  // namespace gs::bench

#endif  // GS_PEER_LMDB
