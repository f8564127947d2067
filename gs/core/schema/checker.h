// One check of one value: walks schema and value together and collects texts of errors.
//
// A valid value costs no allocation, unless a function of the definition has to be called. What
// JavaScript would throw ends the innermost field that is being checked, as in Metaschema; at the
// root it ends the check. Recursion and errors are bounded (limits.h). For one thread.
#pragma once

#include "gs/core/schema/path.h"
#include "gs/core/schema/schema.h"

namespace gs::schema {

class Checker {
 public:
  // `texts`: without them the first error ends the check.
  Checker(Functions* functions, bool texts) noexcept : functions_(functions), texts_(texts) {}

  Result<Report> run(const Schema& schema, const JsValue& value, std::string_view path);
  bool accepts(const Schema& schema, const JsValue& value);

 private:
  // These return false when JavaScript would have thrown: thrown_ has the text. Or when the check
  // has to stop: stopped_ is set.
  bool check_schema(const Schema& schema, const JsValue& value, const Path& path);
  // `owner`: what JavaScript calls the struct in the text of an error.
  bool check_struct(const Struct& structure, const JsValue& value, const Path& path,
                    std::string_view owner);
  bool check_members(const Struct& structure, const JsValue& value, const Path& path);
  bool check_replaced(const Struct& structure, const JsValue& value, const Path& path,
                      std::string_view owner);
  bool check_unexpected(const Struct& structure, const JsValue& value);
  bool check_type(const Field& field, const JsValue& value, const Path& path);
  bool check_enum(const Field& field, const JsValue& value, const Path& path);
  bool check_object(const Field& field, const JsValue& value, const Path& path);
  bool check_array(const Field& field, const JsValue& value, const Path& path);
  bool check_reference(const Field& field, const JsValue& value, const Path& path);
  bool check_many(const Schema* schema, const JsValue& value, const Path& path);
  bool check_tuple(const Field& field, const JsValue& value, const Path& path);
  bool check_length(const Field& field, const JsValue& value, const Path& path);
  bool check_validate(const Field& field, const JsValue& value, const Path& path);
  bool check_bounds(const Field& field, double length, const Path& path);
  bool check_odd_length(const Field& field, const JsValue& length, const Path& path);
  bool call(std::uint32_t function, const JsValue& value, const Path& path);

  // A whole field: never throws. False only when the check has to stop.
  bool check_field(const Field& field, const JsValue& value, const Path& path);
  bool check_steps(const Field& field, const JsValue& value, const Path& path);
  // An element, entry or field: one level deeper in the value.
  bool check_inside(const Field& field, const JsValue& value, const Path& path);

  // Adds what a function returned, in any of the forms that Metaschema knows.
  bool add_outcome(const JsValue& value, const Path& path);
  // Adds one text, with the path before it unless it begins with "Field".
  bool add(std::string_view text, const Path& path);
  bool add_expected(std::string_view type, const Path& path);
  bool push(std::string text);
  // Errors from `from` on, as the texts of one list that a type returned.
  bool prefix(std::size_t from, const Path& path);
  bool fail(std::string thrown);
  bool stop(Error error);
  bool stop_at_nesting();
  void forget(std::size_t from);
  std::size_t count() const noexcept { return count_; }

  Functions* functions_;
  const bool texts_;
  bool stopped_ = false;
  Error stop_error_;
  std::string thrown_;
  std::vector<std::string> errors_;
  std::size_t count_ = 0;
  std::size_t bytes_ = 0;
  std::size_t depth_ = 0;  // fields that are being checked
  std::size_t level_ = 0;  // of nesting in the value
};

}  // namespace gs::schema
