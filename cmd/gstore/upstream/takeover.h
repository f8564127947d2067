// What an import takes over of a directory that upstream or the layout `files` of the package for
// JavaScript wrote. js/lib/files/takeover.js and upstream.js beside it do the same, with the same
// words. Nothing is written.
//
// Upstream's races left blocks beside the chain; a record of such a block is intact and given, and
// the blocks are counted. A record whose file does not fit its block is a finding and not given.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "cmd/gstore/upstream/chain.h"
#include "cmd/gstore/upstream/private_key.h"
#include "gs/platform/file_system.h"

namespace gs::cli {

// More findings than anybody reads one by one; the rest is only counted.
inline constexpr std::size_t kFindingsMax = 10'000;

struct Finding {
  std::string block;  // of the chain, or
  std::string file;   // of a record
  std::string reason;
};

struct TakeoverReport {
  std::uint64_t blocks = 0;       // verified from the tail on
  std::uint64_t unreachable = 0;  // blocks beside them
  std::uint64_t bad = 0;          // findings, also those that are only counted
  std::vector<Finding> findings;
  void add(Finding finding);
};

struct TakenRecord {
  std::string id;
  std::string file;
  std::string collection;  // its `$type`; empty for none
  std::string json;        // for Transaction::put
  bool encrypted = false;  // in the directory
};

class Takeover {
 public:
  // `files` outlive it. `decrypt`: encrypted values are given in plain text. Errors: those of
  // Chain::open.
  static Result<std::unique_ptr<Takeover>> open(platform::FileSystem& files, bool decrypt);

  const TakeoverReport& report() const noexcept { return report_; }
  const std::string& tail() const noexcept { return chain_->tail(); }
  // Of all records that may be there.
  const std::vector<std::string>& ids() const noexcept { return ids_; }
  // None: it is gone, or a finding, noted when `notes`.
  std::optional<TakenRecord> read(const std::string& id, bool notes);
  // Of what read() gave, when it cannot be stored.
  void note(const TakenRecord& record, const Error& why);

  // The private key as it is in the directory, and as read; null: there is none that can be used.
  const std::string& key_pem() const noexcept { return key_pem_; }
  const PrivateKey* key() const noexcept { return key_ ? &*key_ : nullptr; }

 private:
  struct Newest {
    std::string hash;
    bool deleted = false;
  };
  Takeover(platform::FileSystem& files, bool decrypt) : files_(files), decrypt_(decrypt) {}
  Error look();
  void walk();
  Error list_records();
  Result<Block> block(const std::string& hash) const;
  void load_key();
  // Empty without an error: the record is gone.
  Result<std::optional<std::string>> text_of(const std::string& id);
  Result<std::optional<TakenRecord>> checked(const std::string& id, const std::string& json,
                                             bool notes);
  Result<std::string> decrypted(std::string_view text) const;

  platform::FileSystem& files_;
  bool decrypt_;
  std::optional<Chain> chain_;
  std::optional<Chain::Unfinished> unfinished_;
  std::optional<PrivateKey> key_;
  std::string key_pem_;
  std::string no_key_;                                // why there is none
  std::unordered_map<std::string, Block> reachable_;  // by hash
  std::unordered_map<std::string, Newest> newest_;    // by id
  std::vector<std::string> ids_;
  TakeoverReport report_;
};

}  // namespace gs::cli
