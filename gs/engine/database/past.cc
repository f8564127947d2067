#include "gs/engine/database/past.h"

#include <tuple>

#include "gs/engine/database/database.h"
#include "gs/engine/database/known_heads.h"
#include "gs/engine/database/merge_operation.h"
#include "gs/engine/database/recalling.h"

namespace gs::engine {

using graph::Kind;
using graph::OperationView;

namespace {

constexpr std::ptrdiff_t kHeadsShownMax = 3;

bool has_content(const OperationView& operation) noexcept {
  const auto kind = static_cast<Kind>(operation.kind);
  return kind == Kind::insert || kind == Kind::set || kind == Kind::update;
}

std::string text_of_heads(const Version& version) {
  std::string text = "change ";
  for (const Digest& head : version.heads) {
    if (&head != &version.heads.front()) text += " with ";
    if (&head - version.heads.data() == kHeadsShownMax) return text + "others";
    text += head.text();
  }
  return text;
}

// One record, write by write. With the commit lock.
class PastReplay {
 public:
  // `omitted`: null omits nothing. `base`: null is none.
  PastReplay(const state::Tables& tables, const PastWrites& writes, const Ancestors& version,
             const Omitted* omitted, const Base* base)
      : tables_(tables),
        writes_(writes),
        version_(version),
        omitted_(omitted),
        base_(base),
        merger_(tables) {}

  // `erasure`: the one that counts now; hlc 0: none.
  Error run(const Id& id, std::span<const PastWrites::Write> of, const LocalStamp& erasure,
            PastRecord& out) {
    Found had;
    if (base_ != nullptr) {
      GS_TRY(is_any_, base_->find(id, had));
      if (is_any_) GS_TRY_OK(check_omitted());
    }
    if (omitted_ != nullptr) find_standing(of);
    if (!look(of, erasure, had)) {
      out.status = is_any_ ? PastRecord::Status::lost : PastRecord::Status::none;
      return {};
    }
    begin(erasure, had);
    for (const PastWrites::Write& write : of) {
      if (is_wanted(write)) GS_TRY_OK(apply(write, erasure));
    }
    if (!exists_) {
      out.status = erasure.hlc != 0 ? PastRecord::Status::erased : PastRecord::Status::none;
      return {};
    }
    const bool is_live = merger_.record().is_live();
    out.status = is_live ? PastRecord::Status::live : PastRecord::Status::removed;
    return merger_.finish(out.record);
  }

 private:
  ChangeWriters writers_of(const graph::ChangeView& change) const {
    return ChangeWriters(change, tables_.find_writer(change.chain()), tables_);
  }

  bool is_wanted(const PastWrites::Write& write) const {
    if (!version_.have(write.change)) return false;
    const graph::ChangeView& change = writes_.change_of(write).view;
    const OperationView operation = change.operation_at(write.offset);
    return version_.have(write.change, operation) && !is_omitted(change, operation);
  }

  bool is_omitted(const graph::ChangeView& change, const OperationView& operation) const {
    if (omitted_ == nullptr) return false;
    const graph::Stamp stamp{operation.hlc, change.chain()};
    if (omitted_->taken.count(stamp) != 0) return true;
    return stamp.writer != standing_ && omitted_->undone.count(stamp) != 0;
  }

  // Whose insertion stands although it was undone: it would begin the record, and the next that
  // is not left out writes to what it inserted.
  void find_standing(std::span<const PastWrites::Write> of) {
    std::optional<graph::Writer> inserted;
    for (const PastWrites::Write& write : of) {
      const graph::ChangeView& change = writes_.change_of(write).view;
      const OperationView operation = change.operation_at(write.offset);
      if (!version_.have(write.change, operation)) continue;
      const auto kind = static_cast<Kind>(operation.kind);
      const bool begins = kind == Kind::insert || kind == Kind::set;
      if (is_omitted(change, operation)) {
        if (begins && !inserted && !is_any_) inserted = change.chain();
      } else if (begins) {
        return;
      } else if (kind == Kind::update && inserted) {
        standing_ = *inserted;
        return;
      }
    }
  }

  // What the base has of a transaction cannot be left out of it any more.
  Error check_omitted() const {
    if (omitted_ == nullptr) return {};
    for (const std::set<graph::Stamp>* all : {&omitted_->taken, &omitted_->undone}) {
      for (const graph::Stamp& stamp : *all) {
        if (base_->has(stamp.writer, stamp.hlc)) return history_dropped(base_->statement());
      }
    }
    return {};
  }

  // With what the base has, unless it is erased since.
  void begin(const LocalStamp& erasure, const Found& had) {
    merger_.record().begin_after(erasure);
    exists_ = is_known(had) && !Erasures::is_later(erasure, erasure_of(had), tables_);
    if (exists_) merger_.load(current_of(had, tables_));
  }

  // Whether the erasure, if there is one, is of this version; or nothing is.
  bool look(std::span<const PastWrites::Write> of, const LocalStamp& erasure, const Found& had) {
    const bool is_in_base = is_any_ && erasure_of(had) == erasure &&
                            base_->has(tables_.writer(erasure.writer), erasure.hlc);
    bool is_here = erasure.hlc == 0 || is_in_base;
    for (const PastWrites::Write& write : of) {
      if (!is_wanted(write)) continue;
      is_any_ = true;
      const graph::ChangeView& change = writes_.change_of(write).view;
      const OperationView operation = change.operation_at(write.offset);
      if (operation.kind != static_cast<std::uint8_t>(Kind::erase)) continue;
      is_here = is_here || writers_of(change).stamp(operation) == erasure;
    }
    return is_any_ && is_here;
  }

  // As Applier does it.
  Error apply(const PastWrites::Write& write, const LocalStamp& erasure) {
    const PastWrites::Change& in = writes_.change_of(write);
    const OperationView operation = in.view.operation_at(write.offset);
    if (operation.erased() || operation.kind == static_cast<std::uint8_t>(Kind::erase)) return {};
    ChangeWriters writers = writers_of(in.view);
    if (!outlives(operation, erasure, writers)) return {};
    const auto kind = static_cast<Kind>(operation.kind);
    if (!exists_ && kind != Kind::insert && kind != Kind::set) return {};  // of what was erased
    const std::uint32_t shape = operation.shape == graph::kNoShape
                                    ? state::kUnknown
                                    : tables_.find_shape(in.view.shape(operation.shape));
    if (shape == state::kUnknown && has_content(operation)) {
      return log::damage_at(in.at, "an operation has a shape that nobody knows");
    }
    exists_ = true;
    return merge_operation(merger_.record(), operation,
                           has_content(operation) ? &tables_.shape(shape).shape : nullptr, writers);
  }

  const state::Tables& tables_;
  const PastWrites& writes_;
  const Ancestors& version_;
  const Omitted* const omitted_;
  const Base* const base_;
  Merger merger_;
  graph::Writer standing_{};  // zeros: nobody's
  bool is_any_ = false;
  bool exists_ = false;
};

}  // namespace

void PastWrites::sort() {
  std::sort(writes_.begin(), writes_.end(), [](const Write& a, const Write& b) {
    return std::tie(a.id, a.change, a.offset) < std::tie(b.id, b.change, b.offset);
  });
  std::sort(changes_.begin(), changes_.end(),
            [](const Change& a, const Change& b) { return a.number < b.number; });
}

std::span<const PastWrites::Write> PastWrites::of(const Id& id) const noexcept {
  const auto first = std::partition_point(writes_.begin(), writes_.end(),
                                          [&](const Write& write) { return write.id < id; });
  const auto end =
      std::find_if(first, writes_.end(), [&](const Write& write) { return write.id != id; });
  return {first, end};
}

std::vector<Id> PastWrites::maybe_older() const {
  const auto begins_minted = [&](const Write& write) {
    return write.id.version() == id::kMintedVersion &&
           change_of(write).view.operation_at(write.offset).kind ==
               static_cast<std::uint8_t>(Kind::insert);
  };
  std::vector<Id> ids;
  for (auto begin = writes_.begin(); begin != writes_.end();) {
    const Id id = begin->id;
    bool is_new = false;
    for (; begin != writes_.end() && begin->id == id; ++begin) {
      is_new = is_new || begins_minted(*begin);
    }
    if (!is_new) ids.push_back(id);
  }
  return ids;
}

const PastWrites::Change& PastWrites::change_of(const Write& write) const noexcept {
  return *std::partition_point(changes_.begin(), changes_.end(),
                               [&](const Change& change) { return change.number < write.change; });
}

std::vector<Stretch> stretches_of(const KnownChanges& known,
                                  std::span<const graph::ChangeRange> ranges) {
  std::vector<Stretch> all;
  for (graph::ChangeRange range : ranges) {
    range.first = std::max(range.first, known.cut());
    if (range.first <= range.last) all.push_back({range, known.place(range.first)});
  }
  return all;
}

// Places of changes are good for the segments that there were when they were noted: between the
// writing of a segment anew and the note of that there is a moment without a lock. Who comes then
// makes a graph of his own.
Result<Settled> Database::settle_known(const AskKnown& ask) {
  Error error = know_changes();
  if (error && error.code() != Code::conflict) return error;
  {
    const std::lock_guard lock(commit_mutex_);
    GS_TRY(Settled settled, settle_locked());
    if (known_ && settled.log.generation_sum == known_generations_) {
      GS_TRY_OK(ask(settled, *known_));
      return settled;
    }
  }
  GS_TRY(Settled settled, settle());
  KnownChanges known;
  GS_TRY_OK(know(settled, 0, known));
  GS_TRY_OK(ask(settled, known));
  return settled;
}

std::vector<Stretch> Database::narrowed(const Settled& settled, std::vector<Stretch> changes,
                                        std::span<const Id> ids) const {
  const std::lock_guard lock(commit_mutex_);
  if (!known_ || known_generations_ != settled.log.generation_sum) return changes;
  std::vector<graph::ChangeRange> ranges;
  ranges.reserve(changes.size());
  for (const Stretch& stretch : changes) ranges.push_back(stretch.changes);
  return stretches_of(*known_, known_->narrowed(ranges, ids));
}

Error Database::each_in(const Settled& settled, std::span<const Stretch> stretches,
                        const Numbered& visit) const {
  for (const Stretch& stretch : stretches) {
    graph::ChangeNumber number = stretch.changes.first;
    const auto visit_one = [&](log::Location at, Bytes bytes, bool& stop) -> Error {
      stop = number == stretch.changes.last;
      auto view = graph::ChangeView::parse(bytes);
      if (!view.ok() && view.code() != Code::newer_format) {
        return log::damage_at(at, view.error().message());
      }
      GS_TRY(const graph::ChangeView change, std::move(view));
      return visit(number++, at, change);
    };
    GS_TRY_OK(each_change(settled, visit_one, stretch.at - log::kFrameBytes));
  }
  return {};
}

// What counts now: an erasure reaches back to all that has not seen it.
Result<LocalStamp> Database::Recalling::erasure_now(const Settled& settled, const Id& id) const {
  Found found;
  const auto lookup = settled.moment.version->find(id, settled.moment.at, found);
  if (lookup == state::Version::Lookup::damaged) return db_.state_damage(*settled.moment.version);
  return lookup == state::Version::Lookup::found ? engine::erasure_of(found) : LocalStamp{};
}

Error Database::Recalling::recall(const Settled& settled, const PastWrites& writes, const Id& id,
                                  const Ancestors& version, PastRecord& out,
                                  const Omitted* omitted) const {
  GS_TRY_OK(check_reach(settled, version));
  GS_TRY(LocalStamp erasure, erasure_now(settled, id));
  const std::lock_guard lock(db_.commit_mutex_);
  const Erasure* const other = db_.applier_.erasures().find(id);
  if (other != nullptr && Erasures::is_later(other->stamp, erasure, db_.tables_)) {
    erasure = other->stamp;
  }
  return PastReplay(db_.tables_, writes, version, omitted, settled.base.get())
      .run(id, writes.of(id), erasure, out);
}

Result<Database::Recalling::Recalled> Database::Recalling::recall_at(const Id& id,
                                                                     const Version& version) {
  Recalled recalled;
  Ancestors changes;
  std::vector<Stretch> stretches;
  Error missing;
  const auto look = [&](const Settled&, const KnownChanges& known) -> Error {
    const auto heads = numbers_of_heads(version, known);
    missing = heads.ok() ? Error() : heads.error().copy();
    if (missing) return {};
    changes = Ancestors(known.graph(), *heads);
    stretches = stretches_of(known, known.narrowed(changes.ranges(), {&id, 1}));
    return {};
  };
  GS_TRY(recalled.settled, db_.settle_known(look));
  if (missing) return db_.no_change(recalled.settled, std::move(missing));
  PastWrites writes;
  const auto add = [&](graph::ChangeNumber number, log::Location at,
                       const graph::ChangeView& view) {
    return writes.add(number, at, view, [&](const Id& one) { return one == id; });
  };
  GS_TRY_OK(db_.each_in(recalled.settled, stretches, add));
  writes.sort();
  PastRecord past;
  GS_TRY_OK(recall(recalled.settled, writes, id, changes, past));
  switch (past.status) {
    case PastRecord::Status::live:
      recalled.record = std::move(past.record);
      return recalled;
    case PastRecord::Status::erased:
    case PastRecord::Status::lost:
      return Error(Code::erased, "record " + id.text() + " was erased; its proof is intact");
    default:
      return Error(Code::not_found,
                   "record " + id.text() + " did not exist at " + text_of_heads(version));
  }
}

Result<std::shared_ptr<RecordHold>> Database::get_at(const Id& id, const Version& version) {
  GS_TRY(Recalling::Recalled recalled, Recalling(*this).recall_at(id, version));
  Merged& then = recalled.record;
  auto hold = std::make_shared<RecordHold>();
  hold->db = shared_from_this();
  hold->version = recalled.settled.moment.version;
  auto image = std::make_shared<Buffer>(std::move(then.image));
  hold->found.entry.id = id;
  hold->found.entry.hlc = then.base.hlc;
  hold->found.entry.writer = then.base.writer;
  {
    const std::lock_guard lock(commit_mutex_);
    hold->found.entry.shape = applier_.intern(then.shape);
    if (hold->found.entry.shape == state::kUnknown) return tables_.full("shapes or collections");
  }
  hold->found.record = image->data() + then.record_at;
  hold->found.image = image->data();
  hold->shape = tables_.shape(hold->found.entry.shape).shape.get();
  hold->owned = std::move(image);
  return std::shared_ptr<RecordHold>(std::move(hold));
}

}  // namespace gs::engine
