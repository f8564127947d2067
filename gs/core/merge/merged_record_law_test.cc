// Goal: a record is a function of the set of its writes: whatever order and portions they come in,
// its image has the same bytes, and it shows what a naive reading of the set says.
// Method: six writers who each know a part of the history write, put, remove fields and the record;
// then all of it is delivered in random orders that respect what each write saw.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <set>

#include "gs/core/merge/merged_record.h"
#include "gs/core/record/encoder.h"
#include "gs/core/record/order_key.h"

namespace gs::merge {
namespace {

constexpr std::uint32_t kWriters = 6;
constexpr const char* kNames[] = {"name", "lat", "zip", "area", "b", "note"};

// Writers with greater numbers come first, so that numbers are not taken for keys.
class Backwards final : public WriterOrder {
 public:
  bool before(std::uint32_t a, std::uint32_t b) const noexcept override { return a > b; }
};
const Backwards kOrder;

struct Op {
  enum Kind { write, whole, removal } kind = write;
  record::ShapePtr shape;
  Buffer record;
  LocalStamp stamp;
  RemovalRule rule = RemovalRule::delete_wins;
  LocalStamp seen_base;
  std::vector<Seen> seen;
  std::set<std::size_t> past;  // ops that its writer had
};

// A record as a table keeps it.
struct Kept {
  bool is_there = false;
  bool is_live = false;
  record::ShapePtr shape;
  Buffer image;
  std::size_t record_at = 0;
  LocalStamp base;

  record::RecordView view() const { return {shape.get(), image.data() + record_at}; }
  void load(MergedRecord& merged) const {
    if (!is_there) return merged.clear();
    const bool is_plain = ImageView(image.data()).is_plain();  // then only the record is kept
    merged.load({&shape, image.data() + record_at, is_plain ? nullptr : image.data(), base});
  }
};

void apply(MergedRecord& merged, const Op& op) {
  if (op.kind == Op::removal) return merged.remove({op.stamp, op.rule, op.seen_base, op.seen});
  merged.write(
      {&op.shape, op.record.data(), op.stamp, op.kind == Op::whole, op.seen_base, op.seen});
}

// `last`: the write applied last, to compare with it what is nothing else.
Kept keep(MergedRecord& merged, record::ShapeCache& shapes, const Op& last) {
  const bool is_last_write = merged.is_last_write();
  Kept kept;
  kept.is_there = true;
  kept.is_live = merged.is_live();
  kept.base = merged.base();
  auto shape = merged.encode(kept.image, kept.record_at, &shapes);
  EXPECT_TRUE(shape.ok()) << shape.error().text();
  kept.shape = std::move(shape).value();
  const Error error = record::validate(*kept.shape, kept.view().bytes());
  EXPECT_TRUE(error.ok()) << error.text();
  EXPECT_EQ(ImageView(kept.image.data()).size(), kept.image.size());
  if (is_last_write) {
    EXPECT_TRUE(ImageView(kept.image.data()).is_plain());
    EXPECT_EQ(kept.shape->digest(), last.shape->digest());
    EXPECT_EQ(Buffer(kept.view().bytes().begin(), kept.view().bytes().end()), last.record);
  }
  return kept;
}

class History {
 public:
  explicit History(std::uint64_t seed) : random_(seed) {}

  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

  void play(std::size_t count) {
    replicas_.assign(kWriters, {});
    for (std::size_t i = 0; i < count; ++i) {
      const auto writer = static_cast<std::uint32_t>(below(kWriters));
      if (below(3) == 0) receive(replicas_[writer]);
      act(writer);
    }
  }

  // All ops in a random order that respects their pasts, in random portions.
  Kept deliver() {
    MergedRecord merged(kOrder);
    Kept kept;
    std::set<std::size_t> had;
    kept.load(merged);
    while (had.size() < ops_.size()) {
      std::size_t next = below(ops_.size());
      while (had.count(next) != 0 || !includes(had, ops_[next].past))
        next = (next + 1) % ops_.size();
      apply(merged, ops_[next]);
      had.insert(next);
      if (below(3) != 0 && had.size() < ops_.size()) continue;
      kept = keep(merged, shapes_, ops_[next]);
      kept.load(merged);
    }
    return kept;
  }

  const std::vector<Op>& ops() const { return ops_; }

 private:
  struct Replica {
    std::set<std::size_t> had;
    Kept kept;
  };

  static bool includes(const std::set<std::size_t>& all, const std::set<std::size_t>& part) {
    return std::includes(all.begin(), all.end(), part.begin(), part.end());
  }

  void receive(Replica& replica) {
    const Replica& from = replicas_[below(kWriters)];
    MergedRecord merged(kOrder);
    replica.kept.load(merged);
    const Op* last = nullptr;
    for (const std::size_t op : from.had) {
      if (!replica.had.insert(op).second) continue;
      last = &ops_[op];  // ascending numbers respect pasts
      apply(merged, *last);
    }
    if (last != nullptr) replica.kept = keep(merged, shapes_, *last);
  }

  std::string object(bool is_delta) {
    std::string text = "{";
    const bool only_removes = is_delta && below(3) == 0;
    for (const char* name : kNames) {
      if (below(3) != 0) continue;
      text += (text.size() > 1 ? ",\"" : "\"") + std::string(name) + "\":";
      switch (only_removes ? 4 : below(is_delta ? 5 : 4)) {
        case 0:
          text += std::to_string(below(100));
          break;
        case 1:
          text += "\"text " + std::to_string(below(100)) + "\"";
          break;
        case 2:
          text += "null";
          break;
        case 3:
          text += "[1,{\"a\":" + std::to_string(below(9)) + "}]";
          break;
        default:
          text += "{\"$unset\":true}";
      }
    }
    return text + "}";
  }

  void act(std::uint32_t writer) {
    Replica& replica = replicas_[writer];
    Op op;
    op.stamp = {(clock_ += below(2)) + 1, writer};
    for (const std::size_t before : replica.had) {
      op.stamp.hlc = std::max(op.stamp.hlc, ops_[before].stamp.hlc + 1);
    }
    op.past = replica.had;
    MergedRecord merged(kOrder);
    replica.kept.load(merged);
    record::Encoder& encoder = below(12) == 0 ? loose_ : encoder_;
    const bool is_there = replica.kept.is_there;
    op.seen_base = merged.base();
    if (is_there && below(6) == 0) {
      op.kind = Op::removal;
      op.rule = below(2) == 0 ? RemovalRule::update_wins : RemovalRule::delete_wins;
      merged.see_all(op.seen);
    } else if (is_there && below(3) != 0) {
      encode(op, encoder.encode_delta_json("T", object(true)));
      merged.see({op.shape.get(), op.record.data()}, op.seen);
    } else {
      op.kind = Op::whole;
      encode(op, encoder.encode_json("T", object(false)));
      if (is_there) take_all(merged, op);
    }
    name_rules(op);
    apply(merged, op);
    replica.kept = keep(merged, shapes_, op);
    replica.had.insert(ops_.size());
    ops_.push_back(std::move(op));
  }

  // A rule needs a stamp to stand beside.
  static void name_rules(Op& op) {
    if (op.kind == Op::removal) return;
    const record::RecordView view(op.shape.get(), op.record.data());
    for (Seen& one : op.seen) {
      if (one.field == kNoField) continue;
      const std::string_view name = name_of_field(view, one.field);
      if (name == "zip") one.rule = static_cast<std::uint8_t>(Rule::greatest);
      if (name == "area") one.rule = static_cast<std::uint8_t>(Rule::least);
      if (name == "note") one.rule = static_cast<std::uint8_t>(Rule::first);
    }
  }

  void encode(Op& op, const Result<record::Encoded>& made) {
    op.shape = made.value().shape;
    op.record.assign(made.value().bytes.begin(), made.value().bytes.end());
  }

  // A put replaces fields that it does not name, too.
  void take_all(MergedRecord& merged, Op& op) {
    std::vector<std::string_view> beside;
    merged.fields_beside({op.shape.get(), op.record.data()}, beside);
    if (!beside.empty()) {
      MergedRecord both(kOrder);
      both.write({&op.shape, op.record.data(), op.stamp, true, {}, {}});
      Buffer record;
      op.shape = both.encode_removing(beside, record, &shapes_).value();
      op.record = std::move(record);
    }
    merged.see({op.shape.get(), op.record.data()}, op.seen);
  }

  std::mt19937_64 random_;
  std::uint64_t clock_ = 1000;
  record::ShapeCache shapes_;
  record::Encoder encoder_;
  record::Encoder loose_{std::make_shared<record::ShapeCache>(0)};
  std::vector<Replica> replicas_;
  std::vector<Op> ops_;
};

// What nobody replaced, told from the set alone.
struct Leaf {
  LocalStamp stamp;
  std::string value;
  Rule rule = Rule::latest;
  bool is_covered = false;
};
using Leaves = std::map<std::string, std::vector<Leaf>>;

std::map<std::string, std::string> fields_of(const record::RecordView& record, bool with_absent) {
  std::map<std::string, std::string> fields;
  const auto add = [&](std::string_view name, const record::ValueView* value) {
    if (value == nullptr && !with_absent) return;
    Buffer key;
    if (value != nullptr) append_order_key(*value, key);
    fields[std::string(name)] = value == nullptr ? "absent" : std::string(key.begin(), key.end());
  };
  const record::Shape& shape = record.shape();
  if (!shape.self_describing()) {
    for (std::size_t i = 0; i < shape.field_count(); ++i) {
      const record::ValueView value = record.field(i);
      add(shape.fields()[i].name, record.present(i) ? &value : nullptr);
    }
    return fields;
  }
  const record::ValueView object = record.field(0);
  for (std::uint32_t i = 0; i < object.count(); ++i) {
    const record::ValueView value = object.member(i);
    add(object.member_name(i), value.type == record::kAbsentMember ? nullptr : &value);
  }
  return fields;
}

Leaves leaves_of(const std::vector<Op>& ops) {
  Leaves leaves;
  std::map<std::string, std::set<std::pair<std::uint64_t, std::uint32_t>>> replaced;
  std::set<std::pair<std::uint64_t, std::uint32_t>> covered;
  for (const Op& op : ops) {
    if (op.kind == Op::removal) {
      covered.insert({op.seen_base.hlc, op.seen_base.writer});
      for (const Seen& one : op.seen) covered.insert({one.stamp.hlc, one.stamp.writer});
      continue;
    }
    const record::RecordView view(op.shape.get(), op.record.data());
    for (const auto& [name, value] : fields_of(view, true)) {
      bool is_named = false;
      Rule rule = Rule::latest;
      for (const Seen& one : op.seen) {
        if (one.field == kNoField || name_of_field(view, one.field) != name) continue;
        rule = static_cast<Rule>(one.rule);
        replaced[name].insert({one.stamp.hlc, one.stamp.writer});
        is_named = true;
      }
      if (!is_named) replaced[name].insert({op.seen_base.hlc, op.seen_base.writer});
      if (value != "absent") leaves[name].push_back({op.stamp, value, rule});
    }
  }
  for (auto& [name, of] : leaves) {
    std::erase_if(of, [&](const Leaf& leaf) {
      return replaced[name].count({leaf.stamp.hlc, leaf.stamp.writer}) != 0;
    });
    for (Leaf& leaf : of) leaf.is_covered = covered.count({leaf.stamp.hlc, leaf.stamp.writer}) != 0;
    std::sort(of.begin(), of.end(), [](const Leaf& a, const Leaf& b) {
      return a.stamp.hlc != b.stamp.hlc ? a.stamp.hlc < b.stamp.hlc
                                        : a.stamp.writer > b.stamp.writer;
    });
  }
  return leaves;
}

bool is_live(const std::vector<Op>& ops, const Leaves& leaves) {
  bool any = false;
  bool deletes = false;
  for (const Op& op : ops) {
    if (op.kind != Op::removal) continue;
    bool is_replaced = false;
    for (const Op& other : ops) {
      for (const Seen& one : other.seen) is_replaced = is_replaced || one.stamp == op.stamp;
    }
    if (is_replaced) continue;
    any = true;
    deletes = deletes || op.rule != RemovalRule::update_wins;
  }
  if (!any) return true;
  if (deletes) return false;
  for (const auto& [name, of] : leaves) {
    for (const Leaf& leaf : of) {
      if (!leaf.is_covered) return true;
    }
  }
  return false;
}

void compare(const Kept& kept, const std::vector<Op>& ops) {
  const Leaves leaves = leaves_of(ops);
  std::map<std::string, std::string> shown;
  std::map<std::string, std::size_t> hidden;
  for (const auto& [name, of] : leaves) {
    if (of.empty()) continue;
    const auto by_value = [](const Leaf& a, const Leaf& b) { return a.value < b.value; };
    switch (of.back().rule) {  // that of the latest write
      case Rule::latest:
        shown[name] = of.back().value;
        break;
      case Rule::first:
        shown[name] = of.front().value;
        break;
      case Rule::greatest:
        shown[name] = std::max_element(of.begin(), of.end(), by_value)->value;
        break;
      case Rule::least:
        shown[name] = std::min_element(of.begin(), of.end(), by_value)->value;
        break;
    }
    if (of.size() > 1) hidden[name] = of.size() - 1;
  }
  EXPECT_EQ(fields_of(kept.view(), false), shown);
  std::map<std::string, std::size_t> kept_hidden;
  const ImageView image(kept.image.data());
  HiddenView at = image.first_hidden();
  for (std::uint32_t i = 0; i < image.hidden_count(); ++i, at = at.next()) {
    if (at.kind() == HiddenKind::value) {
      ++kept_hidden[std::string(name_of_field(kept.view(), at.field()))];
    }
  }
  EXPECT_EQ(kept_hidden, hidden);
  EXPECT_EQ(kept.is_live, is_live(ops, leaves));
}

TEST(MergedRecordLaw, IsAFunctionOfTheSetOfItsWrites) {
  std::size_t with_hidden = 0;
  std::size_t dead = 0;
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    History history(seed);
    history.play(2 + history.below(40));
    const Kept first = history.deliver();
    compare(first, history.ops());
    for (int i = 0; i < 3; ++i) {
      const Kept again = history.deliver();
      ASSERT_EQ(again.shape->digest(), first.shape->digest());
      ASSERT_EQ(again.image, first.image);
      ASSERT_EQ(again.base, first.base);
      ASSERT_EQ(again.is_live, first.is_live);
    }
    with_hidden += ImageView(first.image.data()).hidden_count() != 0;
    dead += !first.is_live;
    if (HasFailure()) return;
  }
  EXPECT_GT(with_hidden, 500u);
  EXPECT_GT(dead, 200u);
}

}  // namespace
}  // namespace gs::merge
