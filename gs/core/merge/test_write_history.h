// What law tests of records, of sets and of objects share: writers who each know a part of the
// history and write upon it, and what comes of all their writes in any order that respects what
// each had seen.
#pragma once

#include <algorithm>
#include <random>

#include "gs/base/test_share.h"
#include "gs/core/merge/test_kept_record.h"
#include "gs/core/merge/test_writers.h"

namespace gs::merge::testing {

inline const BackwardWriters kHistoryWriters;

// `Op`: a WrittenOp, with what it means.
template <typename Op>
class WriteHistory {
 public:
  WriteHistory(std::uint64_t seed, std::uint32_t writers) : random_(seed), replicas_(writers) {}
  virtual ~WriteHistory() = default;

  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

  void play(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      const auto writer = static_cast<std::uint32_t>(below(replicas_.size()));
      if (below(3) == 0) receive(replicas_[writer]);
      act(writer);
    }
  }

  // All ops in a random order that respects their pasts, in random portions.
  KeptRecord deliver() {
    MergedRecord merged(kHistoryWriters);
    KeptRecord kept;
    std::set<std::size_t> had;
    kept.load(merged);
    while (had.size() < ops_.size()) {
      std::size_t next = below(ops_.size());
      while (had.count(next) != 0 || !includes(had, ops_[next].past)) {
        next = (next + 1) % ops_.size();
      }
      apply_op(merged, ops_[next]);
      had.insert(next);
      if (below(3) != 0 && had.size() < ops_.size()) continue;
      kept = keep(merged, ops_[next]);
      kept.load(merged);
    }
    return kept;
  }

  // The same each time.
  KeptRecord deliver_often() {
    KeptRecord first = deliver();
    for (int i = 0; i < 3; ++i) expect_same(deliver(), first);
    return first;
  }

  const std::vector<Op>& ops() const noexcept { return ops_; }
  std::set<std::size_t> all() const {
    std::set<std::size_t> all;
    for (std::size_t i = 0; i < ops_.size(); ++i) all.insert(i);
    return all;
  }

 protected:
  struct Replica {
    std::set<std::size_t> had;
    KeptRecord kept;
  };

  // One write of that writer, or none.
  virtual void act(std::uint32_t writer) = 0;
  // `last`: what was applied last.
  virtual KeptRecord keep(MergedRecord& merged, const Op& last) = 0;

  Replica& replica(std::uint32_t writer) { return replicas_[writer]; }
  std::mt19937_64& random() noexcept { return random_; }

  // Now and then one that knows no shapes, whose records describe themselves.
  record::Encoder& some_encoder() { return below(12) == 0 ? loose_ : encoder_; }

  // An op upon all that its writer has, which `merged` holds then.
  Op begin(std::uint32_t writer, MergedRecord& merged) {
    const Replica& own = replicas_[writer];
    Op op;
    op.stamp = {(clock_ += below(2)) + 1, writer};
    for (const std::size_t before : own.had) {
      op.stamp.hlc = std::max(op.stamp.hlc, ops_[before].stamp.hlc + 1);
    }
    op.past = own.had;
    own.kept.load(merged);
    op.seen_base = merged.base();
    return op;
  }

  void finish(Replica& own, MergedRecord& merged, Op op) {
    apply_op(merged, op);
    own.kept = keep(merged, op);
    own.had.insert(ops_.size());
    ops_.push_back(std::move(op));
  }

  // A put removes fields that it does not name: makes it say so, and gives their names.
  static std::vector<std::string> name_removed(MergedRecord& merged, Op& op,
                                               record::ShapeCache* shapes = nullptr) {
    std::vector<std::string_view> beside;
    merged.fields_beside(op.view(), beside);
    if (beside.empty()) return {};
    std::vector<std::string> names(beside.begin(), beside.end());
    MergedRecord both(kHistoryWriters);
    both.write({&op.shape, op.record.data(), op.stamp, true, {}, {}});
    Buffer record;
    op.shape = both.encode_removing(beside, record, shapes).value();
    op.record = std::move(record);
    return names;
  }

 private:
  static bool includes(const std::set<std::size_t>& all, const std::set<std::size_t>& part) {
    return std::includes(all.begin(), all.end(), part.begin(), part.end());
  }

  void receive(Replica& to) {
    const Replica& from = replicas_[below(replicas_.size())];
    MergedRecord merged(kHistoryWriters);
    to.kept.load(merged);
    const Op* last = nullptr;
    for (const std::size_t op : from.had) {
      if (!to.had.insert(op).second) continue;
      last = &ops_[op];  // ascending numbers respect pasts
      apply_op(merged, *last);
    }
    if (last != nullptr) to.kept = keep(merged, *last);
  }

  std::mt19937_64 random_;
  std::uint64_t clock_ = 1000;
  record::Encoder encoder_;
  record::Encoder loose_{std::make_shared<record::ShapeCache>(0)};
  std::vector<Replica> replicas_;
  std::vector<Op> ops_;
};

}  // namespace gs::merge::testing
