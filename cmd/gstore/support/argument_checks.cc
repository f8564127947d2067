#include "cmd/gstore/support/argument_checks.h"

#include "cmd/gstore/support/blob_ref.h"
#include "cmd/gstore/support/rows.h"
#include "globalstorage/storage.h"

namespace gs::cli {
namespace {

constexpr std::size_t kPrefixCharactersMin = 4;  // fewer would name many changes
constexpr std::size_t kDigestCharacters = 64;

}  // namespace

std::string shown(std::string_view text) {
  if (text.size() <= kShownCharacters) return "'" + std::string(text) + "'";
  return "'" + std::string(text.substr(0, kShownCharacters)) + "..'";
}

std::string check_change(std::string& text) {
  const bool hex = text.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
  if (hex && text.size() >= kPrefixCharactersMin && text.size() <= kDigestCharacters) return {};
  return shown(text) +
         " names no change: give the first 4 to 64 hexadecimal characters of its digest, as "
         "`gstore log` prints it";
}

std::string check_version(std::string& text) {
  constexpr std::size_t kVersionBytesMax = 255;  // as names of versions
  if (!text.empty() && text.size() <= kVersionBytesMax) return {};
  return shown(text) + " is no version: give a change, a tag, a branch, a time or main";
}

std::string check_head(std::string& text) {
  if (check_change(text).empty()) return {};
  return shown(text) +
         " is no head: a head is the digest of a change, 64 hexadecimal characters or the first 4 "
         "or more of them, as `gstore digest` and `gstore verify` print it";
}

std::string check_digest(std::string& text) {
  return Digest::parse(text) ? "" : shown(text) + " is no digest: give 64 hexadecimal characters";
}

std::string check_id(std::string& text) {
  return Id::parse(text) ? "" : shown(text) + " is no id: give 36 characters as scan prints them";
}

std::string check_blob(std::string& text) {
  return parse_blob_ref(text)
             ? ""
             : shown(text) +
                   " names no blob: give SHA256:SIZE as `gstore blob put` prints it, or "
                   "the value as JSON";
}

std::string check_directory(std::string& text) {
  return text.empty() ? "'' is no directory: give its path, . for the current one" : "";
}

std::string check_file(std::string& text) {
  return text.empty() ? "'' is no file: give its path, or - for standard input" : "";
}

// It is read twice, and written at two places.
std::string check_bundle(std::string& text) {
  return text.empty() || text == "-" ? shown(text) + " is no file: give the path of a bundle" : "";
}

std::string check_output(std::string& text) {
  return text.empty() ? "'' is no file: give its path, or - for standard output" : "";
}

std::string check_record_name(std::string& text) {
  return text.empty() ? "'' names no record: give its UUID, or a foreign key of 1 to 1,024 bytes"
                      : "";
}

// `country=true`, and `a,b`, look right and would name no field.
std::string check_include(std::string& text) {
  if (text.starts_with('{') || text.find_first_of("=:,") == std::string::npos) return {};
  return shown(text) +
         " is no field: give its name, such as country, or JSON, such as "
         "'{\"country\":{\"select\":[\"name\"]}}'";
}

std::string check_column_type(std::string& text) {
  const std::size_t colon = text.rfind(':');
  if (colon != std::string::npos && column_type(std::string_view(text).substr(colon + 1))) {
    return {};
  }
  return shown(text) +
         " is not FIELD:TYPE with the TYPE string, number, integer, boolean, date, json or key";
}

std::string check_delimiter(std::string& text) {
  if (text == "\\t" || (text.size() == 1 && text != "\"" && text != "\n" && text != "\r"))
    return {};
  return shown(text) + " is not one character; use for example ; or \\t";
}

}  // namespace gs::cli
