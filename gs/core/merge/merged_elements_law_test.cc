// Goal: sets that many writers change are a function of the set of writes, and show what a naive
// reading of it says: an element is there when some write added it that no removal of it has seen.
// Method: five writers who each know a part of the history include, exclude, write whole values,
// plainly and as changes, and remove fields and the record; all of it is delivered in random
// orders. The naive reading knows what each writer had, and nothing of stamps that writes name.
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
#include "gs/core/record/json.h"

namespace gs::merge {
namespace {

constexpr std::uint32_t kChangers = 5;
constexpr const char* kSetFields[] = {"tags", "marks"};
constexpr const char* kElements[] = {"1",     "2",         "\"a\"", "\"b\"",
                                     "[1,2]", "{\"x\":1}", "null",  "[false,\"a\"]"};

const BackwardWriters kChangersOrder;

using Texts = std::vector<std::string>;

// What a write means for one field.
struct Meant {
  enum Kind { value, change, unset } kind = value;
  bool has_elements = true;  // of a value
  std::string text;          // of one that has none
  Texts added;               // elements of a value
  Texts removed;
};

struct SetOp {
  bool is_removal = false;
  bool is_whole = false;
  record::ShapePtr shape;
  Buffer record;
  LocalStamp stamp;
  LocalStamp seen_base;
  std::vector<Seen> seen;
  std::set<std::size_t> past;
  std::map<std::string, Meant> meant;
};

struct KeptSet {
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

void apply_set_op(MergedRecord& merged, const SetOp& op) {
  if (op.is_removal) {
    return merged.remove({op.stamp, RemovalRule::update_wins, op.seen_base, op.seen});
  }
  merged.write({&op.shape, op.record.data(), op.stamp, op.is_whole, op.seen_base, op.seen});
}

KeptSet keep_set(MergedRecord& merged) {
  KeptSet kept;
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

std::string json_of(const record::ValueView& value) {
  std::string text;
  record::append_json(value, text);
  return text;
}

Texts elements_in(const record::ValueView& value) {
  Texts texts;
  for (std::uint32_t i = 0; i < value.count(); ++i) texts.push_back(json_of(value.element(i)));
  return texts;
}

void add_once(Texts& to, const std::string& text) {
  if (std::find(to.begin(), to.end(), text) == to.end()) to.push_back(text);
}

bool holds(const Texts& texts, const std::string& text) {
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

// What a field shows: elements, or a value that has none.
struct ShownField {
  bool is_there = false;
  bool is_union = false;
  std::string text;  // of a value as it is
  Texts elements;    // of a union, sorted
};

bool saw(const SetOp& op, std::size_t other) { return op.past.count(other) != 0; }

// Whether some op of `known` that has seen op `index` does to the field what `does` says.
template <typename Does>
bool was_seen_by(const std::vector<SetOp>& ops, const std::set<std::size_t>& known,
                 std::size_t index, const std::string& field, const Does& does) {
  return std::any_of(known.begin(), known.end(), [&](std::size_t at) {
    const auto meant = ops[at].meant.find(field);
    return meant != ops[at].meant.end() && saw(ops[at], index) && does(meant->second);
  });
}

ShownField naive(const std::vector<SetOp>& ops, const std::set<std::size_t>& known,
                 const std::string& field) {
  const auto less = [](const LocalStamp& a, const LocalStamp& b) {
    return a.hlc != b.hlc ? a.hlc < b.hlc : a.writer > b.writer;
  };
  ShownField shown;
  const SetOp* best = nullptr;
  Texts value;
  Texts added;
  for (const std::size_t at : known) {
    const auto found = ops[at].meant.find(field);
    if (found == ops[at].meant.end() || found->second.kind == Meant::unset) continue;
    const Meant& meant = found->second;
    const bool is_replaced = was_seen_by(
        ops, known, at, field, [](const Meant& later) { return later.kind != Meant::change; });
    if (is_replaced) continue;
    Texts left;
    for (const std::string& element : meant.added) {
      const bool is_taken = was_seen_by(ops, known, at, field, [&](const Meant& later) {
        return holds(later.removed, element) ||
               (meant.kind == Meant::change && holds(later.added, element));
      });
      if (!is_taken) left.push_back(element);
    }
    shown.is_there = true;
    if (meant.kind == Meant::change) {
      shown.is_union = true;
      for (const std::string& element : left) add_once(added, element);
    } else if (best == nullptr || less(best->stamp, ops[at].stamp)) {
      best = &ops[at];
      value = left;
    }
  }
  if (best != nullptr && !best->meant.at(field).has_elements &&
      best->meant.at(field).text != "null") {
    shown.is_union = false;
    shown.text = best->meant.at(field).text;
    return shown;
  }
  shown.is_union = shown.is_union || (best != nullptr && best->meant.at(field).has_elements);
  if (shown.is_there && !shown.is_union) shown.text = "null";
  for (const std::string& element : value) add_once(shown.elements, element);
  for (const std::string& element : added) add_once(shown.elements, element);
  std::sort(shown.elements.begin(), shown.elements.end());
  return shown;
}

ShownField shown_in(const KeptSet& kept, const std::string& field) {
  ShownField shown;
  if (!kept.is_there) return shown;
  const auto value = kept.view().find(field);
  if (!value) return shown;
  shown.is_there = true;
  if (value->type != Type::array && value->type != Type::set) {
    shown.text = json_of(*value);
    return shown;
  }
  shown.is_union = true;
  for (const std::string& one : elements_in(*value)) add_once(shown.elements, one);
  std::sort(shown.elements.begin(), shown.elements.end());
  return shown;
}

class SetHistory {
 public:
  explicit SetHistory(std::uint64_t seed) : random_(seed) {}

  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

  void play(std::size_t count) {
    replicas_.assign(kChangers, {});
    for (std::size_t i = 0; i < count; ++i) {
      const auto writer = static_cast<std::uint32_t>(below(kChangers));
      if (below(3) == 0) receive(replicas_[writer]);
      act(writer);
    }
  }

  KeptSet deliver() {
    MergedRecord merged(kChangersOrder);
    KeptSet kept;
    std::set<std::size_t> had;
    kept.load(merged);
    while (had.size() < ops_.size()) {
      std::size_t next = below(ops_.size());
      while (had.count(next) != 0 || !includes(had, ops_[next].past)) {
        next = (next + 1) % ops_.size();
      }
      apply_set_op(merged, ops_[next]);
      had.insert(next);
      if (below(3) != 0 && had.size() < ops_.size()) continue;
      kept = keep_set(merged);
      kept.load(merged);
    }
    return kept;
  }

  void compare(const KeptSet& kept, const std::set<std::size_t>& known) const {
    for (const char* const field : kSetFields) {
      const ShownField expected = naive(ops_, known, field);
      const ShownField shown = shown_in(kept, field);
      EXPECT_EQ(shown.is_there, expected.is_there) << field;
      EXPECT_EQ(shown.is_union, expected.is_union) << field;
      EXPECT_EQ(shown.elements, expected.elements) << field;
      EXPECT_EQ(shown.text, expected.text) << field;
    }
  }

  std::set<std::size_t> all() const {
    std::set<std::size_t> all;
    for (std::size_t i = 0; i < ops_.size(); ++i) all.insert(i);
    return all;
  }

 private:
  struct Replica {
    std::set<std::size_t> had;
    KeptSet kept;
  };

  static bool includes(const std::set<std::size_t>& all, const std::set<std::size_t>& part) {
    return std::includes(all.begin(), all.end(), part.begin(), part.end());
  }

  void receive(Replica& replica) {
    const Replica& from = replicas_[below(kChangers)];
    MergedRecord merged(kChangersOrder);
    replica.kept.load(merged);
    bool any = false;
    for (const std::size_t op : from.had) {
      if (!replica.had.insert(op).second) continue;
      any = true;
      apply_set_op(merged, ops_[op]);
    }
    if (any) replica.kept = keep_set(merged);
  }

  Texts some_elements() {
    Texts texts;
    for (const char* const element : kElements) {
      if (below(3) == 0) texts.push_back(element);
    }
    std::shuffle(texts.begin(), texts.end(), random_);
    return texts;
  }

  // An array, or a set.
  std::string json_of_elements(const Texts& texts, const std::string& field) const {
    std::string json;
    for (const std::string& text : texts) json += (json.empty() ? "" : ",") + text;
    return field == "marks" ? "{\"$set\":[" + json + "]}" : "[" + json + "]";
  }

  std::string value(const std::string& field, Meant& meant, bool may_unset) {
    const std::uint64_t which = below(may_unset ? 8 : 7);
    if (which == 7) {
      meant.kind = Meant::unset;
      return "{\"$unset\":true}";
    }
    if (which < 2) {
      meant.has_elements = false;
      return meant.text = which == 0 ? "null" : "7";
    }
    meant.added = some_elements();
    return json_of_elements(meant.added, field);
  }

  void encode(SetOp& op, record::Encoder& encoder, const std::string& json) {
    const auto made =
        op.is_whole ? encoder.encode_json("T", json) : encoder.encode_delta_json("T", json);
    op.shape = made.value().shape;
    op.record.assign(made.value().bytes.begin(), made.value().bytes.end());
  }

  record::RecordView view(const SetOp& op) const { return {op.shape.get(), op.record.data()}; }

  // A whole value, of which `as_changes` makes a change where it may.
  void write_values(MergedRecord& merged, SetOp& op, record::Encoder& encoder,
                    const KeptSet& kept) {
    std::string json = "{\"note\":" + std::to_string(below(9));
    for (const char* const field : kSetFields) {
      if (!op.is_whole && below(2) == 0) continue;
      if (op.is_whole && below(4) == 0) continue;  // which removes it
      json += ",\"" + std::string(field) + "\":" + value(field, op.meant[field], !op.is_whole);
    }
    encode(op, encoder, json + "}");
    if (op.is_whole && kept.is_there) name_removed(merged, op);
    if (below(2) == 0) return merged.see(view(op), op.seen);
    std::vector<std::uint32_t> fields;
    for (std::uint32_t i = 0; i < field_numbers_end(view(op)); ++i) {
      if (name_of_field(view(op), i) != "note") fields.push_back(i);
    }
    std::vector<MergedRecord::FieldRule> changes;
    Buffer stored;
    const Texts names = names_of(view(op), fields);
    std::vector<MergedRecord::FieldRule> rules;
    for (const std::uint32_t field : fields) {
      rules.push_back({field, static_cast<std::uint8_t>(Rule::included)});
    }
    if (merged.as_changes(op.shape, op.record.data(), rules, op.stamp, nullptr, stored, changes)) {
      op.record = std::move(stored);
    }
    for (const MergedRecord::FieldRule& change : changes) {
      const std::string name(name_of_field(view(op), change.field));
      Meant& meant = op.meant[name];
      const Texts had = shown_in(kept, name).elements;
      for (const std::string& one : had) {
        if (!holds(meant.added, one)) meant.removed.push_back(one);
      }
      std::erase_if(meant.added, [&](const std::string& one) { return holds(had, one); });
      meant.kind = Meant::change;
    }
    merged.see(view(op), changes, op.seen);
  }

  static Texts names_of(const record::RecordView& record, const std::vector<std::uint32_t>& of) {
    Texts names;
    for (const std::uint32_t field : of) names.emplace_back(name_of_field(record, field));
    return names;
  }

  void name_removed(MergedRecord& merged, SetOp& op) {
    std::vector<std::string_view> beside;
    merged.fields_beside(view(op), beside);
    if (beside.empty()) return;
    for (const std::string_view name : beside) {
      if (name != "note") op.meant[std::string(name)].kind = Meant::unset;
    }
    MergedRecord both(kChangersOrder);
    both.write({&op.shape, op.record.data(), op.stamp, true, {}, {}});
    Buffer record;
    op.shape = both.encode_removing(beside, record, nullptr).value();
    op.record = std::move(record);
  }

  // Of one field, as commands do. False: it holds something else.
  bool change(MergedRecord& merged, SetOp& op, record::Encoder& encoder) {
    const std::string field = kSetFields[below(std::size(kSetFields))];
    const bool is_addition = below(2) == 0;
    Meant& meant = op.meant[field];
    meant.kind = Meant::change;
    Texts& elements = is_addition ? meant.added : meant.removed;
    elements = some_elements();
    encode(op, encoder, "{\"" + field + "\":" + json_of_elements(elements, field) + "}");
    const Rule rule = is_addition ? Rule::included : Rule::excluded;
    if (merged.check_elements(view(op), rule)) return false;
    const MergedRecord::FieldRule one{first(op), static_cast<std::uint8_t>(rule)};
    merged.see(view(op), {&one, 1}, op.seen);
    return true;
  }

  static std::uint32_t first(const SetOp& op) {
    return static_cast<std::uint32_t>(op.shape->self_describing() ? 0 : op.shape->key_fields());
  }

  void act(std::uint32_t writer) {
    Replica& replica = replicas_[writer];
    SetOp op;
    op.stamp = {(clock_ += below(2)) + 1, writer};
    for (const std::size_t before : replica.had) {
      op.stamp.hlc = std::max(op.stamp.hlc, ops_[before].stamp.hlc + 1);
    }
    op.past = replica.had;
    MergedRecord merged(kChangersOrder);
    replica.kept.load(merged);
    record::Encoder& encoder = below(12) == 0 ? loose_ : encoder_;
    op.seen_base = merged.base();
    const std::uint64_t which = replica.kept.is_there ? below(12) : 0;
    if (which == 1) {
      op.is_removal = true;
      merged.see_all(op.seen);
    } else if (which < 4) {
      op.is_whole = which == 0;
      write_values(merged, op, encoder, replica.kept);
    } else if (!change(merged, op, encoder)) {
      return;
    }
    apply_set_op(merged, op);
    replica.kept = keep_set(merged);
    replica.had.insert(ops_.size());
    ops_.push_back(std::move(op));
    compare(replica.kept, replica.had);
  }

  std::mt19937_64 random_;
  std::uint64_t clock_ = 1000;
  record::Encoder encoder_;
  record::Encoder loose_{std::make_shared<record::ShapeCache>(0)};
  std::vector<Replica> replicas_;
  std::vector<SetOp> ops_;
};

constexpr std::uint64_t kSetHistories = 1500 / gs::testing::kSanitizedShare;

TEST(MergedElementsLaw, SetsAreAFunctionOfTheSetOfTheirWrites) {
  std::size_t with_hidden = 0;
  for (std::uint64_t seed = 1; seed <= kSetHistories; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SetHistory history(seed);
    history.play(2 + history.below(40));
    const KeptSet first = history.deliver();
    history.compare(first, history.all());
    for (int i = 0; i < 3; ++i) {
      const KeptSet again = history.deliver();
      ASSERT_EQ(again.shape->digest(), first.shape->digest());
      ASSERT_EQ(again.image, first.image);
      ASSERT_EQ(again.base, first.base);
      ASSERT_EQ(again.is_live, first.is_live);
    }
    with_hidden += ImageView(first.image.data()).hidden_count() != 0;
    if (::testing::Test::HasFailure()) return;
  }
  EXPECT_GT(with_hidden, kSetHistories / 3);
}

}  // namespace
}  // namespace gs::merge
