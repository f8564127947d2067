// The frame of a check: root, fields, structs, and how errors are collected.
#include "gs/core/schema/checker.h"

#include "gs/core/schema/js_text.h"
#include "gs/core/schema/limits.h"
#include "gs/core/schema/own_keys.h"
#include "gs/core/schema/thrown.h"

namespace gs::schema {
Result<Report> Schema::check(const JsValue& value, Functions* functions) const {
  return check(value, name_, functions);
}

Result<Report> Schema::check(const JsValue& value, std::string_view path,
                             Functions* functions) const {
  return Checker(functions, true).run(*this, value, path);
}

bool Schema::accepts(const JsValue& value, Functions* functions) const {
  return Checker(functions, false).accepts(*this, value);
}

Result<Report> Checker::run(const Schema& schema, const JsValue& value, std::string_view path) {
  if (!check_schema(schema, value, Path(path))) {
    if (stopped_) return std::move(stop_error_);
    return thrown_error(std::move(thrown_));
  }
  Report report;
  report.valid = errors_.empty();
  report.errors = std::move(errors_);
  return report;
}

bool Checker::accepts(const Schema& schema, const JsValue& value) {
  return check_schema(schema, value, Path(schema.name())) && count_ == 0;
}

bool Checker::check_schema(const Schema& schema, const JsValue& value, const Path& path) {
  if (schema.options().validate) {
    const std::size_t before = count_;
    if (!call(*schema.options().validate, value, path)) {
      if (stopped_) return false;
      forget(before);
      if (!add("validation failed " + thrown_, path)) return false;
    }
  }
  if (schema.structure() == nullptr) return check_field(*schema.field(), value, path);
  return check_struct(*schema.structure(), value, path, "this.fields");
}

bool Checker::check_field(const Field& field, const JsValue& value, const Path& path) {
  if (!field.required && is_nullish(value)) return true;
  ++depth_;
  const bool done = check_steps(field, value, path);
  --depth_;
  if (done) return true;
  return !stopped_ && add("validation failed " + thrown_, path);
}

// Errors of the steps before the one that throws are kept.
bool Checker::check_steps(const Field& field, const JsValue& value, const Path& path) {
  if (depth_ > kCheckDepthMax) return fail(kFullStack);
  std::size_t before = count_;
  bool done = check_type(field, value, path);
  if (done && field.validate != Validate::none) {
    before = count_;
    done = check_validate(field, value, path);
  }
  if (done && field.has_length) {
    before = count_;
    done = check_length(field, value, path);
  }
  if (!done && !stopped_) forget(before);
  return done;
}

bool Checker::check_inside(const Field& field, const JsValue& value, const Path& path) {
  if (level_ == kValueNestingMax) return stop_at_nesting();
  ++level_;
  const bool done = check_field(field, value, path);
  --level_;
  return done;
}

bool Checker::check_struct(const Struct& structure, const JsValue& value, const Path& path,
                           std::string_view owner) {
  if (structure.replaces_check) return check_replaced(structure, value, path, owner);
  if (is_nullish(value)) return fail(kNoObject);
  return check_members(structure, value, path);
}

bool Checker::check_replaced(const Struct& structure, const JsValue& value, const Path& path,
                             std::string_view owner) {
  const Member* const member = structure.find("check");
  if (member->field == nullptr) return call(member->function.function, value, path);
  return fail("TypeError: " + std::string(owner) + ".check is not a function");
}

bool Checker::check_members(const Struct& structure, const JsValue& value, const Path& path) {
  OwnKeys keys(value);
  std::size_t known = 0;
  for (const Member& member : structure.members) {
    const JsValue* const own = keys.find(member.name);
    if (own != nullptr) ++known;
    if (member.field == nullptr) continue;
    const Path inside = Path::field(path, member.name);
    if (own != nullptr) {
      if (!check_inside(*member.field, *own, inside)) return false;
    } else if (member.field->required) {
      if (!push(texts_ ? "Field \"" + inside.text() + "\" is required" : "")) return false;
    } else if (value.kind != Kind::object) {
      if (!check_inside(*member.field, keys.hidden(member.name), inside)) return false;
    }
  }
  return known == keys.count() || check_unexpected(structure, value);
}

bool Checker::check_unexpected(const Struct& structure, const JsValue& value) {
  return OwnKeys(value).for_each([&](std::string_view key) {
    if (structure.find(key) != nullptr || is_inherited_key(key)) return true;
    return push(texts_ ? "Field \"" + std::string(key) + "\" is not expected" : std::string());
  });
}

bool Checker::add(std::string_view text, const Path& path) {
  if (!texts_) return push({});
  if (text.starts_with("Field")) return push(std::string(text));
  return push("Field \"" + path.text() + "\" " + std::string(text));
}

bool Checker::add_expected(std::string_view type, const Path& path) {
  if (!texts_) return push({});
  return push("Field \"" + path.text() + "\" not of expected type: " + std::string(type));
}

bool Checker::push(std::string text) {
  ++count_;
  bytes_ += text.size();
  if (!texts_) return stop({});
  if (count_ > kErrorsMax || bytes_ > kErrorBytesMax) {
    return stop(Error(Code::too_large, "value: more than " + std::to_string(kErrorsMax) +
                                           " errors or " + std::to_string(kErrorBytesMax) +
                                           " bytes of them"));
  }
  errors_.push_back(std::move(text));
  return true;
}

bool Checker::prefix(std::size_t from, const Path& path) {
  for (std::size_t i = from; i < errors_.size(); ++i) {
    if (errors_[i].starts_with("Field")) continue;
    errors_[i].insert(0, "Field \"" + path.text() + "\" ");
    bytes_ += path.text().size();
  }
  return bytes_ <= kErrorBytesMax ||
         stop(Error(Code::too_large,
                    "value: more than " + std::to_string(kErrorBytesMax) + " bytes of errors"));
}

bool Checker::fail(std::string thrown) {
  thrown_ = std::move(thrown);
  if (!texts_) stopped_ = true;
  return false;
}

bool Checker::stop(Error error) {
  stopped_ = true;
  stop_error_ = std::move(error);
  return false;
}

bool Checker::stop_at_nesting() {
  return stop(Error(Code::too_large, "value: nesting exceeds " + std::to_string(kValueNestingMax)));
}

void Checker::forget(std::size_t from) {
  if (!texts_) return;
  for (std::size_t i = from; i < errors_.size(); ++i) bytes_ -= errors_[i].size();
  errors_.resize(from);
  count_ = from;
}

}  // namespace gs::schema
