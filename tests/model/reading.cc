// Reads of the present, of what is kept and of old changes, and verifying.

#include <iterator>

#include "tests/model/steps.h"

namespace gs::model {

void Walk::compare_all() {
  check(differs(*db_, now_), "everything");
  auto digest = db_->digest();
  check(digest.ok(), "digest");
}

void Walk::scan() {
  const bool old = !kept_.empty() && chance_.one_in(2);
  const Kept* kept = old ? &kept_[chance_.below(kept_.size())] : nullptr;
  check(scan_differs(*db_, old ? &kept->snapshot : nullptr, old ? kept->contents : now_, chance_),
        old ? "a scan of a snapshot" : "a scan");
}

void Walk::keep_snapshot() {
  if (kept_.size() >= kKept) kept_.erase(kept_.begin());
  kept_.push_back({db_->snapshot(), now_});
  ++totals_.snapshots;
}

void Walk::keep_scan() {
  auto scan = db_->scan();
  if (!check(scan.ok(), "scan")) return;
  if (scans_.size() >= kKept) scans_.erase(scans_.begin());
  auto held = std::make_unique<HeldScan>(HeldScan{std::move(*scan), now_, {}});
  held->at = held->contents.begin();
  scans_.push_back(std::move(held));
}

void Walk::look_at_kept() {
  for (const Kept& kept : kept_) {
    check(differs(kept.snapshot, *db_, kept.contents), "an old snapshot");
    const Id id = random_id();
    check(kept.snapshot.has(id) == (kept.contents.count(id) != 0), "a snapshot saw another moment");
  }
  for (const HeldRecord& held : records_)
    check(differs(held.record, held.record.id(), *held.content), "a held record");
  for (const auto& held : scans_) {
    for (std::uint64_t i = chance_.below(10); i > 0 && failure_.empty(); --i) {
      Record record;
      const bool more = held->scan.next(record);
      const bool expected = held->at != held->contents.end();
      if (!check(more == expected, "a held scan has another length") || !more) break;
      check(record.id() == held->at->first, "a held scan is out of turn");
      check(differs(record, held->at->first, *held->at->second), "a held scan");
      ++held->at;
    }
  }
}

// What holds at the newest change.
void Walk::remember() {
  auto log = db_->log(1);
  if (!check(log.ok() && log->size() == 1, "log")) return;
  moments_.push_back({log->front().digest, now_});
}

void Walk::look_back() {
  for (int i = 0; i < 4 && !moments_.empty() && failure_.empty(); ++i) {
    const std::size_t index = chance_.below(moments_.size());
    const Moment& moment = moments_[index];
    Id id = random_id();
    if (!moment.contents.empty() && chance_.one_in(2)) {
      auto at = moment.contents.begin();
      std::advance(at, static_cast<std::ptrdiff_t>(chance_.below(moment.contents.size())));
      id = at->first;
    }
    ++totals_.old_reads;
    auto record = db_->get(id, moment.change);
    const auto found = moment.contents.find(id);
    const auto erased = erased_.find(id);
    if (erased != erased_.end() && index < erased->second) {
      check(record.code() == Code::erased || record.code() == Code::not_found,
            id.text() + " was erased: " + record.error().text());
    } else if (found != moment.contents.end()) {
      if (!check(record.ok(), "an old version: " + record.error().text())) return;
      check(differs(*record, id, *found->second), "an old version");
    } else {
      check(record.code() == Code::not_found || record.code() == Code::erased,
            id.text() + " did not exist then");
    }
  }
}

void Walk::count_runs() {
  auto stats = db_->stats();
  if (check(stats.ok(), "stats")) totals_.runs += stats->runs;
}

void Walk::verify() {
  VerifyOptions options;
  options.full = chance_.one_in(2);
  options.incremental = chance_.one_in(4);
  auto report = db_->verify(options);
  if (!check(report.ok(), "verify: " + report.error().text())) return;
  for (const VerifySection& section : report->sections)
    check(section.ok, "verify " + section.name + ": " + section.detail);
  check(report->ok, "verify");
}

}  // namespace gs::model
