// Changes that wait, in memory and in pending/: for others, for their time, or for a payload.
//
// A change that lacks a payload waits until an erase operation tells that it was erased, or the
// whole change comes: then it is taken in that form. Were it taken as it is, this replica would
// differ from the others, and what it builds upon that change as well. The erase operation is in a
// later change, which waits itself for the one that it is about; so one that waits counts.

#include "gs/engine/database/database.h"
#include "gs/engine/database/deriving.h"
#include "gs/engine/database/receiving.h"

namespace gs::engine {

namespace {

std::string name_of(const Digest& change) {
  return std::string(WaitingChanges::kDirectory) + "/" + change.text();
}

}  // namespace

// --- payloads that are not there ---

bool Database::Receiving::is_stripped(const graph::ChangeView& change) const {
  return !all_erased(change, [this](const graph::Erase& left, const Id& id) {
    if (db_.waiting_.vouchers.has(left, id)) return true;
    return db_.waiting_.beside != nullptr && db_.waiting_.beside->has(left, id);
  });
}

std::uint64_t Database::Receiving::count_incomplete() const {
  std::uint64_t count = 0;
  for (const Digest& digest : db_.waiting_.erased) {
    const auto change = graph::ChangeView::parse(db_.waiting_.all.at(digest));
    count += change.ok() && is_stripped(*change) ? 1 : 0;
  }
  return count;
}

bool Database::wants_vouchers(std::span<const Bytes> changes) const {
  for (const Bytes bytes : changes) {
    if (!may_lack_payloads(bytes)) continue;
    const auto change = graph::ChangeView::parse(bytes);
    if (change.ok() && !is_known(change->digest())) return true;
  }
  return false;
}

Error Database::add_vouchers(std::span<const Bytes> changes, Vouchers& vouchers) {
  GS_TRY_OK(know_changes());
  const auto is_wanted = [this](const Digest& change) { return !is_known(change); };
  for (const Bytes bytes : changes) {
    const auto change = graph::ChangeView::parse(bytes);
    if (!change.ok() || !has_erasures(*change)) continue;
    const bool is_admitted = !only_writer_ || change->writer() == *only_writer_;
    if (!is_admitted || Receiving(*this).check_alone(*change)) continue;
    Error error = vouchers.add(*change, is_wanted);
    if (error.code() == Code::too_large) return error;
  }
  return {};
}

// --- what waits ---

// With the commit lock.
Error Database::Receiving::load_waiting() {
  if (db_.waiting_.loaded) return {};
  db_.waiting_.loaded = true;
  auto names = db_.env_.files->list(WaitingChanges::kDirectory);
  if (!names.ok()) return names.code() == Code::not_found ? Error() : std::move(names).error();
  for (const std::string& name : *names) {
    const auto digest = Digest::parse(name);
    if (!digest) continue;
    auto bytes = db_.env_.files->read_whole(name_of(*digest), graph::kChangeBytesMax);
    if (!bytes.ok()) continue;
    const auto change = graph::ChangeView::parse(*bytes);
    const bool is_one = change.ok() && change->digest() == *digest && !check_alone(*change);
    if (!is_one || db_.known_->find(*digest)) {  // it came, and its file outlived the power
      remove_waiting(*digest);
      continue;
    }
    Digest missing;
    if (check_here(*change, missing) || missing.is_zero()) {
      missing = *digest;  // looked at again at once
    }
    if (Error lost = Deriving(db_).leave_joined()) return db_.fail(std::move(lost));
    if (remember_waiting(*change, missing)) remove_waiting(*digest);
  }
  return {};
}

// Errors: those of what its erase operations say.
Error Database::Receiving::remember_waiting(const graph::ChangeView& change,
                                            const Digest& missing) {
  GS_TRY_OK(db_.waiting_.vouchers.add(change));
  const Bytes bytes = change.bytes();
  db_.waiting_.by_missing.emplace(missing, change.digest());
  db_.waiting_.bytes += bytes.size();
  if (may_lack_payloads(bytes)) db_.waiting_.erased.insert(change.digest());
  db_.waiting_.all.emplace(change.digest(), Buffer(bytes.begin(), bytes.end()));
  return {};
}

// Whether a form of the change that waits gives its place to this one. Else whoever strips a change
// would keep the whole one out.
bool Database::Receiving::makes_way(const graph::ChangeView& change) const {
  const auto waits = graph::ChangeView::parse(db_.waiting_.all.at(change.digest()));
  return waits.ok() && is_stripped(*waits) && !is_stripped(change);
}

Error Database::Receiving::keep_waiting(const graph::ChangeView& change, const Digest& missing) {
  const Bytes bytes = change.bytes();
  if (db_.waiting_.all.count(change.digest()) != 0) {
    if (!makes_way(change)) {
      wait_for(change.digest(), missing);
      return {};
    }
    forget_waiting(change.digest());
  }
  if (db_.waiting_.all.size() >= WaitingChanges::kChangesMax ||
      db_.waiting_.bytes + bytes.size() > WaitingChanges::kBytesMax) {
    return Error(Code::too_large,
                 "change " + change.digest().text() + " waits for " + missing.text() + ", and " +
                     std::to_string(db_.waiting_.all.size()) +
                     " changes wait already: no more can. Bring what is missing first, or, while "
                     "the storage is closed, remove what never comes from " +
                     WaitingChanges::kDirectory);
  }
  GS_TRY_OK(remember_waiting(change, missing));
  Error error = db_.env_.files->make_directory(WaitingChanges::kDirectory, true);
  if (error.ok()) error = db_.env_.files->write_whole(name_of(change.digest()), bytes);
  if (error) forget_waiting(change.digest());
  return error;
}

// One that waits already, from now on for this.
void Database::Receiving::wait_for(const Digest& change, const Digest& missing) {
  std::erase_if(db_.waiting_.by_missing, [&](const auto& one) { return one.second == change; });
  db_.waiting_.by_missing.emplace(missing, change);
}

Buffer Database::Receiving::forget_waiting(const Digest& change) {
  const auto at = db_.waiting_.all.find(change);
  Buffer bytes = std::move(at->second);
  db_.waiting_.bytes -= bytes.size();
  db_.waiting_.all.erase(at);
  db_.waiting_.erased.erase(change);
  if (const auto view = graph::ChangeView::parse(bytes); view.ok()) {
    db_.waiting_.vouchers.remove(*view);
  }
  std::erase_if(db_.waiting_.by_missing, [&](const auto& one) { return one.second == change; });
  return bytes;
}

void Database::Receiving::remove_waiting(const Digest& change) {
  db_.env_.files->remove(name_of(change)).ignore();
}

// With the commit lock, behind a sync. One that waits again, or came again, has its file.
void Database::Receiving::remove_settled() {
  for (const Digest& change : db_.waiting_.settled) {
    if (db_.waiting_.all.count(change) == 0) remove_waiting(change);
  }
  db_.waiting_.settled.clear();
}

// Whether its writer's clock is far ahead of ours.
bool Database::Receiving::is_early(const graph::ChangeView& change) const {
  return id::hlc_ms(change.hlc()) > db_.env_.clock->wall_ms() + id::kAheadMsMax;
}

// Of one that waits for nothing but its time or its payloads.
bool Database::Receiving::is_due(const Digest& change) const {
  const auto view = graph::ChangeView::parse(db_.waiting_.all.at(change));
  return view.ok() && !is_early(*view) && !is_stripped(*view);
}

// With the commit lock.
void Database::Receiving::tell_early(ReceiveReport& report) const {
  report.early_count = 0;
  report.early.clear();
  for (const auto& [missing, digest] : db_.waiting_.by_missing) {
    if (missing != digest) continue;
    const auto change = graph::ChangeView::parse(db_.waiting_.all.at(digest));
    if (!change.ok() || !is_early(*change)) continue;
    ++report.early_count;
    if (report.early.size() >= ReceiveReport::kEarlyMax) continue;
    report.early.push_back({digest, change->writer(), change->hlc()});
  }
}

// With the commit lock: what waited for time that has come, for who tells what was erased, or for a
// look after a restart.
Error Database::Receiving::look_again(ReceiveReport& report) {
  std::vector<Digest> due;
  for (const auto& [missing, change] : db_.waiting_.by_missing) {
    if (missing == change && is_due(change)) due.push_back(change);
  }
  for (const Digest& digest : due) {
    const auto waits = db_.waiting_.all.find(digest);
    if (waits == db_.waiting_.all.end()) continue;  // another one brought it
    GS_TRY(const graph::ChangeView change, graph::ChangeView::parse(waits->second));
    GS_TRY_OK(receive_one(change, report));
  }
  return {};
}

}  // namespace gs::engine
