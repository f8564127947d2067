// A path names a value inside a record: "name", "address.city", "tags.0" (docs/QUERY.md, "Paths").
//
// The whole path is looked up as one name first, then the part before the first dot, and the rest
// inside its value. In the fields of a shape that is decided once: a PathPlan. Pure; views borrow
// the record. Errors: too_large.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gs/core/record/record.h"

namespace gs::query {

using record::RecordView;
using record::ValueView;

class Path {
 public:
  static Result<Path> parse(std::string_view text);

  const std::string& text() const noexcept { return text_; }
  // Parts between dots; at least one.
  std::size_t parts() const noexcept { return starts_.size(); }
  std::string_view part(std::size_t index) const noexcept;
  // From this part to the end.
  std::string_view from(std::size_t part) const noexcept {
    return std::string_view(text_).substr(starts_[part]);
  }

  // Inside a value, beginning with this part; nullopt: missing.
  std::optional<ValueView> inside(ValueView value, std::size_t part) const noexcept;
  std::optional<ValueView> in(const RecordView& record) const noexcept;

 private:
  std::string text_;
  std::vector<std::size_t> starts_;
};

// Where a path begins in the records of one shape that does not describe itself.
struct PathPlan {
  int whole = -1;  // field with the path as its name, or -1
  int head = -1;   // field with its first part as the name, when there are more; or -1
};
PathPlan plan_path(const Path& path, const record::Shape& shape) noexcept;

inline std::optional<ValueView> find_planned(const Path& path, const PathPlan& plan,
                                             const RecordView& record) noexcept {
  if (plan.whole >= 0 && record.present(static_cast<std::size_t>(plan.whole))) {
    return record.field(static_cast<std::size_t>(plan.whole));
  }
  if (plan.head < 0 || !record.present(static_cast<std::size_t>(plan.head))) return std::nullopt;
  return path.inside(record.field(static_cast<std::size_t>(plan.head)), 1);
}

}  // namespace gs::query
