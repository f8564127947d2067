// What a reader of some rows of an ordered list is told when the list changes.
//
// The list is a CountedSet; the reader sees the rows from `offset` on, at most `limit` of them. A
// Touch says what became of one row. show() brings the list up to date and gives the steps that
// lead from the old view to the new one, applied one after the other:
//
//   removed  take out the row at `at`
//   added    put the row in at `at`
//   moved    take the row out at `from`, put it in at `at`
//   changed  the row at `at` shows something else
//
// A row that is in both views and shows the same at the same place among its neighbours gives
// nothing: also when rows around it came and went, and when it would have left the view and come
// back. Costs as many steps in the list as rows were touched, whatever the sizes of list and view.
// One thread at a time. Errors: those of `differs`.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "globalstorage/result.h"
#include "gs/engine/live/counted_set.h"

namespace gs::engine {

// Of one row, at most once in a list of touches.
struct Touch {
  std::optional<std::string> before;  // its key before; none: it was not there
  std::optional<std::string> after;   // its key now; none: it is gone
};

struct Step {
  enum class Kind : std::uint8_t { removed, added, moved, changed };
  Kind kind = Kind::changed;
  std::size_t from = 0;  // of moved
  std::size_t at = 0;
  std::string key;  // now; of a removed row the one before
};

class Window {
 public:
  Window(std::uint64_t offset, std::uint64_t limit) : offset_(offset), limit_(limit) {}

  // Rows in the view.
  std::size_t size(const CountedSet& list) const noexcept;
  // The key of one of them.
  std::string_view at(const CountedSet& list, std::size_t place) const noexcept {
    return list.at(offset_ + place);
  }
  // Whether the row with this key of the list is in the view.
  bool shows(const CountedSet& list, std::string_view key) const noexcept;

  // `differs`: whether the touched row shows something else than before; asked of rows that are in
  // the old and in the new view.
  using Differs = std::function<Result<bool>(const Touch& touch)>;
  Result<std::vector<Step>> show(CountedSet& list, const std::vector<Touch>& touches,
                                 const Differs& differs) const;

 private:
  std::size_t offset_;
  std::size_t limit_;
};

}  // namespace gs::engine
