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

#include "gs/base/endian.h"
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

// Where the records of one shape have a field: what RecordView::field() finds out for each record,
// found out once.
struct FieldPlan {
  std::uint32_t word = 0;   // offset of its presence word; 0: there is no such field
  std::uint32_t shift = 0;  // of its bits in that
  std::uint32_t slot = 0;   // offset of a fixed slot, or of the end offset of a variable field
  std::uint32_t size = 0;   // of a fixed slot
  std::uint32_t heap = 0;   // where variable data begins; 0: a fixed slot
  bool is_first = false;    // of the variable fields
  Type type = Type::null;

  // False: absent. Null gives the type null.
  bool read(const std::uint8_t* record, ValueView& out) const noexcept {
    if (word == 0) return false;
    const std::uint64_t bits = load_u64(record + word) >> shift;
    constexpr std::uint64_t kNull = std::uint64_t{1} << 32;
    if ((bits & 1) == 0) return false;
    if ((bits & kNull) != 0) {
      out = {};
    } else if (heap == 0) {
      out = {type, {record + slot, size}};
    } else {
      read_variable(record, out);
    }
    return true;
  }

 private:
  void read_variable(const std::uint8_t* record, ValueView& out) const noexcept {
    const std::uint32_t begin = is_first ? 0 : load_u32(record + slot - 4);
    const std::uint32_t end = load_u32(record + slot);
    const Bytes content{record + heap + begin, end - begin};
    if (type != Type::any) {
      out = {type, content};
    } else {
      out = {static_cast<Type>(content[0]), content.subspan(1)};
    }
  }
};
// Of the field with this index; -1 for none.
FieldPlan plan_field(const record::Shape& shape, int field) noexcept;

// Where a path begins in the records of one shape that does not describe itself.
struct PathPlan {
  FieldPlan whole;  // field with the path as its name
  FieldPlan head;   // field with its first part as the name, when there are more
};
PathPlan plan_path(const Path& path, const record::Shape& shape) noexcept;

inline std::optional<ValueView> find_planned(const Path& path, const PathPlan& plan,
                                             const std::uint8_t* record) noexcept {
  ValueView value;
  if (plan.whole.read(record, value)) return value;
  if (!plan.head.read(record, value)) return std::nullopt;
  return path.inside(value, 1);
}

}  // namespace gs::query
