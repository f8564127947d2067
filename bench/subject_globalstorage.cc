// GlobalStorage through its public API: signatures and hash chain on, as always.
//
// Ordered keys: insert() with one field of bytes; the storage mints the ids. Random keys: put()
// under
// a foreign key of 32 hexadecimal characters; the id is derived from it.
#include <cstring>
#include <optional>

#include "bench/need.h"
#include "bench/subject.h"
#include "globalstorage/storage.h"

namespace gs::bench {
namespace {

constexpr const char* kCollection = "Bench";
constexpr const char* kField = "v";

std::string hexadecimal(const Key& key) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text(2 * key.size(), '0');
  for (std::size_t i = 0; i < key.size(); ++i) {
    text[2 * i] = kDigits[key[i] >> 4];
    text[2 * i + 1] = kDigits[key[i] & 15];
  }
  return text;
}

class GlobalStorage final : public Subject {
 public:
  const char* name() const noexcept override { return kOurs; }

  void open(const std::string& directory, const Setup& setup) override {
    Options options;
    options.durability = setup.durable ? Durability::batch : Durability::lazy;
    if (setup.tail_bytes != 0) {
      options.checkpoint_log_bytes = 4 * setup.tail_bytes;
      options.memory_bytes = 4 * setup.tail_bytes;
    }
    options.cache_bytes = setup.memory_bytes;
    keyed_ = setup.order == Order::random;
    db_.emplace(need(Storage::open_or_create(directory + "/gs", options), "open"));
    value_at_.reset();
  }

  void close() override {
    need(db_->close(), "close");
    db_.reset();
  }

  void write(std::span<Entry> entries) override {
    Transaction transaction = db_->begin();
    for (Entry& entry : entries) {
      const Id id = keyed_ ? put(transaction, entry) : insert(transaction, entry);
      entry.key = id.bytes;
    }
    need(transaction.commit().error(), "commit");
  }

  void sync() override { need(db_->sync(), "sync"); }
  void settle() override { need(db_->compact(), "compact"); }

  Sum get(std::span<const Key> keys) override {
    Sum sum;
    const Snapshot snapshot = db_->snapshot();
    for (const Key& key : keys) {
      const Bytes bytes = snapshot.peek(Id{key});
      if (bytes.empty()) continue;
      sum.words += first_word(value_of(Id{key}, bytes));
      ++sum.records;
    }
    return sum;
  }

  // One Scan for all, as the peers keep one cursor or iterator.
  Sum scan(std::span<const Key> starts, std::uint64_t limit) override {
    Sum sum;
    ScanOptions options;
    options.collection = kCollection;
    options.limit = limit;
    Scan scan = need(db_->scan(options), "scan");
    Id id;
    Bytes bytes;
    for (const Key& start : starts) {
      scan.seek(Id{start});
      while (scan.next(id, bytes)) {
        sum.words += first_word(value_of(id, bytes));
        ++sum.records;
      }
    }
    return sum;
  }

 private:
  Id insert(Transaction& transaction, const Entry& entry) {
    const Bytes value = as_bytes(entry.value);
    object_[0].second = Value(Buffer(value.begin(), value.end()));
    return need(transaction.insert(kCollection, object_), "insert");
  }

  Id put(Transaction& transaction, const Entry& entry) {
    json_.assign("{\"v\":\"").append(entry.value).append("\"}");
    return need(transaction.put(kCollection, hexadecimal(entry.key), json_), "put");
  }

  // Where the value begins: all records have one shape, so the first one tells.
  const std::uint8_t* value_of(const Id& id, Bytes bytes) {
    if (!value_at_) {
      const Record record = need(db_->get(id), "get");
      const Field field = record.find(kField).value_or(Field());
      const std::uint8_t* data = nullptr;
      if (const auto content = field.bytes()) data = content->data();
      if (const auto text = field.text()) data = as_bytes(*text).data();
      if (data == nullptr) fail("globalstorage: the record has no field v");
      value_at_ = static_cast<std::size_t>(data - record.bytes().data());
    }
    return bytes.data() + *value_at_;
  }

  std::optional<Storage> db_;
  bool keyed_ = false;
  Object object_ = {{kField, Value()}};
  std::string json_;
  std::optional<std::size_t> value_at_;
};

}  // namespace

std::unique_ptr<Subject> make_globalstorage() { return std::make_unique<GlobalStorage>(); }

}  // namespace gs::bench
