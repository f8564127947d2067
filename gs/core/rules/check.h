// The check of one value against its rule. For rules.cc only.
#pragma once

#include "gs/core/record/record.h"
#include "gs/core/rules/rules.h"

namespace gs::rules {

// Collects what is wrong, or only whether something is: without a list nothing is written.
class Checker {
 public:
  Checker(schema::Functions* functions, std::vector<Violation>* out) noexcept
      : functions_(functions), out_(out) {}

  // Whether the value is right. `name`: the last part of its path.
  bool field(const Rule& rule, const record::ValueView& value, std::string_view name);
  // A member of a structure that is not there.
  bool missing(const Rule& rule, std::string_view name);
  bool unexpected(std::string_view name);
  // What the function says about the whole record.
  bool whole(std::uint32_t function, schema::JsValue record);

 private:
  bool value(const Rule& rule, const record::ValueView& value);
  bool has_type(const Rule& rule, const record::ValueView& value);
  bool elements(const Rule& rule, const record::ValueView& value);
  bool members(const Rule& rule, const record::ValueView& value);
  bool values(const Rule& rule, const record::ValueView& value);
  bool pairs(const Rule& rule, const record::ValueView& value);
  bool tuple(const Rule& rule, const record::ValueView& value);
  bool bounds(const Rule& rule, const record::ValueView& value);
  bool calls(const Rule& rule, const record::ValueView& value);
  bool said(const schema::Outcome& outcome);
  bool fail(std::string expected, std::string got);

  schema::Functions* const functions_;
  std::vector<Violation>* const out_;
  std::string path_;  // only kept with a list
};

// A value as JavaScript sees it.
schema::JsValue to_js(const record::ValueView& value);
schema::JsValue to_js(const record::RecordView& record);
// For messages: what a value is, and a short one itself.
std::string described(const record::ValueView& value);

}  // namespace gs::rules
