// The keys under which an index has a record: order keys of the values at its paths, one behind the
// other.
//
// Of a path that is `many` an array or set has one key for each different element, and what is no
// array has none. A record whose keys would be too long, or too many, and one with a text where an
// array should be, has one key that says no more than this: whoever looks for records has to look
// at these too (docs/FORMAT.md, "Index definition"). So has one of which nobody knows how it is
// read, because its conversion was stopped.
//
// One thread at a time. Deterministic: the same record has the same keys everywhere.
#pragma once

#include <vector>

#include "gs/core/query/reader.h"
#include "gs/core/rules/rules.h"

namespace gs::engine {

// Of one key ...
inline constexpr std::size_t kIndexKeyBytesMax = std::size_t{64} << 10;
// ... and of all keys that one record has in one index, and how many they may be.
inline constexpr std::size_t kIndexedBytesMax = std::size_t{16} << 20;
inline constexpr std::uint32_t kIndexedKeysMax = 65'536;
// The only byte of the key of an irregular record. No order key begins with it.
inline constexpr std::uint8_t kIrregularKey = 0x01;

// Ascending, each once.
class KeyList {
 public:
  std::size_t size() const noexcept { return keys_.size(); }
  Bytes operator[](std::size_t index) const noexcept {
    const Place& place = keys_[index];
    return Bytes(bytes_).subspan(place.begin, place.size);
  }
  // Whether one of its values is null or missing.
  bool has_null(std::size_t index) const noexcept { return keys_[index].has_null; }
  bool is_irregular() const noexcept { return is_irregular_; }
  bool has(Bytes key) const noexcept;
  void clear() noexcept;
  void make_irregular();

 private:
  friend class KeyMaker;
  struct Place {
    std::size_t begin = 0;
    std::size_t size = 0;
    bool has_null = false;
  };

  Buffer bytes_;
  std::vector<Place> keys_;
  bool is_irregular_ = false;
};

class KeyMaker {
 public:
  explicit KeyMaker(const rules::IndexDefinition& definition);
  KeyMaker(const KeyMaker&) = delete;
  KeyMaker& operator=(const KeyMaker&) = delete;

  void make(const record::RecordView& record, KeyList& out);

 private:
  static std::vector<query::Path> parse(const rules::IndexDefinition& definition);
  static std::vector<const query::Path*> pointers(const std::vector<query::Path>& paths);
  // False: it became too long.
  bool add_value(const std::optional<record::ValueView>& value, Buffer& to, bool& has_null) const;
  void make_many(const record::RecordView& record, KeyList& out);

  const std::vector<query::Path> paths_;
  const std::optional<std::size_t> many_;
  query::Reader reader_;
  std::vector<Buffer> elements_;
};

}  // namespace gs::engine
