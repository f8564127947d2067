// docs/QUERY.md once more, on Values and without haste: what tests compare the engine with. Also
// random records and filters that meet each other often.
#pragma once

#include <iostream>
#include <limits>
#include <optional>
#include <random>
#include <string>

#include "gs/core/record/encoder.h"
#include "gs/core/record/json.h"
#include "gs/core/record/test_order.h"

namespace gs::query::naive {

using record::naive::compare;

inline std::string json_of(const Value& value) {
  std::string text;
  record::append_json(value, text);
  return text;
}

// As it comes back from a record: sets have their elements once, in the order of their bytes.
inline Value stored(const Value& value) {
  Buffer any;
  if (const Error error = record::encode_any(value, any)) std::abort();
  return record::ValueView{static_cast<Type>(any[0]), Bytes(any).subspan(1)}.to_value();
}

inline const Value* member(const Object& object, std::string_view name) {
  for (const Member& each : object) {
    if (each.first == name) return &each.second;
  }
  return nullptr;
}

inline std::optional<Value> at(const Value& value, const std::string& path) {
  const std::size_t dot = path.find('.');
  const std::string head = path.substr(0, dot);
  const Value* found = nullptr;
  if (const auto* object = value.get<Object>()) {
    if (const Value* const whole = member(*object, path)) return *whole;
    if (dot == std::string::npos) return std::nullopt;
    found = member(*object, head);
  } else if (const auto* array = value.get<Array>()) {
    for (std::size_t i = 0; i < array->size(); ++i) {
      if (std::to_string(i) == head) found = &(*array)[i];
    }
  }
  if (found == nullptr) return std::nullopt;
  return dot == std::string::npos ? *found : at(*found, path.substr(dot + 1));
}

// The operand as the value would see it: a text in the form of a UUID is an id beside ids.
inline Value beside(const Value& operand, const Value& value) {
  const auto* const text = operand.get<std::string>();
  if (text == nullptr || value.type() != Type::id) return operand;
  const auto id = Id::parse(*text);
  return id ? Value(*id) : operand;
}

inline bool equal(const Value& operand, const Value& value) {
  return compare(beside(operand, value), value) == 0;
}

inline std::u32string characters(std::string_view text) {
  std::u32string made;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<std::uint8_t>(text[i]);
    if ((byte & 0xc0) == 0x80) {
      made.back() = made.back() << 8 | byte;
    } else {
      made.push_back(byte);
    }
  }
  return made;
}

inline bool like(std::u32string_view text, std::u32string_view pattern) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == U'%') {
    for (std::size_t i = 0; i <= text.size(); ++i) {
      if (like(text.substr(i), pattern.substr(1))) return true;
    }
    return false;
  }
  if (text.empty()) return false;
  if (pattern[0] == U'_') return like(text.substr(1), pattern.substr(1));
  if (pattern[0] == U'\\') pattern.remove_prefix(1);
  return text[0] == pattern[0] && like(text.substr(1), pattern.substr(1));
}

inline bool contains(const Value& value, const Value& operand) {
  if (const auto* text = value.get<std::string>()) {
    const auto* const part = operand.get<std::string>();
    return part != nullptr && text->find(*part) != std::string::npos;
  }
  const Array* elements = value.get<Array>();
  if (const auto* set = value.get<Set>()) elements = &set->elements;
  return elements != nullptr &&
         std::any_of(elements->begin(), elements->end(),
                     [&](const Value& each) { return equal(operand, each); });
}

inline bool holds(const std::string& op, const Value& operand, const std::optional<Value>& found) {
  const Value value = found.value_or(Value());
  if (op == "$eq") return equal(operand, value);
  if (op == "$ne") return !equal(operand, value);
  if (op == "$exists") return found.has_value() == *operand.get<bool>();
  if (op == "$contains") return contains(value, operand);
  if (op == "$like") {
    const auto* const text = value.get<std::string>();
    return text != nullptr && like(characters(*text), characters(*operand.get<std::string>()));
  }
  if (op == "$in" || op == "$nin") {
    bool in = false;
    for (const Value& each : *operand.get<Array>()) in = in || equal(each, value);
    return in == (op == "$in");
  }
  if (op == "$not") {
    const Object& operators = *operand.get<Object>();
    return !std::all_of(operators.begin(), operators.end(),
                        [&](const Member& each) { return holds(each.first, each.second, found); });
  }
  const Value same = beside(operand, value);
  if (record::naive::rank(same) != record::naive::rank(value)) return false;
  const int order = compare(value, same);
  if (op == "$gt") return order > 0;
  if (op == "$gte") return order >= 0;
  if (op == "$lt") return order < 0;
  return order <= 0;
}

inline bool passes(const Object& record, const Value& filter);

inline bool clause_holds(const Object& record, const Member& clause) {
  const auto& [name, value] = clause;
  const auto one = [&](const Value& each) { return passes(record, each); };
  if (name == "$not") return !passes(record, value);
  if (name == "$and") {
    return std::all_of(value.get<Array>()->begin(), value.get<Array>()->end(), one);
  }
  if (name == "$or") {
    return std::any_of(value.get<Array>()->begin(), value.get<Array>()->end(), one);
  }
  const auto found = at(Value(record), name);
  const auto* const operators = value.get<Object>();
  if (operators == nullptr) return holds("$eq", value, found);
  return std::all_of(operators->begin(), operators->end(),
                     [&](const Member& each) { return holds(each.first, each.second, found); });
}

// Operators are always written out here: an object is one of operators.
inline bool passes(const Object& record, const Value& filter) {
  const Object& clauses = *filter.get<Object>();
  return std::all_of(clauses.begin(), clauses.end(),
                     [&](const Member& each) { return clause_holds(record, each); });
}

// Records and filters from few names and values, so that they meet.
class QueryMaker {
 public:
  explicit QueryMaker(std::uint64_t seed) : random_(seed) { std::cout << "seed " << seed << "\n"; }
  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
  template <typename List>
  auto one_of(const List& list) {
    return list[below(std::size(list))];
  }

  std::string path() {
    static constexpr const char* kPaths[] = {"a",   "b",     "c",   "d",   "a.b", "a.b.c", "b.0",
                                             "b.1", "b.0.a", "a.0", "d.c", "",    "a.",    "b.00"};
    return one_of(kPaths);
  }
  std::string text() {
    static constexpr const char* kTexts[] = {"",
                                             "a",
                                             "b",
                                             "ab",
                                             "aab",
                                             "abab",
                                             "é",
                                             "aéb",
                                             "日本",
                                             "a%b",
                                             "a_b",
                                             "\\",
                                             "00000000-0000-0000-0000-000000000001",
                                             "00000000-0000-0000-0000-000000000002"};
    return one_of(kTexts);
  }
  Value id() {
    Id id;
    id.bytes[15] = static_cast<std::uint8_t>(below(3));
    return id;
  }
  Value number() {
    static constexpr double kNumbers[] = {0.0,
                                          -0.0,
                                          1.0,
                                          1.5,
                                          -1.0,
                                          9007199254740992.0,
                                          9007199254740994.0,
                                          -9007199254740994.0,
                                          9223372036854775808.0,
                                          -9223372036854775808.0,
                                          1e300};
    return one_of(kNumbers);
  }
  Value integer() {
    static constexpr std::int64_t kIntegers[] = {0,
                                                 1,
                                                 2,
                                                 -1,
                                                 9007199254740992,
                                                 9007199254740993,
                                                 -9007199254740993,
                                                 std::numeric_limits<std::int64_t>::max(),
                                                 std::numeric_limits<std::int64_t>::min()};
    return Value::integer(one_of(kIntegers));
  }
  Value big() {
    static constexpr const char* kBigs[] = {"0",
                                            "1",
                                            "9007199254740993",
                                            "-9007199254740993",
                                            "9223372036854775807",
                                            "9223372036854775808",
                                            "-9223372036854775809",
                                            "100000000000000000000000000000000000000000"};
    Big made;
    if (!Big::parse(one_of(kBigs), made)) std::abort();
    return made;
  }
  Value scalar() {
    switch (below(10)) {
      case 0:
        return Value();
      case 1:
        return below(2) == 0;
      case 2:
        return Date{static_cast<std::int64_t>(below(3)) - 1};
      case 3:
        return id();
      case 4:
        return Buffer(below(3), static_cast<std::uint8_t>(below(2)));
      case 5:
        return number();
      case 6:
        return integer();
      case 7:
        return big();
      default:
        return text();
    }
  }
  Value value(int depth) {
    if (depth == 0 || below(3) != 0) return scalar();
    if (below(2) == 0) return object(depth - 1);
    Array array;
    for (std::uint64_t i = below(4); i > 0; --i) array.push_back(value(depth - 1));
    if (below(3) != 0) return array;
    return stored(Set{std::move(array)});
  }
  Object object(int depth) {
    static constexpr const char* kNames[] = {"a", "b", "c", "d", "a.b", "b.c", "0", ""};
    Object made;
    for (std::uint64_t i = below(5); i > 0; --i) {
      const std::string name = one_of(kNames);
      if (member(made, name) == nullptr) made.emplace_back(name, value(depth));
    }
    return made;
  }

  std::string pattern() {
    static constexpr const char* kPieces[] = {"%", "%", "_", "a", "b", "é", "\\%", "\\_", "本"};
    std::string made;
    for (std::uint64_t i = below(6); i > 0; --i) made += one_of(kPieces);
    return made;
  }
  Member operation(int depth) {
    static constexpr const char* kOrders[] = {"$gt", "$gte", "$lt", "$lte"};
    switch (below(depth > 0 ? 10 : 9)) {
      case 0:
        return {"$eq", value(2)};
      case 1:
        return {"$ne", value(1)};
      case 2:
      case 3:
      case 4: {
        Value operand = value(1);
        if (operand.type() == Type::null) operand = Value(1);
        return {one_of(kOrders), std::move(operand)};
      }
      case 5: {
        Array list;
        for (std::uint64_t i = below(6); i > 0; --i) list.push_back(value(1));
        return {below(2) == 0 ? "$in" : "$nin", std::move(list)};
      }
      case 6:
        return {"$exists", below(2) == 0};
      case 7:
        return {"$like", pattern()};
      case 8:
        return {"$contains", value(1)};
      default:
        return {"$not", Object{operation(depth - 1)}};
    }
  }
  Value filter(int depth) {
    Object made;
    for (std::uint64_t i = below(3) + (depth == 2 ? 1 : 0); i > 0; --i) {
      Member next;
      switch (below(depth > 0 ? 8 : 5)) {
        case 0:
          next = {path(), scalar()};
          break;
        case 5:
        case 6: {
          Array parts;
          for (std::uint64_t n = below(4); n > 0; --n) parts.push_back(filter(depth - 1));
          next = {below(2) == 0 ? "$and" : "$or", std::move(parts)};
          break;
        }
        case 7:
          next = {"$not", filter(depth - 1)};
          break;
        default: {
          Object operators{operation(1)};
          Member second = operation(0);
          if (below(2) == 0 && second.first != operators[0].first) operators.push_back(second);
          next = {path(), std::move(operators)};
        }
      }
      if (member(made, next.first) == nullptr) made.push_back(std::move(next));
    }
    return made;
  }

 private:
  std::mt19937_64 random_;
};

}  // namespace gs::query::naive
