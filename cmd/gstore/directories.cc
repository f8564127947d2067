// What to say of directories.
#include "cmd/gstore/directories.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

namespace gs::cli {
namespace {

constexpr std::string_view kStorageFile = "storage.json";

// What may lie where a storage is made: what a creation that was stopped left, blobs, and the parts
// of a storage that lost its log; what a file system brings along.
bool belongs(const std::string& name) {
  constexpr std::string_view kNames[] = {kStorageFile,  "creating",  "lock",     "log",
                                         "keys",        "state",     "manifest", "blobs",
                                         "backup.json", "lost+found"};
  const bool unfinished = name.starts_with('.') && name.ends_with(".new");
  return unfinished || std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

bool is_missing(const std::string& directory) {
  struct stat status {};
  return ::stat(directory.c_str(), &status) != 0 && (errno == ENOENT || errno == ENOTDIR);
}

bool is_file(const std::string& directory) {
  struct stat status {};
  return ::stat(directory.c_str(), &status) == 0 && !S_ISDIR(status.st_mode);
}

// The storage that the directory lies in, or would; empty for none.
std::string storage_around(const std::string& directory) {
  std::error_code failed;
  const std::filesystem::path whole =
      std::filesystem::weakly_canonical(std::filesystem::absolute(directory, failed), failed);
  for (std::filesystem::path at = whole; at.has_relative_path();) {
    at = at.parent_path();
    if (std::filesystem::exists(at / kStorageFile, failed)) return at.string();
  }
  return {};
}

// What to do where there is no storage.
std::string step_for(const std::string& directory) {
  if (const std::string around = storage_around(directory); !around.empty()) {
    return "This is inside of the storage " + around + ": name it with -d " + around;
  }
  const std::string other = "Name the directory of a storage with -d, or ";
  if (!strangers_in(directory).empty()) {
    return other + "create one with `gstore -d NEWDIR init`, as this one holds other files";
  }
  const bool is_default = directory == "./gs";
  return other + "create one there with `gstore " + (is_default ? "" : "-d " + directory + ' ') +
         "init`";
}

}  // namespace

std::vector<std::string> strangers_in(const std::string& directory) {
  std::vector<std::string> strangers;
  std::error_code failed;  // whoever makes the directory says why
  for (auto each = std::filesystem::directory_iterator(directory, failed);
       !failed && each != std::filesystem::directory_iterator(); each.increment(failed)) {
    std::string name = each->path().filename().string();
    if (!belongs(name)) strangers.push_back(std::move(name));
  }
  std::sort(strangers.begin(), strangers.end());
  return strangers;
}

bool has_writer_key(const std::string& directory) {
  std::error_code failed;  // as if there were none; opening says why
  return std::filesystem::exists(std::filesystem::path(directory) / "keys/writer", failed);
}

Error check_outside(const std::string& source, const std::string& target) {
  namespace fs = std::filesystem;
  std::error_code failed;  // whoever makes or opens the directory says why
  const fs::path from = fs::weakly_canonical(source, failed);
  if (!fs::exists(from / "storage.json", failed)) return {};  // nothing to copy, which is said then
  const fs::path to = fs::weakly_canonical(target, failed);
  if (failed || from == to) return {};
  if (std::mismatch(from.begin(), from.end(), to.begin(), to.end()).first != from.end()) return {};
  return Error(Code::invalid, target + " lies inside of what is copied, " + source +
                                  ". Choose a directory outside of it");
}

Error about_opening(const std::string& directory, Error error) {
  if (error.code() != Code::not_a_storage) return error;
  if (is_file(directory)) {
    return Error(
        Code::not_a_storage,
        directory + " is a file, not a directory. Name the directory of a storage with -d");
  }
  if (is_missing(directory)) {
    return Error(Code::not_a_storage,
                 "the directory " + directory + " does not exist. " + step_for(directory));
  }
  // A storage.json that is there and cannot be understood is another matter.
  const std::size_t end = error.message().find(" (no storage.json). ");
  if (end == std::string_view::npos) return error;
  return Error(Code::not_a_storage, std::string(error.message().substr(0, end)) +
                                        " (no storage.json). " + step_for(directory));
}

Error about_directory(const std::string& directory, Error error) {
  if (error.code() == Code::exists && is_file(directory)) {
    return Error(Code::exists, directory + " is a file, not a directory. Choose another directory");
  }
  const bool unmade = error.message().find("cannot make the directory") != std::string_view::npos;
  if (error.code() != Code::not_found || !unmade) return error;
  return Error(Code::not_found,
               std::string(error.message()) + ". Choose a place where directories can be made");
}

}  // namespace gs::cli
