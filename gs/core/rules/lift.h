// How records of one shape are read under rules that came after them.
//
// A record is never rewritten for a schema. Its fields are read so, whenever it is read:
//
//   1. a field that the record has not takes the value of the first of its earlier names (`was`,
//      newest first) that the record has; earlier names are no fields of what is read;
//   2. `convert` makes the value when it comes from an earlier name, when it does not fit the rule
//      (functions are not asked), and, of a required field without a default, when there is none;
//   3. a field that then has no value takes its default.
//
// What `convert` cannot make, because it throws, runs beyond its bounds, or gives what does not
// fit, stays as it is stored. Null counts as a value. docs/SCHEMA.md, "Records of older shapes".
//
// A LiftPlan is immutable and for any thread, as far as the host's functions are; a LiftScratch is
// for one thread. No errors.
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <vector>

#include "gs/core/record/encoder.h"
#include "gs/core/record/mutex.h"
#include "gs/core/rules/rules.h"

namespace gs::rules {

// Conversions that were stopped, one record after the other, as one reader of many met them.
// Each may take as long as its bounds allow: after so many the reader gives up, asks for none any
// more, and ends with the error. For any thread.
class Stops {
 public:
  static constexpr int kInARow = 3;

  // `by_signal`: whether Options::stop stops this reader's conversions as well.
  explicit Stops(bool by_signal = true) noexcept : by_signal_(by_signal) {}

  bool by_signal() const noexcept { return by_signal_; }
  // How many were stopped since the reader began.
  std::uint64_t count() const noexcept { return count_.load(std::memory_order_relaxed); }
  bool gave_up() const noexcept { return in_a_row_.load(std::memory_order_relaxed) >= kInARow; }
  // None, or which conversion it was.
  Error error() const;
  void note(const Rules& rules, const FieldRule& field, bool stopped);
  void clear() noexcept { in_a_row_ = 0; }

 private:
  const bool by_signal_;
  std::atomic<std::uint64_t> count_{0};
  std::atomic<int> in_a_row_{0};
  mutable record::Mutex mutex_;
  std::string name_;  // of the field
};

// Memory that lifting uses again. The record lifted last lies in its encoder.
struct LiftScratch {
  explicit LiftScratch(std::shared_ptr<record::ShapeCache> shapes) : encoder(std::move(shapes)) {}

  record::Encoder encoder;
  std::vector<record::FieldView> views;
  std::deque<Buffer> made;  // values that `convert` gave
  std::vector<bool> given;  // by field of the rules
};

class LiftPlan {
 public:
  // Null when every record of the shape is read as it is stored. The rules outlive it.
  static std::shared_ptr<const LiftPlan> make(const Rules& rules, const record::ShapePtr& shape);

  // Whether this one is read as it is stored. Allocates nothing.
  bool is_current(const record::RecordView& record) const;
  // As the rules read a record that is not current; nullopt: as it is stored, because it would be
  // too large. Until the next call with this scratch. `stops`: the reader's; null: it goes on.
  std::optional<record::Encoded> lift(const record::RecordView& record,
                                      schema::Functions* functions, LiftScratch& scratch,
                                      Stops* stops = nullptr) const;

 private:
  class Run;
  struct Look {
    std::size_t field;
    const Rule* rule;
  };

  explicit LiftPlan(const Rules& rules) noexcept : rules_(rules) {}
  void add_field(const record::Shape& shape, std::size_t index);
  void add_missing(const record::Shape& shape, const FieldRule& field);
  bool makes_one(const FieldRule& field) const;
  bool is_current_by_name(const record::RecordView& record) const;

  const Rules& rules_;
  bool by_name_ = false;               // records of the shape describe themselves
  bool always_ = false;                // no record of the shape is current
  std::vector<std::uint64_t> needed_;  // by word of presence: bits that must be set or not ...
  std::vector<std::uint64_t> given_;   // ... and which of them must be
  std::vector<Look> looks_;            // fields whose values must fit
};

}  // namespace gs::rules
