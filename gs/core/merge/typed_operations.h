// The operations of a text one by one, and whose each character is: for whoever asks about single
// characters. Pure. Errors: damaged (a log that contradicts itself).
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "gs/core/merge/edited_value.h"
#include "gs/core/merge/edits_log.h"
#include "gs/core/merge/taken_text.h"

namespace gs::merge {

// A character that an operation inserted: which one of them, counted from 0.
struct InsertedPoint {
  std::uint32_t operation = 0;
  std::uint32_t number = 0;
};

class TypedOperations {
 public:
  struct One {
    LocalStamp stamp;
    std::vector<std::uint32_t> parents;
    crdt::EditsView edits;
  };

  // Borrows the log.
  static Result<TypedOperations> read(Bytes log);

  const std::vector<One>& all() const noexcept { return all_; }
  // Whether each stands on the one before.
  bool is_chain() const noexcept { return is_chain_; }

  // Operations of one transaction have one stamp: what they insert is counted together.
  std::uint32_t number_by_stamp(const InsertedPoint& point) const;
  std::optional<InsertedPoint> with_stamp(const LocalStamp& stamp, std::uint32_t number) const;

 private:
  std::vector<One> all_;
  bool is_chain_ = true;
};

// Every operation done to the value, with the order of all characters, deleted ones included.
class OrderedText {
 public:
  // Called for each mark of an operation, while the version that its writer saw is prepared.
  using VisitMark = std::function<void(std::uint32_t operation, const crdt::TextMark& mark,
                                       const crdt::Tracker& tracker)>;
  static Result<OrderedText> make(const TypedField& field, const WriterOrder& order,
                                  const TypedOperations& operations, const VisitMark& visit = {});

  crdt::Text& text() noexcept { return typed_->text(); }
  TypedText& typed() noexcept { return *typed_; }
  crdt::Tracker& tracker() noexcept { return tracker_; }
  const crdt::Tracker& tracker() const noexcept { return tracker_; }
  crdt::Known known() const noexcept {
    const crdt::History& history = typed_->text().history();
    return {history.graph(), history.log(), history.writers()};
  }

  // Of the value, when `operation` is nothing.
  struct Point {
    std::optional<std::uint32_t> operation;
    std::uint32_t number = 0;
  };
  // The character at a position of the text as it is.
  Point point_at(std::uint32_t position) const;
  crdt::Unit unit_of(const Point& point) const;
  // The events of an operation.
  crdt::PlaceSpan places_of(std::uint32_t operation) const;
  // How many characters are before it; `is_there`: it is not deleted.
  std::uint32_t position_of(crdt::Unit unit, bool& is_there) const;

 private:
  OrderedText() = default;
  crdt::EventId first_of(std::uint32_t operation) const;
  void visit_marks(const VisitMark& visit);

  std::unique_ptr<TypedText> typed_;
  const TypedOperations* operations_ = nullptr;
  crdt::Tracker tracker_{crdt::kNoPlace};
  std::uint32_t of_value_ = 0;  // number of the value's writer
};

}  // namespace gs::merge
