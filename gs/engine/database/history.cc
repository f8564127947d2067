// Looking back: the list of changes, one change with its operations, the operations on a record.

#include <algorithm>
#include <deque>
#include <iterator>

#include "gs/base/endian.h"
#include "gs/core/record/json.h"
#include "gs/engine/database/database.h"
#include "gs/engine/database/edits_json.h"
#include "gs/engine/database/known_heads.h"
#include "gs/engine/database/merge_operation.h"

namespace gs::engine {

using graph::Kind;

namespace {

// The shortest prefix that may name a change.
constexpr std::size_t kPrefixCharsMin = 4;
// So many changes are told at once, each with some hundred bytes.
constexpr std::uint64_t kLogPageChanges = 1024;

// The files of a schema on one line; nothing of an entry that holds something else.
std::string schema_json(const graph::OperationView& operation) {
  std::string json;
  const auto schema = graph::parse_schema(operation.payload);
  if (!schema) return json;
  const auto files = record::parse_json(schema->source);
  if (files) record::append_json(*files, json);
  return json;
}

// Of a change that nobody compared: it may be anything.
Digest digest_of(Bytes change) {
  const std::uint64_t header_bytes = load_u32(change.data() + 8);
  if (graph::kPreambleBytes > change.size() ||
      header_bytes > change.size() - graph::kPreambleBytes) {
    return {};
  }
  return graph::change_digest(
      change.subspan(graph::kPreambleBytes, static_cast<std::size_t>(header_bytes)));
}

ChangeInfo info_of(const graph::ChangeView& change, log::Location at) {
  ChangeInfo info;
  info.digest = change.digest();
  info.writer = change.writer();
  info.branch = change.branch();
  info.sequence = change.sequence();
  info.time_ms = id::hlc_ms(change.hlc());
  info.bytes = change.bytes().size();
  info.transactions = change.transaction_count();
  info.operations = change.operation_count();
  info.prev = change.prev();
  for (std::uint32_t i = 0; i < change.parent_count(); ++i)
    info.parents.push_back(change.parent(i));
  info.segment = log::segment_of(at);
  info.offset = log::offset_of(at);
  return info;
}

// A change that was sound when it was written: nobody's input is to blame when it is not now.
Result<graph::ChangeView> parse_stored(log::Location at, Bytes bytes) {
  auto view = graph::ChangeView::parse(bytes);
  if (view.ok() || view.code() == Code::newer_format) return view;
  return log::damage_at(at, view.error().message());
}

// Where the record begins in the payload of an operation that has one; empty otherwise.
Bytes record_in(const graph::OperationView& operation) {
  switch (static_cast<Kind>(operation.kind)) {
    case Kind::insert:
      return operation.payload.size() > 8 ? operation.payload.subspan(8) : Bytes();
    case Kind::set:
    case Kind::update: {
      Bytes rest;
      return graph::parse_overwritten(operation.payload, rest).ok() ? rest : Bytes();
    }
    default:
      return {};
  }
}

std::string heads_json(const std::vector<Digest>& heads) {
  std::string text = "[";
  for (const Digest& head : heads) {
    if (text.size() > 1) text += ',';
    text += '"' + head.text() + '"';
  }
  return text + ']';
}

// {"heads":["hex"]}
std::string merge_json(const graph::OperationView& operation) {
  const auto merge = graph::parse_merge(operation.payload);
  return merge.ok() ? "{\"heads\":" + heads_json(merge->heads) + '}' : std::string();
}

// {"branch":"draft","heads":["hex"]}, or {"removed":"draft","heads":[]}
std::string reference_json(const graph::OperationView& operation) {
  const auto reference = graph::parse_reference(operation.payload);
  if (!reference.ok()) return {};
  constexpr const char* kWhat[] = {"removed", "branch", "tag"};  // as in graph::Refers
  std::string text = std::string("{\"") + kWhat[static_cast<std::size_t>(reference->what)] + "\":";
  record::append_json_string(reference->name, text);
  return text + ",\"heads\":" + heads_json(reference->heads) + '}';
}

}  // namespace

Result<Settled> Database::settle() {
  std::lock_guard lock(commit_mutex_);
  return settle_locked();
}

Result<Settled> Database::settle_locked() {
  if (closed_) return Error(Code::closed, "the storage is closed. Open it again");
  if (builder_.is_open() && !failure_) {
    GS_TRY_OK(close_change());
    publish_log_view();
  }
  return Settled{without_unlogged(moment()),
                 log_->snapshot(),
                 frontier(),
                 last_logged_,
                 applier_.fixed_references(),
                 {log_heads_.begin(), log_heads_.end()},
                 branch_,
                 base_};
}

// What others have and the power takes from here is signed anew, as other changes with the same
// numbers: its writer would be named as one who lies. So it comes behind settle(), as somebody may
// commit before that.
Error Database::make_certain() { return read_only_ ? Error() : sync(); }

record::ShapePtr Database::known_shape(const Digest& digest) {
  std::lock_guard lock(commit_mutex_);
  const std::uint32_t number = tables_.find_shape(digest);
  return number == state::kUnknown ? nullptr : tables_.shape(number).shape;
}

Error Database::each_change(const Settled& settled, const Located& visit, log::Location from,
                            log::Log::Compare compare) const {
  bool stop = false;
  Error failed;
  const auto visit_one = [&](log::Location at, std::uint64_t, Bytes change) -> Error {
    changes_read_.fetch_add(1, std::memory_order_relaxed);
    failed = visit(at, change, stop);
    return failed || stop ? Error(Code::closed, "") : Error();  // ends the walk; `failed` says why
  };
  Error error = log_->walk(settled.log, from, 0, visit_one, compare);
  if (failed) return failed;
  return stop ? Error() : std::move(error);
}

// A digest that agrees shows that its change is what it was. That none agrees shows nothing where
// something is damaged.
Error Database::no_change(const Settled& settled, Error not_found) const {
  GS_TRY_OK(each_change(settled, [](log::Location, Bytes, bool&) { return Error(); }));
  return not_found;
}

// Where changes lie, and what is told of their operations.
class Database::HistoryReading {
 public:
  explicit HistoryReading(Database& db) noexcept : db_(db) {}

  Result<log::Location> locate(const Settled& settled, const Digest& change) const;
  Result<std::vector<log::Location>> places_of(const std::optional<Version>& version,
                                               Settled& settled);
  OperationInfo describe(const graph::ChangeView& change, const graph::OperationView& operation,
                         bool is_below_cut);

 private:
  Database& db_;
};

Result<log::Location> Database::HistoryReading::locate(const Settled& settled,
                                                       const Digest& change) const {
  log::Location found = 0;
  const auto look = [&](log::Location at, Bytes bytes, bool& stop) -> Error {
    if (digest_of(bytes) == change) {
      found = at;
      stop = true;
    }
    return {};
  };
  GS_TRY_OK(db_.each_change(settled, look, 0, log::Log::Compare::heads));
  if (found != 0) return found;
  return db_.no_change(settled, missing_change(change));
}

// Where the changes of a version lie, or all that are here.
Result<std::vector<log::Location>> Database::HistoryReading::places_of(
    const std::optional<Version>& version, Settled& settled) {
  Ancestors wanted;
  Error missing;
  const auto ask = [&](const Settled&, const KnownChanges& known) -> Error {
    const auto heads = numbers_of_heads(*version, known);
    missing = heads.ok() ? Error() : heads.error().copy();
    if (!missing) wanted = Ancestors(known.graph(), *heads);
    return {};
  };
  GS_TRY(settled, version ? db_.settle_known(ask) : db_.settle());
  if (missing) return db_.no_change(settled, std::move(missing));
  std::vector<log::Location> places;
  graph::ChangeNumber number = 0;
  const auto count = [&](log::Location at, Bytes, bool&) -> Error {
    if (!version || wanted.have(number)) places.push_back(at);
    ++number;
    return {};
  };
  GS_TRY_OK(db_.each_change(settled, count, 0, log::Log::Compare::heads));
  return places;
}

// In pages from the newest one on: of each change only the place is kept.
Error Database::log(std::uint64_t newest_first_count, const TakeChangeInfo& take,
                    const std::optional<Version>& version) {
  Settled settled;
  std::optional<Version> shown = version;
  if (!shown) {
    GS_TRY(settled, settle());
    if (settled.frontier != settled.log_heads) shown = Version(settled.frontier);
  }
  GS_TRY(std::vector<log::Location> places, HistoryReading(*this).places_of(shown, settled));
  std::uint64_t left = std::min<std::uint64_t>(newest_first_count, places.size());
  while (left != 0) {
    const auto page = static_cast<std::size_t>(std::min(left, kLogPageChanges));
    std::vector<ChangeInfo> infos;
    const auto first = places.end() - static_cast<std::ptrdiff_t>(page);
    const auto show = [&](log::Location at, Bytes bytes, bool& stop) -> Error {
      if (at != first[static_cast<std::ptrdiff_t>(infos.size())]) return {};  // of another version
      GS_TRY(const graph::ChangeView view, parse_stored(at, bytes));
      infos.push_back(info_of(view, at));
      stop = infos.size() == page;
      return {};
    };
    GS_TRY_OK(each_change(settled, show, *first - log::kFrameBytes));
    for (auto info = infos.rbegin(); info != infos.rend(); ++info) {
      if (!take(*info)) return {};
    }
    places.resize(places.size() - page);
    left -= page;
  }
  return {};
}

Result<std::vector<ChangeInfo>> Database::log(std::uint64_t newest_first_count) {
  std::vector<ChangeInfo> infos;
  const auto take = [&](const ChangeInfo& info) {
    infos.push_back(info);
    return true;
  };
  GS_TRY_OK(log(newest_first_count, take));
  return infos;
}

Result<Digest> Database::find_change(std::string_view prefix) {
  if (const auto whole = Digest::parse(prefix)) return *whole;
  const bool hexadecimal =
      prefix.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
  if (prefix.size() < kPrefixCharsMin || !hexadecimal) {
    return Error(Code::invalid,
                 "'" + std::string(prefix.substr(0, 80)) +
                     "' names no change: give at least 4 hexadecimal digits of its digest");
  }
  std::string lower(prefix);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  GS_TRY(const Settled settled, settle());
  std::vector<Digest> matches;
  const auto look = [&](log::Location, Bytes bytes, bool&) -> Error {
    const Digest digest = digest_of(bytes);
    if (digest.text().compare(0, lower.size(), lower) == 0) matches.push_back(digest);
    return {};
  };
  GS_TRY_OK(each_change(settled, look, 0, log::Log::Compare::heads));
  if (matches.empty()) {
    return no_change(
        settled, Error(Code::not_found, "no change begins with " + lower + ". See `gstore log`"));
  }
  if (matches.size() > 1) {
    return Error(Code::invalid, std::to_string(matches.size()) + " changes begin with " + lower +
                                    "; give more digits");
  }
  return matches.front();
}

Result<ChangeInfo> Database::change(const Digest& digest, std::vector<OperationInfo>* operations) {
  std::optional<graph::ChangeNumber> number;
  graph::ChangeNumber cut = 0;
  const auto ask = [&](const Settled&, const KnownChanges& known) -> Error {
    number = known.find(digest);
    cut = known.cut();
    return {};
  };
  Settled settled;
  const auto shallow = base();
  if (shallow == nullptr) {
    GS_TRY(settled, settle());
  } else {
    GS_TRY(settled, settle_known(ask));
  }
  const bool is_dropped = number && *number < cut;
  GS_TRY(const log::Location at, HistoryReading(*this).locate(settled, digest));
  ChangeInfo info;
  const auto show = [&](log::Location, Bytes bytes, bool& stop) -> Error {
    stop = true;
    GS_TRY(const graph::ChangeView view, parse_stored(at, bytes));
    info = info_of(view, at);
    if (operations == nullptr) return {};
    auto cursor = view.operations();
    graph::OperationView operation;
    while (cursor.next(operation))
      operations->push_back(HistoryReading(*this).describe(view, operation, is_dropped));
    return {};
  };
  GS_TRY_OK(each_change(settled, show, at - log::kFrameBytes));
  return info;
}

Result<std::vector<HistoryEntry>> Database::history(const Id& id,
                                                    std::uint64_t newest_first_count) {
  std::vector<Stretch> changes;  // also those before the cut, which tell who wrote when
  graph::ChangeNumber cut = 0;
  const auto ask = [&](const Settled& now, const KnownChanges& known) -> Error {
    GS_TRY(const auto heads, numbers_of_heads(Version(now.frontier), known));
    const Ancestors all(known.graph(), heads);
    for (const graph::ChangeRange& range : known.narrowed(all.ranges(), {&id, 1})) {
      changes.push_back({range, known.place(range.first)});
    }
    cut = known.cut();
    return {};
  };
  GS_TRY(const Settled settled, settle_known(ask));
  std::deque<HistoryEntry> newest;
  const auto look = [&](graph::ChangeNumber number, log::Location at,
                        const graph::ChangeView& view) -> Error {
    const std::uint32_t wanted = view.find_id(id);
    if (wanted == graph::kNoId) return {};
    auto cursor = view.operations();
    graph::OperationView operation;
    while (cursor.next(operation)) {
      if (operation.id_index != wanted) continue;
      newest.push_back(
          {info_of(view, at), HistoryReading(*this).describe(view, operation, number < cut)});
      if (newest.size() > newest_first_count) newest.pop_front();
    }
    return {};
  };
  GS_TRY_OK(each_in(settled, changes, look));
  return std::vector<HistoryEntry>(std::make_move_iterator(newest.rbegin()),
                                   std::make_move_iterator(newest.rend()));
}

namespace {

// An update that does one thing to all of its fields; null: it writes values, or does several.
const char* name_of_change(merge::Rule rule) noexcept {
  switch (rule) {
    case merge::Rule::added:
      return "add";
    case merge::Rule::included:
      return "add-elements";
    case merge::Rule::excluded:
      return "remove-elements";
    case merge::Rule::text:
    case merge::Rule::list:
    case merge::Rule::tree:
      return "edit";
    case merge::Rule::members:
      return "patch";
    default:
      return nullptr;
  }
}

}  // namespace

OperationInfo Database::HistoryReading::describe(const graph::ChangeView& change,
                                                 const graph::OperationView& operation,
                                                 bool is_below_cut) {
  OperationInfo line;
  line.kind = graph::kind_name(operation.kind);
  if (operation.id_index != graph::kNoId) line.id = change.id(operation.id_index);
  if (static_cast<Kind>(operation.kind) == Kind::reference) line.json = reference_json(operation);
  if (static_cast<Kind>(operation.kind) == Kind::merge) line.json = merge_json(operation);
  line.last_of_transaction = operation.last_of_transaction();
  line.dropped = operation.erased() && is_below_cut;
  line.erased = operation.erased() && !is_below_cut;
  if (static_cast<Kind>(operation.kind) == Kind::schema) line.json = schema_json(operation);
  if (operation.shape == graph::kNoShape) return line;
  const record::ShapePtr shape = db_.known_shape(change.shape(operation.shape));
  if (!shape) return line;
  line.collection = shape->collection();
  const Bytes record = record_in(operation);
  if (operation.erased() || record.empty()) return line;
  const record::RecordView content(shape.get(), record.data());
  if (static_cast<Kind>(operation.kind) == Kind::update) {
    if (const char* const name = name_of_change(rule_of_all(operation, content))) {
      line.kind = name;
    }
    append_written_json(operation, content, {operation.hlc, change.chain()}, line.json);
  } else if (has_edits(operation)) {
    append_written_json(operation, content, {operation.hlc, change.chain()}, line.json);
  } else {
    record::append_json(content, line.json);
  }
  return line;
}

}  // namespace gs::engine
