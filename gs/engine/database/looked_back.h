// What revert.cc looks at to take something back, and look_back.cc finds.
#pragma once

#include <algorithm>
#include <optional>
#include <set>
#include <vector>

#include "gs/engine/database/known_reverts.h"
#include "gs/engine/database/settled.h"
#include "gs/engine/database/taking_back.h"

namespace gs::engine {

inline void add_to(std::set<graph::Stamp>& to, const std::set<graph::Stamp>& more) {
  to.insert(more.begin(), more.end());
}

// A change, or one transaction of it.
struct Looked {
  Looked(const KnownChanges& known, graph::ChangeNumber change, graph::Hlc transaction)
      : hlc(transaction),
        own{{change, change}, known.place(change)},
        digest(known.digest(change)),
        chains(known.chains_of(known.writer(change))) {
    const graph::CausalGraph::Changes self(&change, 1);
    before = Ancestors(known.graph(), self);
    before.cut(change, hlc);
    after = Ancestors(known.graph(), self);
    if (hlc != 0) after.cut(change, hlc + 1);
  }

  // `take(operation)` for those that it is about.
  template <typename Take>
  void each(const graph::ChangeView& change, const Take& take) const {
    auto cursor = change.operations();
    for (graph::OperationView operation; cursor.next(operation);) {
      if (hlc == 0 || operation.hlc == hlc) take(operation);
    }
  }

  // With a revert that stands all of the change counts as never having been, as that does.
  void look_at_reverts(const KnownReverts& reverts) {
    std::set<graph::Stamp> all;
    for (const KnownReverts::One& one : reverts.of(digest)) {
      writes.restoring.insert(one.stamp);
      writes.was_reverted = true;
      if (one.stands) all.insert(one.stamp);
    }
    if (all.empty()) return;
    for (const Done& done : of_change) all.insert({done.hlc, writer});
    for (std::set<graph::Stamp>* const to : {&never.undone, &writes.never, &writes.untyped}) {
      add_to(*to, all);
    }
  }

  graph::Hlc hlc;  // 0: all of it
  Stretch own;     // the change itself
  Digest digest;
  std::vector<graph::Writer> chains;  // of its writer
  Ancestors before;
  Ancestors after;
  graph::Writer writer{};
  TakenBack writes{0, {}, ~graph::Hlc{0}, 0, {}, {}, {}, false};
  std::set<graph::Stamp> transactions;
  std::vector<Done> of_change;  // all of the change
  std::set<Id> ids;             // of records that it wrote to
  Omitted never;                // all that was undone, with what is taken back
};

// One transaction, of which only is asked what it added to numbers.
struct LookedStep {
  LookedStep(const KnownChanges& known, graph::ChangeNumber number, graph::Hlc transaction)
      : change(number), hlc(transaction) {
    before = Ancestors(known.graph(), graph::CausalGraph::Changes(&number, 1));
    after = before;
    before.cut(change, hlc);
    after.cut(change, hlc + 1);
  }

  graph::ChangeNumber change;
  graph::Hlc hlc;
  Ancestors before;
  Ancestors after;
};

// What is taken back, and what it takes to know.
struct LookedBack {
  Settled settled;
  std::optional<Looked> taken;
  // Of a redo: what was undone. Looked at in records in which the undo found nothing to do.
  std::optional<Looked> again;
  std::vector<Stretch> common;     // what it knew
  std::vector<Stretch> later;      // what it did not
  std::vector<Stretch> reverting;  // all that did not know what is looked at, and take back
  Ancestors all;
  PastWrites past;
  std::vector<Id> ids;  // of all records that are looked at, ascending
  Omitted omitted;
  // Where some of what is taken back was taken back before (taking_back.h).
  std::vector<LookedStep> counted;
  std::vector<LookedStep> against;
};

}  // namespace gs::engine
