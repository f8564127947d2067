// For tests: JavaScript values from JSON text, and functions by number.
#pragma once

#include <string>
#include <string_view>

#include "gs/core/schema/js_value.h"

namespace gs::schema {

// Of the text; single quotes may stand for double ones. A string "fn:3" is function 3, "undefined"
// is undefined.
JsValue js(std::string_view json);
JsValue js_string(std::string_view text);
JsValue js_number(double number);
JsValue js_of(JsValue::Kind kind);
// [[[...]]], `depth` of them.
JsValue js_nested(std::size_t depth);

// Function n gives `outcomes[n]`; counts calls and keeps the last arguments.
class Answers : public Functions {
 public:
  explicit Answers(std::vector<Outcome> outcomes) : outcomes_(std::move(outcomes)) {}

  Outcome call(std::uint32_t function, std::span<const JsValue> arguments) override {
    ++calls;
    last.assign(arguments.begin(), arguments.end());
    return outcomes_.at(function);
  }

  std::size_t calls = 0;
  std::vector<JsValue> last;

 private:
  std::vector<Outcome> outcomes_;
};

}  // namespace gs::schema
