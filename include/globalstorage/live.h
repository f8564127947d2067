// A live query: the rows of a query, and then exactly what changed in them.
//
//   gs::LiveQuery top = db.watch(R"({"collection":"City","sort":"name","limit":10})").value();
//   for (std::size_t i = 0; i < top.size(); ++i) show(top.row(i).value());
//   while (top.wait(std::chrono::seconds(1))) {
//     for (const gs::LiveChange& change : top.changes().value()) apply(change);
//   }
//
// A commit does nothing for it but to wake whoever waits. changes() looks at what was written since
// the last look, so that its cost depends on that and not on the number of records; how long it
// takes after a bulk load, and what it keeps, is in docs/QUERY.md, "Live queries".
//
// Threads: one at a time, but for the storage, which anybody may use beside it. A live query keeps
// its storage open, like every handle.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

#include "globalstorage/storage.h"

namespace gs {

// One step from the rows before to those of now. Steps are applied one after the other; each place
// is one in the list as the steps before have left it.
struct LiveChange {
  enum class Kind {
    added,    // `row` is put in at `at`
    changed,  // the row at `at` shows something else: `row`
    moved,    // the row at `from` is taken out and put in at `at`; it shows `row`
    removed,  // the row at `at` is taken out
  };
  Kind kind = Kind::changed;
  std::size_t from = 0;  // of moved
  std::size_t at = 0;
  Id id;    // of the record; zero for a group
  Row row;  // as it is now; of a removed group as it was, of a removed record empty

  // "added", "changed", "moved" or "removed".
  const char* kind_name() const noexcept;
  // One line: {"added":row,"id":"..","at":0}. Errors: as of Row::json().
  Result<std::string> json() const;
  Error append_json(std::string& out) const;  // after an error nothing was appended
};

// Calls back after every commit, whoever made it and whatever is in it, until it is destroyed: on
// the thread that commits, without a lock. The call must not wait, and may come once more while
// this is being destroyed. What it was called for is visible by then. Any thread.
class CommitListener {
 public:
  CommitListener();
  ~CommitListener();
  CommitListener(CommitListener&&) noexcept;
  CommitListener& operator=(CommitListener&&) noexcept;

 private:
  friend class Storage;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

class LiveQuery {
 public:
  LiveQuery();
  ~LiveQuery();
  LiveQuery(LiveQuery&&) noexcept;
  LiveQuery& operator=(LiveQuery&&) noexcept;

  // --- rows as of the last look, which is watch() at first ---
  std::size_t size() const noexcept;
  // Errors: not_found (there are not so many), damaged.
  Result<Row> row(std::size_t at) const;

  // Looks at what was committed since the last look. Empty: nothing that shows. Errors: closed;
  // damaged, too_large (docs/QUERY.md, "Limits"): they end it, and it has to be made again.
  Result<std::vector<LiveChange>> changes();
  // The same when it goes on in another handle of its storage, opened later, as a process does that
  // reads beside a writer. Everything is looked at again. Errors: invalid (another storage).
  Result<std::vector<LiveChange>> move_to(const Storage& storage);

  // Waits until something was committed since the last look, whether it shows here or not, or the
  // storage was closed. False: not within this time, a day at most.
  bool wait(std::chrono::milliseconds timeout);

 private:
  friend class Storage;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gs
