// Live queries in the hands of programs: waiting, and steps as JSON.

#include "globalstorage/live.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "gs/api/handle.h"
#include "gs/engine/live/live.h"

namespace gs {
namespace {

constexpr std::chrono::milliseconds kWaitMax = std::chrono::hours(24);

// Between commits and the one who waits. Kept by both, so that a commit may still wake somebody
// who is leaving.
class Signal {
 public:
  explicit Signal(std::function<void()> on_commit) : on_commit_(std::move(on_commit)) {}

  void raise() {
    {
      std::lock_guard lock(mutex_);
      is_raised_ = true;
    }
    raised_.notify_all();
    if (on_commit_) on_commit_();
  }
  void lower() {
    std::lock_guard lock(mutex_);
    is_raised_ = false;
  }
  bool wait(std::chrono::milliseconds timeout) {
    std::unique_lock lock(mutex_);
    return raised_.wait_for(lock, std::min(timeout, kWaitMax), [this] { return is_raised_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable raised_;
  bool is_raised_ = false;
  const std::function<void()> on_commit_;
};

LiveChange::Kind kind_of(engine::Step::Kind kind) noexcept {
  switch (kind) {
    case engine::Step::Kind::added:
      return LiveChange::Kind::added;
    case engine::Step::Kind::changed:
      return LiveChange::Kind::changed;
    case engine::Step::Kind::moved:
      return LiveChange::Kind::moved;
    case engine::Step::Kind::removed:
      break;
  }
  return LiveChange::Kind::removed;
}

}  // namespace

// --- CommitListener ---

struct CommitListener::Impl {
  std::shared_ptr<engine::Database> database;
  std::shared_ptr<engine::Watcher> watcher;
  ~Impl() { database->unwatch(*watcher); }
};

CommitListener::CommitListener() = default;
CommitListener::~CommitListener() = default;
CommitListener::CommitListener(CommitListener&&) noexcept = default;
CommitListener& CommitListener::operator=(CommitListener&&) noexcept = default;

Result<CommitListener> Storage::listen(std::function<void()> on_commit) const {
  const auto self = std::make_shared<std::weak_ptr<engine::Watcher>>();
  // First it looks again, then it calls: what is committed between these is told by this call.
  const auto wake = [self, call = std::move(on_commit)] {
    if (const auto watcher = self->lock()) watcher->look();
    call();
  };
  const auto watcher = std::make_shared<engine::Watcher>(wake);
  *self = watcher;
  GS_TRY_OK(database()->watch(watcher));
  CommitListener listener;
  listener.impl_.reset(new CommitListener::Impl{database(), watcher});
  return listener;
}

// --- LiveChange ---

const char* LiveChange::kind_name() const noexcept {
  switch (kind) {
    case Kind::added:
      return "added";
    case Kind::changed:
      return "changed";
    case Kind::moved:
      return "moved";
    case Kind::removed:
      break;
  }
  return "removed";
}

Error LiveChange::append_json(std::string& out) const {
  const std::size_t size = out.size();
  out.append("{\"").append(kind_name()).append("\":");
  const bool is_record = !id.is_zero();
  if (is_record && kind == Kind::removed) {
    out.append("\"").append(id.text()).append("\"");
  } else {
    if (Error error = row.append_json(out)) {
      out.resize(size);
      return error;
    }
    if (is_record) out.append(",\"id\":\"").append(id.text()).append("\"");
  }
  if (kind == Kind::moved) out.append(",\"from\":").append(std::to_string(from));
  out.append(",\"at\":").append(std::to_string(at)).append("}");
  return {};
}

Result<std::string> LiveChange::json() const {
  std::string out;
  GS_TRY_OK(append_json(out));
  return out;
}

// --- LiveQuery ---

struct LiveQuery::Impl {
  std::shared_ptr<Signal> signal;
  std::unique_ptr<engine::Live> live;

  Row make_row(const engine::QueryRow& row) const {
    Row made;
    made.context_ = live->context();
    const engine::QueryContext& context = *made.context_;
    if (!context.query.group && row.found.record != nullptr) {
      made.record_ = api::make_record(context.db->hold(context.moment, row.found));
    }
    made.group_json_ = row.group_json;
    return made;
  }

  Result<std::vector<LiveChange>> made(Result<engine::LiveDeltas> deltas) const {
    GS_TRY(const engine::LiveDeltas steps, std::move(deltas));
    std::vector<LiveChange> changes;
    changes.reserve(steps.size());
    for (const engine::LiveDelta& step : steps) {
      changes.push_back({kind_of(step.kind), step.from, step.at, step.id, make_row(step.row)});
    }
    return changes;
  }
};

LiveQuery::LiveQuery() = default;
LiveQuery::~LiveQuery() = default;
LiveQuery::LiveQuery(LiveQuery&&) noexcept = default;
LiveQuery& LiveQuery::operator=(LiveQuery&&) noexcept = default;

std::size_t LiveQuery::size() const noexcept { return impl_ == nullptr ? 0 : impl_->live->size(); }

Result<Row> LiveQuery::row(std::size_t at) const {
  if (impl_ == nullptr) return Error(Code::not_found, "an empty live query has no rows");
  engine::QueryRow row;
  GS_TRY_OK(impl_->live->row(at, row));
  return impl_->make_row(row);
}

Result<std::vector<LiveChange>> LiveQuery::changes() {
  if (impl_ == nullptr) return std::vector<LiveChange>();
  impl_->signal->lower();
  return impl_->made(impl_->live->changes());
}

Result<std::vector<LiveChange>> LiveQuery::move_to(const Storage& storage) {
  if (impl_ == nullptr) return std::vector<LiveChange>();
  impl_->signal->lower();
  return impl_->made(impl_->live->move_to(storage.database()));
}

bool LiveQuery::wait(std::chrono::milliseconds timeout) {
  return impl_ != nullptr && impl_->signal->wait(timeout);
}

// --- Storage ---

Result<LiveQuery> Storage::watch(std::string_view query_json,
                                 std::function<void()> on_commit) const {
  auto impl = std::make_unique<LiveQuery::Impl>();
  impl->signal = std::make_shared<Signal>(std::move(on_commit));
  GS_TRY(impl->live,
         engine::Live::start(database(), query_json, [signal = impl->signal] { signal->raise(); }));
  LiveQuery query;
  query.impl_ = std::move(impl);
  return query;
}

}  // namespace gs
