// The class that walks: its steps, each kind in a file of its own, and what it keeps between them.
//
// A step that sees a difference says so with check(); the first difference ends the walk.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/model/check.h"
#include "tests/model/walk.h"

namespace gs::model {

// Everything at an old change.
struct Moment {
  Digest change;
  Contents contents;
};

struct Kept {
  Snapshot snapshot;
  Contents contents;
};

struct HeldRecord {
  Record record;
  Content content;
};

struct HeldScan {
  Scan scan;
  Contents contents;
  Contents::const_iterator at;  // the next one that it has to give
};

struct HeldProof {
  std::string json;
  Id id;
  std::string collection;
  std::string kind;
  Object written;  // of an insert or set the content, of an update the given fields
  std::vector<std::string> unset;
};

// What wrote a record last: what a proof of it has to say.
struct Written {
  std::string kind;
  Object fields;
  std::vector<std::string> unset;
};

struct Delta {
  Object fields;
  std::vector<std::string> unset;
};

// What a transaction has to do.
struct Planned {
  std::map<Id, std::pair<Content, Written>> after;  // null content: not there
  bool refused = false;
  Code code = Code::ok;
};

class Walk {
 public:
  Walk(std::uint64_t seed, const std::string& directory, Totals& totals)
      : chance_(seed), home_(directory), path_(directory + "/storage"), totals_(totals) {}
  std::string run();

 private:
  // walk.cc
  void step();
  bool check(bool held, const std::string& what);
  bool check(const std::string& differing, const char* where);
  bool check(const Error& error, const char* where);

  // choosing.cc
  std::uint64_t power(std::uint64_t from_bits, std::uint64_t to_bits);
  Options random_options();
  std::string random_collection();
  std::string random_key();
  Object random_fields();
  Id random_id();
  Delta random_delta(const Version* current);
  Id any_of(const Planned& planned);

  // transaction.cc
  const Version* in_transaction(const Planned& planned, const Id& id) const;
  bool is_known(const Planned& planned, const Id& id) const;
  static void put_fields(Object& fields, const Object& over);
  static void remove_fields(Object& fields, const std::vector<std::string>& names);
  std::string delta_json(const Delta& delta);
  void plan_write(Planned& planned, const Id& id, Version version, Written written);
  void stage_insert(Transaction& tx, Planned& planned);
  void stage_put(Transaction& tx, Planned& planned);
  void refuse(Planned& planned, Code code);
  void stage_set(Transaction& tx, Planned& planned);
  void stage_update(Transaction& tx, Planned& planned);
  void stage_remove(Transaction& tx, Planned& planned);
  void stage_expect(Transaction& tx, Planned& planned);
  void transaction();
  void took_effect(Planned& planned);
  void compare(const Id& id);

  // writing.cc
  void single();
  void swap();
  void flood();
  void misuse();
  void blob();

  // reading.cc
  void compare_all();
  void scan();
  void keep_snapshot();
  void keep_scan();
  void look_at_kept();
  void remember();
  void look_back();
  void count_runs();
  void verify();

  // proofs.cc
  void prove();
  void check_proofs();
  void check_proven(const HeldProof& held, const std::string& json);

  // erasing.cc
  void erase();
  void forget(const Id& id);
  void erase_secret();

  // opening.cc
  void open(bool create);
  void reopen();
  void lose_a_state_file();
  void compare_other(const std::string& directory, bool read_only, const char* what);
  void read_beside();
  void copy_directory(const std::filesystem::path& to);
  void copies();

  static constexpr std::size_t kKept = 6;  // snapshots and the like that are held at once

  Chance chance_;
  std::string home_;
  std::filesystem::path path_;
  Totals& totals_;
  std::string failure_;
  Options options_;
  bool flooding_ = false;
  bool flooded_ = false;
  std::optional<Storage> db_;
  Digest storage_;

  Contents now_;
  std::vector<Id> seen_;
  std::map<Id, Written> written_;
  std::map<Id, std::size_t> erased_;  // the moments before it cannot be seen any more
  std::vector<Moment> moments_;
  std::vector<Kept> kept_;
  std::vector<HeldRecord> records_;
  std::vector<std::unique_ptr<HeldScan>> scans_;
  std::vector<HeldProof> proofs_;
  std::vector<std::pair<BlobRef, Buffer>> blobs_;
};

}  // namespace gs::model
