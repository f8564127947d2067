// What a text names: a version of the storage, by the digest of a change or its beginning, a tag or
// a branch, a time, or `now`. No text can be two of these (gs/core/graph/version_name.h).
//
// The version of a time is the largest one of the branch that is checked out in which no change is
// later: of the changes of the state, those that are not later and follow none that is. Whoever
// gets older changes of others afterwards has another version of that time; what a tag or a digest
// means never changes.

#include <algorithm>

#include "gs/base/dates.h"
#include "gs/core/graph/version_name.h"
#include "gs/engine/database/database.h"
#include "gs/engine/database/known_heads.h"
#include "gs/engine/database/version_names.h"

namespace gs::engine {

namespace {

// The heads of the changes that are not later than `time_ms`.
Version version_until(std::uint64_t time_ms, const KnownChanges& known, const Ancestors& changes) {
  const graph::CausalGraph& graph = known.graph();
  std::vector<bool> is_in(known.size());
  std::vector<bool> is_followed(known.size());
  for (graph::ChangeNumber number = 0; number < known.size(); ++number) {
    const std::vector<graph::ChangeNumber> parents = graph.parents_of(number);
    is_in[number] = changes.have(number) && id::hlc_ms(known.hlc(number)) <= time_ms &&
                    std::all_of(parents.begin(), parents.end(),
                                [&](graph::ChangeNumber parent) { return is_in[parent]; });
    if (!is_in[number]) continue;
    for (const graph::ChangeNumber parent : parents) is_followed[parent] = true;
  }
  Version version;
  for (graph::ChangeNumber number = 0; number < known.size(); ++number) {
    if (is_in[number] && !is_followed[number]) version.heads.push_back(known.digest(number));
  }
  std::sort(version.heads.begin(), version.heads.end());
  return version;
}

}  // namespace

// A version by each kind of text that names one.
class Database::VersionFinding {
 public:
  explicit VersionFinding(Database& db) noexcept : db_(db) {}

  Result<Version> version_by_digest(std::string_view text);
  Result<Version> version_by_time(std::string_view text);
  Result<Version> version_by_name(std::string_view text);

 private:
  Database& db_;
};

Result<Version> Database::VersionFinding::version_by_digest(std::string_view text) {
  GS_TRY(const Digest change, db_.find_change(text));
  bool is_here = false;
  const auto look = [&](const Settled&, const KnownChanges& known) -> Error {
    is_here = known.find(change).has_value();
    return {};
  };
  GS_TRY(const Settled settled, db_.settle_known(look));
  if (!is_here) return db_.no_change(settled, missing_change(change));
  return Version(change);
}

Result<Version> Database::VersionFinding::version_by_time(std::string_view text) {
  const auto time_ms = parse_date(text);
  if (!time_ms) {
    return Error(Code::invalid, "'" + std::string(text.substr(0, graph::kNameBytesMax)) +
                                    "' is no time. Write it as " + std::string(kDateForms));
  }
  Version version;
  std::uint64_t first_ms = 0;
  const auto look = [&](const Settled& settled, const KnownChanges& known) -> Error {
    if (known.size() != 0) first_ms = id::hlc_ms(known.hlc(0));
    if (*time_ms < 0) return {};
    GS_TRY(const auto heads, numbers_of_heads(Version(settled.frontier), known));
    const Ancestors changes(known.graph(), heads);
    version = version_until(static_cast<std::uint64_t>(*time_ms), known, changes);
    return {};
  };
  GS_TRY([[maybe_unused]] const Settled settled, db_.settle_known(look));
  if (!version.heads.empty()) return version;
  return Error(Code::not_found, "there was nothing yet at " + date_text(*time_ms) +
                                    ": the storage began at " +
                                    date_text(static_cast<std::int64_t>(first_ms)));
}

Result<Version> Database::VersionFinding::version_by_name(std::string_view text) {
  std::optional<graph::BranchId> branch;
  if (text == graph::kMainName) branch.emplace();
  if (!branch) {
    const std::lock_guard lock(db_.commit_mutex_);
    if (db_.closed_) return Error(Code::closed, "the storage is closed. Open it again");
    const state::Reference* const found = db_.applier_.references().find(text);
    if (found == nullptr)
      return unknown_version(text.substr(0, graph::kNameBytesMax), db_.applier_.references());
    if (found->what == graph::Refers::tag) return Version(found->heads);
    branch = found->id_of(text);
  }
  Version version;
  const auto tell = [&](const Settled& settled, const KnownChanges& known) -> Error {
    version.heads = digests_of(known, heads_of_branch(*settled.references, known, *branch));
    return {};
  };
  GS_TRY([[maybe_unused]] const Settled settled, db_.settle_known(tell));
  return version;
}

Result<Divergence> Database::divergence(const Version& version, const Version& other) {
  Divergence apart;
  const auto ask = [&](const Settled&, const KnownChanges& known) -> Error {
    GS_TRY(const auto here, numbers_of_heads(version, known));
    GS_TRY(const auto there, numbers_of_heads(other, known));
    const graph::CausalGraph::Difference rest = known.graph().diff(here, there);
    apart = {known.writing_count(rest.only_a), known.writing_count(rest.only_b)};
    return {};
  };
  GS_TRY([[maybe_unused]] const Settled settled, settle_known(ask));
  return apart;
}

Result<Version> Database::find_version(std::string_view text) {
  if (text == graph::kNowName) {
    GS_TRY(Settled settled, settle());
    return Version(std::move(settled.frontier));
  }
  VersionFinding finding(*this);
  if (graph::looks_like_digest(text)) return finding.version_by_digest(text);
  if (graph::looks_like_time(text)) return finding.version_by_time(text);
  return finding.version_by_name(text);
}

}  // namespace gs::engine
