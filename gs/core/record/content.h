// Contents of values: writing them, and keeping containers canonical.
//
// "Content" is what record.h calls the data of an array, object or set field and the raw bytes of
// all others: everything but the u8 type. Internal to this module. No thread rule: functions on
// what they are given. Errors: invalid, too_large.
#pragma once

#include "gs/core/record/record.h"
#include "gs/core/record/sink.h"

namespace gs::record {

// The u8 type of an absent member; only in the object of a self-describing record.
inline constexpr Type kAbsentMember = Type::any;

// A value, or its absence, as encoded bytes.
struct Part {
  enum State : std::uint8_t { absent, null, value } state = absent;
  Type type = Type::null;
  Bytes content;  // of a value, without the u8 type
};

struct NamedPart {
  std::string_view name;
  Part part;
};

Error too_large_record(std::size_t size, std::size_t bytes_max = kRecordBytesMax);

// Appends the content of `value`, at depth 1 for a value on its own (see record.h on depth).
Error write_content(const Value& value, std::size_t depth, Sink& out);
// Appends u8 type and content.
Error write_any(const Value& value, std::size_t depth, Sink& out);
// Appends the content of an object with these members, whose names are unique.
void write_object(std::span<const NamedPart> members, Sink& out);

// Puts `count` and `ends` before what was appended since `start`.
void insert_table(Sink& out, std::size_t start, std::size_t count,
                  std::span<const std::uint32_t> ends);
// Elements were appended since `start`, ending at `ends`: makes them the content of a set.
void finish_set(Sink& out, std::size_t start, std::vector<std::uint32_t>& ends);
// The content of an array since `start` becomes that of a set.
void array_to_set(Sink& out, std::size_t start);

// The first name that occurs twice, or null. O(n log n). Sorts `names` when they are many.
const std::string_view* find_duplicate(std::vector<std::string_view>& names);

}  // namespace gs::record
