// Goal: a record is a function of the set of its writes: whatever order and portions they come in,
// its image has the same bytes, and it shows what a naive reading of the set says.
// Method: six writers who each know a part of the history write, put, add to numbers, remove fields
// and the record; then all of it is delivered in random orders that respect what each write saw.
#include <map>
#include <optional>

#include "gs/core/merge/test_write_history.h"
#include "gs/core/record/order_key.h"

namespace gs::merge {
namespace {

constexpr std::uint32_t kWriters = 6;
constexpr const char* kNames[] = {"name", "lat", "zip", "area", "b", "note"};

using testing::KeptRecord;

struct Op : testing::WrittenOp {
  bool is_addition = false;
  std::map<std::string, double> meant;  // numbers, as whoever wrote them meant them
};

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
void compare(const KeptRecord& kept, const std::vector<Op>& ops);

class History final : public testing::WriteHistory<Op> {
 public:
  explicit History(std::uint64_t seed) : WriteHistory(seed, kWriters) {}

  bool has_sums() const {
    return std::any_of(ops().begin(), ops().end(), [](const Op& op) { return op.is_addition; });
  }

 private:
  // What is nothing but the last write is kept as that.
  KeptRecord keep(MergedRecord& merged, const Op& last) override {
    const bool is_last_write = merged.is_last_write();
    KeptRecord kept = testing::keep_record(merged, &shapes_);
    if (is_last_write) {
      EXPECT_TRUE(ImageView(kept.image.data()).is_plain());
      EXPECT_EQ(kept.shape->digest(), last.shape->digest());
      EXPECT_EQ(Buffer(kept.view().bytes().begin(), kept.view().bytes().end()), last.record);
    }
    return kept;
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

  void act(std::uint32_t writer) override {
    Replica& own = replica(writer);
    MergedRecord merged(testing::kHistoryWriters);
    Op op = begin(writer, merged);
    record::Encoder& encoder = some_encoder();
    const bool is_there = own.kept.is_there;
    if (is_there && below(6) == 0) {
      op.is_removal = true;
      op.rule = below(2) == 0 ? RemovalRule::update_wins : RemovalRule::delete_wins;
      merged.see_all(op.seen);
    } else if (is_there && below(4) == 0) {
      if (!add(merged, writer, op)) return;
    } else if (is_there && below(3) != 0) {
      op.encode(encoder, object(true));
      store_less(merged, op);
      merged.see(op.view(), op.seen);
    } else {
      op.is_whole = true;
      op.encode(encoder, object(false));
      if (is_there) take_all(merged, op);
    }
    name_rules(op);
    const auto before = is_there ? numbers_of(own.kept) : std::map<std::string, double>();
    finish(own, merged, std::move(op));
    check_shown(ops().back(), before, numbers_of(own.kept));
    if (below(4) != 0) return;
    std::vector<Op> known;
    for (const std::size_t each : own.had) known.push_back(ops()[each]);
    compare(own.kept, known);
  }

  // A rule needs a stamp to stand beside.
  static void name_rules(Op& op) {
    if (op.is_removal || op.is_addition) return;
    const record::RecordView view = op.view();
    for (Seen& one : op.seen) {
      if (one.field == kNoField) continue;
      const std::string_view name = name_of_field(view, one.field);
      if (name == "zip") one.rule = static_cast<std::uint8_t>(Rule::greatest);
      if (name == "area") one.rule = static_cast<std::uint8_t>(Rule::least);
      if (name == "note") one.rule = static_cast<std::uint8_t>(Rule::first);
    }
  }

  // A put replaces fields that it does not name, too.
  void take_all(MergedRecord& merged, Op& op) {
    name_removed(merged, op, &shapes_);
    store_less(merged, op);
    merged.see(op.view(), op.seen);
  }

  static std::map<std::string, double> numbers_of(const KeptRecord& kept) {
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
    for (const auto& [name, told] : fields_of(op.view(), false)) {
      if (told.number && told.value != key_of_null()) op.meant[name] = *told.number;
    }
  }

  static void store_less(MergedRecord& merged, Op& op) {
    mean(op);
    Buffer stored;
    if (merged.less_added(op.view(), stored).value()) op.record = stored;
  }

  // False: the fields hold no numbers.
  bool add(MergedRecord& merged, std::uint32_t writer, Op& op) {
    std::string text = "{";
    for (const char* name : kNames) {
      if (below(2) != 0) continue;
      text += (text.size() > 1 ? ",\"" : "\"") + std::string(name) + "\":";
      text += std::to_string(static_cast<int>(below(200)) - 100);
    }
    op.encode(adding_, text + "}");
    mean(op);
    Buffer stored;
    if (merged.with_added(op.view(), writer, stored)) return false;
    op.record = std::move(stored);
    op.is_addition = true;
    merged.see_added(op.view(), writer, op.seen);
    return true;
  }

  record::ShapeCache shapes_;
  record::Encoder adding_;
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
    if (op.is_removal) {
      covered.insert({op.seen_base.hlc, op.seen_base.writer});
      for (const Seen& one : op.seen) covered.insert({one.stamp.hlc, one.stamp.writer});
      continue;
    }
    const record::RecordView view = op.view();
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
    if (!op.is_removal) continue;
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

void compare(const KeptRecord& kept, const std::vector<Op>& ops) {
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
    const KeptRecord first = history.deliver_often();
    compare(first, history.ops());
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
