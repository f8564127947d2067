#include "cmd/gstore/shell/host_calls.h"

#include <algorithm>
#include <cmath>

#include "cmd/gstore/report_json.h"
#include "cmd/gstore/shell/print.h"
#include "gs/calls/version_names.h"

namespace gs::cli::shell {
namespace {

using schema::JsValue;
using Kind = JsValue::Kind;
using Given = std::span<const JsValue>;
using Made = Result<JsValue>;

// Rows of one find(); the sandbox takes fewer than that as well.
constexpr std::size_t kRowBytesInAllMax = std::size_t{256} << 20;

JsValue of_text(std::string_view text) {
  JsValue value;
  value.kind = Kind::string;
  value.text = text;
  return value;
}

JsValue of_bool(bool boolean) {
  JsValue value;
  value.kind = Kind::boolean;
  value.boolean = boolean;
  return value;
}

JsValue of_number(std::uint64_t number) {
  JsValue value;
  value.kind = Kind::number;
  value.number = static_cast<double>(number);
  return value;
}

JsValue of_list(std::vector<JsValue> items) {
  JsValue value;
  value.kind = Kind::array;
  value.items = std::move(items);
  return value;
}

Made done(Error error) {
  if (error) return error;
  return JsValue();
}

Result<std::string_view> text_at(Given given, std::size_t index) {
  if (index < given.size() && given[index].kind == Kind::string) {
    return std::string_view(given[index].text);
  }
  return Error(Code::invalid, "argument " + std::to_string(index + 1) + " has to be a text");
}

Result<Id> id_at(Given given, std::size_t index) {
  GS_TRY(const std::string_view text, text_at(given, index));
  const auto id = Id::parse(text);
  if (id) return *id;
  return Error(Code::invalid, "'" + std::string(text) +
                                  "' is no id. Give one of 36 characters, or a foreign key to its "
                                  "collection, as in db.City.get('kyiv')");
}

std::uint64_t count_at(Given given, std::size_t index) {
  constexpr double kMost = 9e15;
  const bool is_number = index < given.size() && given[index].kind == Kind::number;
  const double number = is_number ? given[index].number : kMost;
  if (std::isnan(number) || number < 0) return 0;
  return number >= kMost ? ~std::uint64_t{0} : static_cast<std::uint64_t>(number);
}

// --- records ---

Made insert_record(Storage& storage, Given given) {
  GS_TRY(const std::string_view collection, text_at(given, 0));
  GS_TRY(const std::string_view json, text_at(given, 1));
  GS_TRY(const Id id, storage.insert(collection, json));
  return of_text(id.text());
}

Made put_record(Storage& storage, Given given) {
  GS_TRY(const std::string_view collection, text_at(given, 0));
  GS_TRY(const std::string_view key, text_at(given, 1));
  GS_TRY(const std::string_view json, text_at(given, 2));
  GS_TRY(const Id id, storage.put(collection, key, json));
  return of_text(id.text());
}

// The version that a call may name behind what it is about; empty: none, so what is there now.
Result<std::optional<Version>> version_at(const Storage& storage, Given given, std::size_t index) {
  std::optional<Version> version;
  if (index >= given.size()) return version;
  GS_TRY(const std::string_view text, text_at(given, index));
  if (text.empty()) return version;
  GS_TRY(version, storage.find_version(text));
  return version;
}

Made get_record(const Storage& storage, Given given) {
  GS_TRY(const Id id, id_at(given, 0));
  GS_TRY(const std::optional<Version> version, version_at(storage, given, 1));
  GS_TRY(const Record record, version ? storage.get(id, *version) : storage.get(id));
  std::string line;
  calls::append_record_line(record, line);
  return of_text(line);
}

Made swap_record(Storage& storage, Given given) {
  GS_TRY(const Id id, id_at(given, 0));
  GS_TRY(const std::string_view expected, text_at(given, 1));
  GS_TRY(const std::string_view changes, text_at(given, 2));
  GS_TRY(const bool swapped, storage.swap(id, expected, changes));
  return of_bool(swapped);
}

Made add_to_record(Storage& storage, Given given) {
  GS_TRY(const Id id, id_at(given, 0));
  GS_TRY(const std::string_view field, text_at(given, 1));
  constexpr double kWholeMax = 9007199254740992.0;
  const double number = given.size() > 2 ? given[2].number : 0;
  if (!(std::fabs(number) <= kWholeMax) || std::trunc(number) != number) {
    return Error(Code::invalid, "only whole numbers up to 2^53 can be added");
  }
  return done(storage.add(id, field, static_cast<std::int64_t>(number)));
}

Result<std::uint64_t> whole_number_at(Given given, std::size_t at) {
  constexpr double kCountMax = 4294967296.0;
  const double number = given.size() > at ? given[at].number : 0;
  if (number >= 0 && number <= kCountMax && std::trunc(number) == number) {
    return static_cast<std::uint64_t>(number);
  }
  return Error(Code::invalid, "positions and counts are whole numbers from 0 on");
}

Made splice_text(Storage& storage, Given given) {
  GS_TRY(const Id id, id_at(given, 0));
  GS_TRY(const std::string_view field, text_at(given, 1));
  GS_TRY(const std::uint64_t position, whole_number_at(given, 2));
  GS_TRY(const std::uint64_t deleted, whole_number_at(given, 3));
  GS_TRY(const std::string_view inserted, text_at(given, 4));
  return done(storage.splice(id, field, position, deleted, inserted));
}

Made mark_text(Storage& storage, Given given) {
  GS_TRY(const Id id, id_at(given, 0));
  GS_TRY(const std::string_view field, text_at(given, 1));
  GS_TRY(const std::uint64_t from, whole_number_at(given, 2));
  GS_TRY(const std::uint64_t to, whole_number_at(given, 3));
  GS_TRY(const std::string_view key, text_at(given, 4));
  GS_TRY(const std::string_view json, text_at(given, 5));
  GS_TRY(const std::uint64_t growth, whole_number_at(given, 6));
  return done(storage.mark(id, field, from, to, key, json, static_cast<MarkGrowth>(growth % 4)));
}

Made text_delta(Storage& storage, Given given) {
  GS_TRY(const Id id, id_at(given, 0));
  GS_TRY(const std::string_view field, text_at(given, 1));
  GS_TRY(const std::string delta, storage.text_delta(id, field));
  return of_text(delta);
}

Made text_cursor(Storage& storage, Given given) {
  GS_TRY(const Id id, id_at(given, 0));
  GS_TRY(const std::string_view field, text_at(given, 1));
  GS_TRY(const std::uint64_t position, whole_number_at(given, 2));
  const bool is_after = given.size() > 3 && given[3].boolean;
  GS_TRY(const std::string cursor,
         storage.text_cursor(id, field, position, is_after ? TextSide::after : TextSide::before));
  return of_text(cursor);
}

Made text_position(Storage& storage, Given given) {
  GS_TRY(const Id id, id_at(given, 0));
  GS_TRY(const std::string_view field, text_at(given, 1));
  GS_TRY(const std::string_view cursor, text_at(given, 2));
  GS_TRY(const std::uint64_t position, storage.text_position(id, field, cursor));
  return of_number(position);
}

// With two numbers, or one and a text.
Made edit_list(Storage& storage, const std::string& what, Given given) {
  GS_TRY(const Id id, id_at(given, 0));
  GS_TRY(const std::string_view field, text_at(given, 1));
  GS_TRY(const std::uint64_t position, whole_number_at(given, 2));
  if (what == "listInsert" || what == "listSet") {
    GS_TRY(const std::string_view json, text_at(given, 3));
    return done(what == "listSet" ? storage.list_set(id, field, position, json)
                                  : storage.list_insert(id, field, position, json));
  }
  GS_TRY(const std::uint64_t second, whole_number_at(given, 3));
  return done(what == "listMove" ? storage.list_move(id, field, position, second)
                                 : storage.list_delete(id, field, position, second));
}

// All are texts: record, field, node, parent, before, JSON; what is not said is empty.
Made edit_tree(Storage& storage, const std::string& what, Given given) {
  GS_TRY(const Id id, id_at(given, 0));
  GS_TRY(const std::string_view field, text_at(given, 1));
  GS_TRY(const std::string_view node, text_at(given, 2));
  TreePlace place;
  GS_TRY(place.parent, text_at(given, 3));
  GS_TRY(place.before, text_at(given, 4));
  GS_TRY(const std::string_view json, text_at(given, 5));
  if (what == "treeMove") return done(storage.tree_move(id, field, node, place));
  if (what == "treeSet") return done(storage.tree_set(id, field, node, json));
  if (what == "treeDelete") return done(storage.tree_delete(id, field, node));
  GS_TRY(const std::string made, storage.tree_create(id, field, json, place));
  return of_text(made);
}

template <typename Change>
Made change_elements(Given given, Change change) {
  GS_TRY(const Id id, id_at(given, 0));
  GS_TRY(const std::string_view field, text_at(given, 1));
  GS_TRY(const std::string_view elements, text_at(given, 2));
  return done(change(id, field, elements));
}

template <typename Write>
Made write_record(Given given, Write write) {
  GS_TRY(const Id id, id_at(given, 0));
  GS_TRY(const std::string_view json, text_at(given, 1));
  return done(write(id, json));
}

// --- queries ---

// The rows that come, `most` of them.
Result<std::vector<JsValue>> lines_of(Rows& rows, std::uint64_t most) {
  std::vector<JsValue> lines;
  std::size_t bytes = 0;
  gs::Row row;
  while (lines.size() < most && rows.next(row)) {
    std::string line;
    if (row.is_record()) calls::append_record_head(row.record(), line);
    GS_TRY_OK(row.append_json(line));
    if (row.is_record()) line += '}';
    bytes += line.size();
    if (bytes > kRowBytesInAllMax) {
      return Error(Code::too_large, "the rows take more than 256 MiB. Ask for fewer with limit()");
    }
    lines.push_back(of_text(line));
  }
  GS_TRY_OK(rows.error());
  return lines;
}

// `version_at_place`: of the version among what was given.
Result<Rows> rows_of(const Storage& storage, Given given, std::size_t version_at_place) {
  GS_TRY(const std::string_view query, text_at(given, 0));
  GS_TRY(const std::optional<Version> version, version_at(storage, given, version_at_place));
  return version ? storage.find(query, *version) : storage.find(query);
}

Made find_rows(const Storage& storage, Given given) {
  GS_TRY(Rows rows, rows_of(storage, given, 1));
  GS_TRY(std::vector<JsValue> lines, lines_of(rows, ~std::uint64_t{0}));
  return of_list(std::move(lines));
}

// The query has room for one row more than the page: it tells whether there are others.
Made find_page(const Storage& storage, Given given) {
  GS_TRY(Rows rows, rows_of(storage, given, 2));
  GS_TRY(std::vector<JsValue> lines, lines_of(rows, count_at(given, 1)));
  const auto cursor = rows.cursor();
  gs::Row row;
  const bool has_more = rows.next(row);
  GS_TRY_OK(rows.error());
  if (has_more && !cursor) {
    return cursor.error().copy().in("there are more rows, but no cursor");
  }
  JsValue page;
  page.kind = Kind::object;
  page.members.emplace_back("lines", of_list(std::move(lines)));
  page.members.emplace_back("cursor", of_text(has_more ? *cursor : std::string()));
  return page;
}

Made history_lines(const Storage& storage, Given given) {
  GS_TRY(const Id id, id_at(given, 0));
  GS_TRY(const std::vector<HistoryEntry> entries, storage.history(id, count_at(given, 1)));
  std::vector<JsValue> lines;
  lines.reserve(entries.size());
  for (const HistoryEntry& entry : entries)
    lines.push_back(of_text(calls::entry_json(entry, kSpelling)));
  return of_list(std::move(lines));
}

// --- the whole ---

Made verify_storage(const Storage& storage, Given given) {
  VerifyOptions options;
  options.full = !given.empty() && given[0].boolean;
  GS_TRY(const VerifyReport report, storage.verify(options));
  return of_text(calls::verify_json(report, kSpelling, step_of));
}

Made names_of_collections(const Storage& storage) {
  std::vector<JsValue> names;
  for (const std::string& name : storage.collections()) names.push_back(of_text(name));
  return of_list(std::move(names));
}

class Calls {
 public:
  explicit Calls(engine::script::Sandbox& sandbox) : sandbox_(sandbox) {
    host_.kind = Kind::object;
  }

  void add(std::string_view name, engine::script::HostFunction function) {
    if (error_) return;
    auto made = sandbox_.add(name, std::move(function));
    if (made.ok()) {
      host_.members.emplace_back(name, std::move(*made));
    } else {
      error_ = std::move(made).error();
    }
  }

  Result<JsValue> take() {
    if (error_) return std::move(error_);
    return std::move(host_);
  }

 private:
  engine::script::Sandbox& sandbox_;
  JsValue host_;
  Error error_;
};

void add_records(Calls& calls, Storage& db) {
  calls.add("insert", [&db](Given given) { return insert_record(db, given); });
  calls.add("put", [&db](Given given) { return put_record(db, given); });
  calls.add("get", [&db](Given given) { return get_record(db, given); });
  calls.add("swap", [&db](Given given) { return swap_record(db, given); });
  calls.add("has", [&db](Given given) -> Made {
    GS_TRY(const Id id, id_at(given, 0));
    return of_bool(db.has(id));
  });
  calls.add("set", [&db](Given given) {
    return write_record(given, [&](const Id& id, auto json) { return db.set(id, json); });
  });
  calls.add("update", [&db](Given given) {
    return write_record(given, [&](const Id& id, auto json) { return db.update(id, json); });
  });
  calls.add("patch", [&db](Given given) {
    return write_record(given, [&](const Id& id, auto json) { return db.patch(id, json); });
  });
  calls.add("add", [&db](Given given) { return add_to_record(db, given); });
  calls.add("addElements", [&db](Given given) {
    return change_elements(given, [&](const Id& id, auto field, auto elements) {
      return db.add_elements(id, field, elements);
    });
  });
  calls.add("removeElements", [&db](Given given) {
    return change_elements(given, [&](const Id& id, auto field, auto elements) {
      return db.remove_elements(id, field, elements);
    });
  });
  calls.add("splice", [&db](Given given) { return splice_text(db, given); });
  calls.add("mark", [&db](Given given) { return mark_text(db, given); });
  calls.add("textDelta", [&db](Given given) { return text_delta(db, given); });
  calls.add("textCursor", [&db](Given given) { return text_cursor(db, given); });
  calls.add("textPosition", [&db](Given given) { return text_position(db, given); });
  for (const char* const what : {"listInsert", "listDelete", "listMove", "listSet"}) {
    calls.add(what, [&db, what](Given given) { return edit_list(db, what, given); });
  }
  for (const char* const what : {"treeCreate", "treeMove", "treeSet", "treeDelete"}) {
    calls.add(what, [&db, what](Given given) { return edit_tree(db, what, given); });
  }
  calls.add("remove", [&db](Given given) -> Made {
    GS_TRY(const Id id, id_at(given, 0));
    return done(db.remove(id));
  });
  calls.add("findId", [&db](Given given) -> Made {
    GS_TRY(const std::string_view text, text_at(given, 0));
    GS_TRY(const std::string_view collection, text_at(given, 1));
    return of_text(db.find_id(text, collection).text());
  });
  calls.add("checkId", [](Given given) -> Made {
    GS_TRY(const Id id, id_at(given, 0));
    return of_text(id.text());
  });
}

void add_queries(Calls& calls, const Storage& db) {
  calls.add("find", [&db](Given given) { return find_rows(db, given); });
  calls.add("page", [&db](Given given) { return find_page(db, given); });
  calls.add("count", [&db](Given given) -> Made {
    GS_TRY(const std::string_view query, text_at(given, 0));
    GS_TRY(const std::optional<Version> version, version_at(db, given, 1));
    GS_TRY(const std::uint64_t count, version ? db.count(query, *version) : db.count(query));
    return of_number(count);
  });
  calls.add("explain", [&db](Given given) -> Made {
    GS_TRY(const std::string_view query, text_at(given, 0));
    GS_TRY(const std::optional<Version> version, version_at(db, given, 1));
    GS_TRY(const std::string plan, version ? db.explain(query, *version) : db.explain(query));
    return of_text(plan);
  });
}

Made text_of(const Result<Reverted>& reverted) {
  if (!reverted.ok()) return reverted.error().copy();
  return of_text(calls::reverted_json(*reverted, kSpelling));
}

void add_reverts(Calls& calls, Storage& db) {
  calls.add("revert", [&db](Given given) -> Made {
    GS_TRY(const std::string_view prefix, text_at(given, 0));
    GS_TRY(const Digest change, db.find_change(prefix));
    return text_of(db.revert(change));
  });
  calls.add("undo", [&db](Given) { return text_of(db.undo()); });
  calls.add("redo", [&db](Given) { return text_of(db.redo()); });
}

void add_versions(Calls& calls, Storage& db) {
  const auto name_version = [&db](NamedVersion::Kind kind, Given given) -> Made {
    GS_TRY(const std::string_view name, text_at(given, 0));
    GS_TRY(const std::optional<Version> version, version_at(db, given, 1));
    return done(db.name_version(kind, name, version));
  };
  calls.add("tag",
            [name_version](Given given) { return name_version(NamedVersion::Kind::tag, given); });
  calls.add("branch", [name_version](Given given) {
    return name_version(NamedVersion::Kind::branch, given);
  });
  calls.add("currentBranch", [&db](Given) -> Made {
    GS_TRY(const std::string name, db.branch());
    return of_text(name);
  });
  calls.add("checkout", [&db](Given given) -> Made {
    GS_TRY(const std::string_view name, text_at(given, 0));
    return done(db.checkout(name));
  });
  calls.add("merge", [&db](Given given) -> Made {
    GS_TRY(const std::string_view what, text_at(given, 0));
    MergeOptions options;
    options.preview = given.size() > 1 && given[1].boolean;
    options.strict = given.size() > 2 && given[2].boolean;
    GS_TRY(const MergeReport report, db.merge(what, options));
    return of_text(calls::merge_json(report, options.preview, {}, kSpelling));
  });
  calls.add("versions", [&db](Given) -> Made {
    GS_TRY(const std::vector<NamedVersion> all, db.named_versions());
    std::vector<JsValue> lines;
    lines.reserve(all.size());
    GS_TRY(const std::string current, db.branch());
    for (const NamedVersion& named : all) {
      GS_TRY(const std::optional<Divergence> apart, calls::apart_from_main(db, named));
      lines.push_back(of_text(calls::named_json(named, named.name == current, apart, kSpelling)));
    }
    return of_list(std::move(lines));
  });
}

void add_whole(Calls& calls, Storage& db) {
  calls.add("collections", [&db](Given) { return names_of_collections(db); });
  calls.add("schema", [&db](Given) -> Made { return of_text(db.schema()); });
  calls.add("history", [&db](Given given) { return history_lines(db, given); });
  calls.add("verify", [&db](Given given) { return verify_storage(db, given); });
  calls.add("stats", [&db](Given) -> Made {
    GS_TRY(const Stats stats, db.stats());
    return of_text(calls::stats_object(db, stats, kSpelling).take());
  });
  calls.add("proof", [&db](Given given) -> Made {
    GS_TRY(const Id id, id_at(given, 0));
    GS_TRY(const std::string proof, db.proof(id));
    return of_text(proof);
  });
  calls.add("erase", [&db](Given given) -> Made {
    GS_TRY(const Id id, id_at(given, 0));
    GS_TRY(const std::string_view reason, text_at(given, 1));
    GS_TRY(const std::uint64_t payloads, db.erase(id, reason));
    return of_number(payloads);
  });
}

}  // namespace

Result<JsValue> host_calls(engine::script::Sandbox& sandbox, Session& session, Storage& storage) {
  Calls calls(sandbox);
  add_records(calls, storage);
  add_queries(calls, storage);
  add_versions(calls, storage);
  add_reverts(calls, storage);
  add_whole(calls, storage);
  calls.add("print", [&session](Given given) -> Made {
    if (!given.empty()) session.out.line(printed(given[0].items, 0));
    session.out.flush();
    return JsValue();
  });
  return calls.take();
}

}  // namespace gs::cli::shell
