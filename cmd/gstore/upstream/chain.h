// The chain of blocks of upstream's directory, as it is on disk; nothing is written.
//
// docs/FORMAT.md, "Files of the compatible layout". An append that a crash interrupted counts when
// the tail names it, as it does for js/lib/compatible/ledger.js.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gs/platform/file_system.h"

namespace gs::cli {

inline constexpr std::string_view kNoBlock = "0";

// The JSON of a file without blanks. Errors: those of FileSystem; damaged: `what` is no JSON.
Result<std::string> read_json(platform::FileSystem& files, const std::string& path,
                              const std::string& what);

struct Block {
  std::string prev;
  std::optional<std::string> id;  // of the record that it is about
  std::string data_hash;
  bool deleted = false;
};

class Chain {
 public:
  // Errors: not_found; damaged, broken_chain: the tail cannot be told.
  static Result<Chain> open(platform::FileSystem& files);

  const std::string& tail() const noexcept { return tail_; }
  // Checked against its hash. Errors: not_found, damaged, broken_chain.
  Result<Block> read(const std::string& hash) const;
  // Of all blocks that have a file.
  Result<std::vector<std::string>> list() const;

  // A record that counts although its data file is not there yet.
  struct Unfinished {
    std::string id;
    bool deleted = false;
    std::string json;
  };
  std::optional<Unfinished> unfinished() const;

 private:
  explicit Chain(platform::FileSystem& files) : files_(&files) {}
  Result<std::string> text_of(const std::string& hash) const;

  platform::FileSystem* files_;
  std::string tail_;
};

}  // namespace gs::cli
