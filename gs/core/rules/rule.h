// What one value of a record must be: a field of a schema, compiled for values that records hold.
//
// Immutable once compiled. A Rule refers to nothing outside of it but the host's functions, by
// number.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "globalstorage/value.h"

namespace gs::rules {

struct NamedRule;

struct Rule {
  enum class Kind : std::uint8_t {
    string,
    number,  // binary64 or a 64-bit integer
    bigint,  // an integer of 64 bits or of any size
    boolean,
    enumeration,  // one of `allowed`
    array,        // of `element`
    set,          // of `element`; an array that was given as such is none
    object,       // names and values: each value is an `element`
    map,          // the same; a map whose keys are no text is an array of pairs
    tuple,        // an array of at most `items`
    json,         // an object, array, set or date
    structure,    // an object with `members`
    link,         // the id of a record of `target`
    links,        // an array or set of such ids
    custom,       // what the function `check_type` accepts
  };

  Kind kind = Kind::json;
  bool required = true;
  bool has_length = false;
  bool has_range = false;
  double length_min = 0;  // 0: none
  double length_max = 0;  // 0: none
  double min = 0;
  double max = 0;
  std::optional<std::uint32_t> pattern;   // a function that tests a text
  std::optional<std::uint32_t> validate;  // a function (value, path)
  std::uint32_t check_type = 0;
  // Sources of `validate` and of `check_type`, to compare schemas; empty: unknown, or none.
  std::string validate_text;
  std::string check_type_text;
  std::string pattern_text;  // for messages
  std::string target;
  std::string key;  // object, map: the `typeof` of keys; empty: any
  std::vector<Value> allowed;
  std::unique_ptr<Rule> element;
  std::vector<Rule> items;
  std::vector<NamedRule> members;  // sorted by name

  // Whether a value that has the one type of the kind needs no second look.
  bool is_plain() const noexcept {
    return !has_length && !has_range && !pattern && !validate && kind != Kind::enumeration &&
           kind != Kind::array && kind != Kind::set && kind != Kind::object && kind != Kind::map &&
           kind != Kind::tuple && kind != Kind::structure && kind != Kind::links &&
           kind != Kind::custom;
  }
  const Rule* member(std::string_view name) const noexcept;
  // For messages: "string", "id of Country", "array".
  std::string expected() const;
};

struct NamedRule {
  std::string name;
  Rule rule;
};

// One thing that is wrong with a value. The path is from the record: `address.street`, `tags[2]`.
struct Violation {
  std::string path;
  std::string expected;  // empty: a function of the schema said what is wrong
  std::string got;       // ... which is here
  // Without the path.
  std::string what() const {
    return expected.empty() ? got : "expected " + expected + ", got " + got;
  }
  // The path is empty when it is about the whole record.
  std::string text() const { return path.empty() ? what() : path + ": " + what(); }
};

}  // namespace gs::rules
