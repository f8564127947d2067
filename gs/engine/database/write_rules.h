// How concurrent writes merge, as the writer's schema says: put into its operations, so that every
// replica merges them alike, whatever schema it knows.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "gs/core/merge/merged_record.h"
#include "gs/core/rules/rules.h"

namespace gs::engine {

// Of one transaction: what it remembers of shapes and rules lives as long.
class WriteRules {
 public:
  void reset() noexcept {
    rules_ = nullptr;
    shape_ = nullptr;
  }
  // Of the collection that the next writes are in; null: the latest write wins.
  void use(const rules::Rules* rules);

  merge::RemovalRule removal() const noexcept;
  // Whether some field of these records has a rule of its own.
  bool has_any(const record::RecordView& write) { return !of(write).empty(); }
  // Fields, ascending, of which a whole array, set, text or object is written as the change that it
  // is. Objects are unless the schema says that they are one value.
  // Until the next call.
  std::span<const merge::MergedRecord::FieldRule> changes(const record::RecordView& write);
  // Names the other fields with rules in `seen`, ascending by field. What is not
  // named yet has seen `base`.
  void mark(const record::RecordView& write, const merge::LocalStamp& base,
            std::vector<merge::Seen>& seen);

 private:
  struct Marked {
    std::uint32_t field;  // as merge::Seen counts it
    merge::Rule rule;
  };
  const std::vector<Marked>& of(const record::RecordView& write);

  const rules::Rules* rules_ = nullptr;
  std::vector<std::pair<std::string_view, merge::Rule>> named_;  // fields with rules
  const record::Shape* shape_ = nullptr;                         // of marked_; null: of none
  std::vector<Marked> marked_;                                   // ascending by field
  std::vector<merge::MergedRecord::FieldRule> changes_;
};

}  // namespace gs::engine
