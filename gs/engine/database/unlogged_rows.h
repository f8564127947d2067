// The memory for records that are not in the log (unlogged.cc). With the commit lock, but for
// renew_unlogged().
#pragma once

#include "gs/engine/database/database.h"

namespace gs::engine {

class Database::UnloggedRows {
 public:
  explicit UnloggedRows(Database& db) noexcept : db_(db) {}

  std::size_t unlogged_memory() const noexcept;
  Error make_room_unlogged(std::size_t bytes);
  bool wants_renewal() const noexcept;
  std::shared_ptr<const state::Version> version_for_schema();
  Error renew_unlogged();
  bool erase_unlogged(const Id& id);

 private:
  std::shared_ptr<const state::Version> with_unlogged(std::shared_ptr<state::RowTable> table,
                                                      UnloggedSize size);
  void publish_unlogged(std::shared_ptr<state::RowTable> table, UnloggedSize size,
                        const UnloggedIndexes& indexes = {});
  void publish_copy_of_unlogged();

  Database& db_;
};

}  // namespace gs::engine
