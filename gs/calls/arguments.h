// The arguments of one call, read and checked against what its method takes, before anything is
// done. Errors: invalid, too_large (the text); each names the method, the argument and what is
// expected there.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "globalstorage/storage.h"

namespace gs::calls {

// Of a directory or file, as systems have it.
inline constexpr std::size_t kPathBytesMax = 4096;
// Whole numbers up to here are exact in JSON as most languages read it.
inline constexpr std::uint64_t kCountMax = std::uint64_t{1} << 53;
// Of a version that is given by its digests; as many as a bundle may name.
inline constexpr std::size_t kHeadsMax = std::size_t{1} << 16;
// Of what somebody gave, in a message.
inline constexpr std::size_t kShownBytesMax = 64;

enum class Kind : std::uint8_t {
  text,
  path,
  flag,
  count,
  digest,
  version,    // a text that names it, or an array of digests
  document,   // an object, or its text: a query, a schema, a proof
  name_kind,  // "tag" or "branch"
  side,       // "before" or "after"
};

struct Parameter {
  std::string_view name;
  Kind kind = Kind::text;
  bool is_required = false;
};
constexpr Parameter required(std::string_view name, Kind kind) { return {name, kind, true}; }
constexpr Parameter optional(std::string_view name, Kind kind) { return {name, kind, false}; }

// Behind the last one the names are empty.
inline constexpr std::size_t kParametersMax = 5;
using Parameters = std::array<Parameter, kParametersMax>;

class Arguments {
 public:
  // `parameters` outlive what is made.
  static Result<Arguments> parse(std::string_view method, const Parameters& parameters,
                                 std::string_view json);

  // Each is asked only for what the method takes, by its kind.
  bool has(std::string_view name) const { return find(name) != nullptr; }
  std::string_view text(std::string_view name) const;  // empty when it is not given
  std::string path(std::string_view name) const { return std::string(text(name)); }
  bool flag(std::string_view name) const;
  std::uint64_t count(std::string_view name) const;  // all there are when it is not given
  std::string document(std::string_view name) const;
  std::optional<Digest> digest(std::string_view name) const;
  // Errors: those of Storage::find_version.
  Result<std::optional<Version>> version(const Storage& storage, std::string_view name) const;
  Result<Version> required_version(const Storage& storage, std::string_view name) const;
  // The record that `id` and `collection` name.
  Id id(const Storage& storage) const { return storage.find_id(text("id"), text("collection")); }

 private:
  Arguments(const Parameters& parameters, Object members)
      : parameters_(&parameters), members_(std::move(members)) {}
  const Value* find(std::string_view name) const;

  const Parameters* parameters_;
  Object members_;
};

// What is given, short enough for a message, and UTF-8 whatever it was.
std::string shown(std::string_view given);
// ". Did you mean `known`?", or nothing.
std::string meant(std::string_view given, const std::vector<std::string>& known);

}  // namespace gs::calls
