// The base of a shallow storage: its state at one version, the cut, and who vouches for it. What
// the records were before the cut was dropped from the log.
//
//   base/<number>.gsr   a run with the bytes of all records in it, as one below state/ may be
//   base/<number>.gsp   the rest of a checkpoint: names of versions, schema, numbers, heads
//   base/statement      which two files count, the version, the state's digest, a signature
//
// The cut is a prefix of the log: the first changes(), which are the numbers below that. What lies
// behind it is replayed upon the base. Everything here is immutable; a new base takes the place of
// an old one when its statement is written. docs/FORMAT.md, "Base", has the bytes.
//
// For any thread. Errors: not_found (no base, so the storage is whole), damaged, bad_signature,
// newer_format, io.
#pragma once

#include <memory>

#include "gs/core/crypto/signature.h"
#include "gs/core/graph/causal_graph.h"
#include "gs/engine/database/merging.h"
#include "gs/storage/state/state.h"

namespace gs::engine {

inline constexpr const char* kBaseDirectory = "base";
inline constexpr const char* kBaseStatement = "base/statement";
std::string base_path(std::uint64_t number, const char* suffix);

// What a writer signs about a base.
struct BaseStatement {
  // Heads of a version, as of any change with more parents.
  static constexpr std::size_t kHeadsMax = std::size_t{1} << 16;

  struct NamedFile {
    std::uint64_t bytes = 0;
    Digest digest;  // SHA-256
  };
  std::uint64_t number = 0;   // of both files
  std::uint64_t changes = 0;  // before the cut, at least 1
  std::uint64_t records = 0;  // live ones
  Digest storage;
  Digest state;  // digest of the state at the cut, without what was erased since
  NamedFile run;
  NamedFile checkpoint;
  graph::Writer writer;
  // SHA-256 of the changes before the cut as they are left, one after the other in this log. The
  // heads of their operations are covered by nothing else.
  Digest left;
  std::vector<Digest> heads;  // the version, ascending

  Buffer encode(const crypto::KeyPair& key) const;  // of `writer`
  // Errors as well: bad_signature.
  static Result<BaseStatement> decode(Bytes bytes);
};

// That every entry of a base's run is a record that can be read, or what is left of one; how many
// are live. Errors: damaged.
Result<std::uint64_t> check_base_records(const state::Run& run, const state::Tables& tables);

class Base {
 public:
  // With its statement, the checkpoint's digest and the run's form compared.
  static Result<std::shared_ptr<const Base>> open(platform::FileSystem& files,
                                                  const Digest& storage);

  const BaseStatement& statement() const noexcept { return statement_; }
  std::uint64_t number() const noexcept { return statement_.number; }
  graph::ChangeNumber changes() const noexcept {
    return static_cast<graph::ChangeNumber>(statement_.changes);
  }
  const std::shared_ptr<const state::Run>& run() const noexcept { return run_; }
  const state::Checkpoint& checkpoint() const noexcept { return checkpoint_; }

  // Whether the numbers begin with those of the base: else they are of no use beside it.
  bool leads_to(const state::Tables& tables) const;
  // Fills `tables`, which must be empty.
  Result<state::Checkpoint> read_checkpoint(platform::FileSystem& files,
                                            state::Tables& tables) const;

  // The state at the cut, with an empty table in front for what follows.
  std::shared_ptr<const state::Version> begin(std::shared_ptr<const log::View> log) const;
  // Of one record; nothing is known of it when it returns false. Errors: damaged.
  Result<bool> find(const Id& id, state::Found& out) const;
  // Whether what the writer did with this stamp is in the base, if it did anything.
  bool has(const graph::Writer& writer, graph::Hlc hlc) const;

  // All that the statement says of the files, and that every record is one: for who did not make
  // them here. Reads all of it.
  Error check(platform::FileSystem& files) const;

 private:
  Base() = default;

  BaseStatement statement_;
  state::Checkpoint checkpoint_;
  state::Tables tables_;
  std::shared_ptr<const state::Run> run_;
};

// A record that a run tells of, or what is left of one, is as engines make it. `image` has been
// compared with its sums. Errors: damaged.
Error check_stored(const state::Entry& entry, const std::uint8_t* record, const std::uint8_t* image,
                   const state::Tables& tables);

// Indexes of the operations of which a change before the cut has the contents still.
std::vector<std::uint32_t> contents_of(const graph::ChangeView& change);
// The change without them, in `memory` if it had any.
Result<Bytes> without_contents(const graph::ChangeView& change, Buffer& memory);

// What somebody is told who wants to see behind the cut.
Error history_dropped(const BaseStatement& base);

}  // namespace gs::engine
