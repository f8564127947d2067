// How a storage is opened: what it was is read from its files (open.cc, recover.cc), and the writer
// found with which this directory goes on.
#pragma once

#include "gs/engine/database/database.h"

namespace gs::engine {

class Database::Opening {
 public:
  explicit Opening(Database& db) noexcept : db_(db) {}

  Error recover();

 private:
  Result<std::unique_ptr<platform::FileLock>> take_lock();
  void skip_used_numbers();
  Error recover_anew();
  Error open_base();                                 // shallow.cc
  std::string run_file(std::uint64_t number) const;  // the same
  Error adopt_writer();
  Error read_admitted(std::optional<graph::Writer>& only, log::Location& place) const;
  Error not_admitted() const;

  // recover.cc
  Error recover_from(std::optional<state::Loaded> loaded);
  Error drop_state(Error why);
  void touch_ahead();
  void tell_torn_tail(const log::Recovery& recovery);
  void refuse_damage();
  void note_damage(log::Location at, const Error& error);
  void verify_chain();
  void load_indexes();  // indexes.cc

  // branches.cc
  Error use_branches(const state::Branches& branches);
  Error apply_rest();
  Error stay_behind(std::unique_ptr<KnownChanges> known);

  // evidence.cc
  bool may_be_next(const graph::ChangeView& change, std::uint64_t ahead) const;
  bool is_evidence(std::uint64_t ahead, Bytes bytes, std::uint32_t& checked) const;

  Database& db_;
};

}  // namespace gs::engine
