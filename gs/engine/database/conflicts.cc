// Conflicts: records of which a concurrent write is not shown, or one under an earlier name.

#include <algorithm>

#include "gs/core/merge/field_writes.h"
#include "gs/core/merge/hidden_writes.h"
#include "gs/core/record/json.h"
#include "gs/engine/database/database.h"
#include "gs/engine/database/earlier_writes.h"
#include "gs/engine/database/hidden_writes.h"

namespace gs::engine {

namespace {

const char* name_of_rule(merge::Rule rule) noexcept {
  switch (rule) {
    case merge::Rule::greatest:
      return "max";
    case merge::Rule::least:
      return "min";
    case merge::Rule::first:
      return "first";
    case merge::Rule::added:
      return "counter";
    case merge::Rule::included:
    case merge::Rule::excluded:
    case merge::Rule::changed:
      return "set";
    case merge::Rule::text:
      return "text";
    case merge::Rule::list:
      return "list";
    case merge::Rule::tree:
      return "tree";
    case merge::Rule::members:
      return "object";
    default:
      return "lww";
  }
}

std::string json_of_value(const record::ValueView& value) {
  std::string text;
  record::append_json(value, text);
  return text;
}

// Who wrote what is shown agrees with it: there is nothing to decide.
bool agrees(const HiddenWrite& write) { return write.json == write.shown_json; }

// Behind what is told of its field already.
void add_to(Conflict& conflict, HiddenWrite write) {
  const auto last = std::find_if(
      conflict.hidden.rbegin(), conflict.hidden.rend(),
      [&](const HiddenWrite& each) { return !each.is_removal && each.field == write.field; });
  const auto removals = std::find_if(conflict.hidden.begin(), conflict.hidden.end(),
                                     [](const HiddenWrite& each) { return each.is_removal; });
  conflict.hidden.insert(last != conflict.hidden.rend() ? last.base() : removals, std::move(write));
}

// One record's.
class Telling {
 public:
  Telling(const Found& found, const state::Tables& tables, const Catalog* catalog)
      : tables_(tables),
        current_(current_of(found, tables)),
        earlier_(found.record != nullptr ? catalog : nullptr, current_) {
    conflict_.id = found.entry.id;
    conflict_.collection = current_.shape->collection();
    conflict_.is_removed = found.record == nullptr;
  }

  Conflict take() {
    const merge::Stored stored{&current_.shape, current_.record, current_.image, current_.base};
    merge::each_hidden_write(stored, !conflict_.is_removed, WritersByKey(tables_),
                             [&](const merge::HiddenWrite& one) { add(one); });
    if (earlier_.may_have()) {
      merge::each_field_write(stored, [&](const merge::FieldWrite& one) { add(one); });
    }
    return std::move(conflict_);
  }

 private:
  HiddenWrite by(const merge::LocalStamp& stamp, const char* rule) const {
    HiddenWrite told;
    told.rule = rule;
    told.writer = tables_.writer(stamp.writer);
    told.time_ms = id::hlc_ms(stamp.hlc);
    return told;
  }

  // As the fields would have it that have the name now.
  EarlierWrites::Tell under_present_names(std::string_view name, const HiddenWrite& told) {
    return [&conflict = conflict_, told, name](const std::string& field, std::string value,
                                               std::string shown) {
      HiddenWrite one = told;
      one.field = field;
      one.was = name;
      one.json = std::move(value);
      one.shown_json = std::move(shown);
      if (!agrees(one)) add_to(conflict, std::move(one));
    };
  }

  void add(const merge::HiddenWrite& one) {
    HiddenWrite told = by(one.stamp, name_of_rule(one.rule));
    if (!one.is_removal && earlier_.is_earlier(one.field)) {
      earlier_.each_by_hidden(one.field, one.value, under_present_names(one.field, told));
      return;
    }
    told.field = one.path.empty() ? std::string(one.field) : merge::text_of(one.path);
    told.path.assign(one.path.begin(), one.path.end());
    told.is_removal = one.is_removal;
    const bool is_value = !one.is_removal && one.path.empty();
    if (is_value) told.json = earlier_.converted(one.field, one.value);
    if (!one.is_removal && told.json.empty()) told.json = json_of_value(one.value);
    if (one.is_shown && is_value) told.shown_json = earlier_.converted(one.field, one.shown);
    if (one.is_shown && told.shown_json.empty()) told.shown_json = json_of_value(one.shown);
    if (!one.is_removal && agrees(told)) return;
    conflict_.hidden.push_back(std::move(told));
  }

  void add(const merge::FieldWrite& one) {
    if (!earlier_.is_earlier(one.field)) return;
    const merge::LocalStamp& latest = one.added.hlc > one.stamp.hlc ? one.added : one.stamp;
    earlier_.each_by_shown(one, under_present_names(one.field, by(latest, "was")));
  }

  const state::Tables& tables_;
  const Current current_;
  EarlierWrites earlier_;
  Conflict conflict_;
};

}  // namespace

Conflict hidden_writes_of(const Found& found, const Moment& now, const state::Tables& tables) {
  return Telling(found, tables, now.catalog.get()).take();
}

Result<Conflict> Database::conflicts(const Id& id) const {
  const Moment now = moment();
  Found found;
  const auto lookup = now.version->find(id, now.at, found);
  if (lookup == state::Version::Lookup::damaged) return state_damage(*now.version);
  if (lookup != state::Version::Lookup::found || !engine::is_known(found)) {
    return Error(Code::not_found, "no record " + id.text() + " in this storage");
  }
  Conflict conflict = hidden_writes_of(found, now, tables_);
  name_writers(conflict);
  return conflict;
}

// Stamps have chains.
void Database::name_writers(Conflict& conflict) const {
  for (HiddenWrite& one : conflict.hidden) one.writer = writer_of_chain(one.writer);
}

Result<std::vector<Conflict>> Database::conflicts(std::uint64_t most) const {
  const Moment now = moment();
  std::vector<Conflict> all;
  for (std::uint32_t number = 0; number < tables_.collection_count(); ++number) {
    state::Cursor cursor(now.version, now.at, {.collection = number, .with_tombstones = true});
    while (const state::Met* const met = all.size() < most ? cursor.next() : nullptr) {
      if (met->image == nullptr) continue;
      Conflict conflict = hidden_writes_of(met->found(), now, tables_);
      if (conflict.hidden.empty()) continue;
      name_writers(conflict);
      all.push_back(std::move(conflict));
    }
    if (cursor.is_cut_short()) return state_damage(*now.version);
  }
  return all;
}

}  // namespace gs::engine
