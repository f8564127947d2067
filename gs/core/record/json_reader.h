// Reads JSON text and appends the contents of its values to a Sink; nothing is built in between.
//
// Strict: RFC 8259, UTF-8, no duplicate keys, no NaN; the extended forms of json.h become their
// types. Every function returns false after a failure, which error() tells with line and column.
// Recursion is at most two calls for each of kNestingMax levels. One text, one thread.
// Errors: invalid, too_large (nesting, content beyond `limit` bytes).
#pragma once

#include "gs/core/record/content.h"
#include "gs/core/record/json_forms.h"

namespace gs::record {

// Memory that readers use one after the other, so that reading a record allocates nothing.
struct JsonScratch {
  std::vector<std::uint32_t> ends;      // of all open containers, one behind the other
  std::vector<std::string_view> names;  // of the container that closes
};

class JsonReader {
 public:
  // Where {"$unset":true} is allowed, which gives the type kAbsentMember: as the value of a field,
  // or of any member of an object.
  enum class Unset : std::uint8_t { nowhere, fields, members };
  JsonReader(std::string_view text, Sink& out, JsonScratch& scratch, std::size_t limit,
             Unset unset) noexcept
      : begin_(text.data()),
        at_(text.data()),
        end_(text.data() + text.size()),
        out_(out),
        scratch_(scratch),
        limit_(limit),
        unset_(unset) {
    scratch_.ends.clear();
  }

  // The value that begins here: appends its content, sets its type.
  bool value(std::size_t depth, Type& type);
  // The string whose opening quote has been taken: appends its content.
  bool string();
  // The next key of an object, appended, and the colon; or the object's end.
  bool key(bool first, bool& end);
  // A number, as a double.
  bool number(double& out);

  // Takes `c`, after white space, when it is next.
  bool take(char c) noexcept {
    skip_space();
    if (at_ == end_ || *at_ != c) return false;
    ++at_;
    return true;
  }
  // Takes exactly these bytes when they are next.
  bool take(std::string_view bytes) noexcept {
    if (left() < bytes.size() || std::memcmp(at_, bytes.data(), bytes.size()) != 0) return false;
    at_ += bytes.size();
    return true;
  }
  char peek() const noexcept { return at_ == end_ ? '\0' : *at_; }
  void skip_space() noexcept {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
  }
  std::size_t left() const noexcept { return static_cast<std::size_t>(end_ - at_); }
  const char* position() const noexcept { return at_; }
  // Reports text after the value.
  bool at_end();

  bool fail(const char* at, std::string_view what, Code code = Code::invalid);
  bool fail(std::string_view what) { return fail(at_, what); }
  Error error() && { return std::move(error_); }

 private:
  // What an object is to the one around it: `literal` holds no form itself, `blob` may turn out to
  // be no object, so that whoever asked for it checks its depth.
  enum class Braces : std::uint8_t { ordinary, literal, blob };

  bool escape(std::uint8_t*& to);
  bool unicode(std::uint32_t& unit);
  bool word(std::string_view text);
  bool number_text(std::string_view& text);
  bool array(std::size_t depth, Type& type);
  bool object(std::size_t depth, Braces braces, Type& type);
  // The value of an object's first member, which announces `form`.
  bool form_value(Form form, std::size_t depth, Type& type);
  // The object from `start` was { name: value } and is the value that `form` says.
  bool convert(Form form, std::size_t depth, std::size_t start, std::size_t value_at, Type& type);
  bool convert_text(Form form, std::size_t start, std::string_view text, Type& type);
  bool convert_blob(std::size_t start, const ValueView& value, Type& type);
  bool bounded();

  const char* const begin_;
  const char* at_;
  const char* const end_;
  Sink& out_;
  JsonScratch& scratch_;
  const std::size_t limit_;
  const Unset unset_;
  std::size_t deepest_ = 0;  // level of the deepest container so far
  Error error_;
};

}  // namespace gs::record
