// A live query: its answer, kept up to date with what was committed.
//
// start() executes the query once. changes() takes a moment, walks the rows that came since the
// last one (unread.h), and has the answer (answer.h) follow. When these rows are not to be had any
// more, are too many, or another schema came, the query is executed again and compared: the same
// steps come out, at the cost of the whole.
//
// It keeps the moment of its last look: what that reads from stays in memory and on disk until the
// next one. One thread at a time. Errors: invalid and too_large (the query), closed; damaged,
// too_large (bounds): they end it, and every later call says the same.
#pragma once

#include "gs/engine/live/answer.h"
#include "gs/engine/live/unread.h"

namespace gs::engine {

// Smaller in tests.
struct LiveBounds {
  QueryBounds query;
  // Rows of the row table that one look walks: beyond, executing the query again costs no more.
  std::size_t unread = 65'536;
};

class Live {
 public:
  // `wake` is called after commits (watchers.h), on the thread of the commit; it must not wait.
  static Result<std::unique_ptr<Live>> start(std::shared_ptr<Database> db, std::string_view json,
                                             std::function<void()> wake = {},
                                             const LiveBounds& bounds = {});
  ~Live();
  Live(const Live&) = delete;
  Live& operator=(const Live&) = delete;

  // From the answer before to that of now, applied one by one (window.h).
  Result<LiveDeltas> changes();
  // The same when it goes on in another handle of the same storage, as one that was opened later
  // for reading. Errors: invalid (it is another storage).
  Result<LiveDeltas> move_to(std::shared_ptr<Database> db);

  // --- the answer as of the last look ---
  std::size_t size() const noexcept { return answer_->size(); }
  Error row(std::size_t place, QueryRow& out) const;
  const std::shared_ptr<const QueryContext>& context() const noexcept { return context_; }
  // How often everything was executed again.
  std::uint64_t replaced() const noexcept { return replaced_; }
  std::uint64_t compared_bytes() const noexcept { return answer_->compared_bytes(); }

 private:
  Live(std::shared_ptr<Database> db, query::Query query, std::function<void()> wake,
       const LiveBounds& bounds);
  std::shared_ptr<const QueryContext> context_of_now() const;
  Result<LiveDeltas> look(bool anew);
  // False: nobody knows.
  bool find_touched(const Moment& now, std::vector<Id>& ids, std::vector<Id>& included) const;
  Result<LiveDeltas> ended_with(Result<LiveDeltas> deltas);

  std::shared_ptr<Database> db_;
  const std::shared_ptr<const query::Query> query_;
  const LiveBounds bounds_;
  const std::shared_ptr<Watcher> watcher_;
  std::unique_ptr<LiveAnswer> answer_;
  std::shared_ptr<const QueryContext> context_;  // of the last look
  ReadUpTo read_;
  std::uint64_t replaced_ = 0;
  Error ended_;
};

}  // namespace gs::engine
