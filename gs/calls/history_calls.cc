// Changes, the past of records, what is hidden in them, and taking back.
#include "gs/calls/methods.h"

namespace gs::calls {
namespace {

Made log(Storage& storage, const Arguments& arguments, const Progress&) {
  GS_TRY(const std::optional<Version> version, arguments.version(storage, "version"));
  GS_TRY(const BranchNames branches, BranchNames::of(storage));
  ResultList made;
  Error full;
  const auto take = [&](const ChangeInfo& change) {
    ReportObject line = change_object(change, branches, kSpelling);
    full = made.add(line.number("operations", change.operations).take());
    return full.ok();
  };
  GS_TRY_OK(storage.log(arguments.count("limit"), take, version));
  if (full) return full;
  return made.take();
}

Made change(Storage& storage, const Arguments& arguments, const Progress&) {
  GS_TRY(const Digest digest, storage.find_change(arguments.text("change")));
  std::vector<OperationInfo> operations;
  GS_TRY(const ChangeInfo change, storage.change(digest, &operations));
  GS_TRY(const BranchNames branches, BranchNames::of(storage));
  GS_TRY(const std::string list, list_of(operations, operation_json));
  return change_object(change, branches, kSpelling).raw("operations", list).take();
}

Made find_change(Storage& storage, const Arguments& arguments, const Progress&) {
  GS_TRY(const Digest digest, storage.find_change(arguments.text("prefix")));
  ReportObject line(kSpelling);
  return line.text("change", digest.text()).take();
}

Made history(Storage& storage, const Arguments& arguments, const Progress&) {
  GS_TRY(const std::vector<HistoryEntry> entries,
         storage.history(arguments.id(storage), arguments.count("limit")));
  return list_of(entries, entry_json);
}

Made blame(Storage& storage, const Arguments& arguments, const Progress&) {
  GS_TRY(const std::optional<Version> version, arguments.version(storage, "version"));
  GS_TRY(const Blame found, storage.blame(arguments.id(storage), version));
  return list_of(found.fields, [](const FieldOrigin& origin, Spelling spelling) {
    return origin_json(origin, spelling);
  });
}

Made diff(Storage& storage, const Arguments& arguments, const Progress&) {
  GS_TRY(const Version before, arguments.required_version(storage, "before"));
  GS_TRY(const std::optional<Version> after, arguments.version(storage, "after"));
  DiffOptions options;
  options.limit = arguments.count("limit");
  if (arguments.has("collection")) options.collection = arguments.text("collection");
  ResultList made;
  Error full;
  const auto take = [&](const RecordDifference& difference) {
    full = made.add(difference_json(difference, kSpelling));
    return full.ok();
  };
  GS_TRY_OK(storage.diff(before, after, options, take));
  if (full) return full;
  return made.take();
}

// Of one record, or of all: what only means something for the other is not passed over.
Made conflicts(Storage& storage, const Arguments& arguments, const Progress&) {
  const bool is_one = arguments.has("id");
  if (arguments.has(is_one ? "limit" : "collection")) {
    return Error(Code::invalid, is_one
                                    ? "conflicts: `limit` is for all records, without `id`"
                                    : "conflicts: `collection` is of the record that `id` names, "
                                      "which is missing");
  }
  std::vector<Conflict> found;
  if (is_one) {
    GS_TRY(Conflict one, storage.conflicts(arguments.id(storage)));
    if (!one.hidden.empty()) found.push_back(std::move(one));
  } else {
    GS_TRY(found, storage.conflicts(arguments.count("limit")));
  }
  return list_of(found, conflict_json);
}

Made told(const Result<Reverted>& reverted) {
  if (!reverted.ok()) return reverted.error().copy();
  return reverted_json(*reverted, kSpelling);
}

Made revert(Storage& storage, const Arguments& arguments, const Progress&) {
  GS_TRY(const Digest change, storage.find_change(arguments.text("change")));
  return told(storage.revert(change));
}

Made undo(Storage& storage, const Arguments&, const Progress&) { return told(storage.undo()); }
Made redo(Storage& storage, const Arguments&, const Progress&) { return told(storage.redo()); }

}  // namespace

std::span<const StorageMethod> history_methods() {
  static constexpr StorageMethod kMethods[] = {
      {"log", log, {kLimit, kVersion}},
      {"change", change, {required("change", Kind::text)}},
      {"findChange", find_change, {required("prefix", Kind::text)}},
      {"history", history, {kId, kCollection, kLimit}},
      {"blame", blame, {kId, kCollection, kVersion}},
      {"diff",
       diff,
       {required("before", Kind::version), optional("after", Kind::version), kCollection, kLimit}},
      {"conflicts", conflicts, {optional("id", Kind::text), kCollection, kLimit}},
      {"revert", revert, {required("change", Kind::text)}},
      {"undo", undo, {}},
      {"redo", redo, {}},
  };
  return kMethods;
}

}  // namespace gs::calls
