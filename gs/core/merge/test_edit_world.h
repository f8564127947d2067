// What law tests of texts, of lists and of trees share: writers who edit one field, replace it,
// take it away, remove the record and bring it back, and hear of each other in any order; what the
// definition in docs/FORMAT.md says of it, worked out naively.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <random>

#include "gs/core/merge/test_kept_record.h"
#include "gs/core/merge/test_writers.h"

namespace gs::merge::testing {

inline const BackwardWriters kTypists;
constexpr std::size_t kTypistCount = 5;
constexpr std::string_view kBody = "body";

struct EditedOp : WrittenOp {
  enum Kind { value, unset, edit, removal, other } kind = value;
  std::string content;              // of a value
  LocalStamp on;                    // of an edit: the value
  std::vector<LocalStamp> parents;  // of an edit
  Buffer edits;
};

inline std::optional<std::string> body_of(const KeptRecord& kept) {
  const auto found = kept.view().find(kBody);
  if (!found) return std::nullopt;
  if (found->is_null()) return "null";
  return std::string(as_text(found->content));
}

// What a field is that they edit.
class EditKind {
 public:
  virtual ~EditKind() = default;
  virtual Rule rule() const = 0;
  // As JSON.
  virtual std::string some_value(std::mt19937_64& random) const = 0;
  // What somebody may want a field to be that shows this.
  virtual std::string wish(const std::string& /*shown*/, std::mt19937_64& random) const {
    return some_value(random);
  }
  // Whether it shows what was wanted, both as contents.
  virtual bool fulfills(const std::string& shown, const std::string& wanted) const {
    return shown == wanted;
  }
  // Upon what the field shows, as its content.
  virtual Buffer edits(MergedRecord& merged, const std::string& shown, const LocalStamp& stamp,
                       std::mt19937_64& random) const = 0;
  virtual bool is_nothing(Bytes edits) const = 0;
  // The content that comes of these operations, which stand on the value.
  virtual std::string made(const std::string& value, const std::vector<EditedOp>& ops,
                           const std::vector<std::size_t>& edits) const = 0;
  // What else there is to look at in what a replica has; equal on all when they know the same.
  virtual std::string look(const KeptRecord& /*kept*/) const { return {}; }
  // What look() has to say behind what made() made last, if that is known.
  virtual std::optional<std::string> expected() const { return std::nullopt; }
};

// An image without what is local: the order in which edits came.
inline std::string canonical(const KeptRecord& kept) {
  const ImageView image(kept.image.data());
  std::string all(as_text(kept.view().bytes()));
  all += kept.is_live ? "live" : "removed";
  const auto add = [&](std::uint64_t number) { all += std::to_string(number) + ","; };
  add(kept.base.hlc);
  add(image.leading());
  add(image.base_flags());
  for (std::uint32_t i = 0; i < image.exception_count(); ++i) {
    const StampException& one = image.exceptions()[i];
    for (const std::uint64_t part : {std::uint64_t{one.field_and_flags}, one.hlc}) add(part);
    add(one.writer);
  }
  HiddenView hidden = image.first_hidden();
  for (std::uint32_t i = 0; i < image.hidden_count(); ++i, hidden = hidden.next()) {
    for (const std::uint64_t part :
         {std::uint64_t{static_cast<unsigned>(hidden.kind())}, std::uint64_t{hidden.field()},
          hidden.stamp().hlc, std::uint64_t{hidden.stamp().writer},
          std::uint64_t{hidden.flags()}}) {
      add(part);
    }
    if (!is_edits(hidden.kind())) {
      all += as_text(hidden.content());
      continue;
    }
    std::map<std::uint32_t, std::pair<std::uint64_t, bool>> writers;
    const EditsLog log(hidden.content());
    for (const EditsLog::Writer& one : log.writers()) {
      writers[one.number] = {one.hlc, one.is_open()};
    }
    for (const auto& [number, one] : writers) {
      add(number);
      add(one.first);
      add(one.second ? 1 : 0);
    }
  }
  return all;
}

// What the definition says of the operations that are known: what is shown.
class EditOracle {
 public:
  EditOracle(const EditKind& kind, const std::vector<EditedOp>& ops,
             const std::set<std::size_t>& known)
      : kind_(kind), ops_(ops), known_(known) {}

  // Nothing: the field is not there.
  std::optional<std::string> body() const {
    const EditedOp* shown = nullptr;
    for (const std::size_t i : known_) {
      const EditedOp& op = ops_[i];
      const bool is_better = shown == nullptr || comes_before(shown->stamp, op.stamp);
      if (op.kind == EditedOp::value && !is_replaced(i) && is_better) shown = &op;
    }
    std::vector<std::size_t> edits = edits_on(shown == nullptr ? LocalStamp{} : shown->stamp);
    if (shown == nullptr && edits.empty()) return std::nullopt;
    return kind_.made(shown == nullptr ? std::string() : shown->content, ops_, edits);
  }

 private:
  static bool comes_before(const LocalStamp& a, const LocalStamp& b) {
    return a.hlc != b.hlc ? a.hlc < b.hlc : kTypists.before(a.writer, b.writer);
  }
  bool replaces(const EditedOp& op) const {
    return op.kind == EditedOp::value || op.kind == EditedOp::unset;
  }
  bool is_replaced(std::size_t index) const {
    return std::any_of(known_.begin(), known_.end(), [&](std::size_t i) {
      return replaces(ops_[i]) && ops_[i].past.count(index) != 0;
    });
  }

  // Ascending by stamp, so that each comes after those that it stands on.
  std::vector<std::size_t> edits_on(const LocalStamp& value) const {
    std::vector<std::size_t> edits;
    std::set<std::pair<std::uint64_t, std::uint32_t>> stamps;
    std::vector<std::size_t> sorted(known_.begin(), known_.end());
    std::sort(sorted.begin(), sorted.end(), [&](std::size_t a, std::size_t b) {
      return comes_before(ops_[a].stamp, ops_[b].stamp);
    });
    for (const std::size_t i : sorted) {
      const EditedOp& op = ops_[i];
      if (op.kind != EditedOp::edit || op.on != value) continue;
      if (value.hlc == 0 && is_replaced(i)) continue;
      const bool stands = std::all_of(op.parents.begin(), op.parents.end(), [&](const auto& one) {
        return stamps.count({one.hlc, one.writer}) != 0;
      });
      if (!stands) continue;
      stamps.insert({op.stamp.hlc, op.stamp.writer});
      edits.push_back(i);
    }
    return edits;
  }

  const EditKind& kind_;
  const std::vector<EditedOp>& ops_;
  const std::set<std::size_t>& known_;
};

// The content of the field that a write gives.
inline std::string content_of(const EditedOp& op) {
  return std::string(as_text(op.view().find(kBody)->content));
}

class EditWorld {
 public:
  EditWorld(const EditKind& kind, std::uint64_t seed)
      : kind_(kind), random_(seed), replicas_(kTypistCount) {}

  void step() {
    const auto at = static_cast<std::uint32_t>(below(kTypistCount));
    if (!ops_.empty() && below(3) != 0) return hear(at);
    write(at);
  }

  // Everybody hears of everything, in an order of their own; then all are as one.
  void end() {
    while (hears_something()) hear(static_cast<std::uint32_t>(below(kTypistCount)));
    for (int i = 0; i < 3; ++i) replicas_.push_back(in_random_order());
    std::set<std::size_t> all;
    for (std::size_t i = 0; i < ops_.size(); ++i) all.insert(i);
    if (!replicas_.front().kept.is_there) return;
    const auto all_of = [&](const Replica& one) {
      return canonical(one.kept) + kind_.look(one.kept);
    };
    const std::string first = all_of(replicas_.front());
    for (const Replica& each : replicas_) EXPECT_TRUE(all_of(each) == first);
    check(replicas_.front());
  }

 private:
  struct Replica {
    KeptRecord kept;
    std::set<std::size_t> known;
    MergedRecord merged{kTypists};  // which keeps the texts that it made last
    Replica() = default;
    Replica(Replica&& other) noexcept
        : kept(std::move(other.kept)), known(std::move(other.known)) {}
  };

  std::size_t below(std::size_t count) { return random_() % count; }

  void check(const Replica& replica) const {
    const auto body = EditOracle(kind_, ops_, replica.known).body();
    EXPECT_TRUE(body_of(replica.kept) == body);
    if (!body) return;
    const std::string seen = kind_.look(replica.kept);
    EXPECT_EQ(seen, kind_.expected().value_or(seen));
  }

  bool can_hear(const Replica& replica, std::size_t op) const {
    return replica.known.count(op) == 0 &&
           std::includes(replica.known.begin(), replica.known.end(), ops_[op].past.begin(),
                         ops_[op].past.end());
  }
  bool hears_something() const {
    return std::any_of(replicas_.begin(), replicas_.end(),
                       [&](const Replica& one) { return one.known.size() != ops_.size(); });
  }
  void hear(std::uint32_t at) { hear(replicas_[at]); }
  void hear(Replica& replica) {
    std::vector<std::size_t> ready;
    for (std::size_t i = 0; i < ops_.size(); ++i) {
      if (can_hear(replica, i)) ready.push_back(i);
    }
    if (!ready.empty()) take(replica, ready[below(ready.size())]);
  }
  Replica in_random_order() {
    Replica replica;
    while (replica.known.size() != ops_.size()) hear(replica);
    return replica;
  }
  void take(Replica& replica, std::size_t op) {
    replica.kept.load(replica.merged);
    apply_op(replica.merged, ops_[op]);
    replica.kept = keep_record(replica.merged);
    replica.known.insert(op);
    check(replica);
  }

  EditedOp encoded(const std::string& json, std::uint32_t at, bool is_whole) {
    EditedOp op;
    op.is_whole = is_whole;
    op.encode(encoder_, json);
    begin(op, at);
    return op;
  }
  void begin(EditedOp& op, std::uint32_t at) {
    clocks_[at] += 1 + below(2);
    for (const std::size_t i : replicas_[at].known) {
      clocks_[at] = std::max(clocks_[at], ops_[i].stamp.hlc + 1);
    }
    op.stamp = {clocks_[at], at};
    op.seen_base = replicas_[at].kept.base;
    op.past = replicas_[at].known;
  }
  void keep(std::uint32_t at, EditedOp op) {
    ops_.push_back(std::move(op));
    take(replicas_[at], ops_.size() - 1);
  }

  void write(std::uint32_t at) {
    if (!replicas_[at].kept.is_there) {
      const bool has_body = below(2) == 0;
      const std::string json = kind_.some_value(random_);
      EditedOp op =
          encoded(has_body ? R"({"title":1,"body":)" + json + "}" : R"({"title":1})", at, true);
      op.kind = has_body ? EditedOp::value : EditedOp::other;
      if (has_body) op.content = content_of(op);
      return keep(at, std::move(op));
    }
    switch (below(9)) {
      case 0:
        return write_value(at, kind_.some_value(random_));
      case 1:
        return wish(at, kind_.wish(body_of(replicas_[at].kept).value_or(""), random_));
      case 2:
        return write_unset(at);
      case 3:
        return write_removal(at);
      case 4:
        return write_beside(at);
      default:
        return edit(at);
    }
  }

  void see(std::uint32_t at, EditedOp& op) {
    MergedRecord& merged = replicas_[at].merged;
    replicas_[at].kept.load(merged);
    merged.see(op.view(), op.seen);
  }

  void write_value(std::uint32_t at, const std::string& json) {
    EditedOp op = encoded(R"({"body":)" + json + "}", at, false);
    op.kind = EditedOp::value;
    op.content = content_of(op);
    see(at, op);
    keep(at, std::move(op));
  }
  void write_unset(std::uint32_t at) {
    EditedOp op = encoded(R"({"body":{"$unset":true}})", at, false);
    op.kind = EditedOp::unset;
    see(at, op);
    keep(at, std::move(op));
  }
  void write_beside(std::uint32_t at) {
    EditedOp op = encoded(R"({"title":2})", at, false);
    op.kind = EditedOp::other;
    see(at, op);
    keep(at, std::move(op));
  }
  void write_removal(std::uint32_t at) {
    EditedOp op;
    op.kind = EditedOp::removal;
    op.is_removal = true;
    begin(op, at);
    MergedRecord& merged = replicas_[at].merged;
    replicas_[at].kept.load(merged);
    merged.see_all(op.seen);
    keep(at, std::move(op));
  }

  // A whole value, as the edits that it is to what is shown.
  void wish(std::uint32_t at, const std::string& json) {
    EditedOp op = encoded(R"({"body":)" + json + "}", at, false);
    const std::string wanted = content_of(op);
    op.content = wanted;
    MergedRecord& merged = replicas_[at].merged;
    replicas_[at].kept.load(merged);
    const MergedRecord::FieldRule rule{0, static_cast<std::uint8_t>(kind_.rule())};
    Buffer stored;
    std::vector<MergedRecord::FieldRule> changes;
    if (auto shape = merged.as_changes(op.shape, op.record.data(), {&rule, 1}, op.stamp, nullptr,
                                       stored, changes)) {
      op.shape = std::move(shape);
      op.record = std::move(stored);
    }
    if (!changes.empty()) {
      note_edit(op, changes, merged);
    } else {
      op.content = content_of(op);
      op.kind = EditedOp::value;
      merged.see(op.view(), op.seen);
    }
    keep(at, std::move(op));
    EXPECT_TRUE(kind_.fulfills(body_of(replicas_[at].kept).value_or(""), wanted));
  }
  void note_edit(EditedOp& op, std::vector<MergedRecord::FieldRule> changes, MergedRecord& merged) {
    merged.see(op.view(), changes, op.seen);
    const auto content = op.view().find(kBody)->content;
    op.edits.assign(content.begin(), content.end());
    op.kind = kind_.is_nothing(op.edits) ? EditedOp::other : EditedOp::edit;
    for (const Seen& one : op.seen) {
      if (one.field == kNoField) continue;
      if (&one == &op.seen.front()) {
        op.on = one.stamp;
      } else {
        op.parents.push_back(one.stamp);
      }
    }
  }

  void edit(std::uint32_t at) {
    Replica& replica = replicas_[at];
    replica.kept.load(replica.merged);
    EditedOp op;
    begin(op, at);
    const Buffer edits =
        kind_.edits(replica.merged, body_of(replica.kept).value_or(""), op.stamp, random_);
    const record::FieldView view{kBody, record::ValueView{Type::bytes, edits}};
    const auto made = encoder_.encode_views("T", {&view, 1});
    EXPECT_TRUE(made.ok());
    op.shape = made->shape;
    op.record.assign(made->bytes.begin(), made->bytes.end());
    replica.kept.load(replica.merged);
    note_edit(op, {{0, static_cast<std::uint8_t>(kind_.rule())}}, replica.merged);
    keep(at, std::move(op));
  }

  const EditKind& kind_;
  std::mt19937_64 random_;
  std::vector<EditedOp> ops_;
  std::vector<Replica> replicas_;
  std::uint64_t clocks_[kTypistCount] = {};
  record::Encoder encoder_;
};

}  // namespace gs::merge::testing
