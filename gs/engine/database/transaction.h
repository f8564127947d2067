// Operations collected by one transaction before it is committed.
//
// Records are encoded when they are staged, so a commit only copies bytes. Not thread-safe: one
// thread at a time.
#pragma once

#include <memory>
#include <vector>

#include "gs/core/record/encoder.h"
#include "gs/engine/database/apply.h"

namespace gs::engine {

class Database;

struct StagedOperation {
  graph::Kind kind = graph::Kind::insert;
  bool keyed = false;  // put by foreign key: insert or set, decided at commit
  Id id;
  std::uint64_t mint = graph::kNoMint;
  const record::ShapePtr* shape = nullptr;  // in the encoder's ShapeCache; null: no record
  std::size_t begin = 0;                    // of the record among those that the encoder keeps
  std::size_t bytes = 0;
  Digest version;  // expect
};

struct TransactionState {
  explicit TransactionState(std::shared_ptr<Database> database,
                            std::shared_ptr<record::ShapeCache> shapes)
      : db(std::move(database)), encoder(std::move(shapes)) {}

  std::shared_ptr<Database> db;
  record::Encoder encoder;
  std::vector<StagedOperation> operations;
  bool failed = false;  // a staging error leaves the transaction usable, this marks "committed"

  const std::uint8_t* record(const StagedOperation& staged) const noexcept {
    return encoder.kept().data() + staged.begin;
  }

  void clear() noexcept {
    operations.clear();
    encoder.forget();
  }
};

}  // namespace gs::engine
