// What a value in a record is compared with: prepared once, then compared with bytes as they lie in
// records, nothing decoded.
//
// Values compare inside one class (docs/QUERY.md, "Order of values"); numbers as numbers of three
// types, most others by their bytes, containers by their order keys. A text in the form of a UUID
// stands for the id as well. Pure; an Operand is immutable once made and safe from any thread, a
// Scratch belongs to one.
#pragma once

#include <optional>
#include <vector>

#include "gs/core/record/order_key.h"

namespace gs::query {

using record::OrderClass;
using record::ValueView;

// Memory that comparisons use one after the other, so that they allocate nothing.
struct Scratch {
  Buffer key;
};

class Operand {
 public:
  // Errors: invalid, too_large: no value that a record could hold.
  static Result<Operand> make(const Value& value);
  // The same in the memory of this one, which means nothing after an error.
  Error set(const Value& value);

  OrderClass order_class() const noexcept { return class_; }
  Type type() const noexcept { return view().type; }
  ValueView view() const noexcept { return {static_cast<Type>(any_[0]), Bytes(any_).subspan(1)}; }
  Bytes any() const noexcept { return any_; }  // the any-value encoding
  Bytes key() const noexcept { return key_; }
  const std::optional<Id>& id() const noexcept { return id_; }  // that a text stands for

  // The number itself, when it is a double.
  std::optional<double> number() const noexcept {
    if (class_ != OrderClass::number || !number_.is_double) return std::nullopt;
    return number_.floor;
  }

  bool equals(const ValueView& value, Scratch& scratch) const noexcept;
  // How the value stands to this: negative, zero, positive; nullopt across classes.
  std::optional<int> compare(const ValueView& value, Scratch& scratch) const noexcept;

 private:
  // Where a number stands among the values of each type of number.
  struct Number {
    double floor = 0;  // the largest double <= the number
    bool is_double = false;
    std::int64_t floor_integer = 0;  // the largest 64-bit integer <= it
    bool is_integer = false;
    int beyond = 0;  // 1: above all 64-bit integers, -1: below
  };
  void prepare_number();
  int compare_number(const ValueView& value, Scratch& scratch) const noexcept;
  int compare_key(const ValueView& value, Scratch& scratch) const noexcept;

  Buffer any_;
  Buffer key_;
  OrderClass class_ = OrderClass::null;
  std::optional<Id> id_;
  Number number_;
};

// The operands of $in, found by their order keys.
class OperandSet {
 public:
  explicit OperandSet(const std::vector<Operand>& operands);
  bool has(const ValueView& value, Scratch& scratch) const noexcept;
  // The order keys of all values that it has, ascending.
  std::vector<Buffer> keys() const;

 private:
  std::vector<std::string> texts_;  // of text operands, ascending; these need no keys
  std::vector<Buffer> keys_;        // ascending
  std::uint16_t classes_ = 0;       // bit n: some key has the class n0
};

}  // namespace gs::query
