// The methods by what they are about, for calls.cc, and what all of them use.
#pragma once

#include <span>

#include "gs/calls/arguments.h"
#include "gs/calls/report_json.h"

namespace gs::calls {

// What one result has at most.
inline constexpr std::size_t kResultBytesMax = std::size_t{256} << 20;

using Made = Result<std::string>;

template <typename Run>
struct Method {
  std::string_view name;
  Run* run = nullptr;
  Parameters parameters;
};
using StorageMethod = Method<Made(Storage&, const Arguments&, const Progress&)>;
using FreeMethod = Method<Made(const Arguments&, const Progress&)>;

std::span<const StorageMethod> history_methods();
std::span<const StorageMethod> version_methods();
std::span<const StorageMethod> branch_methods();
std::span<const StorageMethod> care_methods();
std::span<const StorageMethod> exchange_methods();
std::span<const StorageMethod> schema_methods();
std::span<const StorageMethod> place_methods();
std::span<const StorageMethod> query_methods();
std::span<const FreeMethod> free_methods();

// --- what many take ---
inline constexpr Parameter kId = required("id", Kind::text);
inline constexpr Parameter kCollection = optional("collection", Kind::text);
inline constexpr Parameter kField = required("field", Kind::text);
inline constexpr Parameter kLimit = optional("limit", Kind::count);
inline constexpr Parameter kVersion = optional("version", Kind::version);
inline constexpr Parameter kAt = required("version", Kind::version);
inline constexpr Parameter kQuery = required("query", Kind::document);
inline constexpr Parameter kSchema = required("schema", Kind::document);
inline constexpr Parameter kDirectory = required("directory", Kind::path);
inline constexpr Parameter kFile = required("file", Kind::path);

// --- what many give ---
inline constexpr Spelling kSpelling = Spelling::call;
inline constexpr std::string_view kNothing = "null";

// Of what gives nothing when it succeeds.
inline Made done(Error error) {
  if (error) return error;
  return std::string(kNothing);
}

// An array that says when it becomes too large. Errors: too_large.
class ResultList {
 public:
  explicit ResultList(std::size_t bytes_max = kResultBytesMax) noexcept : bytes_max_(bytes_max) {}

  Error add(std::string_view json) {
    if (json_.size() + json.size() + 2 > bytes_max_) {
      return Error(Code::too_large, "the result takes more than " +
                                        std::to_string(bytes_max_ >> 20) +
                                        " MiB. Ask for fewer with `limit`");
    }
    if (json_.size() > 1) json_ += ',';
    json_ += json;
    return {};
  }
  std::string take() { return std::move(json_) + ']'; }

 private:
  std::size_t bytes_max_;
  std::string json_ = "[";
};

// `text`: makes the JSON of one of them.
template <typename List, typename Text>
Made list_of(const List& list, const Text& text) {
  ResultList made;
  for (const auto& one : list) GS_TRY_OK(made.add(text(one, kSpelling)));
  return made.take();
}

}  // namespace gs::calls
