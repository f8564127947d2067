// Goal: objects that many writers change are a function of the set of writes, and show what a naive
// reading of it says: of each path the last value that nobody who had seen it wrote over or took
// away.
// Method: five writers who each know a part of the history write objects, plainly and as changes,
// give and remove members, write other values and remove the field and the record; all of it is
// delivered in random orders. The naive reading knows paths as texts, and nothing of stamps that
// writes name.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "gs/base/test_share.h"
#include "gs/core/merge/merged_record.h"
#include "gs/core/merge/test_writers.h"
#include "gs/core/record/encoder.h"
#include "gs/core/record/json.h"

namespace gs::merge {
namespace {

constexpr std::uint32_t kGivers = 5;
constexpr const char* kObjectField = "at";
constexpr auto kMembersRule = static_cast<std::uint8_t>(Rule::members);

const BackwardWriters kGiversOrder;

using Paths = std::map<std::string, std::string>;  // the JSON of what is there

// Behind each name stands a dot, so that a path is in front of those beneath it.
bool is_at_or_beneath(const std::string& path, const std::string& above) {
  return path.compare(0, above.size(), above) == 0;
}

std::string json_of_member(const record::ValueView& value) {
  std::string text;
  record::append_json(value, text);
  return text;
}

// All paths of an object; with `inner` the objects in it as well.
void paths_in(const record::ValueView& object, const std::string& prefix, bool inner, Paths& out) {
  for (std::uint32_t i = 0; i < object.count(); ++i) {
    const std::string path = prefix + std::string(object.member_name(i)) + ".";
    const record::ValueView value = object.member(i);
    if (value.type != Type::object) {
      out[path] = json_of_member(value);
      continue;
    }
    if (inner) out[path] = "{}";
    paths_in(value, path, inner, out);
  }
}

// What a write means for the field.
struct MeantMembers {
  enum Kind { none, value, change, unset } kind = none;
  bool is_object = false;  // of a value
  std::string text;        // of one that is none
  Paths given;             // and the objects that they stand in
  std::set<std::string> removed;
};

struct MemberOp {
  bool is_removal = false;
  bool is_whole = false;
  record::ShapePtr shape;
  Buffer record;
  LocalStamp stamp;
  LocalStamp seen_base;
  std::vector<Seen> seen;
  std::set<std::size_t> past;
  MeantMembers meant;
};

struct KeptObject {
  bool is_there = false;
  bool is_live = false;
  record::ShapePtr shape;
  Buffer image;
  std::size_t record_at = 0;
  LocalStamp base;

  record::RecordView view() const { return {shape.get(), image.data() + record_at}; }
  void load(MergedRecord& merged) const {
    if (!is_there) return merged.clear();
    const bool is_plain = ImageView(image.data()).is_plain();
    merged.load({&shape, image.data() + record_at, is_plain ? nullptr : image.data(), base});
  }
};

KeptObject keep_object(MergedRecord& merged) {
  KeptObject kept;
  kept.is_there = true;
  kept.is_live = merged.is_live();
  kept.base = merged.base();
  auto shape = merged.encode(kept.image, kept.record_at, nullptr);
  EXPECT_TRUE(shape.ok()) << shape.error().text();
  kept.shape = std::move(shape).value();
  const Error error = record::validate(*kept.shape, kept.view().bytes());
  EXPECT_TRUE(error.ok()) << error.text();
  EXPECT_TRUE(ImageView(kept.image.data()).hidden_fits());
  return kept;
}

void apply_member_op(MergedRecord& merged, const MemberOp& op) {
  if (op.is_removal) {
    return merged.remove({op.stamp, RemovalRule::update_wins, op.seen_base, op.seen});
  }
  merged.write({&op.shape, op.record.data(), op.stamp, op.is_whole, op.seen_base, op.seen});
}

struct ShownObject {
  bool is_there = false;
  bool is_object = false;
  std::string text;  // of another value
  Paths paths;
};

ShownObject shown_object(const KeptObject& kept) {
  ShownObject shown;
  if (!kept.is_there) return shown;
  const auto value = kept.view().find(kObjectField);
  if (!value) return shown;
  shown.is_there = true;
  shown.is_object = value->type == Type::object;
  if (!shown.is_object) {
    shown.text = json_of_member(*value);
  } else {
    paths_in(*value, {}, false, shown.paths);
  }
  return shown;
}

// Whether a later change leaves nothing of a path.
bool takes(const MeantMembers& later, const std::string& path) {
  if (later.kind != MeantMembers::change) return later.kind != MeantMembers::none;
  const auto is_above = [&](const std::string& one) { return is_at_or_beneath(path, one); };
  if (later.given.count(path) != 0) return true;
  if (std::any_of(later.removed.begin(), later.removed.end(), is_above)) return true;
  return std::any_of(later.given.begin(), later.given.end(),
                     [&](const auto& one) { return one.second != "{}" && is_above(one.first); });
}

// Of the writes that are known.
class NaiveObject {
 public:
  NaiveObject(const std::vector<MemberOp>& ops, const std::set<std::size_t>& known)
      : ops_(ops), known_(known) {}

  ShownObject read() const {
    ShownObject shown;
    std::vector<const MemberOp*> order;
    std::map<const MemberOp*, Paths> left;
    const MemberOp* best = nullptr;
    for (const std::size_t at : known_) {
      const MemberOp& op = ops_[at];
      const bool is_write =
          op.meant.kind == MeantMembers::value || op.meant.kind == MeantMembers::change;
      if (!is_write || is_replaced(at)) continue;
      for (const auto& [path, text] : op.meant.given) {
        if (!is_taken(at, path)) left[&op][path] = text;
      }
      const bool is_empty = left[&op].empty();
      if (is_empty && op.meant.is_object && was_changed(at)) continue;
      shown.is_there = true;
      order.push_back(&op);
      if (op.meant.kind != MeantMembers::value) continue;
      if (best == nullptr || is_before(*best, op)) best = &op;
    }
    const bool is_other = best != nullptr && !best->meant.is_object;
    if (is_other && best->meant.text != "null") {
      shown.text = best->meant.text;
      return shown;
    }
    std::erase_if(order, [&](const MemberOp* op) {
      return is_other && op->meant.kind == MeantMembers::value;
    });
    shown.is_object = !order.empty();
    if (shown.is_there && !shown.is_object) shown.text = "null";
    std::sort(order.begin(), order.end(),
              [](const MemberOp* a, const MemberOp* b) { return is_before(*a, *b); });
    for (const MemberOp* const op : order) {
      for (const auto& [path, text] : left[op]) put(shown.paths, path, text);
    }
    std::erase_if(shown.paths, [](const auto& one) { return one.second == "{}"; });
    return shown;
  }

 private:
  static bool is_before(const MemberOp& a, const MemberOp& b) {
    return a.stamp.hlc != b.stamp.hlc ? a.stamp.hlc < b.stamp.hlc : a.stamp.writer > b.stamp.writer;
  }

  template <typename Does>
  bool was_seen_by(std::size_t index, const Does& does) const {
    return std::any_of(known_.begin(), known_.end(), [&](std::size_t at) {
      return ops_[at].past.count(index) != 0 && does(ops_[at].meant);
    });
  }
  bool is_replaced(std::size_t index) const {
    return was_seen_by(index, [](const MeantMembers& later) {
      return later.kind == MeantMembers::value || later.kind == MeantMembers::unset;
    });
  }
  // Changes without members that somebody saw who changed the field are gone as well.
  bool was_changed(std::size_t index) const {
    return was_seen_by(
        index, [](const MeantMembers& later) { return later.kind == MeantMembers::change; });
  }
  bool is_taken(std::size_t index, const std::string& path) const {
    return was_seen_by(index, [&](const MeantMembers& later) { return takes(later, path); });
  }

  // A value is in the place of what is above and beneath it, an object of values.
  static void put(Paths& paths, const std::string& path, const std::string& text) {
    std::erase_if(paths, [&](const auto& one) {
      const bool is_beneath = text != "{}" && is_at_or_beneath(one.first, path);
      return is_beneath || (one.second != "{}" && is_at_or_beneath(path, one.first));
    });
    paths[path] = text;
  }

  const std::vector<MemberOp>& ops_;
  const std::set<std::size_t>& known_;
};

class MembersHistory {
 public:
  explicit MembersHistory(std::uint64_t seed) : random_(seed) {}

  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

  void play(std::size_t count) {
    replicas_.assign(kGivers, {});
    for (std::size_t i = 0; i < count; ++i) {
      const auto writer = static_cast<std::uint32_t>(below(kGivers));
      if (below(3) == 0) receive(replicas_[writer]);
      act(writer);
    }
  }

  KeptObject deliver() {
    MergedRecord merged(kGiversOrder);
    KeptObject kept;
    std::set<std::size_t> had;
    kept.load(merged);
    while (had.size() < ops_.size()) {
      std::size_t next = below(ops_.size());
      while (had.count(next) != 0 || !includes(had, ops_[next].past)) {
        next = (next + 1) % ops_.size();
      }
      apply_member_op(merged, ops_[next]);
      had.insert(next);
      if (below(3) != 0 && had.size() < ops_.size()) continue;
      kept = keep_object(merged);
      kept.load(merged);
    }
    return kept;
  }

  void compare(const KeptObject& kept, const std::set<std::size_t>& known) const {
    const ShownObject expected = NaiveObject(ops_, known).read();
    const ShownObject shown = shown_object(kept);
    EXPECT_EQ(shown.is_there, expected.is_there);
    EXPECT_EQ(shown.is_object, expected.is_object);
    EXPECT_EQ(shown.paths, expected.paths);
    EXPECT_EQ(shown.text, expected.text);
  }

  std::set<std::size_t> all() const {
    std::set<std::size_t> all;
    for (std::size_t i = 0; i < ops_.size(); ++i) all.insert(i);
    return all;
  }

 private:
  struct Replica {
    std::set<std::size_t> had;
    KeptObject kept;
  };

  static bool includes(const std::set<std::size_t>& all, const std::set<std::size_t>& part) {
    return std::includes(all.begin(), all.end(), part.begin(), part.end());
  }

  void receive(Replica& replica) {
    const Replica& from = replicas_[below(kGivers)];
    MergedRecord merged(kGiversOrder);
    replica.kept.load(merged);
    bool any = false;
    for (const std::size_t op : from.had) {
      if (!replica.had.insert(op).second) continue;
      any = true;
      apply_member_op(merged, ops_[op]);
    }
    if (any) replica.kept = keep_object(merged);
  }

  // No object in it is empty.
  std::string some_object(int depth) {
    std::string json;
    for (const char* const name : {"a", "b", "c"}) {
      if (below(2) == 0) continue;
      std::string value = std::to_string(below(4));
      if (below(6) == 0) value = "null";
      if (depth > 0 && below(2) == 0) value = some_object(depth - 1);
      if (value == "{}") value = "[1]";
      json += (json.empty() ? "\"" : ",\"") + std::string(name) + "\":" + value;
    }
    return "{" + json + "}";
  }

  void encode(MemberOp& op, record::Encoder& encoder, const std::string& json) {
    const auto made =
        op.is_whole ? encoder.encode_json("T", json) : encoder.encode_delta_json("T", json);
    op.shape = made.value().shape;
    op.record.assign(made.value().bytes.begin(), made.value().bytes.end());
  }

  record::RecordView view(const MemberOp& op) const { return {op.shape.get(), op.record.data()}; }

  static std::uint32_t number_of_field(const record::RecordView& record) {
    for (std::uint32_t i = 0; i < field_numbers_end(record); ++i) {
      if (name_of_field(record, i) == kObjectField) return i;
    }
    return kNoField;
  }

  static void mean_value(MemberOp& op, const record::ValueView& value) {
    op.meant.kind = MeantMembers::value;
    op.meant.is_object = value.type == Type::object;
    if (op.meant.is_object) {
      paths_in(value, {}, true, op.meant.given);
    } else {
      op.meant.text = json_of_member(value);
    }
  }

  static void mean_change(MemberOp& op, const MembersChange& change) {
    MeantMembers& meant = op.meant;
    meant = {};
    meant.kind = MeantMembers::change;
    meant.is_object = true;
    paths_in({Type::object, change.given}, {}, true, meant.given);
    if (change.removed.empty()) return;
    Paths removed;
    paths_in({Type::object, change.removed}, {}, false, removed);
    for (const auto& one : removed) meant.removed.insert(one.first);
  }

  static MembersChange change_in(const MemberOp& op) {
    const auto value = record::RecordView(op.shape.get(), op.record.data()).find(kObjectField);
    return members_change_of({record::Part::value, value->type, value->content}).value();
  }

  void write_values(MergedRecord& merged, MemberOp& op, record::Encoder& encoder,
                    const KeptObject& kept) {
    const std::uint64_t which = below(op.is_whole ? 8 : 9);
    const bool is_named = !op.is_whole || below(4) != 0;
    std::string value = which < 6 ? some_object(2) : which == 6 ? "null" : "7";
    if (which == 8) value = "{\"$unset\":true}";
    encode(op, encoder,
           "{\"note\":" + std::to_string(below(9)) +
               (is_named ? ",\"" + std::string(kObjectField) + "\":" + value : "") + "}");
    if (op.is_whole && kept.is_there && !is_named) name_removed(merged, op);
    if (which == 8) op.meant.kind = MeantMembers::unset;
    const auto written = view(op).find(kObjectField);
    if (written && which != 8 && is_named) mean_value(op, *written);
    const std::uint32_t field = number_of_field(view(op));
    if (below(3) == 0 || field == kNoField) return merged.see(view(op), op.seen);
    const MergedRecord::FieldRule rule{field, kMembersRule};
    std::vector<MergedRecord::FieldRule> changes;
    Buffer stored;
    const auto made = merged.as_changes(op.shape, op.record.data(), {&rule, 1}, op.stamp, nullptr,
                                        stored, changes);
    if (made != nullptr) {
      op.shape = made;
      op.record = std::move(stored);
      mean_change(op, change_in(op));
    }
    merged.see(view(op), changes, op.seen);
  }

  void name_removed(MergedRecord& merged, MemberOp& op) {
    std::vector<std::string_view> beside;
    merged.fields_beside(view(op), beside);
    if (beside.empty()) return;
    op.meant.kind = MeantMembers::unset;
    MergedRecord both(kGiversOrder);
    both.write({&op.shape, op.record.data(), op.stamp, true, {}, {}});
    Buffer record;
    op.shape = both.encode_removing(beside, record, nullptr).value();
    op.record = std::move(record);
  }

  // What a patch says, whatever there is. What stands around what is removed is given.
  void change(MergedRecord& merged, MemberOp& op, record::Encoder& encoder) {
    const char* const removed[] = {"{\"a\":true}", "{\"b\":{\"c\":true}}",
                                   "{\"a\":true,\"c\":true}", "{\"c\":{\"a\":{\"b\":true}}}"};
    const char* const around[] = {"{}", "{\"b\":{}}", "{\"b\":{\"b\":5}}", "{\"c\":{\"a\":{}}}"};
    const std::size_t which = below(2 * std::size(removed));
    const std::string value = which < std::size(removed)
                                  ? "[" + std::string(around[which]) + "," + removed[which] + "]"
                                  : some_object(2);
    encode(op, encoder, "{\"" + std::string(kObjectField) + "\":" + value + "}");
    mean_change(op, change_in(op));
    const MergedRecord::FieldRule one{number_of_field(view(op)), kMembersRule};
    merged.see(view(op), {&one, 1}, op.seen);
  }

  void act(std::uint32_t writer) {
    Replica& replica = replicas_[writer];
    MemberOp op;
    op.stamp = {(clock_ += below(2)) + 1, writer};
    for (const std::size_t before : replica.had) {
      op.stamp.hlc = std::max(op.stamp.hlc, ops_[before].stamp.hlc + 1);
    }
    op.past = replica.had;
    MergedRecord merged(kGiversOrder);
    replica.kept.load(merged);
    record::Encoder& encoder = below(12) == 0 ? loose_ : encoder_;
    op.seen_base = merged.base();
    const std::uint64_t which = replica.kept.is_there ? below(12) : 0;
    if (which == 1) {
      op.is_removal = true;
      merged.see_all(op.seen);
    } else if (which < 8) {
      op.is_whole = which == 0;
      write_values(merged, op, encoder, replica.kept);
    } else {
      change(merged, op, encoder);
    }
    apply_member_op(merged, op);
    replica.kept = keep_object(merged);
    EXPECT_EQ(replica.kept.is_live, !op.is_removal);
    replica.had.insert(ops_.size());
    ops_.push_back(std::move(op));
    compare(replica.kept, replica.had);
  }

  std::mt19937_64 random_;
  std::uint64_t clock_ = 1000;
  record::Encoder encoder_;
  record::Encoder loose_{std::make_shared<record::ShapeCache>(0)};
  std::vector<Replica> replicas_;
  std::vector<MemberOp> ops_;
};

constexpr std::uint64_t kMembersHistories = 1500 / gs::testing::kSanitizedShare;

TEST(MergedMembersLaw, ObjectsAreAFunctionOfTheSetOfTheirWrites) {
  std::size_t with_hidden = 0;
  for (std::uint64_t seed = 1; seed <= kMembersHistories; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    MembersHistory history(seed);
    history.play(2 + history.below(40));
    const KeptObject first = history.deliver();
    history.compare(first, history.all());
    for (int i = 0; i < 3; ++i) {
      const KeptObject again = history.deliver();
      ASSERT_EQ(again.shape->digest(), first.shape->digest());
      ASSERT_EQ(again.image, first.image);
      ASSERT_EQ(again.base, first.base);
      ASSERT_EQ(again.is_live, first.is_live);
    }
    with_hidden += ImageView(first.image.data()).hidden_count() != 0;
    if (::testing::Test::HasFailure()) return;
  }
  EXPECT_GT(with_hidden, kMembersHistories / 3);
}

}  // namespace
}  // namespace gs::merge
