// A JavaScript value as a tree: what definitions and checked values look like to this module.
//
// Hosts (an embedded engine, a Node.js addon, JSON text) make these trees; nothing here runs
// JavaScript. Functions are indexes in a table of the host, which calls them. An object whose
// constructor is named "Schema" stands for a schema that was made before: its `function` is an
// index in Host::schemas (schema.h). Plain data; no thread rule.
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
    regexp
  };

  // All as the compiler makes them, once the type of a member is complete: clang asks for that.
  JsValue();
  JsValue(const JsValue& other);
  JsValue(JsValue&& other) noexcept;
  JsValue& operator=(const JsValue& other);
  JsValue& operator=(JsValue&& other) noexcept;
  ~JsValue();

  Kind kind = Kind::undefined;
  bool boolean = false;
  double number = 0;  // number; date: milliseconds
  // string (UTF-8), bigint in decimal, symbol's description, regexp's source; function: its name;
  // object: the name of its constructor ("Object"; "" when it has none)
  std::string text;
  std::string flags;           // regexp
  std::uint32_t function = 0;  // index in the host's table of functions
  // object: own enumerable string keys in JavaScript's order, see order_keys() in js_text.h
  std::vector<std::pair<std::string, JsValue>> members;
  std::vector<JsValue>
      items;  // array (holes are undefined) and set; map: key, value, key, value...
};

inline JsValue::JsValue() = default;
inline JsValue::JsValue(const JsValue& other) = default;
inline JsValue::JsValue(JsValue&& other) noexcept = default;
inline JsValue& JsValue::operator=(const JsValue& other) = default;
inline JsValue& JsValue::operator=(JsValue&& other) noexcept = default;
inline JsValue::~JsValue() = default;

// What a host's function gave: a value, or what it threw as String(err) says it.
struct Outcome {
  bool threw = false;
  JsValue value;
  std::string thrown;
  bool stopped = false;  // with `threw`: it took too much, or the host did not want to wait for it
};

class Functions {
 public:
  virtual ~Functions() = default;
  virtual Outcome call(std::uint32_t function, std::span<const JsValue> arguments) = 0;
};

}  // namespace gs::schema
