// Erasure: the payloads of a record leave the disk, the chain still verifies.
//
// First a signed erase operation for every payload that ever held the record is committed and
// synced; then the segments that hold them are written again without those bytes (their leaf
// digests stay); then the state, which points into the log, is rebuilt. A crash in between leaves
// the erase operations in the log: the next erase of the same id finishes the job.

#include <map>

#include "gs/core/graph/proof.h"
#include "gs/engine/database/commit_scratch.h"

namespace gs::engine {

using graph::Kind;

namespace {

bool holds_payload(std::uint8_t kind) {
  switch (static_cast<Kind>(kind)) {
    case Kind::insert:
    case Kind::set:
    case Kind::update:
      return true;
    default:
      return false;
  }
}

// The longest reason that is kept; it stands in the log for ever.
constexpr std::size_t kReasonBytesMax = 1024;
// Checkpoints before an erasure gives up: each finds that writers have begun another one meanwhile.
constexpr int kQuietTriesMax = 1000;

}  // namespace

Result<std::uint64_t> Database::erase(const Id& id, std::string_view reason) {
  if (reason.size() > kReasonBytesMax) {
    return Error(Code::too_large,
                 "a reason of " + std::to_string(reason.size()) + " bytes; the limit is 1024");
  }
  std::lock_guard erase_lock(erase_mutex_);
  {
    std::lock_guard lock(commit_mutex_);
    GS_TRY_OK(writable());
  }
  // No background job may hold pointers into segments that move, and none may begin: it would put
  // a run of the old state into the new one.
  std::unique_lock lock(commit_mutex_, std::defer_lock);
  for (int i = 0; !lock.owns_lock(); ++i) {
    if (i == kQuietTriesMax) {
      return Error(Code::conflict,
                   "too many writes beside the erasure. Try again when there are fewer");
    }
    GS_TRY_OK(checkpoint());
    lock.lock();
    std::lock_guard background_lock(background_mutex_);
    if (frozen_.empty() && !background_running_) {
      background_running_ = true;  // keeps jobs away
    } else {
      lock.unlock();
    }
  }
  struct Quiet {
    Database& db;
    ~Quiet() {
      std::lock_guard background_lock(db.background_mutex_);
      db.background_running_ = false;
      db.background_done_.notify_all();
    }
  } const quiet{*this};
  GS_TRY_OK(writable());
  if (builder_.is_open()) GS_TRY_OK(close_change());
  const Settled settled{moment(), log_->first(), log_->end(), frontier_};

  // Every payload of this record, by segment and change.
  std::vector<graph::Erase> erases;
  std::map<std::uint32_t, std::map<log::Location, std::vector<std::uint32_t>>> places;
  bool known = false;
  GS_TRY_OK(each_change(settled, [&](log::Location at, Bytes bytes, bool&) -> Error {
    GS_TRY(const graph::ChangeView view, graph::ChangeView::parse(bytes));
    std::uint32_t wanted = graph::kNoId;
    for (std::uint32_t i = 0; i < view.id_count() && wanted == graph::kNoId; ++i) {
      if (view.id(i) == id) wanted = i;
    }
    if (wanted == graph::kNoId) return {};
    auto cursor = view.operations();
    graph::OperationView operation;
    while (cursor.next(operation)) {
      if (operation.id_index != wanted) continue;
      known = true;
      if (operation.erased() || !holds_payload(operation.kind)) continue;
      erases.push_back(graph::describe_erasure(view, cursor.index(), reason));
      places[log::segment_of(at)][at].push_back(cursor.index());
    }
    return {};
  }));
  if (!known) return Error(Code::not_found, "no record " + id.text() + " in this storage");
  if (erases.empty()) return std::uint64_t{0};

  GS_TRY_OK(append_erases(id, erases));
  if (Error error = log_->sync()) return fail(std::move(error));

  for (const auto& [segment, changes] : places) {
    Buffer erased;
    const auto transform = [&changes = changes, &erased](log::Location at,
                                                         Bytes change) -> Result<Bytes> {
      const auto found = changes.find(at);
      if (found == changes.end()) return change;
      GS_TRY(const graph::ChangeView view, graph::ChangeView::parse(change));
      GS_TRY(erased, graph::erase_operations(view, found->second));
      return Bytes(erased);
    };
    const auto moved = [](log::Location, log::Location, std::size_t) {};
    GS_TRY_OK(log_->rewrite(segment, transform, moved));
  }
  GS_TRY_OK(rebuild_state());
  report(Event::Level::info, "erased",
         "id=" + id.text() + " payloads=" + std::to_string(erases.size()));
  return static_cast<std::uint64_t>(erases.size());
}

// One transaction of erase operations; in as many changes as their size asks for, never half.
Error Database::append_erases(const Id& id, const std::vector<graph::Erase>& erases) {
  const graph::Hlc hlc = id::hlc_next(last_hlc_, env_.clock->wall_ms());
  std::size_t bytes = 0;
  std::vector<Buffer> payloads;
  for (const graph::Erase& erase : erases) {
    payloads.push_back(graph::encode_erase(erase));
    bytes += graph::ChangeBuilder::cost(payloads.back().size());
  }
  if (bytes > graph::kTransactionBytesMax) {
    return Error(Code::too_large, "the record has " + std::to_string(erases.size()) +
                                      " versions, too many to erase in one transaction");
  }
  GS_TRY_OK(ensure_room(bytes, hlc));
  const Sequence sequence = visible_.load() + 1;
  for (std::size_t i = 0; i < payloads.size(); ++i) {
    const std::uint8_t flags = i + 1 == payloads.size() ? graph::kLastOfTransaction : 0;
    const auto appended = builder_.append(static_cast<std::uint8_t>(Kind::erase), flags, nullptr,
                                          &id, hlc, payloads[i].size());
    std::memcpy(appended.payload, payloads[i].data(), payloads[i].size());
  }
  applier_.put_tombstone(id, {hlc, writer_number_}, sequence);
  last_hlc_ = hlc;
  operation_count_ += payloads.size();
  visible_.store(sequence, std::memory_order_release);
  return close_change();
}

// Replays the whole log into new tables and forgets the runs. Called with the commit lock and
// without background work; readers keep the version that they have.
Error Database::rebuild_state() {
  auto version = std::make_shared<state::Version>();
  version->tables.push_back(std::make_shared<state::RowTable>());
  version->log = log_->view();
  const auto old_runs = version_->runs;
  applier_.attach(version);
  applier_.live_records().assign(applier_.live_records().size(), 0);
  applier_.dirty().set();
  Sequence sequence = 0;
  GS_TRY_OK(log_->walk(log_->first(), log_->end(),
                       [&](log::Location at, std::uint64_t, Bytes change) -> Error {
                         GS_TRY(const graph::ChangeView view, graph::ChangeView::parse(change));
                         return applier_.replay(view, at, sequence);
                       }));
  // Rebuilt rows count transactions from the log's beginning, which may be more than this process
  // saw.
  const Sequence visible = std::max(visible_.load(), sequence);
  visible_.store(visible, std::memory_order_release);  // first: no reader may miss rebuilt rows
  publish(std::move(version));
  written_ = visible;
  raise_durable(visible);
  {
    std::lock_guard background_lock(background_mutex_);
    checkpoint_.runs.clear();
    frozen_.clear();  // what a failed checkpoint left waiting is in the new table
  }
  for (const auto& run : old_runs) env_.files->remove(state_path(run->number(), ".gsr")).ignore();
  checkpoint_log_bytes_ = 0;  // the next flush writes a run of everything
  return {};
}

}  // namespace gs::engine
