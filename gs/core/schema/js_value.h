// A value of JavaScript as a tree, and functions by number: what a host that runs JavaScript hands
// to code that does not.
//
// Only what a value owns and shows: no prototypes, no getters, no identity.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace gs::schema {

struct JsValue {
  enum class Kind : std::uint8_t {
    undefined,
    null,
    boolean,
    number,
    bigint,
    string,
    symbol,
    function,
    array,
    object,
    set,
    map,
    date,
    regexp,
  };
  Kind kind = Kind::undefined;
  bool boolean = false;
  double number = 0;  // number; date: milliseconds
  // string (UTF-8), bigint (decimal), symbol (description), regexp (source), function (its name),
  // object (name of its constructor; empty when it has none)
  std::string text;
  std::string flags;           // regexp
  std::uint32_t function = 0;  // in the host's table
  // object: own enumerable properties with string names, in JavaScript's order
  std::vector<std::pair<std::string, JsValue>> members;
  std::vector<JsValue> items;  // array (holes are undefined), set; map: key, value, key, value ...
};

// What a function gave: a value, or what it threw, as String(err) says it.
struct Outcome {
  bool threw = false;
  JsValue value;
  std::string thrown;
};

class Functions {
 public:
  virtual ~Functions() = default;
  virtual Outcome call(std::uint32_t function, std::span<const JsValue> arguments) = 0;
};

}  // namespace gs::schema
