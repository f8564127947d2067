// For tests: batches of writes as JavaScript makes them, and outcomes as it reads them.
#pragma once

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "bindings/common/batch.h"
#include "bindings/common/cursor.h"
#include "gs/core/record/json.h"
#include "gs/core/record/record.h"

namespace gs::bindings::testing {

// The numbers of batch.h, once more: they are what JavaScript writes.
enum Number : std::uint8_t {
  kInsert = 0,
  kPut = 1,
  kSet = 2,
  kUpdate = 3,
  kRemove = 4,
  kExpect = 5,
  kPatch = 6,
  kAdd = 7,
  kAddElements = 8,
  kRemoveElements = 9,
  kSplice = 10,
  kMark = 11,
  kListInsert = 12,
  kListDelete = 13,
  kListMove = 14,
  kListSet = 15,
  kTreeCreate = 16,
  kTreeMove = 17,
  kTreeSet = 18,
  kTreeDelete = 19,
  kSwap = 20,
  kNamed = 128,  // added to another one
};

inline void append_u32(Buffer& out, std::size_t number) {
  out.resize(out.size() + 4);
  store_u32(out.data() + out.size() - 4, static_cast<std::uint32_t>(number));
}

// One operation: its kind, then what that needs, in order.
class Operation {
 public:
  explicit Operation(int kind) { u8(kind); }
  Operation(int kind, const Id& of) : Operation(kind) { id(of); }

  Operation& u8(int number) {
    bytes_.push_back(static_cast<std::uint8_t>(number));
    return *this;
  }
  Operation& u32(std::size_t number) {
    append_u32(bytes_, number);
    return *this;
  }
  Operation& i64(std::int64_t number) {
    const auto bits = static_cast<std::uint64_t>(number);
    return u32(bits & 0xffffffff).u32(bits >> 32);
  }
  Operation& raw(Bytes bytes) {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    return *this;
  }
  Operation& id(const Id& id) { return raw(id.bytes); }
  Operation& text(std::string_view text) { return u32(text.size()).raw(as_bytes(text)); }
  // JSON as bytes.
  Operation& object(std::string_view json) {
    Buffer any;
    EXPECT_FALSE(record::encode_any(record::parse_json(json).value(), any)) << json;
    return u32(any.size() - 1).raw(Bytes(any).subspan(1));  // without its type
  }

  const Buffer& bytes() const noexcept { return bytes_; }

 private:
  Buffer bytes_;
};

inline Operation insert(std::string_view collection, std::string_view json) {
  return Operation(kInsert).text(collection).object(json);
}
inline Operation put(std::string_view collection, std::string_view key, std::string_view json) {
  return Operation(kPut).text(collection).text(key).object(json);
}
inline Operation update(const Id& id, std::string_view json) {
  return Operation(kUpdate, id).object(json);
}

using Operations = std::vector<Operation>;

inline Buffer batch_of(std::initializer_list<Operations> transactions) {
  Buffer batch;
  for (const Operations& operations : transactions) {
    const std::size_t begin = batch.size();
    append_u32(batch, 0);
    for (const Operation& operation : operations) {
      batch.insert(batch.end(), operation.bytes().begin(), operation.bytes().end());
    }
    store_u32(batch.data() + begin, static_cast<std::uint32_t>(batch.size() - begin - 4));
  }
  return batch;
}

// What became of one transaction.
struct Told {
  static constexpr std::uint32_t kAll = 0xffffffff;

  std::uint16_t code = 0;    // 0: done
  Buffer results;            // of its operations
  std::uint32_t failed = 0;  // the operation that did
  std::string message;

  bool is(Code expected) const { return code == static_cast<std::uint16_t>(expected); }
};

// Of an outcome that is none, what comes before that, and a failure.
inline std::vector<Told> outcome_of(Bytes outcome) {
  std::vector<Told> made;
  Cursor at(outcome);
  while (!at.at_end()) {
    Told told;
    told.code = at.u8();
    told.code = static_cast<std::uint16_t>(told.code | at.u8() << 8);
    const Bytes content = at.counted();
    if (!at.ok()) {
      ADD_FAILURE() << "an outcome that is none";
      break;
    }
    if (told.code == 0) {
      told.results = Buffer(content.begin(), content.end());
    } else {
      Cursor error(content);
      told.failed = error.u32();
      EXPECT_TRUE(error.ok());
      told.message = as_text(content.subspan(4));
    }
    made.push_back(std::move(told));
  }
  return made;
}

}  // namespace gs::bindings::testing
