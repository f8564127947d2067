// The change that is open for what is written next (commit.cc). With the commit lock.
#pragma once

#include "gs/engine/database/database.h"

namespace gs::engine {

class Database::OpenChange {
 public:
  // What a transaction may take of a change: of shapes and writers at most so many.
  struct Room {
    std::size_t bytes = 0;
    std::size_t shapes = 0;
    std::size_t writers = 0;
  };

  explicit OpenChange(Database& db) noexcept : db_(db) {}

  // A change with room for it is open then.
  Error ensure_room(const Room& wanted, graph::Hlc hlc);
  Error join_heads();  // before the stamp of what is written is taken
  Sequence append_alone(graph::Kind kind, Bytes payload, graph::Hlc hlc);

 private:
  Error begin_change(std::size_t bytes, graph::Hlc hlc, std::vector<Digest> parents);

  Database& db_;
};

}  // namespace gs::engine
