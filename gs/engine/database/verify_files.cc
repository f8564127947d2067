// What is wrong with the small files, in words.

#include "gs/engine/database/verify_files.h"

#include <algorithm>

#include "gs/engine/database/keys.h"
#include "gs/storage/log/mark.h"
#include "gs/storage/state/checkpoint.h"

namespace gs::engine {

namespace {

constexpr const char* kMarkPath = "log/mark";
// A whole mark has 128 bytes; of a longer file its size is said.
constexpr std::uint64_t kMarkBytesMax = std::uint64_t{1} << 20;

}  // namespace

std::string_view without_step(std::string_view message) noexcept {
  return message.substr(0, std::min(message.find("; remove "), message.find(". ")));
}

Result<FileCheck> check_mark_file(platform::FileSystem& files) {
  FileCheck check;
  const auto bytes = files.read_whole(kMarkPath, kMarkBytesMax);
  if (bytes.code() == Code::too_large) {
    check.failure = std::string(kMarkPath) + " is no mark: " + std::string(bytes.error().message());
    return check;
  }
  if (!bytes.ok() && bytes.code() != Code::not_found) return bytes.error().copy();
  const std::string fault = bytes.ok() ? log::mark_fault(*bytes) : std::string();
  const bool marked = bytes.ok() && log::newest_mark(*bytes).turn != 0;
  if (!fault.empty() && !marked) {
    check.failure = std::string(kMarkPath) + ": " + fault;
  } else if (!fault.empty()) {
    check.note = std::string(kMarkPath) + ": " + fault + "; the rest of it counts";
  } else if (!marked) {
    check.note = "there is no mark, so nothing here tells whether the log lost its end";
  }
  check.checked = marked ? 1 : 0;
  return check;
}

Result<FileCheck> check_key_files(platform::FileSystem& files) {
  FileCheck check;
  const auto key = read_writer_key(files);
  if (key.code() == Code::damaged) {
    check.failure = without_step(key.error().message());
    return check;
  }
  const auto has_key = has_writer_key(files);
  if (!has_key.ok()) {  // a reader without the right to look into the directory, mostly
    check.note = "they cannot be looked at (" + has_key.error().text() + ")";
    return check;
  }
  if (!key.ok()) return key.error().copy();
  if (!*has_key) {
    check.note =
        "there are none, as in a backup: the next command that writes makes a new writer, if this "
        "storage admits one";
    return check;
  }
  check.checked = key->has_value() ? 2 : 1;
  if (!key->has_value()) {
    check.note =
        "they were made in another directory, or keys/instance is damaged: the next "
        "command that writes makes a new writer, if this storage admits one, or goes on as theirs "
        "with keep_writer (`gstore insert --keep-writer`)";
  }
  return check;
}

Result<FileCheck> check_manifest_file(platform::FileSystem& files) {
  FileCheck check;
  GS_TRY(const state::ManifestCheck found, state::check_manifest(files));
  check.checked = found.sound;
  if (!found.fault.empty() && !found.usable) {
    check.failure = found.fault;
  } else if (!found.fault.empty()) {
    check.note = found.fault + "; the rest of it counts";
  } else if (!found.absent.empty()) {
    check.note = found.absent + " is gone: the state is made again from the log";
  }
  return check;
}

}  // namespace gs::engine
