// A tree of a record that is edited: a value, and operations that stand on it.
//
// The bytes of an operation in a record are the keys that it names, then the operation: varint W, W
// keys of 32 bytes, ascending, then a tree operation (gs/core/crdt/tree/operation.h) whose table
// they are. docs/FORMAT.md, "Merge", says what counts.
//
// One thread at a time. Errors leave everything as it was, but for draft(): invalid, not_found,
// too_large.
#pragma once

#include <map>

#include "gs/core/crdt/tree/tree.h"
#include "gs/core/merge/edited_value.h"
#include "gs/core/merge/past_runs.h"
#include "gs/core/merge/tree_edits.h"

namespace gs::merge {

// Parts of an operation's bytes.
struct TreeContent {
  std::vector<tree::Writer> table;
  Bytes operation;
};
// Nothing: it is none. Whether the operation itself is one, is not looked at.
std::optional<TreeContent> tree_content(Bytes bytes);
// Whether it is an operation that does something.
bool is_tree_operation(Bytes bytes);

class EditedTree final : public EditedValue {
 public:
  // The content of an array; nothing: none.
  explicit EditedTree(std::string_view value);
  Error add(const crdt::Writer& writer, std::uint64_t hlc, std::span<const std::uint32_t> parents,
            Bytes edits) override;
  std::string shown() const override;
  std::size_t memory_bytes() const noexcept override;
  bool may_take(const Next* next) const override;

  // The bytes of an operation upon all that there is; nothing: it does nothing. It is done in this
  // tree already, which takes it next by add(), and nothing else. After an error it is of no use.
  Result<Buffer> draft(const tree::Stamp& stamp, const TreeEdits& edits);

  // Moves done and undone, and parents looked at for them, so far.
  std::uint64_t work() const noexcept { return tree_.work(); }

 private:
  // Of all operations with one stamp.
  struct Stamped {
    std::uint32_t last = 0;   // the last one
    std::uint32_t edits = 0;  // of all
  };

  Error check(const tree::Stamp& stamp, std::span<const std::uint32_t> parents) const;
  Error check_sources(const tree::Arrival& arrival, std::span<const std::uint32_t> parents) const;
  std::uint32_t first_number(const tree::Stamp& stamp) const;
  void note(const tree::Stamp& stamp, std::span<const std::uint32_t> parents, std::uint32_t edits);

  mutable tree::Tree tree_;          // what came late is moved to where it is when somebody looks
  std::vector<tree::Stamp> stamps_;  // of operations
  std::map<tree::Stamp, Stamped> by_stamp_;
  PastRuns past_;
  Buffer draft_;
  tree::Stamp draft_stamp_;
};

}  // namespace gs::merge
