// Goal: sets that many writers change are a function of the set of writes, and show what a naive
// reading of it says: an element is there when some write added it that no removal of it has seen.
// Method: five writers who each know a part of the history include, exclude, write whole values,
// plainly and as changes, and remove fields and the record; all of it is delivered in random
// orders. The naive reading knows what each writer had, and nothing of stamps that writes name.
#include <map>

#include "gs/core/merge/test_write_history.h"
#include "gs/core/record/json.h"

namespace gs::merge {
namespace {

constexpr std::uint32_t kChangers = 5;
constexpr const char* kSetFields[] = {"tags", "marks"};
constexpr const char* kElements[] = {"1",     "2",         "\"a\"", "\"b\"",
                                     "[1,2]", "{\"x\":1}", "null",  "[false,\"a\"]"};

using testing::KeptRecord;

using Texts = std::vector<std::string>;

// What a write means for one field.
struct Meant {
  enum Kind { value, change, unset } kind = value;
  bool has_elements = true;  // of a value
  std::string text;          // of one that has none
  Texts added;               // elements of a value
  Texts removed;
};

struct SetOp : testing::WrittenOp {
  std::map<std::string, Meant> meant;
};

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

ShownField shown_in(const KeptRecord& kept, const std::string& field) {
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

class SetHistory final : public testing::WriteHistory<SetOp> {
 public:
  explicit SetHistory(std::uint64_t seed) : WriteHistory(seed, kChangers) {}

  void compare(const KeptRecord& kept, const std::set<std::size_t>& known) const {
    for (const char* const field : kSetFields) {
      const ShownField expected = naive(ops(), known, field);
      const ShownField shown = shown_in(kept, field);
      EXPECT_EQ(shown.is_there, expected.is_there) << field;
      EXPECT_EQ(shown.is_union, expected.is_union) << field;
      EXPECT_EQ(shown.elements, expected.elements) << field;
      EXPECT_EQ(shown.text, expected.text) << field;
    }
  }

 private:
  KeptRecord keep(MergedRecord& merged, const SetOp& /*last*/) override {
    return testing::keep_record(merged);
  }

  Texts some_elements() {
    Texts texts;
    for (const char* const element : kElements) {
      if (below(3) == 0) texts.push_back(element);
    }
    std::shuffle(texts.begin(), texts.end(), random());
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

  // A whole value, of which `as_changes` makes a change where it may.
  void write_values(MergedRecord& merged, SetOp& op, record::Encoder& encoder,
                    const KeptRecord& kept) {
    std::string json = "{\"note\":" + std::to_string(below(9));
    for (const char* const field : kSetFields) {
      if (!op.is_whole && below(2) == 0) continue;
      if (op.is_whole && below(4) == 0) continue;  // which removes it
      json += ",\"" + std::string(field) + "\":" + value(field, op.meant[field], !op.is_whole);
    }
    op.encode(encoder, json + "}");
    if (op.is_whole && kept.is_there) {
      for (const std::string& name : name_removed(merged, op)) {
        if (name != "note") op.meant[name].kind = Meant::unset;
      }
    }
    if (below(2) == 0) return merged.see(op.view(), op.seen);
    std::vector<std::uint32_t> fields;
    for (std::uint32_t i = 0; i < field_numbers_end(op.view()); ++i) {
      if (name_of_field(op.view(), i) != "note") fields.push_back(i);
    }
    std::vector<MergedRecord::FieldRule> changes;
    Buffer stored;
    const Texts names = names_of(op.view(), fields);
    std::vector<MergedRecord::FieldRule> rules;
    for (const std::uint32_t field : fields) {
      rules.push_back({field, static_cast<std::uint8_t>(Rule::included)});
    }
    if (merged.as_changes(op.shape, op.record.data(), rules, op.stamp, nullptr, stored, changes)) {
      op.record = std::move(stored);
    }
    for (const MergedRecord::FieldRule& change : changes) {
      const std::string name(name_of_field(op.view(), change.field));
      Meant& meant = op.meant[name];
      const Texts had = shown_in(kept, name).elements;
      for (const std::string& one : had) {
        if (!holds(meant.added, one)) meant.removed.push_back(one);
      }
      std::erase_if(meant.added, [&](const std::string& one) { return holds(had, one); });
      meant.kind = Meant::change;
    }
    merged.see(op.view(), changes, op.seen);
  }

  static Texts names_of(const record::RecordView& record, const std::vector<std::uint32_t>& of) {
    Texts names;
    for (const std::uint32_t field : of) names.emplace_back(name_of_field(record, field));
    return names;
  }

  // Of one field, as commands do. False: it holds something else.
  bool change(MergedRecord& merged, SetOp& op, record::Encoder& encoder) {
    const std::string field = kSetFields[below(std::size(kSetFields))];
    const bool is_addition = below(2) == 0;
    Meant& meant = op.meant[field];
    meant.kind = Meant::change;
    Texts& elements = is_addition ? meant.added : meant.removed;
    elements = some_elements();
    op.encode(encoder, "{\"" + field + "\":" + json_of_elements(elements, field) + "}");
    const Rule rule = is_addition ? Rule::included : Rule::excluded;
    if (merged.check_elements(op.view(), rule)) return false;
    const MergedRecord::FieldRule one{first(op), static_cast<std::uint8_t>(rule)};
    merged.see(op.view(), {&one, 1}, op.seen);
    return true;
  }

  static std::uint32_t first(const SetOp& op) {
    return static_cast<std::uint32_t>(op.shape->self_describing() ? 0 : op.shape->key_fields());
  }

  void act(std::uint32_t writer) override {
    Replica& own = replica(writer);
    MergedRecord merged(testing::kHistoryWriters);
    SetOp op = begin(writer, merged);
    record::Encoder& encoder = some_encoder();
    const std::uint64_t which = own.kept.is_there ? below(12) : 0;
    if (which == 1) {
      op.is_removal = true;
      merged.see_all(op.seen);
    } else if (which < 4) {
      op.is_whole = which == 0;
      write_values(merged, op, encoder, own.kept);
    } else if (!change(merged, op, encoder)) {
      return;
    }
    finish(own, merged, std::move(op));
    compare(own.kept, own.had);
  }
};

constexpr std::uint64_t kSetHistories = 1500 / gs::testing::kSanitizedShare;

TEST(MergedElementsLaw, SetsAreAFunctionOfTheSetOfTheirWrites) {
  std::size_t with_hidden = 0;
  for (std::uint64_t seed = 1; seed <= kSetHistories; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SetHistory history(seed);
    history.play(2 + history.below(40));
    const KeptRecord first = history.deliver_often();
    history.compare(first, history.all());
    with_hidden += ImageView(first.image.data()).hidden_count() != 0;
    if (::testing::Test::HasFailure()) return;
  }
  EXPECT_GT(with_hidden, kSetHistories / 3);
}

}  // namespace
}  // namespace gs::merge
