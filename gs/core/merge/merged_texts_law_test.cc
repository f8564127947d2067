// Goal: whatever several writers do to a field that holds a text (type, replace it, take it away,
// remove the record and bring it back), in whatever order it arrives, all get one record; and what
// that shows is what the definition in docs/FORMAT.md says, worked out naively.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "gs/base/test_share.h"
#include "gs/core/crdt/text/text.h"
#include "gs/core/merge/merged_record.h"
#include "gs/core/merge/test_writers.h"
#include "gs/core/record/encoder.h"

namespace gs::merge {
namespace {

const BackwardWriters kTypists;
constexpr std::size_t kTypistCount = 5;
constexpr std::string_view kBody = "body";
constexpr std::uint64_t kTypingSeeds = 600;

struct TypedOp {
  enum Kind { value, unset, edit, removal, other } kind = value;
  bool is_whole = false;
  record::ShapePtr shape;
  Buffer record;
  LocalStamp stamp;
  LocalStamp seen_base;
  std::vector<Seen> seen;
  std::set<std::size_t> past;       // all ops that its writer knew
  std::string text;                 // of a value
  LocalStamp on;                    // of an edit: the value
  std::vector<LocalStamp> parents;  // of an edit
  Buffer edits;
};

struct KeptText {
  bool is_there = false;
  bool is_live = false;
  record::ShapePtr shape;
  Buffer image;
  std::size_t record_at = 0;
  LocalStamp base;

  record::RecordView view() const { return {shape.get(), image.data() + record_at}; }
  Stored stored() const {
    const bool is_plain = ImageView(image.data()).is_plain();
    return {&shape, image.data() + record_at, is_plain ? nullptr : image.data(), base};
  }
  void load(MergedRecord& merged) const {
    if (!is_there) return merged.clear();
    merged.load(stored());
  }
  std::optional<std::string> body() const {
    const auto found = view().find(kBody);
    if (!found) return std::nullopt;
    if (found->type != Type::string) return found->is_null() ? "null" : "other";
    return std::string(as_text(found->content));
  }
};

KeptText keep_text(MergedRecord& merged) {
  KeptText kept;
  kept.is_there = true;
  kept.is_live = merged.is_live();
  kept.base = merged.base();
  auto shape = merged.encode(kept.image, kept.record_at, nullptr);
  EXPECT_TRUE(shape.ok()) << shape.error().text();
  kept.shape = std::move(shape).value();
  const Error error = record::validate(*kept.shape, kept.view().bytes());
  EXPECT_TRUE(error.ok()) << error.text();
  EXPECT_EQ(ImageView(kept.image.data()).size(), kept.image.size());
  EXPECT_TRUE(ImageView(kept.image.data()).hidden_fits());
  return kept;
}

void apply_typed(MergedRecord& merged, const TypedOp& op) {
  if (op.kind == TypedOp::removal) {
    return merged.remove({op.stamp, RemovalRule::update_wins, op.seen_base, op.seen});
  }
  merged.write({&op.shape, op.record.data(), op.stamp, op.is_whole, op.seen_base, op.seen});
}

// An image without what is local: the order in which edits came.
std::string canonical(const KeptText& kept) {
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
    if (hidden.kind() != HiddenKind::text) {
      all += as_text(hidden.content());
      continue;
    }
    std::map<std::uint32_t, std::pair<std::uint64_t, bool>> writers;
    const TextLog log(hidden.content());
    for (const TextLog::Writer& one : log.writers()) {
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

// What the definition says of the operations that are known: the text that is shown.
class TextOracle {
 public:
  TextOracle(const std::vector<TypedOp>& ops, const std::set<std::size_t>& known)
      : ops_(ops), known_(known) {}

  // Nothing: the field is not there.
  std::optional<std::string> body() const {
    const TypedOp* shown = nullptr;
    for (const std::size_t i : known_) {
      const TypedOp& op = ops_[i];
      const bool is_better = shown == nullptr || comes_before(shown->stamp, op.stamp);
      if (op.kind == TypedOp::value && !is_replaced(i) && is_better) shown = &op;
    }
    std::vector<std::size_t> edits = edits_on(shown == nullptr ? LocalStamp{} : shown->stamp);
    if (shown == nullptr && edits.empty()) return std::nullopt;
    return made(shown == nullptr ? std::string() : shown->text, edits);
  }

 private:
  static bool comes_before(const LocalStamp& a, const LocalStamp& b) {
    return a.hlc != b.hlc ? a.hlc < b.hlc : kTypists.before(a.writer, b.writer);
  }
  bool replaces(const TypedOp& op) const {
    return op.kind == TypedOp::value || op.kind == TypedOp::unset;
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
      const TypedOp& op = ops_[i];
      if (op.kind != TypedOp::edit || op.on != value) continue;
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

  std::string made(const std::string& value, const std::vector<std::size_t>& edits) const {
    crdt::Text text;
    std::map<std::pair<std::uint64_t, std::uint32_t>, crdt::EventId> last;
    const std::uint32_t nobody = text.writer_number({});
    if (!value.empty()) EXPECT_FALSE(text.insert(nobody, 0, value));
    const std::uint32_t points = text.length();
    for (const std::size_t i : edits) {
      const TypedOp& op = ops_[i];
      const std::uint32_t writer = text.writer_number(kTypists.key(op.stamp.writer));
      std::vector<crdt::EventId> parents;
      for (const LocalStamp& one : op.parents) parents.push_back(last.at({one.hlc, one.writer}));
      if (parents.empty() && points != 0) parents.push_back({nobody, points - 1});
      const auto parsed = crdt::parse_edits(op.edits);
      const std::uint32_t seq = *text.next_seq(writer);
      const Error error = text.apply(*parsed, {writer, seq}, parents);
      EXPECT_FALSE(error) << error.text();
      last[{op.stamp.hlc, op.stamp.writer}] = {writer, seq + parsed->counts.events - 1};
    }
    return text.text();
  }

  const std::vector<TypedOp>& ops_;
  const std::set<std::size_t>& known_;
};

class TypingWorld {
 public:
  explicit TypingWorld(std::uint64_t seed) : random_(seed), replicas_(kTypistCount) {}

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
    const std::string first = canonical(replicas_.front().kept);
    for (const Replica& each : replicas_) EXPECT_TRUE(canonical(each.kept) == first);
    check(replicas_.front());
  }

 private:
  struct Replica {
    KeptText kept;
    std::set<std::size_t> known;
    MergedRecord merged{kTypists};  // which keeps the texts that it made last
    Replica() = default;
    Replica(Replica&& other) noexcept
        : kept(std::move(other.kept)), known(std::move(other.known)) {}
  };

  std::size_t below(std::size_t count) { return random_() % count; }

  void check(const Replica& replica) const {
    EXPECT_TRUE(replica.kept.body() == TextOracle(ops_, replica.known).body());
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
    apply_typed(replica.merged, ops_[op]);
    replica.kept = keep_text(replica.merged);
    replica.known.insert(op);
    check(replica);
  }

  TypedOp encoded(const std::string& json, std::uint32_t at, bool is_whole) {
    TypedOp op;
    const auto made =
        is_whole ? encoder_.encode_json("T", json) : encoder_.encode_delta_json("T", json);
    EXPECT_TRUE(made.ok());
    op.shape = made->shape;
    op.record.assign(made->bytes.begin(), made->bytes.end());
    op.is_whole = is_whole;
    begin(op, at);
    return op;
  }
  void begin(TypedOp& op, std::uint32_t at) {
    clocks_[at] += 1 + below(2);
    for (const std::size_t i : replicas_[at].known) {
      clocks_[at] = std::max(clocks_[at], ops_[i].stamp.hlc + 1);
    }
    op.stamp = {clocks_[at], at};
    op.seen_base = replicas_[at].kept.base;
    op.past = replicas_[at].known;
  }
  void keep(std::uint32_t at, TypedOp op) {
    ops_.push_back(std::move(op));
    take(replicas_[at], ops_.size() - 1);
  }

  std::string some_text() {
    static constexpr const char* kParts[] = {"a", "b", "c", "\xc3\xa9", " ", "de"};
    std::string text;
    for (std::size_t left = below(5); left > 0; --left) text += kParts[below(6)];
    return text;
  }

  void write(std::uint32_t at) {
    if (!replicas_[at].kept.is_there) {
      const bool has_body = below(2) == 0;
      const std::string text = some_text();
      TypedOp op =
          encoded(has_body ? R"({"title":1,"body":")" + text + "\"}" : R"({"title":1})", at, true);
      op.kind = has_body ? TypedOp::value : TypedOp::other;
      op.text = text;
      return keep(at, std::move(op));
    }
    switch (below(9)) {
      case 0:
        return write_value(at, some_text());
      case 1:
        return wish(at, some_text());
      case 2:
        return write_unset(at);
      case 3:
        return write_removal(at);
      case 4:
        return write_beside(at);
      default:
        return type(at);
    }
  }

  void see(std::uint32_t at, TypedOp& op) {
    MergedRecord& merged = replicas_[at].merged;
    replicas_[at].kept.load(merged);
    merged.see({op.shape.get(), op.record.data()}, op.seen);
  }

  void write_value(std::uint32_t at, const std::string& text) {
    TypedOp op = encoded(R"({"body":")" + text + "\"}", at, false);
    op.kind = TypedOp::value;
    op.text = text;
    see(at, op);
    keep(at, std::move(op));
  }
  void write_unset(std::uint32_t at) {
    TypedOp op = encoded(R"({"body":{"$unset":true}})", at, false);
    op.kind = TypedOp::unset;
    see(at, op);
    keep(at, std::move(op));
  }
  void write_beside(std::uint32_t at) {
    TypedOp op = encoded(R"({"title":2})", at, false);
    op.kind = TypedOp::other;
    see(at, op);
    keep(at, std::move(op));
  }
  void write_removal(std::uint32_t at) {
    TypedOp op;
    op.kind = TypedOp::removal;
    begin(op, at);
    MergedRecord& merged = replicas_[at].merged;
    replicas_[at].kept.load(merged);
    merged.see_all(op.seen);
    keep(at, std::move(op));
  }

  // A whole text, as the edits that it is to what is shown.
  void wish(std::uint32_t at, const std::string& text) {
    TypedOp op = encoded(R"({"body":")" + text + "\"}", at, false);
    op.text = text;
    MergedRecord& merged = replicas_[at].merged;
    replicas_[at].kept.load(merged);
    const MergedRecord::FieldRule rule{0, static_cast<std::uint8_t>(Rule::text)};
    Buffer stored;
    std::vector<MergedRecord::FieldRule> changes;
    if (auto shape =
            merged.as_changes(op.shape, op.record.data(), {&rule, 1}, nullptr, stored, changes)) {
      op.shape = std::move(shape);
      op.record = std::move(stored);
      note_edit(op, changes, merged);
    } else {
      op.kind = TypedOp::value;
      merged.see({op.shape.get(), op.record.data()}, op.seen);
    }
    keep(at, std::move(op));
    EXPECT_TRUE(replicas_[at].kept.body() == text);
  }
  void note_edit(TypedOp& op, std::vector<MergedRecord::FieldRule> changes, MergedRecord& merged) {
    merged.see({op.shape.get(), op.record.data()}, changes, op.seen);
    const auto content = record::RecordView(op.shape.get(), op.record.data()).find(kBody)->content;
    op.edits.assign(content.begin(), content.end());
    op.kind = crdt::parse_edits(op.edits)->counts.events == 0 ? TypedOp::other : TypedOp::edit;
    for (const Seen& one : op.seen) {
      if (one.field == kNoField) continue;
      if (&one == &op.seen.front()) {
        op.on = one.stamp;
      } else {
        op.parents.push_back(one.stamp);
      }
    }
  }

  void type(std::uint32_t at) {
    const KeptText& kept = replicas_[at].kept;
    const std::string shown = kept.body().value_or("");
    const auto length = crdt::measure(shown).points;
    const auto pos = static_cast<std::uint32_t>(below(length + 1));
    const auto deleted = static_cast<std::uint32_t>(below(std::min(3u, length - pos) + 1));
    const std::string text = deleted == 0 ? "x" + some_text() : some_text();
    std::vector<crdt::EditRun> runs;
    if (deleted != 0) runs.push_back({crdt::Edit::erase, pos, deleted});
    const auto inserted = crdt::measure(text).points;
    if (inserted != 0) runs.push_back({crdt::Edit::insert, pos, inserted});
    const Buffer edits = crdt::encode_edits(runs, text);
    const record::FieldView view{kBody, record::ValueView{Type::bytes, edits}};
    TypedOp op;
    const auto made = encoder_.encode_views("T", {&view, 1});
    EXPECT_TRUE(made.ok());
    op.shape = made->shape;
    op.record.assign(made->bytes.begin(), made->bytes.end());
    begin(op, at);
    MergedRecord& merged = replicas_[at].merged;
    kept.load(merged);
    note_edit(op, {{0, static_cast<std::uint8_t>(Rule::text)}}, merged);
    keep(at, std::move(op));
  }

  std::mt19937_64 random_;
  std::vector<TypedOp> ops_;
  std::vector<Replica> replicas_;
  std::uint64_t clocks_[kTypistCount] = {};
  record::Encoder encoder_;
};

TEST(MergedTextsLaw, IsAFunctionOfTheSetOfItsWrites) {
  for (std::uint64_t seed = 1; seed <= kTypingSeeds / gs::testing::kSanitizedShare; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    TypingWorld world(seed);
    for (std::uint64_t left = 10 + seed % 50; left != 0; --left) world.step();
    world.end();
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace gs::merge
