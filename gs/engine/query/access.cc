#include "gs/engine/query/access.h"

#include <algorithm>

#include "gs/storage/index/pair.h"
#include "gs/storage/state/id_key.h"

namespace gs::engine {

using index::Range;

namespace {

// A record that is found by its id costs as much as so many that a scan passes.
constexpr std::uint64_t kScanShare = 4;
// So few records are found by their ids whatever part they are.
constexpr std::uint64_t kFewRecords = 64;
// Entries that are asked for before anybody walks over the records.
constexpr std::size_t kFewest = 8;
// Ranges that are looked at whether they have keys, so that the others are in one order.
constexpr std::size_t kProbedMax = 8;

const Range kIrregular{{kIrregularKey}, {kIrregularKey + 1}};

bool is_before(Bytes key, const Buffer& end) noexcept {
  return end.empty() || index::compare_keys(key, end) < 0;
}

bool says_nothing(const KeyRanges& keys) noexcept {
  return keys.equal_fields == 0 && !keys.has_interval;
}

// Records whose list is empty, or none, are in no index of its elements.
bool has_all_records(const rules::IndexDefinition& index, const KeyRanges& keys) noexcept {
  return !index.many || keys.equal_fields > *index.many;
}

// Whether the order of the index, behind the fields that have one value each, is that of the sort.
// Its direction; 0: it is not.
int direction_of(const QueryContext& context, const rules::IndexDefinition& index,
                 const KeyRanges& keys) {
  const auto& sort = context.query.sort;
  if (sort.empty() || index.many) return 0;
  std::size_t next = keys.equal_fields;
  int direction = 0;
  for (const query::SortField& field : sort) {
    const auto fixed = index.fields.begin() + static_cast<std::ptrdiff_t>(keys.equal_fields);
    if (std::find(index.fields.begin(), fixed, field.path.text()) != fixed) continue;
    if (next == index.fields.size() || index.fields[next] != field.path.text()) return 0;
    const int wanted = field.descending ? -1 : 1;
    if (direction != 0 && direction != wanted) return 0;
    direction = wanted;
    ++next;
  }
  // Ties are in the order of ids: no other field may come before these.
  return next == index.fields.size() ? direction : 0;
}

// Best first: what fixes more fields names fewer records; of two alike the one in the right order.
// `spare`: memory of keys.
void find_candidates(const QueryContext& context, bool whole, KeyRanges spare,
                     std::vector<IndexCandidate>& found) {
  found.clear();
  if (context.query.collection.empty()) return;
  for (const IndexView::One& one : context.moment.indexes->all) {
    const rules::IndexDefinition& definition = one.index->definition;
    if (one.is_whole != whole || definition.collection != context.query.collection) continue;
    key_ranges(context.query.filter, definition, spare);
    if (says_nothing(spare) || !has_all_records(definition, spare)) continue;
    found.push_back({&one, std::move(spare)});
    spare = {};
  }
  const auto rank = [&](const IndexCandidate& each) {
    const rules::IndexDefinition& definition = each.one->index->definition;
    const bool is_one = definition.unique && each.keys.equal_fields == definition.fields.size();
    const bool is_in_order = direction_of(context, definition, each.keys) != 0;
    return (is_one ? 1000 : 0) + 4 * each.keys.equal_fields + (each.keys.has_interval ? 2 : 0) +
           (is_in_order ? 1 : 0);
  };
  if (found.size() > 1) {
    std::stable_sort(found.begin(), found.end(),
                     [&](const auto& a, const auto& b) { return rank(a) > rank(b); });
  }
}

std::vector<IndexCandidate> candidates(const QueryContext& context, bool whole) {
  std::vector<IndexCandidate> found;
  find_candidates(context, whole, {}, found);
  return found;
}

std::uint64_t pairs_of(const index::Tiers& tiers) noexcept {
  std::uint64_t pairs = 0;
  for (const auto& table : tiers.tables) pairs += table->entry_count();
  for (const auto& run : tiers.runs) pairs += run->pair_count();
  return pairs;
}

std::shared_ptr<const index::Tiers> open_tiers(const QueryContext& context,
                                               const IndexView::One& one) {
  auto made = tiers(one, *context.moment.version, context.moment.at);
  if (!made.ok()) return nullptr;
  if ((*made)->is_damaged()) {
    context.db->forget_index(one.index->digest, (*made)->damage());
    return nullptr;
  }
  return std::move(*made);
}

void note_damage(const QueryContext& context, const IndexView::One& one,
                 const index::Cursor& cursor) {
  context.db->forget_index(one.index->digest, cursor.damage());
}

// Gives the ids of the ranges, and those of irregular records, where there may be some. False:
// `take_id` wants no more, or damage.
template <typename Take>
bool take_ids(index::Cursor& cursor, bool is_regular, const std::vector<Range>& ranges,
              const Take& take_id) {
  const auto take = [&](const Range& range) {
    cursor.seek(range.from);
    while (cursor.next() && is_before(cursor.key(), range.to)) {
      if (!take_id(cursor.id())) return false;
    }
    return !cursor.is_cut_short();
  };
  if (!is_regular && !take(kIrregular)) return false;
  return std::all_of(ranges.begin(), ranges.end(), take);
}

void put_in_order(std::vector<Id>& ids) {
  const auto before = [](const Id& a, const Id& b) { return state::id_less(a, b); };
  if (!std::is_sorted(ids.begin(), ids.end(), before)) std::sort(ids.begin(), ids.end(), before);
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
}

bool has_irregular(index::Cursor& cursor) {
  if (cursor.begins_behind(kIrregular.to)) return false;
  cursor.seek(kIrregular.from);
  const bool is_there = cursor.next() && is_before(cursor.key(), kIrregular.to);
  return is_there || cursor.is_cut_short();
}

bool wants_few(const QueryContext& context, std::uint64_t pairs) noexcept {
  const query::Query& query = context.query;
  if (query.limit == query::kNoLimit || query.offset > pairs) return false;
  return query.limit + query.offset <= pairs / kScanShare;
}

// The whole index in the order of the sort, when the first rows are all that is wanted.
void choose_order(const QueryContext& context, Access& access) {
  const query::Query& query = context.query;
  if (query.sort.empty() || query.group || query.filter.condition_count() != 0) return;
  for (const IndexView::One& one : context.moment.indexes->all) {
    if (!one.is_whole || one.index->definition.collection != query.collection) continue;
    const int direction = direction_of(context, one.index->definition, {});
    if (direction == 0) continue;
    const auto tiers = open_tiers(context, one);
    if (tiers == nullptr || !wants_few(context, pairs_of(*tiers))) continue;
    index::Cursor cursor(tiers, context.moment.at);
    if (has_irregular(cursor)) continue;
    access.kind = Access::Kind::ordered;
    access.tiers = tiers;
    access.index = one.index;
    access.keys.ranges = {Range{}};
    access.backward = direction < 0;
    return;
  }
}

// Whether all keys lie in one range, behind those that have none: a text that stands for an id as
// well makes two, of which mostly one has keys.
bool is_one_range(index::Cursor& cursor, std::vector<Range>& ranges) {
  if (ranges.size() > kProbedMax) return false;
  std::erase_if(ranges, [&](const Range& range) {
    cursor.seek(range.from);
    return !(cursor.next() && is_before(cursor.key(), range.to)) && !cursor.is_cut_short();
  });
  return ranges.size() <= 1;
}

index::Cursor& chooser_of(const QueryContext& context,
                          const std::shared_ptr<const index::Tiers>& tiers,
                          std::optional<index::Cursor>& chooser) {
  if (!chooser || !chooser->renew(tiers, context.moment.at)) {
    chooser.emplace(tiers, context.moment.at);
  }
  return *chooser;
}

// Whether the access is by this index.
bool use(const QueryContext& context, IndexCandidate& candidate, Access& access) {
  const auto tiers = open_tiers(context, *candidate.one);
  if (tiers == nullptr) return false;
  const std::uint64_t most = std::min<std::uint64_t>(
      std::max(kFewRecords, pairs_of(*tiers) / kScanShare), context.bounds.sort_bytes / sizeof(Id));
  index::Cursor& cursor = chooser_of(context, tiers, access.chooser);
  access.tiers = tiers;
  access.index = candidate.one->index;
  access.keys = std::move(candidate.keys);
  const int direction = context.query.group
                            ? 0
                            : direction_of(context, candidate.one->index->definition, access.keys);
  if (direction != 0 && access.keys.is_exact && wants_few(context, most * kScanShare) &&
      !has_irregular(cursor) && is_one_range(cursor, access.keys.ranges)) {
    access.kind = Access::Kind::ordered;
    access.backward = direction < 0;
    return true;
  }
  const bool is_regular = cursor.begins_behind(kIrregular.to);
  access.is_certain = access.keys.is_exact && is_regular;
  const auto wanted = [&](const Id& id) {
    if (access.ids.size() == most) return false;
    // On its way while the others are looked for, and what is done with them is made ready.
    if (access.ids.size() < kFewRecords) context.moment.version->prefetch(id);
    access.ids.push_back(id);
    return true;
  };
  const bool is_all = take_ids(cursor, is_regular, access.keys.ranges, wanted);
  if (cursor.is_cut_short()) note_damage(context, *candidate.one, cursor);
  if (!is_all) return false;
  access.kind = Access::Kind::ids;
  put_in_order(access.ids);
  if (access.ids.size() <= kFewest) {
    for (const Id& id : access.ids) context.moment.version->prefetch_entry(id);
  }
  return true;
}

}  // namespace

const IndexView::One* missing_index(const QueryContext& context) {
  const std::vector<IndexCandidate> missing = candidates(context, false);
  if (missing.empty() || !candidates(context, true).empty()) return nullptr;
  return missing.front().one;
}

void Access::clear() {
  kind = Kind::scan;
  tiers.reset();
  index.reset();
  keys = {};
  backward = false;
  is_certain = false;
  ids.clear();
}

void Access::leave() {
  constexpr std::size_t kIdsKept = 4096;
  tiers.reset();
  index.reset();
  usable.clear();
  if (ids.capacity() > kIdsKept) std::vector<Id>().swap(ids);
}

void choose_access(const QueryContext& context, Access& access) {
  find_candidates(context, true, std::move(access.keys), access.usable);
  for (IndexCandidate& candidate : access.usable) {
    access.clear();
    const bool is_used = use(context, candidate, access);
    if (access.chooser) access.chooser->rest();
    if (is_used) return;
  }
  access.clear();
  choose_order(context, access);
}

std::optional<std::uint64_t> count_by_index(const QueryContext& context) {
  for (const IndexCandidate& candidate : candidates(context, true)) {
    if (!candidate.keys.is_exact) continue;
    // A list with a text and with the id that it stands for would count twice.
    if (candidate.one->index->definition.many && candidate.keys.ranges.size() > 1) continue;
    const auto tiers = open_tiers(context, *candidate.one);
    if (tiers == nullptr) continue;
    index::Cursor cursor(tiers, context.moment.at);
    if (has_irregular(cursor)) continue;
    std::uint64_t total = 0;
    bool is_right = true;
    for (const Range& range : candidate.keys.ranges) {
      const auto count = index::count(tiers, context.moment.at, range);
      is_right = is_right && count.ok();
      if (is_right) total += *count;
    }
    if (is_right) return total;
    context.db->forget_index(candidate.one->index->digest, tiers->damage());
  }
  return std::nullopt;
}

}  // namespace gs::engine
