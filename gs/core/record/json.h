// JSON text to values and back, strict (RFC 8259), numbers printed as ECMAScript prints them.
//
// Types that JSON lacks have extended forms, accepted and printed alike:
//   {"$int":"-5"} {"$big":"123..."} {"$date":"2026-11-23T00:00:00.000Z"} {"$id":"uuid"}
//   {"$bytes":"base64"} {"$set":[...]} {"$blob":{"sha256":"hex","size":1}}
// An extended form has exactly this one member. An object of the user that would look like one, or
// that begins with "$literal", is wrapped: {"$literal":{...}}. {"$unset":true} is one more form,
// for fields of an update (encoder.h). The record itself, at the top of its text, is never a form.
// Limits: nesting 128, text 64 MiB. Duplicate keys, trailing bytes, lone surrogates, NaN, numbers
// that overflow to infinity and text that is not UTF-8 are errors with line and column.
// Pure; no locale. Errors: invalid, too_large.
#pragma once

#include "gs/core/record/record.h"

namespace gs::record {

inline constexpr std::size_t kJsonBytesMax = std::size_t{64} << 20;

Result<Value> parse_json(std::string_view text);
// Whether parse_json() would take it, at less cost.
Error check_json(std::string_view text);

void append_json(const Value& value, std::string& out);
void append_json(const ValueView& value, std::string& out);
// The record as one JSON object, without its key field.
void append_json(const RecordView& record, std::string& out);
// The same of an update: a field that it removes is {"$unset":true}, as it was given.
void append_delta_json(const RecordView& delta, std::string& out);
void append_json_string(std::string_view text, std::string& out);
// As ECMAScript Number::toString; -0 prints "-0" so that it survives a round trip.
void append_json_number(double number, std::string& out);

}  // namespace gs::record
