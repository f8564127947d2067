// The fastest way to many records for programs in other languages: bytes as they are stored, and
// the shape by which they are read (docs/FORMAT.md, "Shape" and "Record").
//
//   gs::Reader reader = db.reader();
//   gs::RawRecord raw;
//   if (reader.find(id, raw)) use(reader.shape(raw.shape), raw.bytes);
//
// A Reader sees what was committed last, whenever it is asked, and keeps the moment in which it
// looked: what it gave stays readable until the next call. Records are read as the schema in force
// reads them, as those of Storage::get are.
//
// Threads: one at a time. It keeps the storage open.
#pragma once

#include <cstdint>
#include <memory>

#include "globalstorage/bytes.h"
#include "globalstorage/id.h"
#include "globalstorage/result.h"

namespace gs {

class Record;

struct RawRecord {
  Id id;
  Bytes bytes;
  std::uint32_t shape = 0;  // a number of this Reader, from 0
};

class Reader {
 public:
  Reader();
  ~Reader();
  Reader(Reader&&) noexcept;
  Reader& operator=(Reader&&) noexcept;

  // False when there is no such record. Errors: damaged, closed.
  Result<bool> find(const Id& id, RawRecord& out);
  // An id that will be looked for in kAhead calls of find(): memory for it is asked for by then.
  static constexpr std::size_t kAhead = 24;
  void expect(const Id& id);
  // What names the version that find() gave last (Record::version).
  Digest version() const;
  // The same of a record that somebody else found, whose bytes are those of its handle.
  RawRecord raw(const Record& record);
  // The definition of a shape; empty when the number was not given yet.
  Bytes shape(std::uint32_t number) const noexcept;
  // Lets go of the moment, so that files which were replaced since can be removed.
  void rest() noexcept;

 private:
  friend class Storage;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gs
