// Records as they are read: in place, nothing decoded, of one moment.
//
// Threads: handles belong to one thread at a time, and keep what they read from. Errors: those of
// the calls of Storage that give them (storage.h); a Scan ends with `error()`.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "globalstorage/bytes.h"
#include "globalstorage/id.h"
#include "globalstorage/result.h"
#include "globalstorage/value.h"

namespace gs {

namespace engine {
class Database;
struct RecordHold;
class ScanState;
}  // namespace engine

class CommitListener;  // live.h
class LiveQuery;       // live.h
class Record;
namespace api {
Record make_record(std::shared_ptr<engine::RecordHold> hold);
}  // namespace api

// One field's value, read in place. Valid as long as the Record it came from.
class Field {
 public:
  Field() = default;
  Type type() const noexcept { return type_; }
  bool is_null() const noexcept { return type_ == Type::null; }
  // Each is empty when the value has another type.
  std::optional<bool> boolean() const noexcept;
  std::optional<double> number() const noexcept;         // also from integer, when exact
  std::optional<std::int64_t> integer() const noexcept;  // integer and date
  std::optional<std::string_view> text() const noexcept;
  std::optional<Bytes> bytes() const noexcept;
  std::optional<Id> id() const noexcept;
  std::uint32_t count() const noexcept;               // array, set, object; else 0
  Field element(std::uint32_t index) const noexcept;  // array, set; object: the member's value
  std::string_view name(std::uint32_t index) const noexcept;  // object
  Value value() const;
  std::string json() const;

 private:
  friend class Record;
  Field(Type type, Bytes content) noexcept : type_(type), content_(content) {}
  Type type_ = Type::null;
  Bytes content_;
};

// One version of a record, pinned: its bytes stay where they are while this handle lives.
class Record {
 public:
  Record();
  ~Record();
  Record(Record&&) noexcept;
  Record& operator=(Record&&) noexcept;
  Record(const Record&);
  Record& operator=(const Record&);

  const Id& id() const noexcept;
  std::string_view collection() const noexcept;  // empty for none
  std::string_view key() const noexcept;         // the foreign key, empty for none
  // Names exactly this version: digest of the record's stamps.
  Digest version() const;
  // The field, or empty when the record has no such field.
  std::optional<Field> find(std::string_view name) const noexcept;
  std::size_t field_count() const noexcept;
  // Of the field at `index` in the record's order; empty when there are not so many.
  std::string_view field_name(std::size_t index) const noexcept;
  Field field(std::size_t index) const noexcept;
  Object object() const;
  std::string json() const;  // one line
  void append_json(std::string& out) const;
  Bytes bytes() const noexcept;  // the record format of docs/FORMAT.md

 private:
  friend class Storage;
  friend class Scan;
  friend class Row;
  friend class Rows;
  friend class Reader;
  friend Record api::make_record(std::shared_ptr<engine::RecordHold> hold);
  explicit Record(std::shared_ptr<engine::RecordHold> hold);
  std::shared_ptr<engine::RecordHold> hold_;
};

// A fixed moment of the storage to read from: all reads see the same version. Cheap to make and to
// keep; keeping one for long keeps replaced files on disk.
class Snapshot {
 public:
  Snapshot();
  ~Snapshot();
  Snapshot(Snapshot&&) noexcept;
  Snapshot& operator=(Snapshot&&) noexcept;

  // The fastest read: bytes of the newest version in this snapshot, borrowed from it; empty when
  // there is no such record, and when damage hides it (Storage::get tells). The bytes are those of
  // Record::bytes().
  Bytes peek(const Id& id) const noexcept;
  bool has(const Id& id) const noexcept;

 private:
  friend class Storage;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Records in id order; sees the moment in which it was made.
class Scan {
 public:
  Scan();
  ~Scan();
  Scan(Scan&&) noexcept;
  Scan& operator=(Scan&&) noexcept;
  // False at the end, which may be damage: whoever needs all records looks at error() then.
  bool next(Record& out);
  // The same without making a Record: bytes stay valid until the next call.
  bool next(Id& id, Bytes& bytes) {
    if (next_ == end_ && !refill()) return false;
    id = *next_->id;
    bytes = next_->bytes;
    ++next_;
    return true;
  }
  // `damaged` when that ended the scan: what came before is right. None at the real end.
  Error error() const;
  // Starts again from the first id >= `from`, with the whole limit and in the same moment; cheaper
  // than a new Scan.
  void seek(const Id& from);

 private:
  friend class Storage;
  // Records are found a few at a time.
  struct Row {
    const Id* id = nullptr;
    Bytes bytes;
  };
  struct Impl;
  bool refill();
  std::unique_ptr<Impl> impl_;
  const Row* next_ = nullptr;
  const Row* end_ = nullptr;
};

}  // namespace gs
