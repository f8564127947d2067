// What it takes to take back the writes of one change, or of one transaction of it, in one record.
//
// A field gets the value back that it had before, as long as the record shows the write that is
// taken back, or would show it without what was undone since. A number that was added to
// is added to the other way round. Elements are removed and added again, but for those that are
// there, or not, without these writes as well. Members of an object go back one by one. What was
// typed into a text is deleted, what was deleted comes back where it was, and marks are as they
// would be without these. Elements of a list and nodes of a tree go, come back, move back and get
// their value back one by one. A record that was inserted goes, and one that was removed comes
// back, as it would be without the removal.
// What somebody else did to the same field or record since, or at the same time, stays: it is told.
// What its own writer took back does not come again.
//
// Pure: records are what others hand in.
#pragma once

#include <deque>
#include <optional>
#include <set>
#include <vector>

#include "globalstorage/storage.h"
#include "gs/core/crdt/text/difference.h"
#include "gs/core/merge/taken_marks.h"
#include "gs/core/merge/tree_edits.h"
#include "gs/core/record/encoder.h"
#include "gs/engine/database/past.h"

namespace gs::engine {

// The writes that are taken back, by their stamps.
struct TakenBack {
  std::uint32_t writer = 0;           // its chain
  std::vector<std::uint32_t> beside;  // the other chains of the same writer
  graph::Hlc first = 0;
  graph::Hlc last = 0;
  // All transactions that are as if they had never been: these, and what their own writers undid
  // since with what undid it.
  std::set<graph::Stamp> never;
  // Of texts and marks: the same, but what others did again is typed, and stays as it was typed.
  std::set<graph::Stamp> untyped;
  // Of the first: undos, redos, and reverts of what is taken back.
  std::set<graph::Stamp> restoring;
  bool was_reverted = false;  // by some of these
  bool has(const LocalStamp& stamp) const noexcept {
    return stamp.writer == writer && stamp.hlc >= first && stamp.hlc <= last;
  }
};

struct TakingBack {
  enum class Act : std::uint8_t { none, update, remove, restore };
  Act act = Act::none;
  std::vector<record::FieldView> fields;                  // of an update; of what is restored: all
  std::vector<std::pair<std::string, double>> additions;  // of an update
  // Of an update: elements that a field gets or loses.
  struct Elements {
    std::string field;
    merge::Rule change = merge::Rule::included;
    bool is_set = false;
    Array elements;
  };
  std::vector<Elements> elements;
  // Of an update: what is typed into a field.
  struct Edits {
    std::string field;
    crdt::Difference edits;
    std::vector<merge::MarkToMake> marks;  // behind them
  };
  std::vector<Edits> texts;
  // Of an update: edits of a list, whose positions count what is shown.
  struct List {
    std::string field;
    Buffer edits;
  };
  std::vector<List> lists;
  // Of an update: edits of a tree.
  struct Tree {
    std::string field;
    std::vector<merge::TreeEdit> edits;
  };
  std::vector<Tree> trees;
  RecordDifference told;  // unless nothing is done
  std::vector<KeptWrite> kept;

  bool is_nothing() const noexcept { return act == Act::none; }

 private:
  friend class TakingBackMaker;
  std::deque<Buffer> contents_;  // of fields that stand nowhere else
};

// Of numbers that were added to, where some of that was taken back before: what of the writes
// counted, transaction by transaction, and what goes against it. What is left is the sum of both.
struct CountedWrites {
  struct Step {
    PastRecord before;
    PastRecord after;
  };
  bool is_whole = false;  // these are all that is taken back
  std::vector<Step> writes;
  std::vector<Step> against;
};

// The record that is looked at; all of it outlives the result.
struct LookedAt {
  PastRecord before;   // without these writes and all that came later
  PastRecord after;    // with them
  PastRecord shown;    // now, if nothing that was undone since had ever been
  PastRecord without;  // the same, if these writes had never been either
  state::Found now;    // as the storage has it, with its id
  // These writes were undone, which had nothing to do in this record, and are done again. So
  // `before` has them, and `after` has not.
  bool is_again = false;
  std::optional<CountedWrites> counted;  // none: all of them count
};
TakingBack take_back(const LookedAt& record, const TakenBack& writes, const state::Tables& tables);

}  // namespace gs::engine
