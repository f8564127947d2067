// LevelDB: write buffer and block cache as RocksDB has them, filter of 10 bits a key, no
// compression.
#ifdef GS_PEER_LEVELDB

#include <leveldb/cache.h>
#include <leveldb/db.h>
#include <leveldb/filter_policy.h>
#include <leveldb/write_batch.h>

#include "bench/subject.h"

namespace gs::bench {
namespace {

constexpr std::size_t kWriteBufferBytes = std::size_t{64} << 20;

void need(const leveldb::Status& status, const char* what) {
  if (!status.ok()) fail(std::string("leveldb: ") + what + ": " + status.ToString());
}

leveldb::Slice leveldb_slice(const Key& key) {
  return {reinterpret_cast<const char*>(key.data()), key.size()};
}

class LevelDb final : public Subject {
 public:
  const char* name() const noexcept override { return "leveldb"; }

  void open(const std::string& directory, const Setup& setup) override {
    cache_.reset(
        leveldb::NewLRUCache(setup.memory_bytes != 0 ? setup.memory_bytes / 2 : kPeerCacheBytes));
    filter_.reset(leveldb::NewBloomFilterPolicy(kPeerFilterBits));
    leveldb::Options options;
    options.create_if_missing = true;
    options.compression = leveldb::kNoCompression;
    options.write_buffer_size = setup.tail_bytes != 0 ? 4 * setup.tail_bytes : kWriteBufferBytes;
    options.block_cache = cache_.get();
    options.filter_policy = filter_.get();
    write_.sync = setup.durable;
    leveldb::DB* db = nullptr;
    need(leveldb::DB::Open(options, directory, &db), "open");
    db_.reset(db);
  }

  void close() override { db_.reset(); }

  void write(std::span<Entry> entries) override {
    leveldb::WriteBatch batch;
    for (const Entry& entry : entries) {
      batch.Put(leveldb_slice(entry.key), {entry.value.data(), entry.value.size()});
    }
    need(db_->Write(write_, &batch), "write");
  }

  // It has no call of its own for this: an empty batch that is synced syncs the log before it.
  void sync() override {
    leveldb::WriteOptions options;
    options.sync = true;
    leveldb::WriteBatch empty;
    need(db_->Write(options, &empty), "sync");
  }
  void settle() override { db_->CompactRange(nullptr, nullptr); }

  Sum get(std::span<const Key> keys) override {
    Sum sum;
    leveldb::ReadOptions options;
    options.snapshot = db_->GetSnapshot();
    std::string value;
    for (const Key& key : keys) {
      const auto status = db_->Get(options, leveldb_slice(key), &value);
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
    std::unique_ptr<leveldb::Iterator> iterator(db_->NewIterator({}));
    for (const Key& start : starts) {
      std::uint64_t left = limit;
      for (iterator->Seek(leveldb_slice(start)); left > 0 && iterator->Valid();
           iterator->Next(), --left) {
        sum.words += first_word(iterator->value().data());
        ++sum.records;
      }
      need(iterator->status(), "scan");
    }
    return sum;
  }

 private:
  // The database uses both until it is gone.
  std::unique_ptr<leveldb::Cache> cache_;
  std::unique_ptr<const leveldb::FilterPolicy> filter_;
  std::unique_ptr<leveldb::DB> db_;
  leveldb::WriteOptions write_;
};

}  // namespace

std::unique_ptr<Subject> make_leveldb() { return std::make_unique<LevelDb>(); }

}  // namespace gs::bench

#endif  // GS_PEER_LEVELDB
