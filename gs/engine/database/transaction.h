// Operations collected by one transaction before it is committed.
//
// Records are encoded when they are staged, so a commit only copies bytes. Not thread-safe: one
// thread at a time.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "globalstorage/transaction.h"
#include "gs/core/crdt/list/list_outline.h"
#include "gs/core/crdt/text/difference.h"
#include "gs/core/record/encoder.h"
#include "gs/engine/catalog/catalog.h"
#include "gs/engine/database/apply.h"
#include "gs/engine/database/touched.h"

namespace gs::engine {

class Database;

struct StagedOperation {
  graph::Kind kind = graph::Kind::insert;
  // Of an update: added, included, excluded, text, list or tree, when the record has what is done
  // to its one field; members, when it has what is given to and removed from its fields.
  merge::Rule change = merge::Rule::latest;
  std::size_t edits = kNoEdits;  // which of TransactionState::edits it has
  bool keyed = false;            // put by foreign key: insert or set, decided at commit
  Id id;
  std::uint64_t mint = graph::kNoMint;
  const record::ShapePtr* shape = nullptr;  // in the encoder's ShapeCache; null: no record
  std::size_t begin = 0;                    // of the record among those that the encoder keeps
  std::size_t bytes = 0;
  Digest version;  // expect; of an update with `was_checked`: of what it was checked against
  bool was_checked = false;             // the commit has to find that version
  const rules::Rules* rules = nullptr;  // of an update: what its result has to fit
  bool needs_whole_check = false;       // what this is has to be looked at with functions

  static constexpr std::size_t kNoEdits = ~std::size_t{0};
  bool is_change() const noexcept { return change != merge::Rule::latest; }
};

using TextEdit = TextSplice;

// From a character up to another one, which it does not cover. The value is an encoded any value.
struct StagedMark {
  std::uint64_t from = 0;
  std::uint64_t to = 0;
  bool grows_at_begin = false;
  bool grows_at_end = false;
  std::string key{};
  Buffer value{};
  std::uint32_t behind = 0;  // so many edits of the transaction
};

// Positions and counts in elements. Values are encoded any values.
struct ListEdit {
  crdt::ListEdit what = crdt::ListEdit::insert;  // insert, erase, move or set
  std::uint64_t position = 0;
  std::uint64_t count = 0;     // of elements that are deleted
  std::uint64_t to = 0;        // of a move: the position once the element is out
  std::vector<Buffer> values;  // that are inserted; the one that is set
};

// How a transaction edits one field, as long as it does nothing else to the record.
struct StagedEdits {
  merge::Rule rule = merge::Rule::text;  // or list, or tree
  std::size_t operation = 0;
  std::vector<Seen> stands_on;  // empty: on what the transaction itself has written
  bool is_encoded = false;
  // Of a text.
  std::optional<std::uint32_t> length;  // by now, in code points, when it is known
  std::vector<crdt::EditRun> runs;
  std::string inserted;
  std::vector<StagedMark> marks;
  // Of a list: when it is known, its slots; else edits whose positions count what is shown.
  std::optional<crdt::ListOutline> outline;
  crdt::ListEditsWriter as_shown;
  bool has_list_edits = false;
  // Of a tree: nodes are named, so these are made into an operation when its stamp is known, upon
  // what there is then.
  merge::TreeEdits tree;
  std::size_t tree_bytes = 0;  // of them

  bool is_nothing() const noexcept {
    return runs.empty() && marks.empty() && !has_list_edits && tree.empty();
  }
  std::uint32_t edit_count() const noexcept {
    std::uint32_t count = 0;
    for (const crdt::EditRun& run : runs) count += run.count;
    return count;
  }
};

struct TransactionState {
  explicit TransactionState(std::shared_ptr<Database> database,
                            std::shared_ptr<record::ShapeCache> shapes)
      : db(std::move(database)), encoder(std::move(shapes)) {}

  std::shared_ptr<Database> db;
  record::Encoder encoder;
  std::vector<StagedOperation> operations;    // after arrange(): all of them
  std::vector<StagedOperation> expectations;  // staged since
  std::optional<graph::Revert> reverts;       // what it takes back (revert.cc)
  // The last operation on each id that leaves its whole content: only for who asks, see
  // Staging::staged_content.
  std::optional<Touched> contents;
  std::size_t indexed = 0;  // operations that `contents` knows
  // Fields that updates wrote: only for who asks, see Staging::wrote_field.
  std::set<std::pair<Id, std::string>> fields;
  std::size_t fields_indexed = 0;
  std::vector<StagedEdits> edits;
  std::uint32_t new_nodes = 0;  // that it creates in trees
  tree::Stamp committed;        // its stamp, once it was committed
  // Fields that edits can be added to: of the records to which nothing else was done since.
  std::map<std::pair<Id, std::string>, std::size_t> open_edits;
  // Texts that edits will be staged of, and what these will stand on.
  std::map<std::pair<Id, std::string>, StagedEdits> begun_texts;
  // What the schema says, from the beginning of the transaction on; null: nothing.
  std::shared_ptr<const Catalog> catalog;
  // Of the record checked last.
  std::shared_ptr<const rules::Rules::Plan> plan;
  const rules::Rules* plan_of = nullptr;
  // Updates of records whose schema has a function about the whole record (update_check.cc).
  std::size_t whole_checks = 0;
  std::uint64_t own_chains = 0;   // how many there were when it began
  std::size_t earlier_names = 0;  // ... has earlier names of fields (earlier_names.h)
  mutable bool is_stale = false;  // the last commit found another record than the one checked
  bool failed = false;  // a staging error leaves the transaction usable, this marks "committed"

  const std::uint8_t* record(const StagedOperation& staged) const noexcept {
    return encoder.kept().data() + staged.begin;
  }

  // Something else is done to the record: edits from now on come behind that.
  void close_edits(const Id& id);

  Merger::Change change(const StagedOperation& staged) const noexcept {
    if (staged.edits == StagedOperation::kNoEdits) return {staged.change};
    const StagedEdits& one = edits[staged.edits];
    return {staged.change, one.stands_on.empty() ? nullptr : &one.stands_on, &one.tree};
  }

  std::size_t size() const noexcept {
    return operations.size() + expectations.size() + (reverts ? 1 : 0);
  }

  std::size_t memory_bytes() const noexcept {
    const std::size_t staged = operations.capacity() + expectations.capacity();
    return encoder.memory_bytes() + staged * sizeof(StagedOperation);
  }

  // Expectations come first in their transaction: a reader decides before it applies anything. They
  // wait for the commit, because each would move all that was staged before it.
  void arrange() {
    if (expectations.empty()) return;
    operations.insert(operations.begin(), expectations.begin(), expectations.end());
    for (StagedEdits& one : edits) one.operation += expectations.size();
    expectations.clear();
    indexed = 0;  // all have moved
    fields_indexed = 0;
  }

  void clear() noexcept {
    operations.clear();
    expectations.clear();
    reverts.reset();
    plan.reset();
    plan_of = nullptr;
    whole_checks = 0;
    earlier_names = 0;
    if (indexed > kIndexKept) contents.reset();
    indexed = 0;
    fields.clear();
    fields_indexed = 0;
    edits.clear();
    new_nodes = 0;
    open_edits.clear();
    begun_texts.clear();
    encoder.forget();
  }

 private:
  static constexpr std::size_t kIndexKept = 4096;  // larger: not kept between transactions
};

// Edits of one field while they are added to.
struct OpenEdits {
  std::pair<Id, std::string> key;
  const rules::Rules* rules = nullptr;
  std::size_t index = kNone;  // among TransactionState::edits; none: `begun`
  StagedEdits begun;

  static constexpr std::size_t kNone = ~std::size_t{0};
  StagedEdits& edits(TransactionState& tx) noexcept {
    return index == kNone ? begun : tx.edits[index];
  }
};

}  // namespace gs::engine
