// Definitions and values of strangers: nothing crashes or runs for ever, the quick answer is that
// of the long one, and the same bytes give the same schema.
#include <cstdlib>
#include <iterator>

#include "gs/core/schema/js_text.h"
#include "gs/core/schema/model.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using namespace gs;          // NOLINT(google-build-using-namespace)
using namespace gs::schema;  // NOLINT(google-build-using-namespace)

// Words that mean something; a byte picks one.
constexpr const char* kWords[] = {
    "string",  "?string", "number", "bigint", "boolean", "json",   "enum",     "tuple",
    "array",   "set",     "map",    "object", "schema",  "one",    "many",     "reference",
    "A",       "?B",      "C",      "Entity", "View",    "type",   "required", "length",
    "min",     "max",     "value",  "key",    "unique",  "index",  "validate", "Projection",
    "fields",  "a",       "b?",     "c",      "1",       "20?",    "root",     "check",
    "name",    "js",      "kind",   "scalar", "scope",   "errors", "toString", "construct",
    "default", "",        "?",      "point",  "Їжак",    "😀",      "metadata", "checkType"};

// Each value is a byte that says what it is, then its parts. What is missing is undefined.
class Reader {
 public:
  Reader(const std::uint8_t* data, std::size_t size) : at_(data), end_(data + size) {}

  JsValue value(std::size_t depth) {
    constexpr std::size_t kDepthMax = 200;  // beyond what definitions may have
    JsValue out;
    const std::uint8_t head = byte();
    if (depth > kDepthMax) return out;
    out.kind = static_cast<Kind>((head & 0x0fu) % 14u);
    const std::size_t parts = head >> 4;
    switch (out.kind) {
      case Kind::boolean:
        out.boolean = parts % 2 == 1;
        break;
      case Kind::number:
      case Kind::date:
        out.number = static_cast<double>(byte()) - 8;
        break;
      case Kind::bigint:
        out.text = std::to_string(byte());
        break;
      case Kind::string:
      case Kind::symbol:
      case Kind::regexp:
        out.text = word();
        break;
      case Kind::function:
        out.function = byte();
        break;
      case Kind::object:
        object(parts, depth, out);
        break;
      case Kind::array:
      case Kind::set:
        for (std::size_t i = 0; i < parts; ++i) out.items.push_back(value(depth + 1));
        break;
      case Kind::map:
        for (std::size_t i = 0; i < 2 * parts; ++i) out.items.push_back(value(depth + 1));
        break;
      default:
        break;
    }
    return out;
  }

  std::string word() { return kWords[byte() % std::size(kWords)]; }
  std::uint8_t byte() { return at_ == end_ ? 0 : *at_++; }

 private:
  void object(std::size_t parts, std::size_t depth, JsValue& out) {
    out.text = parts == 15 ? "Schema" : "Object";
    out.function = parts == 15 ? byte() : 0;
    for (std::size_t i = 0; i < parts; ++i) {
      std::string key = word();
      JsValue member = value(depth + 1);
      if (find_member(out, key) == nullptr) out.members.emplace_back(std::move(key), member);
    }
    order_keys(out.members);
  }

  const std::uint8_t* at_;
  const std::uint8_t* end_;
};

// Every form in which a function may answer, by its number.
class Calls : public Functions {
 public:
  Outcome call(std::uint32_t function, std::span<const JsValue> arguments) override {
    Outcome out;
    out.threw = function % 5 == 0;
    out.thrown = "Error: thrown";
    if (function % 3 == 0) out.value = arguments[0];
    if (function % 7 == 0) out.value.kind = Kind::boolean;
    return out;
  }
};

void check_schema(const Schema& schema, const JsValue& value, Functions& functions) {
  const auto report = schema.check(value, &functions);
  if (schema.accepts(value, &functions) != (report.ok() && report->valid)) std::abort();
  if (report.ok() && report->valid != report->errors.empty()) std::abort();
}

std::string printed(const Schema& schema) {
  const auto json = schema.to_json();
  const auto interface = schema.to_interface();
  return (json ? *json : json.error().text()) + (interface ? *interface : std::string());
}

void check_alone(const JsValue& first, const JsValue& second, const JsValue& value) {
  Calls calls;
  std::vector<SchemaPtr> made;
  if (auto schema = Schema::create("", first, {}, {&calls, made})) made.push_back(*schema);
  const auto schema = Schema::create("Some", second, {}, {&calls, made});
  if (!schema) return;
  const auto again = Schema::create("Some", second, {}, {&calls, made});
  if (printed(**schema) != printed(**again)) std::abort();
  for (const JsValue* const checked : {&value, &first, &second}) {
    check_schema(**schema, *checked, calls);
  }
}

void check_model(const JsValue& first, const JsValue& second, const JsValue& value) {
  Calls calls;
  const auto model =
      Model::create(value, {{"A", first}, {"B", second}, {"C", value}}, {}, {&calls, {}});
  if (!model) return;
  if (const auto dts = (*model)->dts(); dts && dts->empty()) std::abort();
  for (const Model::Entity& entity : (*model)->entities()) {
    check_schema(*entity.schema, value, calls);
    check_schema(*entity.schema, first, calls);
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Reader reader(data, size);
  const JsValue first = reader.value(0);
  const JsValue second = reader.value(0);
  const JsValue value = reader.value(0);
  check_alone(first, second, value);
  check_model(first, second, value);
  return 0;
}
