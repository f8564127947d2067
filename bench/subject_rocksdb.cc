// RocksDB: its defaults, with a filter of 10 bits a key, a block cache that holds all data, and no
// compression, which our values would only pay for.
#ifdef GS_PEER_ROCKSDB

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include "bench/subject.h"

namespace gs::bench {
namespace {

void need(const rocksdb::Status& status, const char* what) {
  if (!status.ok()) fail(std::string("rocksdb: ") + what + ": " + status.ToString());
}

rocksdb::Slice rocksdb_slice(const Key& key) {
  return {reinterpret_cast<const char*>(key.data()), key.size()};
}

class RocksDb final : public Subject {
 public:
  const char* name() const noexcept override { return "rocksdb"; }

  void open(const std::string& directory, const Setup& setup) override {
    rocksdb::BlockBasedTableOptions table;
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kPeerFilterBits));
    table.block_cache =
        rocksdb::NewLRUCache(setup.memory_bytes != 0 ? setup.memory_bytes / 2 : kPeerCacheBytes);
    rocksdb::Options options;
    options.create_if_missing = true;
    options.compression = rocksdb::kNoCompression;
    options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    if (setup.tail_bytes != 0) options.write_buffer_size = 4 * setup.tail_bytes;
    write_.sync = setup.durable;
    rocksdb::DB* db = nullptr;
    need(rocksdb::DB::Open(options, directory, &db), "open");
    db_.reset(db);
  }

  void close() override {
    need(db_->Close(), "close");
    db_.reset();
  }

  void write(std::span<Entry> entries) override {
    rocksdb::WriteBatch batch;
    for (const Entry& entry : entries) {
      need(batch.Put(rocksdb_slice(entry.key), {entry.value.data(), entry.value.size()}), "put");
    }
    need(db_->Write(write_, &batch), "write");
  }

  void sync() override { need(db_->SyncWAL(), "sync"); }
  void settle() override { need(db_->CompactRange({}, nullptr, nullptr), "compact"); }

  Sum get(std::span<const Key> keys) override {
    Sum sum;
    rocksdb::ReadOptions options;
    options.snapshot = db_->GetSnapshot();
    rocksdb::PinnableSlice value;
    for (const Key& key : keys) {
      value.Reset();
      const auto status = db_->Get(options, db_->DefaultColumnFamily(), rocksdb_slice(key), &value);
      if (status.IsNotFound()) continue;
      need(status, "get");
      sum.words += first_word(value.data());
      ++sum.records;
    }
    db_->ReleaseSnapshot(options.snapshot);
    return sum;
  }

  Sum scan(std::span<const Key> starts, std::uint64_t limit) override {
    Sum sum;
    std::unique_ptr<rocksdb::Iterator> iterator(db_->NewIterator({}));
    for (const Key& start : starts) {
      std::uint64_t left = limit;
      for (iterator->Seek(rocksdb_slice(start)); left > 0 && iterator->Valid();
           iterator->Next(), --left) {
        sum.words += first_word(iterator->value().data());
        ++sum.records;
      }
      need(iterator->status(), "scan");
    }
    return sum;
  }

 private:
  std::unique_ptr<rocksdb::DB> db_;
  rocksdb::WriteOptions write_;
};

}  // namespace

std::unique_ptr<Subject> make_rocksdb() { return std::make_unique<RocksDb>(); }

}  // namespace gs::bench

#endif  // GS_PEER_ROCKSDB
