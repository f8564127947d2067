#include "gs/core/query/operand.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>

namespace gs::query {
namespace {

constexpr double kIntegersEnd = 9223372036854775808.0;  // 2^63

template <typename T>
int three_way(T a, T b) noexcept {
  return a < b ? -1 : b < a ? 1 : 0;
}

int compare_bytes(Bytes a, Bytes b) noexcept {
  const std::size_t size = std::min(a.size(), b.size());
  const int order = size == 0 ? 0 : std::memcmp(a.data(), b.data(), size);
  return order != 0 ? order : three_way(a.size(), b.size());
}

std::uint64_t big_endian(Bytes bytes) noexcept {
  std::uint64_t value = 0;
  for (const std::uint8_t byte : bytes) value = value << 8 | byte;
  return value;
}

std::uint16_t class_bit(std::uint8_t first_byte) noexcept {
  return static_cast<std::uint16_t>(1u << (first_byte >> 4));
}

}  // namespace

Result<Operand> Operand::make(const Value& value) {
  Operand operand;
  GS_TRY_OK(operand.set(value));
  return operand;
}

Error Operand::set(const Value& value) {
  any_.clear();
  key_.clear();
  id_.reset();
  number_ = {};
  GS_TRY_OK(record::encode_any(value, any_));
  const ValueView made = view();
  record::append_order_key(made, key_);
  class_ = record::order_class(made.type);
  if (class_ == OrderClass::number) prepare_number();
  if (made.type == Type::string) id_ = Id::parse(made.text());
  return {};
}

void Operand::prepare_number() {
  const record::NumberParts parts = record::number_parts(view());
  number_.floor = parts.floor;
  number_.is_double = parts.exact();
  const double whole = std::floor(parts.floor);
  number_.beyond = whole >= kIntegersEnd ? 1 : whole < -kIntegersEnd ? -1 : 0;
  if (number_.beyond != 0) return;
  // A rest is there only beyond 2^53, where doubles are whole; it is less than their distance.
  number_.floor_integer = static_cast<std::int64_t>(
      static_cast<std::uint64_t>(static_cast<std::int64_t>(whole)) + big_endian(parts.rest));
  number_.is_integer = whole == parts.floor;
}

int Operand::compare_key(const ValueView& value, Scratch& scratch) const noexcept {
  scratch.key.clear();
  record::append_order_key(value, scratch.key);
  return compare_bytes(scratch.key, key_);
}

int Operand::compare_number(const ValueView& value, Scratch& scratch) const noexcept {
  if (value.type == Type::number) {
    const double number = value.number();
    if (number_.is_double) return three_way(number, number_.floor);
    return number <= number_.floor ? -1 : 1;
  }
  if (value.type == Type::integer) {
    if (number_.beyond != 0) return -number_.beyond;
    const std::int64_t integer = value.integer();
    if (integer == number_.floor_integer) return number_.is_integer ? 0 : -1;
    return integer < number_.floor_integer ? -1 : 1;
  }
  return compare_key(value, scratch);
}

bool Operand::equals(const ValueView& value, Scratch& scratch) const noexcept {
  const ValueView own = view();
  switch (value.type) {
    case Type::null:
    case Type::any:
      return class_ == OrderClass::null;
    case Type::number:
    case Type::integer:
    case Type::big:
      return class_ == OrderClass::number && compare_number(value, scratch) == 0;
    case Type::id:
      if (id_) return value.id() == *id_;
      [[fallthrough]];
    case Type::boolean:
    case Type::date:
    case Type::string:
    case Type::bytes:
    case Type::blob:
      return own.type == value.type && equal(own.content, value.content);
    case Type::array:
    case Type::object:
    case Type::set:
      return own.type == value.type && compare_key(value, scratch) == 0;
  }
  return false;
}

std::optional<int> Operand::compare(const ValueView& value, Scratch& scratch) const noexcept {
  if (value.type == Type::id && id_) return compare_bytes(value.content, id_->bytes);
  if (record::order_class(value.type) != class_) return std::nullopt;
  switch (class_) {
    case OrderClass::number:
      return compare_number(value, scratch);
    case OrderClass::string:
    case OrderClass::bytes:
    case OrderClass::id:
      return compare_bytes(value.content, view().content);
    case OrderClass::date:
      return three_way(value.integer(), view().integer());
    case OrderClass::null:
    case OrderClass::boolean:
    case OrderClass::array:
    case OrderClass::object:
    case OrderClass::set:
    case OrderClass::blob:
      break;
  }
  return compare_key(value, scratch);
}

OperandSet::OperandSet(const std::vector<Operand>& operands) {
  const auto add = [&](Bytes key) {
    keys_.emplace_back(key.begin(), key.end());
    classes_ = static_cast<std::uint16_t>(classes_ | class_bit(key[0]));
  };
  for (const Operand& operand : operands) {
    if (operand.type() != Type::string) {
      add(operand.key());
      continue;
    }
    texts_.emplace_back(operand.view().text());
    if (!operand.id()) continue;
    Buffer key;
    record::append_order_key({Type::id, operand.id()->bytes}, key);
    add(key);
  }
  std::sort(texts_.begin(), texts_.end());
  std::sort(keys_.begin(), keys_.end());
  keys_.erase(std::unique(keys_.begin(), keys_.end()), keys_.end());
}

std::vector<Buffer> OperandSet::keys() const {
  std::vector<Buffer> all = keys_;
  for (const std::string& text : texts_) {
    Buffer key;
    record::append_order_key({Type::string, as_bytes(text)}, key);
    all.push_back(std::move(key));
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

bool OperandSet::has(const ValueView& value, Scratch& scratch) const noexcept {
  if (value.type == Type::string) {
    return std::binary_search(texts_.begin(), texts_.end(), value.text(), std::less<>());
  }
  const auto first = static_cast<std::uint8_t>(record::order_class(value.type));
  if ((classes_ & class_bit(first)) == 0) return false;
  scratch.key.clear();
  record::append_order_key(value, scratch.key);
  const Bytes key(scratch.key);
  const auto found =
      std::lower_bound(keys_.begin(), keys_.end(), key,
                       [](const Buffer& a, const Bytes& b) { return compare_bytes(a, b) < 0; });
  return found != keys_.end() && equal(*found, key);
}

}  // namespace gs::query
