// Values in memory: which type one has, and when two are equal.
#include "globalstorage/value.h"

namespace gs {

const char* type_name(Type type) noexcept {
  switch (type) {
    case Type::null:
      return "null";
    case Type::boolean:
      return "boolean";
    case Type::number:
      return "number";
    case Type::integer:
      return "integer";
    case Type::date:
      return "date";
    case Type::id:
      return "id";
    case Type::string:
      return "string";
    case Type::bytes:
      return "bytes";
    case Type::big:
      return "big";
    case Type::array:
      return "array";
    case Type::object:
      return "object";
    case Type::set:
      return "set";
    case Type::blob:
      return "blob";
    case Type::any:
      return "any";
  }
  return "unknown";  // a number from a newer version
}

bool operator==(const Set& a, const Set& b) { return a.elements == b.elements; }

bool operator==(const Value& a, const Value& b) { return a.data_ == b.data_; }

Value::Value() noexcept = default;
Value::Value(std::nullptr_t) noexcept {}
Value::Value(bool value) noexcept : data_(value) {}
Value::Value(double value) noexcept : data_(value) {}
Value::Value(int value) noexcept : data_(static_cast<double>(value)) {}
Value::Value(const char* text) : data_(std::string(text)) {}
Value::Value(std::string_view text) : data_(std::string(text)) {}
Value::Value(std::string text) noexcept : data_(std::move(text)) {}
Value::Value(Buffer bytes) noexcept : data_(std::move(bytes)) {}
Value::Value(Date date) noexcept : data_(date) {}
Value::Value(Id id) noexcept : data_(id) {}
Value::Value(Big big) noexcept : data_(std::move(big)) {}
Value::Value(BlobRef blob) noexcept : data_(blob) {}
Value::Value(Array array) noexcept : data_(std::move(array)) {}
Value::Value(Object object) noexcept : data_(std::move(object)) {}
Value::Value(Set set) noexcept : data_(std::move(set)) {}
Value::Value(const Value& other) = default;
Value::Value(Value&& other) noexcept = default;
Value& Value::operator=(const Value& other) = default;
Value& Value::operator=(Value&& other) noexcept = default;
Value::~Value() = default;

Value Value::integer(std::int64_t value) {
  Value made;
  made.data_ = value;
  return made;
}

Type Value::type() const noexcept {
  // In the order of the alternatives of data_; the assertion notices when one
  // is added.
  static constexpr Type kTypes[] = {
      Type::null,  Type::boolean, Type::number, Type::integer, Type::date, Type::id,  Type::string,
      Type::bytes, Type::big,     Type::array,  Type::object,  Type::set,  Type::blob};
  static_assert(std::variant_size_v<decltype(data_)> == std::size(kTypes));
  return kTypes[data_.index()];
}

}  // namespace gs
