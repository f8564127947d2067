// The JSON form of a proof: written one way, read strictly.
#include <algorithm>
#include <cmath>
#include <string>

#include "gs/base/hex.h"
#include "gs/core/graph/proof.h"
#include "gs/core/record/json.h"

namespace gs::graph {
namespace {

constexpr const char* kFormatName = "globalstorage-proof-1";

// A proof has 23 commas and opening brackets beside its two paths, and none inside its texts. Text
// with more is refused before it is parsed, so that hostile text cannot take memory.
constexpr std::ptrdiff_t kMarksMax = 32 + 2 * static_cast<std::ptrdiff_t>(kPathMax);

Error bad_text(std::string what) { return Error(Code::invalid, "proof: " + std::move(what)); }

Value path_value(const std::vector<Digest>& path) {
  Array out;
  for (const Digest& digest : path) out.emplace_back(digest.text());
  return Value(std::move(out));
}

// Takes the members of one object in their order.
class Members {
 public:
  Members(const Value& value, const char* where) : where_(where), object_(value.get<Object>()) {}

  const Value* next(const char* name) {
    if (object_ == nullptr || at_ >= object_->size() || (*object_)[at_].first != name) {
      fail(name, "is missing or in the wrong place");
      return nullptr;
    }
    return &(*object_)[at_++].second;
  }
  void hex(const char* name, Buffer& out) {
    const std::string* text = string(name);
    if (text == nullptr) return;
    out.resize(text->size() / 2);
    if (text->size() % 2 != 0) return fail(name, "is not hexadecimal");
    decode(name, *text, out);
  }
  void hex(const char* name, MutableBytes out) {
    if (const std::string* text = string(name)) decode(name, *text, out);
  }
  void path(const char* name, std::vector<Digest>& out) {
    const Value* value = next(name);
    const Array* array = value == nullptr ? nullptr : value->get<Array>();
    if (array == nullptr) return fail(name, "is not a list");
    if (array->size() > kPathMax) return fail(name, "is over 64 digests");
    for (const Value& element : *array) {
      Digest digest;
      const auto* text = element.get<std::string>();
      if (text == nullptr) return fail(name, "holds something that is not a digest");
      decode(name, *text, digest.bytes);
      out.push_back(digest);
    }
  }
  void id(const char* name, Id& out) {
    const std::string* text = string(name);
    if (text == nullptr) return;
    const std::optional<Id> id = Id::parse(*text);
    if (!id || id->text() != *text) return fail(name, "is not an id in lower case");
    out = *id;
  }
  template <typename T>
  void number(const char* name, T& out) {
    const Value* value = next(name);
    const auto* number = value == nullptr ? nullptr : value->get<double>();
    const double limit = sizeof(T) == 4 ? 4294967295.0 : static_cast<double>(kProofNumberMax);
    if (number == nullptr) return fail(name, "is not a number");
    if (!(*number >= 0 && *number <= limit) || std::signbit(*number) ||
        std::floor(*number) != *number) {
      return fail(name, "is not a whole number within its range");
    }
    out = static_cast<T>(*number);
  }
  // Nothing may be left.
  Error finish() {
    if (object_ != nullptr && at_ != object_->size()) fail((*object_)[at_].first, "is not known");
    return std::move(error_);
  }
  const std::string* string(const char* name) {
    const Value* value = next(name);
    const auto* text = value == nullptr ? nullptr : value->get<std::string>();
    if (value != nullptr && text == nullptr) fail(name, "is not a text");
    return text;
  }

 private:
  void fail(std::string_view name, const char* what) {
    if (!error_) error_ = bad_text(where_ + ("\"" + std::string(name)) + "\" " + what);
  }
  void decode(const char* name, const std::string& text, MutableBytes out) {
    const bool lower =
        std::none_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'F'; });
    if (!lower || !from_hex(text, out)) fail(name, "is not lower-case hexadecimal of its size");
  }

  std::string where_;
  const Object* object_;
  std::size_t at_ = 0;
  Error error_;
};

Error read_operation(const Value* value, Proof& proof) {
  if (value == nullptr) return {};  // the caller has the error
  Members members(*value, "operation ");
  members.number("index", proof.operation_index);
  members.hex("salt", MutableBytes(proof.salt));
  members.id("id", proof.id);
  members.hex("bytes", proof.operation);
  members.path("path", proof.path);
  return members.finish();
}

Error read_log(const Value* value, LogProof& log) {
  if (value == nullptr) return {};
  Members members(*value, "log ");
  members.number("index", log.index);
  members.number("size", log.size);
  members.path("path", log.path);
  members.hex("root", MutableBytes(log.root.bytes));
  members.hex("signer", MutableBytes(log.signer.bytes));
  members.hex("signature", MutableBytes(log.signature));
  return members.finish();
}

Error check_size(std::string_view json) {
  if (json.size() > kProofTextBytesMax) {
    return Error(Code::too_large, "proof: the text is over 48 MiB");
  }
  const auto marks = std::count_if(json.begin(), json.end(),
                                   [](char c) { return c == ',' || c == '[' || c == '{'; });
  if (marks > kMarksMax) return bad_text("more members or list elements than any proof has");
  return {};
}

}  // namespace

std::string to_json(const Proof& proof) {
  const auto number = [](std::uint64_t value) { return Value(static_cast<double>(value)); };
  const Value value(Object{
      {"format", kFormatName},
      {"header", to_hex(proof.header)},
      {"signature", to_hex(proof.signature)},
      {"public_key", to_hex(proof.public_key)},
      {"operation", Object{{"index", number(proof.operation_index)},
                           {"salt", to_hex(proof.salt)},
                           {"id", proof.id.text()},
                           {"bytes", to_hex(proof.operation)},
                           {"path", path_value(proof.path)}}},
      {"tables", to_hex(proof.tables)},
      {"shape", to_hex(proof.shape)},
      {"log", Object{{"index", number(proof.log.index)},
                     {"size", number(proof.log.size)},
                     {"path", path_value(proof.log.path)},
                     {"root", proof.log.root.text()},
                     {"signer", proof.log.signer.text()},
                     {"signature", to_hex(proof.log.signature)}}},
  });
  std::string out;
  record::append_json(value, out);
  return out;
}

Result<Proof> parse_proof(std::string_view json) {
  GS_TRY_OK(check_size(json));
  GS_TRY(const Value value, record::parse_json(json));
  Members members(value, "");
  Proof proof;
  const std::string* format = members.string("format");
  if (format != nullptr && *format != kFormatName) {
    if (format->rfind("globalstorage-proof-", 0) == 0) {
      return Error(Code::newer_format, "proof: format " + *format + " is not known to this build");
    }
    return bad_text("the format is not " + std::string(kFormatName));
  }
  members.hex("header", proof.header);
  members.hex("signature", proof.signature);
  members.hex("public_key", proof.public_key);
  const Value* operation = members.next("operation");
  members.hex("tables", proof.tables);
  members.hex("shape", proof.shape);
  const Value* log = members.next("log");
  GS_TRY_OK(members.finish());
  GS_TRY_OK(read_operation(operation, proof));
  GS_TRY_OK(read_log(log, proof.log));
  return proof;
}

}  // namespace gs::graph
