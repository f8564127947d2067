// What to say of directories of schema files.
#include "cmd/gstore/schema_directory.h"

namespace gs::cli {
namespace {

Error with_step(const Error& error, const char* step) {
  const std::string what(error.message());
  return Error(error.code(), what + (what.ends_with('?') ? " " : ". ") + step);
}

Error too_large(const Error& error) {
  return with_step(error, "Make the schema smaller, or have its scripts do less");
}

// "City.js:2:5: .." is about a file.
bool names_file(std::string_view message) {
  const std::string_view first = message.substr(0, message.find(':'));
  return first.ends_with(".js") || first.ends_with(".json");
}

}  // namespace

Error about_schema(const std::string& directory, Error error) {
  if (error.code() != Code::invalid && error.code() != Code::too_large) return error;
  if (error.code() == Code::too_large) error = too_large(error);
  if (!names_file(error.message())) return std::move(error).in(directory);
  const char* const slash = directory.ends_with('/') ? "" : "/";
  return Error(error.code(), directory + slash + std::string(error.message()));
}

Result<std::string> load_schema(const std::string& directory) {
  auto schema = Storage::read_schema(directory);
  if (schema.code() == Code::not_found) {
    return with_step(schema.error(), "Name the directory of a schema's files");
  }
  if (schema.code() == Code::too_large) return too_large(schema.error());
  return schema;
}

Result<std::string> load_usable_schema(const std::string& directory) {
  GS_TRY(std::string schema, load_schema(directory));
  const auto types = Storage::schema_types(schema);  // compiles it
  if (!types) return about_schema(directory, types.error().copy());
  return schema;
}

}  // namespace gs::cli
