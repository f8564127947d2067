#include "gs/engine/live/live.h"

#include <algorithm>

#include "gs/engine/query/relations.h"

namespace gs::engine {
namespace {

Error check_live(const query::Query& query) {
  if (!query.cursor.empty()) {
    return Error(Code::invalid,
                 "query: cursor: does not go with a live query, which begins with the first row. "
                 "Use `offset` and `limit`");
  }
  for (const query::Include& include : query.include) {
    if (include.include.empty()) continue;
    return Error(Code::invalid, "query: include." + include.field +
                                    ".include: a live query includes one level of records");
  }
  return {};
}

void make_unique(std::vector<Id>& ids) {
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
}

}  // namespace

Live::Live(std::shared_ptr<Database> db, query::Query query, std::function<void()> wake,
           const LiveBounds& bounds)
    : db_(std::move(db)),
      query_(std::make_shared<const query::Query>(std::move(query))),
      bounds_(bounds),
      watcher_(std::make_shared<Watcher>(wake ? std::move(wake) : [] {})),
      answer_(query_->group ? make_live_groups(query_, bounds.query)
                            : make_live_rows(query_, bounds.query)) {}

Live::~Live() { db_->unwatch(*watcher_); }

Result<std::unique_ptr<Live>> Live::start(std::shared_ptr<Database> db, std::string_view json,
                                          std::function<void()> wake, const LiveBounds& bounds) {
  GS_TRY(query::Query query, query::parse_query(json));
  GS_TRY_OK(check_live(query));
  std::unique_ptr<Live> live(new Live(std::move(db), std::move(query), std::move(wake), bounds));
  GS_TRY_OK(live->db_->watch(live->watcher_));
  live->context_ = live->context_of_now();
  live->read_ = end_of(live->context_->moment);
  GS_TRY_OK(live->answer_->fill(*live->context_));
  return live;
}

// Rows that were handed out keep the context that they came from, so each look has its own.
std::shared_ptr<const QueryContext> Live::context_of_now() const {
  auto context = std::make_shared<QueryContext>();
  context->db = db_;
  context->moment = db_->moment();
  context->query = *query_;
  relate(*context);
  context->bounds = bounds_.query;
  return context;
}

Result<LiveDeltas> Live::changes() {
  GS_TRY_OK(ended_.copy());
  if (db_->is_closed()) return Error(Code::closed, "the storage is closed. Open it again");
  return ended_with(look(false));
}

Result<LiveDeltas> Live::move_to(std::shared_ptr<Database> db) {
  GS_TRY_OK(ended_.copy());
  if (db->storage() != db_->storage()) {
    return Error(Code::invalid, "live query: that is another storage");
  }
  if (db == db_) return ended_with(look(false));
  GS_TRY_OK(db->watch(watcher_));
  db_->unwatch(*watcher_);
  db_ = std::move(db);
  return ended_with(look(true));
}

Result<LiveDeltas> Live::ended_with(Result<LiveDeltas> deltas) {
  if (!deltas) ended_ = deltas.error().copy();
  return deltas;
}

Result<LiveDeltas> Live::look(bool anew) {
  watcher_->look();
  const Moment moment = db_->moment();
  const Moment& seen = context_->moment;
  if (!anew && moment.version == seen.version && moment.at == seen.at) return LiveDeltas();

  const auto now = context_of_now();
  std::vector<Id> ids;
  std::vector<Id> included;
  const bool knows =
      !anew && now->moment.catalog == seen.catalog && find_touched(now->moment, ids, included);
  LiveDeltas deltas;
  if (knows) {
    make_unique(ids);
    make_unique(included);
    GS_TRY(deltas, answer_->follow(*context_, *now, ids, included));
  } else {
    ++replaced_;
    GS_TRY(deltas, answer_->replace(*context_, *now));
  }
  context_ = now;
  read_ = end_of(now->moment);
  return deltas;
}

bool Live::find_touched(const Moment& now, std::vector<Id>& ids, std::vector<Id>& included) const {
  const bool all = query_->collection.empty();
  const std::uint32_t collection =
      all ? state::kUnknown
          : db_->tables().find_collection(record::collection_id(query_->collection));
  return each_unread(context_->moment, now, read_, bounds_.unread,
                     [&](const state::RowTable::Row& row) {
                       if (all || row.collection == collection) ids.push_back(row.entry.id);
                       if (answer_->includes(row.entry.id)) included.push_back(row.entry.id);
                     });
}

Error Live::row(std::size_t place, QueryRow& out) const {
  if (place >= size()) {
    return Error(Code::not_found, "the live query has " + std::to_string(size()) + " rows");
  }
  return answer_->row(*context_, place, out);
}

}  // namespace gs::engine
