// Changes of others: looked at as a whole, appended to the log as they are, and applied.
//
// Whether a change is valid follows from its bytes and from those before it in causality, never
// from what else is here; so all replicas take the same ones, in any order.
//
//   known             it is here already: nothing happens
//   waits             a parent, or its writer's previous change, is not here; or its clock is far
//                     ahead of ours; or it lacks a payload of which no erase operation tells.
//                     Kept in pending/, and looked at again with each change that comes
//                     (waiting.cc)
//   noted             of another branch, or of the side of a twin that does not count: it is in the
//                     log, and makes no state (standing.cc)
//   refused           broken, of another storage, or not admitted. Said, and not kept
//
// Nothing of it is applied before it is known that all of it can be.

#include <deque>

#include "gs/engine/database/completing.h"
#include "gs/engine/database/database.h"
#include "gs/engine/database/deriving.h"
#include "gs/engine/database/job.h"
#include "gs/engine/database/receiving.h"
#include "gs/engine/database/standing.h"

namespace gs::engine {

namespace {

// So much is looked at and applied under one commit lock.
constexpr std::size_t kStepBytes = std::size_t{4} << 20;

// What came with the changes of one step, for as long as they are looked at.
class BesideScope {
 public:
  BesideScope(WaitingChanges& waiting, const Vouchers* beside) : waiting_(waiting) {
    waiting.beside = beside;
  }
  ~BesideScope() { waiting_.beside = nullptr; }
  BesideScope(const BesideScope&) = delete;
  BesideScope& operator=(const BesideScope&) = delete;

 private:
  WaitingChanges& waiting_;
};

Error too_many_twins(const graph::ChangeView& change) {
  return Error(Code::conflict, "writer " + change.writer().text() +
                                   " has signed one more change with a number that it had given "
                                   "away (" +
                                   change.digest().text() + "). There are " +
                                   std::to_string(Twins::kMax) +
                                   " twins here already, and no more are taken: revoke it");
}

// Says nothing about a change: the next look may find that it can be taken.
bool is_of_disk(const Error& error) {
  return error.code() == Code::io || error.code() == Code::no_space;
}

}  // namespace

// --- what is known ---

// Of the changes behind `from`. Frames are compared: bytes that nobody compared may be anything.
Error Database::know(const Settled& settled, log::Location from, KnownChanges& known) const {
  if (settled.base != nullptr) known.drop_below(settled.base->changes());
  const auto add = [&](log::Location at, Bytes bytes, bool&) -> Error {
    const Bytes header = bytes.subspan(graph::kPreambleBytes, load_u32(bytes.data() + 8));
    const auto change = graph::ChangeView::parse(bytes);
    const graph::HeaderView head(header);
    // Of one that is damaged the first stamp has to do, as nothing is written upon damage.
    GS_TRY_OK(known.add(head, graph::change_digest(header), at,
                        change.ok() ? last_stamp(*change) : head.hlc()));
    if (change.ok()) known.add_contents(*change);
    return {};
  };
  return each_change(settled, add, from);
}

Error Database::know_changes() {
  std::uint64_t rewrites = 0;
  {
    const std::lock_guard lock(commit_mutex_);
    if (known_) return {};
    rewrites = rewrites_;
  }
  auto known = std::make_unique<KnownChanges>();
  GS_TRY(const Settled settled, settle());
  GS_TRY_OK(know(settled, 0, *known));
  const std::lock_guard lock(commit_mutex_);
  if (known_) return {};
  if (rewrites != rewrites_ || settled.log.generation_sum != log_->generation_sum()) {
    return Error(Code::conflict, "the log was written anew meanwhile. Try again");
  }
  GS_TRY(const Settled rest, settle_locked());
  GS_TRY_OK(know(rest, settled.log.end, *known));
  known_ = std::move(known);
  known_generations_ = rest.log.generation_sum;
  return {};
}

bool Database::is_known(const Digest& change) const {
  const std::lock_guard lock(commit_mutex_);
  return known_ && known_->find(change);
}

// --- one change ---

// Of a change whose parents are here.
std::vector<graph::ChangeNumber> Database::parents_of(const graph::ChangeView& change) const {
  std::vector<graph::ChangeNumber> parents;
  for (std::uint32_t i = 0; i < change.parent_count(); ++i) {
    parents.push_back(*known_->find(change.parent(i)));
  }
  return parents;
}

// What can be said without the storage. Expensive, so without a lock.
Error Database::Receiving::check_alone(const graph::ChangeView& change) const {
  const bool is_ours = change.storage().is_zero() ? change.digest() == db_.storage_
                                                  : change.storage() == db_.storage_;
  if (!is_ours) {
    return Error(Code::invalid, "change " + change.digest().text() +
                                    " belongs to another storage (" + change.storage().text() +
                                    ")");
  }
  GS_TRY_OK(change.verify_signature());
  return change.verify_commitments();
}

// What its writer says to have seen it could have: else replicas that get things in other orders
// would differ.
Error Database::Receiving::check_seen(const graph::ChangeView& change) const {
  const std::vector<graph::ChangeNumber> parents = db_.parents_of(change);
  std::vector<graph::Hlc> checked(change.writer_count(), 0);  // the greatest, of each writer
  const auto check = [&](graph::Hlc hlc, std::uint16_t index, graph::Hlc own) -> Error {
    if (index == graph::kNoWriter) return {};
    if (index == graph::kThisWriter) {
      if (hlc <= own) return {};
      return Error(Code::invalid, "it saw what its writer had not written yet");
    }
    if (hlc >= own) return Error(Code::invalid, "it is not later than what it saw");
    if (hlc <= checked[index]) return {};
    if (!db_.known_->may_have_seen(change.writer_at(index), hlc, parents)) {
      return Error(Code::invalid, "it saw what does not come before it");
    }
    checked[index] = hlc;
    return {};
  };
  auto cursor = change.operations();
  for (graph::OperationView operation; cursor.next(operation);) {
    const auto kind = static_cast<graph::Kind>(operation.kind);
    const bool overwrites =
        kind == graph::Kind::set || kind == graph::Kind::update || kind == graph::Kind::remove;
    if (!overwrites || operation.erased()) continue;
    Bytes rest;
    GS_TRY(const graph::OverwrittenView seen, graph::parse_overwritten(operation.payload, rest));
    GS_TRY_OK(check(seen.hlc, seen.writer, operation.hlc));
    for (std::uint32_t i = 0; i < seen.exceptions; ++i) {
      const auto one = seen.exception(i);
      GS_TRY_OK(check(one.hlc, one.writer, operation.hlc));
    }
  }
  return {};
}

// With the commit lock. `missing`: what it waits for; zero when it can be applied now.
Error Database::Receiving::check_here(const graph::ChangeView& change, Digest& missing) {
  missing = {};
  if (db_.only_writer_ && change.writer() != *db_.only_writer_) {
    return Error(Code::read_only, "writer " + change.writer().text() +
                                      " is not admitted: the storage takes changes of its owner "
                                      "only");
  }
  // Our key is in two places. We go on as somebody else, before we give a number away twice.
  if (change.writer() == db_.writer_ && Standing(db_).may_renew_writer())
    GS_TRY_OK(Standing(db_).renew_writer());
  for (std::uint32_t i = 0; i < change.parent_count(); ++i) {
    if (!db_.known_->find(change.parent(i))) {
      missing = change.parent(i);
      return {};
    }
  }
  if (change.sequence() != 0 && !db_.known_->find(change.prev())) {
    missing = change.prev();
    return {};
  }
  auto place = db_.known_->place_of(graph::HeaderView(change.header()));
  if (!place.ok()) {
    return Error(Code::invalid,
                 "change " + change.digest().text() + ": " + std::string(place.error().message()));
  }
  if (place->before && change.hlc() <= db_.known_->last_hlc(*place->before)) {
    return Error(Code::invalid,
                 "change " + change.digest().text() + ": the clock of its writer went back");
  }
  if (place->twin && !db_.known_->twins().has_room(2)) return too_many_twins(change);
  if (db_.known_->twins().has_both(db_.known_->side_of(db_.parents_of(change)))) {
    return Error(Code::invalid, "change " + change.digest().text() +
                                    " stands upon two changes with one number of one writer");
  }
  if (is_early(change)) {
    missing = change.digest();  // for time to come
    return {};
  }
  if (is_stripped(change)) {
    missing = change.digest();  // for itself, whole, or for who tells that it was erased
    return {};
  }
  GS_TRY_OK(check_seen(change).in("change " + change.digest().text()));
  GS_TRY_OK(db_.validate(change));
  WriteTargets targets(change.id_count());
  GS_TRY_OK(check_causes(change, targets, missing).in("change " + change.digest().text()));
  GS_TRY_OK(check_references(change, missing).in("change " + change.digest().text()));
  if (!missing.is_zero()) return {};
  GS_TRY_OK(check_merges(change).in("change " + change.digest().text()));
  if (Standing(db_).effect_of(change) == Effect::noted)
    return {};  // looked at when the state takes it
  GS_TRY_OK(Deriving(db_).join(db_.parents_of(change)).in("change " + change.digest().text()));
  if (db_.joined_) targets.assign(change.id_count(), {});  // the records may be others now
  if (Error wrong = check_applicable(change, targets)) {
    if (Error lost = Deriving(db_).leave_joined()) return db_.fail(std::move(lost));
    return std::move(wrong).in("change " + change.digest().text());
  }
  return {};
}

// Whether the state may take what is in the log already, which nobody must write anew meanwhile.
bool Database::Receiving::may_join(std::span<const graph::ChangeView> step) {
  const std::lock_guard lock(db_.commit_mutex_);
  const bool waits = !db_.waiting_.loaded || !db_.waiting_.all.empty();
  return db_.state_lacks_ || waits || std::any_of(step.begin(), step.end(), [](const auto& change) {
           return !change.branch().is_zero();
         });
}

// With the commit lock, after check_here().
Error Database::Receiving::append_received(const graph::ChangeView& change) {
  const Bytes bytes = change.bytes();
  const Effect effect = Standing(db_).effect_of(change);
  auto space = db_.log_->begin(bytes.size());
  if (space.code() == Code::failed) return db_.fail(std::move(space).error());
  if (!space.ok()) {  // the disk is full
    if (Error lost = Deriving(db_).leave_joined()) return db_.fail(std::move(lost));
  }
  GS_TRY(const log::Log::Space room, std::move(space));
  db_.publish_log_view();
  std::memcpy(room.space.data(), bytes.data(), bytes.size());
  if (Error error = db_.log_->write(bytes.size())) return db_.fail(std::move(error));
  GS_TRY(const graph::ChangeView here, graph::ChangeView::parse({room.space.data(), bytes.size()}));
  if (Error error = db_.accept(here, room.at, effect)) return db_.fail(std::move(error));
  db_.joined_.reset();
  db_.operation_count_ += change.operation_count();
  db_.last_logged_ = db_.visible_.load(std::memory_order_relaxed);
  db_.written_ = db_.last_logged_;
  const graph::HeaderView header(here.header());
  if (Error error = db_.known_->add(header, here.digest(), room.at, db_.applier_.last_hlc()))
    return db_.fail(std::move(error));
  db_.known_->add_contents(here);
  Standing(db_).note_standing(here);
  if (change.chain() == db_.chain_) GS_TRY_OK(db_.go_on_with_chain());  // another copy wrote on
  if (db_.wants_checkpoint() || db_.memory_of_rows() >= db_.options_.memory_bytes) db_.freeze();
  return {};
}

// --- all of it ---

// With the commit lock: the change, and what waited for it. What waits stays where it is, also when
// the disk fails in the midst, until it is known what comes of it.
Error Database::Receiving::receive_one(const graph::ChangeView& first, ReceiveReport& report) {
  std::deque<Buffer> waited;  // keeps the bytes
  std::deque<Digest> came;
  const auto waits_no_more = [&](const Digest& change) {
    if (db_.waiting_.all.count(change) == 0) return;
    waited.push_back(forget_waiting(change));
    db_.waiting_.settled.push_back(change);
  };
  const auto look = [&](const graph::ChangeView& change) -> Error {
    if (db_.known_->find(change.digest())) {
      ++report.known;
      waits_no_more(change.digest());
      return {};
    }
    Digest missing;
    if (Error refused = check_here(change, missing)) {
      if (refused.code() == Code::failed || refused.code() == Code::closed) return refused;
      if (!is_of_disk(refused)) waits_no_more(change.digest());
      report.refuse(change, std::move(refused));
      return {};
    }
    if (!missing.is_zero()) {
      if (Error full = keep_waiting(change, missing)) report.refuse(change, std::move(full));
      return {};
    }
    GS_TRY_OK(append_received(change));
    ++report.applied;
    waits_no_more(change.digest());
    came.push_back(change.digest());
    return {};
  };
  GS_TRY_OK(look(first));
  for (; !came.empty(); came.pop_front()) {
    for (auto next = db_.waiting_.by_missing.find(came.front());
         next != db_.waiting_.by_missing.end(); next = db_.waiting_.by_missing.find(came.front())) {
      const Digest digest = next->second;
      wait_for(digest, digest);  // to be looked at again, should the disk fail now
      GS_TRY(const graph::ChangeView change, graph::ChangeView::parse(db_.waiting_.all.at(digest)));
      GS_TRY_OK(look(change));
    }
  }
  return {};
}

Error Database::receive(std::span<const Bytes> changes, ReceiveReport& report,
                        const Vouchers* beside) {
  GS_TRY_OK(know_changes());
  Vouchers own;
  if (beside == nullptr && wants_vouchers(changes)) {
    GS_TRY_OK(add_vouchers(changes, own));
    beside = &own;
  }
  const Watchers::WakeAtEnd wake{watchers_};
  const std::uint64_t decided = Standing(*this).decisions_so_far();
  std::vector<graph::ChangeView> wholes;  // of changes that lack payloads here
  std::size_t next = 0;
  Receiving receiving(*this);
  Completing completing(*this);
  do {
    std::vector<graph::ChangeView> step;
    for (std::size_t bytes = 0; next < changes.size() && bytes < kStepBytes; ++next) {
      GS_TRY(const graph::ChangeView change, graph::ChangeView::parse(changes[next]));
      bytes += changes[next].size();
      if (is_known(change.digest())) {
        ++report.known;
        if (completing.is_lacking(change.digest()) && receiving.check_alone(change).ok())
          wholes.push_back(change);
      } else if (Error broken = receiving.check_alone(change)) {
        report.refuse(change, std::move(broken));
      } else {
        step.push_back(change);
      }
    }
    GS_TRY_OK(throttle());
    {
      std::optional<Job> job;
      if (receiving.may_join(step)) job.emplace(*this);
      if (job && !job->running()) {
        return Error(Code::closed, "the storage is closed. Open it again");
      }
      platform::UniqueLock lock(commit_mutex_);
      while (!known_) {  // a change could not be added to it, or the log was written anew
        lock.unlock();
        GS_TRY_OK(know_changes());
        lock.lock();
      }
      GS_TRY_OK(writable());
      if (builder_.is_open()) GS_TRY_OK(close_change());
      GS_TRY_OK(receiving.load_waiting());
      const BesideScope scope(waiting_, beside);
      const Digest schema = applier_.schema().digest;
      GS_TRY_OK(receiving.look_again(report));
      for (const graph::ChangeView& change : step) GS_TRY_OK(receiving.receive_one(change, report));
      // At what lacks a payload of which these may have told.
      if (!waiting_.erased.empty()) GS_TRY_OK(receiving.look_again(report));
      report.waiting = waiting_.all.size();
      report.incomplete = receiving.count_incomplete();
      receiving.tell_early(report);
      if (applier_.schema().digest != schema) schema_.error = use_schema();
    }
    GS_TRY_OK(Standing(*this).follow_standing());
    start_background();
  } while (next < changes.size());
  if (!wholes.empty()) GS_TRY_OK(completing.complete(std::move(wholes), report));
  GS_TRY_OK(sync());
  const std::lock_guard lock(commit_mutex_);
  receiving.remove_settled();
  if (known_ && known_->decisions() != decided) report.twins = Standing(*this).twins_found();
  return {};
}

}  // namespace gs::engine
