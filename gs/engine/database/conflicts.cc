// Conflicts: records of which a concurrent write is not shown.

#include "gs/core/merge/hidden_writes.h"
#include "gs/core/record/json.h"
#include "gs/engine/database/database.h"

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
    default:
      return "lww";
  }
}

std::string json_of_value(const record::ValueView& value) {
  std::string text;
  record::append_json(value, text);
  return text;
}

Conflict hidden_writes_of(const Found& found, const state::Tables& tables) {
  const Current current = current_of(found, tables);
  Conflict conflict;
  conflict.id = found.entry.id;
  conflict.collection = current.shape->collection();
  conflict.is_removed = found.record == nullptr;
  const auto add = [&](const merge::HiddenWrite& one) {
    HiddenWrite& told = conflict.hidden.emplace_back();
    told.field = one.field;
    told.is_removal = one.is_removal;
    if (!one.is_removal) told.json = json_of_value(one.value);
    if (one.is_shown) told.shown_json = json_of_value(one.shown);
    told.rule = name_of_rule(one.rule);
    told.writer = tables.writer(one.stamp.writer);
    told.time_ms = id::hlc_ms(one.stamp.hlc);
  };
  merge::each_hidden_write({&current.shape, current.record, current.image, current.base},
                           !conflict.is_removed, add);
  return conflict;
}

}  // namespace

Result<Conflict> Database::conflicts(const Id& id) const {
  const Moment now = moment();
  Found found;
  const auto lookup = now.version->find(id, now.at, found);
  if (lookup == state::Version::Lookup::damaged) return state_damage(*now.version);
  if (lookup != state::Version::Lookup::found || !engine::is_known(found)) {
    return Error(Code::not_found, "no record " + id.text() + " in this storage");
  }
  return hidden_writes_of(found, tables_);
}

Result<std::vector<Conflict>> Database::conflicts(std::uint64_t most) const {
  const Moment now = moment();
  std::vector<Conflict> all;
  for (std::uint32_t number = 0; number < tables_.collection_count(); ++number) {
    state::Cursor cursor(now.version, now.at, {.collection = number, .with_tombstones = true});
    while (const state::Met* const met = all.size() < most ? cursor.next() : nullptr) {
      if (met->image == nullptr) continue;
      Conflict conflict = hidden_writes_of(met->found(), tables_);
      if (!conflict.hidden.empty()) all.push_back(std::move(conflict));
    }
    if (cursor.is_cut_short()) return state_damage(*now.version);
  }
  return all;
}

}  // namespace gs::engine
