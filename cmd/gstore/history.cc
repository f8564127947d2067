// log, show and history: the chain as people and programs read it.
#include <algorithm>
#include <map>

#include "cmd/gstore/commands.h"
#include "cmd/gstore/report_json.h"
#include "cmd/gstore/support/change_lanes.h"
#include "cmd/gstore/support/words.h"
#include "gs/base/dates.h"
#include "gs/calls/version_names.h"

namespace gs::cli {
namespace {

std::string change_line(const ChangeInfo& change) {
  return short_text(change.digest) + "  " + time_text(change.time_ms) + "  writer " +
         short_text(change.writer) + "  " +
         count_text(change.transactions, "transaction", "transactions") + "  " +
         count_text(change.operations, "operation", "operations") + "  " + size_text(change.bytes);
}

void print_change(const ChangeInfo& change, const calls::BranchNames& branches, Output& out) {
  out.line("change      " + change.digest.text());
  if (const std::string branch = branches.text(change); !branch.empty()) {
    out.line("branch      " + one_line(branch));
  }
  out.line("writer      " + change.writer.text() + ", its change " + with_commas(change.sequence));
  out.line("time        " + time_text(change.time_ms));
  out.line("previous    " + (change.prev.is_zero() ? std::string("none") : change.prev.text()));
  for (const Digest& parent : change.parents) out.line("parent      " + parent.text());
  out.line("place       segment " + std::to_string(change.segment) + ", offset " +
           std::to_string(change.offset) + ", " + size_text(change.bytes));
  out.line("holds       " + count_text(change.transactions, "transaction", "transactions") + ", " +
           count_text(change.operations, "operation", "operations"));
}

void print_operation(const OperationInfo& operation, Output& out) {
  std::string line = "  " + operation.kind;
  if (operation.id) line += ' ' + operation.id->text();
  if (!operation.collection.empty()) line += ' ' + one_line(operation.collection);
  if (operation.erased) line += " erased";
  if (operation.dropped) line += " dropped";
  if (!operation.json.empty()) line += ' ' + operation.json;
  out.line(line);
  if (operation.last_of_transaction) out.line("  --");
}

void print_entry(const HistoryEntry& entry, Output& out) {
  const OperationInfo& operation = entry.operation;
  std::string line = short_text(entry.change.digest) + "  " + time_text(entry.change.time_ms) +
                     "  writer " + short_text(entry.change.writer) + "  " + operation.kind;
  if (operation.erased) line += " erased";
  if (operation.dropped) line += " dropped";
  if (!operation.json.empty()) line += ' ' + operation.json;
  out.line(line);
}

constexpr const char* kCutLine =
    "-- shallow: what records were up to here was dropped; who wrote when is left --";

// The lines of `log --graph`.
class GraphPrinter {
 public:
  GraphPrinter(std::vector<Digest> heads, const std::vector<NamedVersion>& names, Output& out)
      : heads_(std::move(heads)), out_(out) {
    std::sort(heads_.begin(), heads_.end());
    for (const NamedVersion& named : names) {
      for (const Digest& head : named.heads) names_[head].push_back(named.name);
    }
  }

  // Of versions of which the change is a head.
  std::vector<std::string> names_of(const Digest& change) const {
    const auto found = names_.find(change);
    return found == names_.end() ? std::vector<std::string>() : found->second;
  }

  bool is_head(const Digest& change) const {
    return std::binary_search(heads_.begin(), heads_.end(), change);
  }

  void print(const ChangeInfo& change) {
    // The writer's own line goes straight down.
    std::vector<Digest> parents = change.parents;
    const auto own = std::find(parents.begin(), parents.end(), change.prev);
    if (own != parents.end()) std::rotate(parents.begin(), own, own + 1);
    const ChangeLanes::Drawn drawn = lanes_.next(change.digest, parents);
    for (const std::string& line : drawn.before) out_.line(line);
    std::string text = drawn.at + "  " + short_text(change.digest) + "  " +
                       time_text(change.time_ms) + "  writer " + short_text(change.writer) + "  " +
                       count_text(change.operations, "operation", "operations");
    std::string names = is_head(change.digest) ? "head" : "";
    for (const std::string& name : names_of(change.digest)) {
      names += (names.empty() ? "" : ", ") + one_line(name);
    }
    if (!names.empty()) text += "  (" + names + ')';
    if (drawn.missing != 0) {
      text += "  (" + count_text(drawn.missing, "parent", "parents") + " not drawn)";
    }
    out_.line(text);
    for (const std::string& line : drawn.after) out_.line(line);
  }

 private:
  std::vector<Digest> heads_;
  std::map<Digest, std::vector<std::string>> names_;  // by change
  Output& out_;
  ChangeLanes lanes_;
};

std::string log_json(const ChangeInfo& change, const calls::BranchNames& branches,
                     const GraphPrinter* graph) {
  calls::ReportObject line = calls::change_object(change, branches, kSpelling);
  line.number("operations", change.operations);
  if (graph == nullptr) return line.take();
  line.boolean("head", graph->is_head(change.digest))
      .raw("names", calls::texts_json(graph->names_of(change.digest)));
  return line.take();
}

}  // namespace

Result<Exit> log(Session& session) {
  const Arguments& arguments = session.arguments;
  GS_TRY(const Storage storage, open_storage(session, Access::read));
  std::optional<GraphPrinter> graph;
  if (arguments.graph) {
    GS_TRY(std::vector<Digest> heads, storage.heads());
    GS_TRY(const std::vector<NamedVersion> names, calls::all_names(storage));
    graph.emplace(std::move(heads), names, session.out);
  }
  std::optional<Version> version;
  if (arguments.version) {
    GS_TRY(version, version_of(session, storage, *arguments.version));
  } else if (arguments.all) {
    GS_TRY(std::vector<Digest> heads, storage.heads());
    version.emplace(std::move(heads));
  }
  GS_TRY(const calls::BranchNames branches, calls::BranchNames::of(storage));
  std::optional<Version> cut = storage.shallow_at();
  const auto print = [&](const ChangeInfo& change) {
    // The last change before the cut is one of its heads.
    const bool is_at_cut =
        cut && std::count(cut->heads.begin(), cut->heads.end(), change.digest) != 0;
    if (is_at_cut && !arguments.json) session.out.line(kCutLine);
    if (is_at_cut) cut.reset();
    if (arguments.json) {
      session.out.line(log_json(change, branches, graph ? &*graph : nullptr));
    } else if (graph) {
      graph->print(change);
    } else {
      session.out.line(change_line(change));
    }
    return session.out.wanted();
  };
  GS_TRY_OK(storage.log(arguments.limit, print, version));
  return Exit::ok;
}

Result<Exit> show(Session& session) {
  GS_TRY(const Storage storage, open_storage(session, Access::read));
  GS_TRY(const Digest digest, change_of(session, storage, *session.arguments.change));
  std::vector<OperationInfo> operations;
  GS_TRY(const ChangeInfo change, storage.change(digest, &operations));
  GS_TRY(const calls::BranchNames branches, calls::BranchNames::of(storage));
  if (!session.arguments.json) {
    print_change(change, branches, session.out);
    for (const OperationInfo& operation : operations) print_operation(operation, session.out);
    return Exit::ok;
  }
  calls::ReportObject line = calls::change_object(change, branches, kSpelling);
  line.raw("operations", calls::json_list(operations, calls::operation_json, kSpelling));
  session.out.line(line.take());
  return Exit::ok;
}

Result<Exit> history(Session& session) {
  const Arguments& arguments = session.arguments;
  GS_TRY(const Storage storage, open_storage(session, Access::read));
  GS_TRY(const Id id, id_of(session, storage));
  GS_TRY(const std::vector<HistoryEntry> entries, storage.history(id, arguments.limit));
  if (entries.empty() && arguments.limit != 0) {
    return about_record(session, storage, Error(Code::not_found, ""));
  }
  for (const HistoryEntry& entry : entries) {
    if (!session.out.wanted()) break;
    if (arguments.json) {
      session.out.line(calls::entry_json(entry, kSpelling));
    } else {
      print_entry(entry, session.out);
    }
  }
  return Exit::ok;
}

}  // namespace gs::cli
