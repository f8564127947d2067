// For programs that try things out, such as fuzzers: a new directory, removed at its end.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include "gs/base/check.h"

namespace gs::testing {

class TemporaryDirectory {
 public:
  // `name` begins the directory's.
  explicit TemporaryDirectory(const std::string& name) {
    path_ = (std::filesystem::temp_directory_path() / (name + ".XXXXXX")).string();
    GS_CHECK(mkdtemp(path_.data()) != nullptr);
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  std::string path(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace gs::testing
