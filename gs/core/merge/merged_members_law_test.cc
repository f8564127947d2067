// Goal: objects that many writers change are a function of the set of writes, and show what a naive
// reading of it says: of each path the last value that nobody who had seen it wrote over or took
// away.
// Method: five writers who each know a part of the history write objects, plainly and as changes,
// give and remove members, write other values and remove the field and the record; all of it is
// delivered in random orders. The naive reading knows paths as texts, and nothing of stamps that
// writes name.
#include <map>

#include "gs/core/merge/test_write_history.h"
#include "gs/core/record/json.h"

namespace gs::merge {
namespace {

constexpr std::uint32_t kGivers = 5;
constexpr const char* kObjectField = "at";
constexpr auto kMembersRule = static_cast<std::uint8_t>(Rule::members);

using testing::KeptRecord;

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

struct MemberOp : testing::WrittenOp {
  MeantMembers meant;
};

struct ShownObject {
  bool is_there = false;
  bool is_object = false;
  std::string text;  // of another value
  Paths paths;
};

ShownObject shown_object(const KeptRecord& kept) {
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

class MembersHistory final : public testing::WriteHistory<MemberOp> {
 public:
  explicit MembersHistory(std::uint64_t seed) : WriteHistory(seed, kGivers) {}

  void compare(const KeptRecord& kept, const std::set<std::size_t>& known) const {
    const ShownObject expected = NaiveObject(ops(), known).read();
    const ShownObject shown = shown_object(kept);
    EXPECT_EQ(shown.is_there, expected.is_there);
    EXPECT_EQ(shown.is_object, expected.is_object);
    EXPECT_EQ(shown.paths, expected.paths);
    EXPECT_EQ(shown.text, expected.text);
  }

 private:
  KeptRecord keep(MergedRecord& merged, const MemberOp& /*last*/) override {
    return testing::keep_record(merged);
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
    const auto value = op.view().find(kObjectField);
    return members_change_of({record::Part::value, value->type, value->content}).value();
  }

  void write_values(MergedRecord& merged, MemberOp& op, record::Encoder& encoder,
                    const KeptRecord& kept) {
    const std::uint64_t which = below(op.is_whole ? 8 : 9);
    const bool is_named = !op.is_whole || below(4) != 0;
    std::string value = which < 6 ? some_object(2) : which == 6 ? "null" : "7";
    if (which == 8) value = "{\"$unset\":true}";
    op.encode(encoder, "{\"note\":" + std::to_string(below(9)) +
                           (is_named ? ",\"" + std::string(kObjectField) + "\":" + value : "") +
                           "}");
    const bool removes = op.is_whole && kept.is_there && !is_named;
    if (removes && !name_removed(merged, op).empty()) op.meant.kind = MeantMembers::unset;
    if (which == 8) op.meant.kind = MeantMembers::unset;
    const auto written = op.view().find(kObjectField);
    if (written && which != 8 && is_named) mean_value(op, *written);
    const std::uint32_t field = number_of_field(op.view());
    if (below(3) == 0 || field == kNoField) return merged.see(op.view(), op.seen);
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
    merged.see(op.view(), changes, op.seen);
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
    op.encode(encoder, "{\"" + std::string(kObjectField) + "\":" + value + "}");
    mean_change(op, change_in(op));
    const MergedRecord::FieldRule one{number_of_field(op.view()), kMembersRule};
    merged.see(op.view(), {&one, 1}, op.seen);
  }

  void act(std::uint32_t writer) override {
    Replica& own = replica(writer);
    MergedRecord merged(testing::kHistoryWriters);
    MemberOp op = begin(writer, merged);
    record::Encoder& encoder = some_encoder();
    const std::uint64_t which = own.kept.is_there ? below(12) : 0;
    if (which == 1) {
      op.is_removal = true;
      merged.see_all(op.seen);
    } else if (which < 8) {
      op.is_whole = which == 0;
      write_values(merged, op, encoder, own.kept);
    } else {
      change(merged, op, encoder);
    }
    const bool is_removal = op.is_removal;
    finish(own, merged, std::move(op));
    EXPECT_EQ(own.kept.is_live, !is_removal);
    compare(own.kept, own.had);
  }
};

constexpr std::uint64_t kMembersHistories = 1500 / gs::testing::kSanitizedShare;

TEST(MergedMembersLaw, ObjectsAreAFunctionOfTheSetOfTheirWrites) {
  std::size_t with_hidden = 0;
  for (std::uint64_t seed = 1; seed <= kMembersHistories; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    MembersHistory history(seed);
    history.play(2 + history.below(40));
    const KeptRecord first = history.deliver_often();
    history.compare(first, history.all());
    with_hidden += ImageView(first.image.data()).hidden_count() != 0;
    if (::testing::Test::HasFailure()) return;
  }
  EXPECT_GT(with_hidden, kMembersHistories / 3);
}

}  // namespace
}  // namespace gs::merge
