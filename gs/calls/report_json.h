// What is told of a storage as JSON: one printer for each thing, for calls and the command line
// (docs/CALLS.md, docs/COMMANDS.md). Pure, but for what asks a storage for names.
#pragma once

#include <functional>
#include <map>

#include "globalstorage/storage.h"
#include "gs/api/schema_json.h"
#include "gs/calls/report_object.h"

namespace gs::engine {
struct Doubt;
}  // namespace gs::engine

namespace gs::calls {

// ["hex","hex"]
std::string digests_json(const std::vector<Digest>& digests);
// ["text","text"]
std::string texts_json(const std::vector<std::string>& texts);

// --- record_json.cc ---
// {"id":..,"collection":..,"data": with "key" before it when the record has one: what comes before
// the record's content in a line that tells which record it is. A brace ends the line.
void append_record_head(const Record& record, std::string& out);
// The whole line.
void append_record_line(const Record& record, std::string& out);

// --- history_json.cc ---
// Of the branch of a change; nothing of main.
class BranchNames {
 public:
  static Result<BranchNames> of(const Storage& storage);
  std::string text(const ChangeInfo& change) const;

 private:
  std::map<Id, std::string> names_;
};
// All but its operations, which are their number in a log.
ReportObject change_object(const ChangeInfo& change, const BranchNames& branches,
                           Spelling spelling);
std::string operation_json(const OperationInfo& operation, Spelling spelling);
std::string entry_json(const HistoryEntry& entry, Spelling spelling);
std::string origin_json(const FieldOrigin& origin, Spelling spelling);

// --- difference_json.cc ---
const char* difference_word(RecordDifference::Kind kind) noexcept;  // "added", ..
const char* why_word(KeptWrite::Why why) noexcept;  // "written", "removed", "erased"
std::string difference_json(const RecordDifference& difference, Spelling spelling);
std::string reverted_json(const Reverted& reverted, Spelling spelling);

// --- merge_json.cc ---
std::string conflict_json(const Conflict& conflict, Spelling spelling);
// `records`: of a preview.
std::string merge_json(const MergeReport& report, bool is_preview,
                       const std::vector<RecordDifference>& records, Spelling spelling);

// --- name_json.cc ---
const char* kind_word(NamedVersion::Kind kind) noexcept;  // "tag", "branch"
std::string named_json(const NamedVersion& named, bool is_current,
                       const std::optional<Divergence>& apart, Spelling spelling);

// --- care_json.cc ---
ReportObject stats_object(const Storage& storage, const Stats& stats, Spelling spelling);
// What mends that which a section found; none: nothing is said about it.
using StepOf = std::function<std::string_view(const VerifySection& section)>;
std::string verify_json(const VerifyReport& report, Spelling spelling, const StepOf& step_of = {});
std::string recovery_json(const RecoveryReport& report, Spelling spelling);
std::string shallow_json(const ShallowReport& report, bool is_preview, Spelling spelling);
std::string digest_json(const StateDigest& state, Spelling spelling);
ReportObject proof_object(const ProofReport& report, Spelling spelling);
std::string erased_json(const Id& id, std::uint64_t payloads, Spelling spelling);
std::string compacted_json(const Stats& before, const Stats& after, Spelling spelling);

// --- exchange_json.cc ---
std::string twins_json(const TwinChanges& twins, Spelling spelling);
std::string bundle_json(const std::string& file, const BundleInfo& bundle, Spelling spelling);
// `schema`: of the one that came and is in force now.
std::string apply_json(const ApplyReport& report, const std::optional<SchemaOrigin>& schema,
                       Spelling spelling);

// --- schema_json.cc ---
using api::differences_json;
using api::risk_word;
std::string origin_json(const SchemaOrigin& origin, Spelling spelling);
std::string doubts_json(const std::vector<engine::Doubt>& doubts, Spelling spelling);
std::string applied_json(bool applied, const std::vector<SchemaDifference>& differences,
                         const std::vector<engine::Doubt>& doubts, Spelling spelling);

// --- place_json.cc ---
std::string mark_json(const TextMark& mark, Spelling spelling);
ReportObject node_object(const TreeNode& node, Spelling spelling);

}  // namespace gs::calls
