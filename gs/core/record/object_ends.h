// The members of an object that came from outside, one after the other: docs/FORMAT.md ("Types").
//
// What next() gives is borrowed, and only its place was looked at: its reader checks what it is.
#pragma once

#include "gs/base/endian.h"
#include "gs/core/record/content.h"

namespace gs::record {

// In a delta: the member takes the field away.
inline bool is_absent(Bytes value) noexcept {
  return value.size() == 1 && value[0] == static_cast<std::uint8_t>(kAbsentMember);
}

// Where names and values of an object end, behind its table.
class ObjectEnds {
 public:
  // Errors: invalid (the table is not whole).
  static Result<ObjectEnds> of(Bytes object) {
    if (object.size() < 4) return bad("they end before the number of members");
    ObjectEnds ends;
    ends.count_ = load_u32(object.data());
    const std::size_t table = 4 + std::size_t{8} * ends.count_;
    if (object.size() < table) return bad("they end inside the table of members");
    ends.table_ = object.data() + 4;
    ends.content_ = object.subspan(table);
    return ends;
  }

  std::uint32_t count() const noexcept { return count_; }  // of members

  // The next name or value. Errors: invalid (ends go back, or beyond the bytes).
  Result<Bytes> next() {
    const std::size_t begin = end_;
    end_ = load_u32(table_ + 4 * at_++);
    if (end_ < begin || end_ > content_.size()) return bad("an end is not in the object");
    return content_.subspan(begin, end_ - begin);
  }

  bool is_done() const noexcept { return end_ == content_.size(); }

  // Behind the last member. Errors: invalid (something follows it).
  Error finish() const { return is_done() ? Error() : bad("something follows the last member"); }

 private:
  static Error bad(const char* what) {
    return {Code::invalid, std::string("the bytes of an object: ") + what};
  }

  const std::uint8_t* table_ = nullptr;
  Bytes content_;
  std::uint32_t count_ = 0;
  std::size_t at_ = 0;
  std::size_t end_ = 0;
};

}  // namespace gs::record
