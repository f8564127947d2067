// Changes that lie in the log without payloads get them back (complete.cc).
#pragma once

#include "gs/engine/database/database.h"

namespace gs::engine {

class Database::Completing {
 public:
  explicit Completing(Database& db) noexcept : db_(db) {}

  bool is_lacking(const Digest& change) const;
  // Of these as they came. What cannot be is refused in the report.
  Error complete(std::vector<graph::ChangeView> wholes, ReceiveReport& report);

 private:
  // A change as it will lie in the log.
  struct Completed {
    Digest digest;
    Buffer bytes;
    std::set<Id> ids = {};  // of records whose payloads come back
  };
  using CompletedSegment = std::map<log::Location, Completed>;
  using Completion = std::map<std::uint32_t, CompletedSegment>;  // by segment
  struct History {
    std::uint64_t bytes = 0;
    std::size_t operations = 0;
    History& operator+=(const History& other) noexcept {
      bytes += other.bytes;
      operations += other.operations;
      return *this;
    }
  };
  Result<Completed> compare_forms(const graph::ChangeView& here, const graph::ChangeView& whole,
                                  const Vouchers& said) const;
  Error add_completion(const graph::ChangeView& whole, const Vouchers& said,
                       Completion& completion);
  Error find_vouchers(std::span<const graph::ChangeView> changes, Vouchers& said);
  Error add_histories(std::map<Id, History>& histories);
  bool has_room_for(const History& history) const;
  Error choose(CompletedSegment& changes, std::set<Digest>& looked_at, ReceiveReport& report);
  Error lead_away(std::uint32_t segment);
  Error put_back(std::uint32_t segment, const CompletedSegment& changes);
  Error complete_segment(std::uint32_t segment, const CompletedSegment& changes);
  Error complete_some(std::vector<graph::ChangeView>& left, ReceiveReport& report);

  Database& db_;
};

}  // namespace gs::engine
