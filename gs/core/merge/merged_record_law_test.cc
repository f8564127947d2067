// Goal: a record is a function of the set of its writes: whatever order and portions they come in,
// its image has the same bytes, and it shows what a naive reading of the set says.
// Method: six writers who each know a part of the history write, put, add to numbers, remove fields
// and the record; then all of it is delivered in random orders that respect what each write saw.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <set>

#include "gs/base/test_share.h"
#include "gs/core/merge/merged_record.h"
#include "gs/core/merge/test_writers.h"
#include "gs/core/record/encoder.h"
#include "gs/core/record/order_key.h"

namespace gs::merge {
namespace {

constexpr std::uint32_t kWriters = 6;
constexpr const char* kNames[] = {"name", "lat", "zip", "area", "b", "note"};

const BackwardWriters kOrder;

struct Op {
  enum Kind { write, whole, removal } kind = write;
  record::ShapePtr shape;
  Buffer record;
  LocalStamp stamp;
  bool is_addition = false;
  std::map<std::string, double> meant;  // numbers, as whoever wrote them meant them
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

// By name; nullopt: absent.
struct Told {
  std::string value;
  std::optional<double> number;
};
std::map<std::string, Told> fields_of(const record::RecordView& record, bool with_absent) {
  std::map<std::string, Told> fields;
  const auto add = [&](std::string_view name, const record::ValueView* value) {
    if (value == nullptr && !with_absent) return;
    Told& told = fields[std::string(name)];
    told.value = "absent";
    if (value == nullptr) return;
    Buffer key;
    append_order_key(*value, key);
    told.value.assign(key.begin(), key.end());
    if (value->type == Type::number) told.number = value->number();
    if (value->is_null()) told.number = 0;
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

std::string key_of_null() {
  Buffer key;
  append_order_key(record::ValueView{}, key);
  return std::string(key.begin(), key.end());
}

// A record with what a naive reading of the set of its writes says.
void compare(const Kept& kept, const std::vector<Op>& ops);

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
  bool has_sums() const {
    return std::any_of(ops_.begin(), ops_.end(), [](const Op& op) { return op.is_addition; });
  }

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
    } else if (is_there && below(4) == 0) {
      if (!add(merged, writer, op)) return;
    } else if (is_there && below(3) != 0) {
      encode(op, encoder.encode_delta_json("T", object(true)));
      store_less(merged, op);
      merged.see({op.shape.get(), op.record.data()}, op.seen);
    } else {
      op.kind = Op::whole;
      encode(op, encoder.encode_json("T", object(false)));
      if (is_there) take_all(merged, op);
    }
    name_rules(op);
    const auto before = is_there ? numbers_of(replica.kept) : std::map<std::string, double>();
    apply(merged, op);
    replica.kept = keep(merged, shapes_, op);
    check_shown(op, before, numbers_of(replica.kept));
    replica.had.insert(ops_.size());
    ops_.push_back(std::move(op));
    if (below(4) != 0) return;
    std::vector<Op> known;
    for (const std::size_t each : replica.had) known.push_back(ops_[each]);
    compare(replica.kept, known);
  }

  // A rule needs a stamp to stand beside.
  static void name_rules(Op& op) {
    if (op.kind == Op::removal || op.is_addition) return;
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
    store_less(merged, op);
    merged.see({op.shape.get(), op.record.data()}, op.seen);
  }

  static std::map<std::string, double> numbers_of(const Kept& kept) {
    std::map<std::string, double> numbers;
    for (const auto& [name, told] : fields_of(kept.view(), false)) {
      if (told.number) numbers[name] = *told.number;
    }
    return numbers;
  }

  // Who writes a value sees it, who adds to one sees the sum.
  static void check_shown(const Op& op, const std::map<std::string, double>& before,
                          const std::map<std::string, double>& after) {
    for (const auto& [name, number] : op.meant) {
      const auto had = before.find(name);
      const double from = op.is_addition && had != before.end() ? had->second : 0;
      ASSERT_EQ(after.count(name), 1u) << name;
      EXPECT_EQ(after.at(name), from + number) << name;
    }
  }

  static void mean(Op& op) {
    for (const auto& [name, told] : fields_of({op.shape.get(), op.record.data()}, false)) {
      if (told.number && told.value != key_of_null()) op.meant[name] = *told.number;
    }
  }

  static void store_less(MergedRecord& merged, Op& op) {
    mean(op);
    Buffer stored;
    if (merged.less_added({op.shape.get(), op.record.data()}, stored).value()) op.record = stored;
  }

  // False: the fields hold no numbers.
  bool add(MergedRecord& merged, std::uint32_t writer, Op& op) {
    std::string text = "{";
    for (const char* name : kNames) {
      if (below(2) != 0) continue;
      text += (text.size() > 1 ? ",\"" : "\"") + std::string(name) + "\":";
      text += std::to_string(static_cast<int>(below(200)) - 100);
    }
    encode(op, encoder_.encode_delta_json("T", text + "}"));
    mean(op);
    Buffer stored;
    if (merged.with_added({op.shape.get(), op.record.data()}, writer, stored)) return false;
    op.record = std::move(stored);
    op.is_addition = true;
    merged.see_added({op.shape.get(), op.record.data()}, writer, op.seen);
    return true;
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
  std::optional<double> number = {};
};
using Leaves = std::map<std::string, std::vector<Leaf>>;
struct Remains {
  Leaves values;
  Leaves added;
};

std::string key_of_number(double number) {
  Buffer any;
  EXPECT_TRUE(record::encode_any(Value(number), any).ok());
  Buffer key;
  append_order_key(record::ValueView{Type::number, Bytes(any).subspan(1)}, key);
  return std::string(key.begin(), key.end());
}

using Stamps = std::set<std::pair<std::uint64_t, std::uint32_t>>;

void drop(Leaves& leaves, std::map<std::string, Stamps>& replaced, const Stamps& covered) {
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
}

Remains remains_of(const std::vector<Op>& ops) {
  Remains remains;
  std::map<std::string, Stamps> replaced;
  std::map<std::string, Stamps> replaced_added;
  Stamps covered;
  for (const Op& op : ops) {
    if (op.kind == Op::removal) {
      covered.insert({op.seen_base.hlc, op.seen_base.writer});
      for (const Seen& one : op.seen) covered.insert({one.stamp.hlc, one.stamp.writer});
      continue;
    }
    const record::RecordView view(op.shape.get(), op.record.data());
    for (const auto& [name, told] : fields_of(view, true)) {
      const bool is_absent = told.value == "absent";
      bool is_named = false;
      Rule rule = Rule::latest;
      const auto replace = [&](const LocalStamp& stamp) {
        if (!op.is_addition) replaced[name].insert({stamp.hlc, stamp.writer});
        if (op.is_addition || is_absent) replaced_added[name].insert({stamp.hlc, stamp.writer});
      };
      for (const Seen& one : op.seen) {
        if (one.field == kNoField || name_of_field(view, one.field) != name) continue;
        rule = static_cast<Rule>(one.rule);
        replace(one.stamp);
        is_named = true;
      }
      if (!is_named) replace(op.seen_base);
      if (is_absent) continue;
      Leaves& leaves = op.is_addition ? remains.added : remains.values;
      leaves[name].push_back({op.stamp, told.value, rule, false, told.number});
    }
  }
  drop(remains.values, replaced, covered);
  drop(remains.added, replaced_added, covered);
  return remains;
}

bool is_live(const std::vector<Op>& ops, const Remains& remains) {
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
  for (const Leaves* const leaves : {&remains.values, &remains.added}) {
    for (const auto& [name, of] : *leaves) {
      for (const Leaf& leaf : of) {
        if (!leaf.is_covered) return true;
      }
    }
  }
  return false;
}

const Leaf& shown_of(const std::vector<Leaf>& of) {
  const auto by_value = [](const Leaf& a, const Leaf& b) { return a.value < b.value; };
  switch (of.back().rule) {  // that of the latest write
    case Rule::first:
      return of.front();
    case Rule::greatest:
      return *std::max_element(of.begin(), of.end(), by_value);
    case Rule::least:
      return *std::min_element(of.begin(), of.end(), by_value);
    default:
      return of.back();
  }
}

void compare(const Kept& kept, const std::vector<Op>& ops) {
  const Remains remains = remains_of(ops);
  std::map<std::string, std::string> shown;
  std::map<std::string, std::size_t> hidden;
  std::map<std::string, std::optional<double>> numbers;
  for (const auto& [name, of] : remains.values) {
    if (of.empty()) continue;
    shown[name] = shown_of(of).value;
    numbers[name] = shown_of(of).number;
    if (of.size() > 1) hidden[name] = of.size() - 1;
  }
  for (const auto& [name, of] : remains.added) {
    if (of.empty()) continue;
    const bool has_value = shown.count(name) != 0;
    if (has_value && !numbers[name]) continue;  // no number to add to
    double sum = has_value ? *numbers[name] : 0;
    for (const Leaf& leaf : of) sum += *leaf.number;
    shown[name] = key_of_number(sum);
  }
  std::map<std::string, std::string> kept_shown;
  for (const auto& [name, told] : fields_of(kept.view(), false)) kept_shown[name] = told.value;
  EXPECT_EQ(kept_shown, shown);
  std::map<std::string, std::size_t> kept_hidden;
  const ImageView image(kept.image.data());
  HiddenView at = image.first_hidden();
  for (std::uint32_t i = 0; i < image.hidden_count(); ++i, at = at.next()) {
    if (at.kind() == HiddenKind::value) {
      ++kept_hidden[std::string(name_of_field(kept.view(), at.field()))];
    }
  }
  EXPECT_EQ(kept_hidden, hidden);
  EXPECT_EQ(kept.is_live, is_live(ops, remains));
}

constexpr std::uint64_t kHistories = 2000 / gs::testing::kSanitizedShare;

TEST(MergedRecordLaw, IsAFunctionOfTheSetOfItsWrites) {
  std::size_t with_hidden = 0;
  std::size_t with_sums = 0;
  std::size_t dead = 0;
  for (std::uint64_t seed = 1; seed <= kHistories; ++seed) {
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
    with_sums += history.has_sums();
    dead += !first.is_live;
    if (HasFailure()) return;
  }
  EXPECT_GT(with_hidden, kHistories / 4);
  EXPECT_GT(with_sums, kHistories / 4);
  EXPECT_GT(dead, kHistories / 10);
}

}  // namespace
}  // namespace gs::merge
