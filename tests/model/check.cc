#include "tests/model/check.h"

namespace gs::model {

namespace {

std::string named(const Id& id, const char* what) { return id.text() + ": " + what; }

std::string bytes_differ(const Id& id, Bytes bytes, const Contents& expected) {
  const auto found = expected.find(id);
  if (found == expected.end()) return named(id, "should not be there");
  return equal(bytes, found->second->bytes) ? "" : named(id, "has other bytes");
}

std::string stats_differ(Storage& db, const Contents& expected) {
  auto stats = db.stats();
  if (!stats.ok()) return stats.error().text();
  std::map<std::string, std::uint64_t> counts;
  for (const auto& [id, content] : expected) ++counts[content->collection];
  std::map<std::string, std::uint64_t> said;
  for (const auto& [name, count] : stats->collections) said[name] += count;
  if (stats->records != expected.size()) return "stats: wrong number of records";
  return said == counts ? "" : "stats: wrong numbers of collections";
}

}  // namespace

std::string differs(const Record& record, const Id& id, const Version& expected) {
  if (record.id() != id) return named(id, "has another id");
  if (record.collection() != expected.collection) return named(id, "is in another collection");
  if (record.key() != expected.key) return named(id, "has another key");
  const Object object = record.object();
  if (!same(object, expected.fields)) {
    return named(id, "holds ") + text_of(object) + " instead of " + text_of(expected.fields);
  }
  for (const Member& member : expected.fields) {
    const auto field = record.find(member.first);
    if (!field) return named(id, "has no field ") + member.first;
    if (!same(field->value(), member.second)) return named(id, "differs in ") + member.first;
  }
  if (record.field_count() != expected.fields.size()) return named(id, "counts other fields");
  for (std::size_t i = 0; i < object.size(); ++i) {
    if (record.field_name(i) != object[i].first) return named(id, "names other fields");
    if (!same(record.field(i).value(), object[i].second)) return named(id, "has other fields");
  }
  if (expected.bytes.empty()) return {};
  if (!equal(record.bytes(), expected.bytes)) return named(id, "has other bytes");
  return record.version() == expected.version ? "" : named(id, "has another version");
}

std::string differs(Storage& db, const Contents& expected) {
  for (const auto& [id, content] : expected) {
    if (!db.has(id)) return named(id, "is not there");
    auto record = db.get(id);
    if (!record.ok()) return named(id, "") + record.error().text();
    if (std::string what = differs(*record, id, *content); !what.empty()) return what;
  }
  auto scan = db.scan();
  if (!scan.ok()) return scan.error().text();
  auto each = expected.begin();
  for (Record record; scan->next(record); ++each) {
    if (each == expected.end()) return named(record.id(), "is scanned and should not be there");
    if (record.id() != each->first) return named(record.id(), "is scanned out of turn");
    if (!equal(record.bytes(), each->second->bytes))
      return named(record.id(), "scanned: other bytes");
  }
  if (each != expected.end()) return named(each->first, "is missing in the scan");
  return stats_differ(db, expected);
}

std::string differs(const Snapshot& snapshot, Storage& db, const Contents& expected) {
  for (const auto& [id, content] : expected) {
    if (!snapshot.has(id)) return named(id, "is not in the snapshot");
    if (!equal(snapshot.peek(id), content->bytes)) return named(id, "snapshot: other bytes");
  }
  auto scan = db.scan(snapshot, {});
  if (!scan.ok()) return scan.error().text();
  std::size_t count = 0;
  Id id;
  Bytes bytes;
  for (; scan->next(id, bytes); ++count) {
    if (std::string what = bytes_differ(id, bytes, expected); !what.empty())
      return "scan of a snapshot: " + what;
  }
  return count == expected.size() ? "" : "the scan of a snapshot has another length";
}

std::string scan_differs(Storage& db, const Snapshot* snapshot, const Contents& expected,
                         Chance& chance) {
  ScanOptions options;
  const auto any_id = [&] {
    Id id;
    for (auto& byte : id.bytes) byte = static_cast<std::uint8_t>(chance.bits());
    if (expected.empty() || chance.one_in(5)) return id;
    auto at = expected.begin();
    std::advance(at, static_cast<std::ptrdiff_t>(chance.below(expected.size())));
    id = at->first;
    if (chance.one_in(3)) id.bytes[15] = static_cast<std::uint8_t>(id.bytes[15] + 1);
    return id;
  };
  if (!expected.empty() && chance.one_in(2))
    options.collection = expected.find(expected.begin()->first)->second->collection;
  if (chance.one_in(8)) options.collection = "nobody has this";
  if (chance.one_in(2)) options.from = any_id();
  if (chance.one_in(2)) options.limit = chance.below(expected.size() + 3);
  auto scan = snapshot != nullptr ? db.scan(*snapshot, options) : db.scan(options);
  if (!scan.ok()) return scan.error().text();
  Id from = options.from.value_or(Id{});
  for (int round = 0; round < 3; ++round) {
    std::uint64_t left = options.limit;
    auto each = expected.lower_bound(from);
    const auto skip = [&] {
      while (each != expected.end() && !options.collection.empty() &&
             each->second->collection != options.collection)
        ++each;
    };
    for (skip(); left > 0 && each != expected.end(); --left, ++each, skip()) {
      Record record;
      Id id;
      Bytes bytes;
      const bool plain = chance.one_in(2);
      if (plain ? !scan->next(id, bytes) : !scan->next(record))
        return named(each->first, "is missing in a bounded scan");
      if (!plain) {
        id = record.id();
        bytes = record.bytes();
      }
      if (id != each->first) return named(id, "is out of turn in a bounded scan");
      if (!equal(bytes, each->second->bytes)) return named(id, "bounded scan: other bytes");
      if (chance.one_in(40)) break;  // given up in the middle
    }
    Record beyond;
    if ((left == 0 || each == expected.end()) && scan->next(beyond))
      return named(beyond.id(), "lies behind the end of a bounded scan");
    from = any_id();
    scan->seek(from);
  }
  return {};
}

}  // namespace gs::model
