#include "gs/engine/database/taking_back.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "gs/core/merge/field_writes.h"
#include "gs/core/merge/hidden_writes.h"
#include "gs/core/merge/made_values.h"
#include "gs/core/merge/members.h"
#include "gs/core/merge/taken_list.h"
#include "gs/core/merge/taken_text.h"
#include "gs/core/merge/taken_tree.h"
#include "gs/core/record/json.h"
#include "gs/engine/database/field_hunks.h"

namespace gs::engine {

using merge::FieldWrite;
using record::ValueView;

namespace {

using Fields = std::map<std::string_view, FieldWrite>;

merge::Stored stored(const Current& record) {
  return {&record.shape, record.record, record.image, record.base};
}

Fields fields_of(const Current& record) {
  Fields fields;
  merge::each_field_write(stored(record),
                          [&](const FieldWrite& one) { fields.emplace(one.field, one); });
  return fields;
}

const FieldWrite* find(const Fields& fields, std::string_view name) {
  const auto at = fields.find(name);
  return at == fields.end() ? nullptr : &at->second;
}

bool is_same(const FieldWrite* a, const FieldWrite* b) {
  if (a == nullptr || b == nullptr) return a == b;
  return a->value.type == b->value.type &&
         std::equal(a->value.content.begin(), a->value.content.end(), b->value.content.begin(),
                    b->value.content.end());
}

std::string json_of(const FieldWrite* write) {
  std::string text;
  if (write != nullptr) record::append_json(write->value, text);
  return text;
}

std::vector<TextHunk> hunks_of(const FieldWrite* before, const FieldWrite* after) {
  if (before == nullptr || after == nullptr) return {};
  return field_hunks(before->value, after->value);
}

bool is_list(const FieldWrite* write) {
  return write->value.type == Type::array || write->value.type == Type::set;
}

// What an array or set has in it, in its order; found by the bytes.
class ElementsOf {
 public:
  explicit ElementsOf(const FieldWrite* write) {
    if (write == nullptr || !is_list(write)) return;
    for (std::uint32_t i = 0; i < write->value.count(); ++i) {
      const ValueView element = write->value.element(i);
      Buffer bytes{static_cast<std::uint8_t>(element.type)};
      bytes.insert(bytes.end(), element.content.begin(), element.content.end());
      if (known_.insert(bytes).second) all_.emplace_back(std::move(bytes), element.to_value());
    }
  }

  const std::vector<std::pair<Buffer, Value>>& all() const noexcept { return all_; }
  bool has(const Buffer& bytes) const { return known_.count(bytes) != 0; }

 private:
  std::vector<std::pair<Buffer, Value>> all_;
  std::set<Buffer> known_;
};

// Of a field that was added to.
std::optional<double> number_of(const FieldWrite* write) {
  if (write == nullptr) return 0;
  if (write->value.type == Type::number) return write->value.number();
  if (write->value.type == Type::integer) return static_cast<double>(write->value.integer());
  return std::nullopt;
}

}  // namespace

class TakingBackMaker {
 public:
  TakingBackMaker(const LookedAt& record, const TakenBack& writes, const state::Tables& tables)
      : before_(record.before),
        after_(record.after),
        shown_(record.shown),
        without_(record.without),
        now_(record.now),
        is_again_(record.is_again),
        counted_(record.counted),
        writes_(writes),
        tables_(tables) {
    made_.told.id = now_.entry.id;
    // What is gone without a trace was erased.
    if (is_known(now_)) current_ = current_of(now_, tables);
  }

  TakingBack take() {
    if (is_erased(before_) || is_erased(after_) || is_erased(shown_) || !is_known(now_)) {
      keep({}, KeptWrite::Why::erased, {});
    } else {
      made_.told.collection = current_.shape->collection();
      made_.told.key = current_.view().key();
      if (before_.is_live() && after_.is_live()) take_update();
      if (!before_.is_live() && after_.is_live()) take_insert();
      if (before_.is_live() && !after_.is_live()) take_removal();
    }
    for (KeptWrite& each : made_.kept) each.collection = made_.told.collection;
    return std::move(made_);
  }

 private:
  static bool is_erased(const PastRecord& record) noexcept {
    return record.status == PastRecord::Status::erased || record.status == PastRecord::Status::lost;
  }
  bool is_live() const noexcept { return now_.record != nullptr; }
  // What has these writes.
  const PastRecord& with() const noexcept { return is_again_ ? before_ : after_; }
  bool is_in(const std::set<graph::Stamp>& all, const LocalStamp& stamp) const {
    return stamp.hlc != 0 && all.count({stamp.hlc, tables_.writer(stamp.writer)}) != 0;
  }
  bool is_never(const LocalStamp& stamp) const { return is_in(writes_.never, stamp); }

  void keep(std::string_view field, KeptWrite::Why why, const LocalStamp& by) {
    const Digest writer = by.hlc == 0 ? Digest{} : tables_.writer(by.writer);
    made_.kept.push_back({made_.told.id, {}, std::string(field), why, writer});
  }

  // Who removed the record and is not taken back; hlc 0: nobody.
  LocalStamp other_removal() const {
    if (shown_.status != PastRecord::Status::removed) return {};
    const merge::ImageView image(shown_.record.image.data());
    merge::HiddenView hidden = image.first_hidden();
    LocalStamp latest;
    for (std::uint32_t i = 0; i < image.hidden_count(); ++i, hidden = hidden.next()) {
      const bool is_other =
          hidden.kind() == merge::HiddenKind::removal && !writes_.has(hidden.stamp());
      if (is_other && hidden.stamp().hlc > latest.hlc) latest = hidden.stamp();
    }
    return latest;
  }

  // --- a record that was inserted ---

  void take_insert() {
    if (!is_live()) return;  // as it should be
    if (!shown_.is_live()) return keep({}, KeptWrite::Why::written, {});
    keep_what_is_new();
    if (!made_.kept.empty()) return;
    made_.act = TakingBack::Act::remove;
    made_.told.kind = RecordDifference::Kind::removed;
    merge::each_field_write(stored(current_),
                            [&](const FieldWrite& one) { tell(one.field, json_of(&one), {}); });
  }

  // What the record shows or hides now and did not then.
  void keep_what_is_new() {
    const Current then = after_.record.as_current();
    const Current shown = shown_.record.as_current();
    std::set<std::tuple<std::string_view, graph::Hlc, std::uint32_t>> had;
    const auto is_new = [&](std::string_view field, const LocalStamp& stamp) {
      return stamp.hlc != 0 && !writes_.has(stamp) &&
             had.count({field, stamp.hlc, stamp.writer}) == 0;
    };
    merge::each_field_write(stored(then), [&](const FieldWrite& one) {
      had.insert({one.field, one.stamp.hlc, one.stamp.writer});
      had.insert({one.field, one.added.hlc, one.added.writer});
    });
    merge::each_hidden_write(stored(then), true, order_, [&](const merge::HiddenWrite& one) {
      had.insert({one.field, one.stamp.hlc, one.stamp.writer});
    });
    const auto keep_new = [&](std::string_view field, const LocalStamp& stamp) {
      if (is_new(field, stamp)) keep(field, KeptWrite::Why::written, stamp);
    };
    merge::each_field_write(stored(shown), [&](const FieldWrite& one) {
      keep_new(one.field, one.stamp);
      keep_new(one.field, one.added);
    });
    merge::each_hidden_write(stored(shown), true, order_, [&](const merge::HiddenWrite& one) {
      if (!one.is_removal) keep_new(one.field, one.stamp);
    });
  }

  // --- one that was removed ---

  void take_removal() {
    if (is_live()) return;
    if (!without_.is_live()) return keep({}, KeptWrite::Why::removed, who_keeps_it_removed());
    made_.act = TakingBack::Act::restore;
    made_.told.kind = RecordDifference::Kind::added;
    merge::each_field_write(stored(without_.record.as_current()), [&](const FieldWrite& one) {
      made_.fields.push_back({one.field, one.value});
    });
    for (const record::FieldView& each : made_.fields) {
      std::string text;
      record::append_json(*each.value, text);
      tell(each.name, {}, std::move(text));
    }
  }

  // Somebody else removed it as well, or who inserted it took that back.
  LocalStamp who_keeps_it_removed() const {
    const LocalStamp other = other_removal();
    if (other.hlc != 0) return other;
    const LocalStamp inserted = before_.record.base;
    return is_never(inserted) ? inserted : LocalStamp{};
  }

  // --- one that was written to ---

  void take_update() {
    if (!is_live() || !shown_.is_live()) return keep({}, KeptWrite::Why::removed, other_removal());
    const Current had = before_.record.as_current();
    const Current got = after_.record.as_current();
    const Current would_have = shown_.record.as_current();
    const Fields before = fields_of(had);
    const Fields after = fields_of(got);
    const Fields shown = fields_of(would_have);
    const Fields now = fields_of(current_);
    const Current never = without_.is_live() ? without_.record.as_current() : Current();
    // Who inserted the record may have taken it back, which stayed as it was written to.
    const Fields without = without_.is_live() ? fields_of(never) : before;
    const auto take = [&](std::string_view name) {
      take_field(name, {find(before, name), find(after, name), find(shown, name),
                        find(without, name), find(now, name)});
    };
    merge::each_field_write(stored(got), [&](const FieldWrite& one) { take(one.field); });
    merge::each_field_write(stored(had), [&](const FieldWrite& one) {
      if (find(after, one.field) == nullptr) take(one.field);
    });
    const bool is_nothing = made_.fields.empty() && made_.additions.empty() &&
                            made_.elements.empty() && made_.texts.empty() && made_.lists.empty() &&
                            made_.trees.empty();
    if (is_nothing) return;
    made_.act = TakingBack::Act::update;
    made_.told.kind = RecordDifference::Kind::changed;
  }

  // One field as the records of LookedAt have it; null: they have not.
  struct InEach {
    const FieldWrite* before;
    const FieldWrite* after;
    const FieldWrite* shown;
    const FieldWrite* without;
    const FieldWrite* now;
  };

  const FieldWrite* with(const InEach& in) const noexcept {
    return is_again_ ? in.before : in.after;
  }

  void take_field(std::string_view name, const InEach& in) {
    const FieldWrite* const wrote = with(in);
    if (is_same(in.before, in.after)) {
      // Marks change no value.
      if (wrote != nullptr && writes_.has(latest_of(wrote))) take_edits(name, in);
      return;
    }
    if (wrote != nullptr && writes_.has(latest_of(wrote)) &&
        (take_list(name, in) || take_tree(name, in))) {
      return;
    }
    if (wrote != nullptr && writes_.has(wrote->added) && is_list(wrote)) {
      return take_elements(name, in);
    }
    if (wrote != nullptr && writes_.has(latest_of(wrote)) && take_members(name, in)) return;
    if (wrote != nullptr && writes_.has(latest_of(wrote)) && take_edits(name, in)) return;
    if (wrote != nullptr && writes_.has(wrote->added) && !writes_.has(wrote->stamp)) {
      return take_addition(name, in);
    }
    take_value(name, in);
  }

  void take_value(std::string_view name, const InEach& in) {
    if (is_again_ && is_same(in.before, in.now)) return;
    const LocalStamp latest = latest_of(in.shown);
    const bool is_ours = with(in) == nullptr ? in.shown == nullptr : writes_.has(latest);
    if (!is_ours || !is_same(in.after, in.now)) {
      return keep(name, KeptWrite::Why::written, is_ours ? latest_of(in.now) : latest);
    }
    // What its own writer took back does not come again.
    const bool is_before = !is_never(latest_of(in.before)) && !has_own_beside(in);
    const FieldWrite* const wants = is_before ? in.before : in.without;
    if (is_same(wants, in.now)) return;
    made_.fields.push_back({name, wants == nullptr ? std::nullopt : std::optional(wants->value)});
    tell(name, json_of(in.now), json_of(wants), hunks_of(in.now, wants));
  }

  // What the same writer gave it on another branch at the same time is not the work of others.
  bool has_own_beside(const InEach& in) const {
    const LocalStamp other = latest_of(in.without);
    const auto& chains = writes_.beside;
    return other.hlc != 0 && other != latest_of(in.before) &&
           std::find(chains.begin(), chains.end(), other.writer) != chains.end();
  }

  static LocalStamp latest_of(const FieldWrite* write) {
    if (write == nullptr) return {};
    return write->added.hlc > write->stamp.hlc ? write->added : write->stamp;
  }

  // It counts as long as the value is there that it was added to.
  void take_addition(std::string_view name, const InEach& in) {
    const auto from = number_of(in.before);
    const auto to = number_of(in.after);
    const auto now = number_of(in.now);
    const bool is_there = in.now != nullptr && in.shown != nullptr &&
                          in.shown->stamp == with(in)->stamp && from && to && now;
    if (!is_there) return keep(name, KeptWrite::Why::written, latest_of(in.shown));
    const double addition = -left_of(*to - *from, name);
    if (addition == 0) return;
    made_.additions.emplace_back(name, addition);
    std::string text;
    record::append_json(Value(*now + addition), text);
    tell(name, json_of(in.now), std::move(text));
  }

  // What is left to take back of what these writes added.
  double left_of(double added, std::string_view name) const {
    if (!counted_) return added;
    const double counts = sum_of(counted_->writes, name);
    const double all = counted_->is_whole ? counts : added;
    const double left = counts + sum_of(counted_->against, name);
    return all < 0 ? std::clamp(left, all, 0.0) : std::clamp(left, 0.0, all);
  }

  static double sum_of(const std::vector<CountedWrites::Step>& steps, std::string_view name) {
    double sum = 0;
    for (const CountedWrites::Step& one : steps) {
      sum += number_in(one.after, name) - number_in(one.before, name);
    }
    return sum;
  }

  static double number_in(const PastRecord& record, std::string_view name) {
    if (!record.is_live()) return 0;
    const Current current = record.record.as_current();
    const Fields fields = fields_of(current);
    return number_of(find(fields, name)).value_or(0);
  }

  static bool is_object(const FieldWrite* write) {
    return write != nullptr && write->value.type == Type::object;
  }

  // Whether the latest that somebody gave at a path of an object, as it would be shown, is ours.
  merge::MayTake is_given_by_us(std::string_view name) const {
    std::map<merge::MemberPath, LocalStamp> latest;
    const auto give = [&](Bytes object, const LocalStamp& stamp) {
      merge::each_member_not_shown(
          name, object, {}, [&](const merge::MemberPath& path, const ValueView&, const auto&) {
            LocalStamp& had = latest[path];
            const bool is_earlier = had.hlc != stamp.hlc ? had.hlc < stamp.hlc
                                                         : order_.before(had.writer, stamp.writer);
            if (is_earlier) had = stamp;
          });
    };
    const Current shown = shown_.record.as_current();
    merge::each_object_write(stored(shown), name, give);
    return [this, latest = std::move(latest)](const merge::MemberPath& path) {
      const auto at = latest.find(path);
      return at == latest.end() || writes_.has(at->second);
    };
  }

  // Of an object each member that still is as it was left. False: it is none.
  bool take_members(std::string_view name, const InEach& in) {
    const bool was_object = in.before == nullptr || is_object(in.before);
    if (!was_object || !is_object(in.after) || !is_object(in.now)) return false;
    const auto content = [](const FieldWrite* write) {
      return is_object(write) ? write->value.content : Bytes();
    };
    Buffer& made = made_.contents_.emplace_back();
    const bool is_all = merge::append_members_before(
        name, {content(in.before), content(in.after), content(in.now), content(in.without)},
        is_given_by_us(name), made);
    if (!is_all) keep(name, KeptWrite::Why::written, latest_of(in.shown));
    const ValueView value{Type::object, Bytes(made)};
    const bool is_gone = value.count() == 0 && in.before == nullptr && in.without == nullptr;
    const bool is_same_again = std::equal(made.begin(), made.end(), in.now->value.content.begin(),
                                          in.now->value.content.end());
    if (is_same_again && !is_gone) return true;
    std::string text;
    if (!is_gone) record::append_json(value, text);
    tell(name, json_of(in.now), std::move(text));
    made_.fields.push_back({name, is_gone ? std::nullopt : std::optional(value)});
    return true;
  }

  // False: nothing was typed into it then.
  bool take_edits(std::string_view name, const InEach& in) {
    const Current then = with().record.as_current();
    const auto after = merge::typed_field(stored(then), name);
    if (!after || writes_.has(after->on)) return false;
    const auto now = merge::typed_field(stored(current_), name);
    if (!now || now->on != after->on) {
      take_value(name, in);
      return true;
    }
    const auto is_taken = [&](const LocalStamp& stamp) { return is_in(writes_.untyped, stamp); };
    const auto restores = [&](const LocalStamp& stamp) { return is_in(writes_.restoring, stamp); };
    auto edits = merge::take_back_edits(*now, order_, is_taken, restores);
    auto marks = merge::take_back_marks(*now, order_, is_taken, restores);
    if (!edits.ok() || !marks.ok() || (edits->runs.empty() && marks->empty())) return true;
    std::string text(as_text(in.now->value.content));
    const Buffer encoded = crdt::encode_edits(edits->runs, edits->text);
    if (const auto parsed = crdt::parse_edits(encoded); parsed.ok()) {
      merge::edit_text(text, *parsed);
    }
    const ValueView made{Type::string, as_bytes(text)};
    std::string json;
    record::append_json(made, json);
    tell(name, json_of(in.now), std::move(json), field_hunks(in.now->value, made));
    made_.texts.push_back({std::string(name), std::move(*edits), std::move(*marks)});
    return true;
  }

  merge::WhatIsTaken what_is_taken() const {
    const auto is_ours = [this](const LocalStamp& stamp) { return writes_.has(stamp); };
    const auto is_undone = [this](const LocalStamp& stamp) { return is_never(stamp); };
    const auto restores = [this](const LocalStamp& stamp) {
      return is_in(writes_.restoring, stamp);
    };
    return {is_ours, is_undone, restores, is_again_, writes_.was_reverted};
  }

  void keep_all(std::string_view name, const std::vector<LocalStamp>& by) {
    for (const LocalStamp& stamp : by) keep(name, KeptWrite::Why::written, stamp);
  }

  // An array as it will be.
  void tell_array(std::string_view name, const InEach& in, std::string_view content) {
    std::string json;
    record::append_json(ValueView{Type::array, as_bytes(content)}, json);
    tell(name, json_of(in.now), std::move(json));
  }

  // Of a list each element, whatever others did to the others. False: it was not edited then.
  bool take_list(std::string_view name, const InEach& in) {
    const Current then = with().record.as_current();
    const auto after = merge::list_field(stored(then), name);
    if (!after || writes_.has(after->on)) return false;
    const auto now = merge::list_field(stored(current_), name);
    if (!now || now->on != after->on) {
      take_value(name, in);
      return true;
    }
    auto taken = merge::take_back_list(*now, order_, what_is_taken());
    if (!taken.ok()) {
      keep(name, KeptWrite::Why::written, latest_of(in.now));
      return true;
    }
    keep_all(name, taken->kept);
    if (taken->edits.empty()) return true;
    std::string content(as_text(in.now->value.content));
    const auto edits = crdt::ListEditsView::parse(taken->edits);
    if (edits.ok()) merge::edit_list(content, *edits);
    tell_array(name, in, content);
    made_.lists.push_back({std::string(name), std::move(taken->edits)});
    return true;
  }

  // The same of a tree and each of its nodes.
  bool take_tree(std::string_view name, const InEach& in) {
    const Current then = with().record.as_current();
    const auto after = merge::tree_field(stored(then), name);
    if (!after || writes_.has(after->on)) return false;
    const auto now = merge::tree_field(stored(current_), name);
    if (!now || now->on != after->on) {
      take_value(name, in);
      return true;
    }
    auto taken = merge::take_back_tree(*now, order_, what_is_taken());
    if (!taken.ok()) {
      keep(name, KeptWrite::Why::written, latest_of(in.now));
      return true;
    }
    keep_all(name, taken->kept);
    if (taken->edits.empty()) return true;
    tell_array(name, in, taken->shown);
    made_.trees.push_back({std::string(name), std::move(taken->edits)});
    return true;
  }

  void take_elements(std::string_view name, const InEach& in) {
    const ElementsOf before(in.before);
    const ElementsOf after(in.after);
    const ElementsOf without(in.without);
    const ElementsOf now(in.now);
    Array gone;
    Array come;
    Array left;
    for (const auto& [bytes, element] : now.all()) {
      const bool is_ours = after.has(bytes) && !before.has(bytes) && !without.has(bytes);
      (is_ours ? gone : left).push_back(element);
    }
    for (const auto& [bytes, element] : before.all()) {
      const bool is_missed = !after.has(bytes) && without.has(bytes) && !now.has(bytes);
      if (is_missed) come.push_back(element);
    }
    if (gone.empty() && come.empty()) return;
    const bool is_set = with(in)->value.type == Type::set;
    left.insert(left.end(), come.begin(), come.end());
    std::string text;
    record::append_json(is_set ? Value(Set{left}) : Value(left), text);
    tell(name, json_of(in.now), std::move(text));
    const auto change = [&](merge::Rule rule, Array elements) {
      if (elements.empty()) return;
      made_.elements.push_back({std::string(name), rule, is_set, std::move(elements)});
    };
    change(merge::Rule::excluded, std::move(gone));
    change(merge::Rule::included, std::move(come));
  }

  void tell(std::string_view field, std::string before, std::string after,
            std::vector<TextHunk> hunks = {}) {
    made_.told.fields.push_back(
        {std::string(field), std::move(before), std::move(after), std::move(hunks)});
  }

  const PastRecord& before_;
  const PastRecord& after_;
  const PastRecord& shown_;
  const PastRecord& without_;
  const state::Found& now_;
  const bool is_again_;
  const std::optional<CountedWrites>& counted_;
  const TakenBack& writes_;
  const state::Tables& tables_;
  const WritersByKey order_{tables_};
  Current current_{};
  TakingBack made_;
};

TakingBack take_back(const LookedAt& record, const TakenBack& writes, const state::Tables& tables) {
  return TakingBackMaker(record, writes, tables).take();
}

}  // namespace gs::engine
