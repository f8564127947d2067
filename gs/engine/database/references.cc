// Names of versions: tags and branches. A name is an operation in the log, and the table of names
// (state/references.h) is a function of all of these.
//
// A change that names a version waits until its heads are here: so whoever has the name has its
// version. On which branch it was written makes no difference.

#include <algorithm>

#include "gs/base/nearest.h"
#include "gs/core/graph/version_name.h"
#include "gs/engine/database/commit_scratch.h"
#include "gs/engine/database/known_heads.h"
#include "gs/engine/database/open_change.h"
#include "gs/engine/database/receiving.h"
#include "gs/engine/database/version_names.h"

namespace gs::engine {

using graph::Refers;

namespace {

Refers refers_of(NamedVersion::Kind kind) noexcept {
  return kind == NamedVersion::Kind::tag ? Refers::tag : Refers::branch;
}

const char* word_of(Refers what) noexcept { return what == Refers::tag ? "tag" : "branch"; }

Error other_kind(std::string_view name, Refers what) {
  const std::string word = word_of(what);
  const std::string other = word_of(what == Refers::tag ? Refers::branch : Refers::tag);
  return Error(Code::invalid, "'" + std::string(name) + "' is a " + word + ", not a " + other +
                                  ". `gstore " + word +
                                  "` moves, renames and deletes it; or use another name");
}

Error main_stays() {
  return Error(Code::invalid,
               "'main' is the branch that each storage begins with, and is not moved, renamed or "
               "deleted. To go on from another version, begin a branch there (`gstore checkout -b "
               "NAME VERSION`)");
}

// "Did you mean 'draft'? "; empty when nothing is near.
std::string meant(std::string_view name, const state::References& references, bool only_branches) {
  std::vector<std::string> known{std::string(graph::kMainName)};
  for (const auto& [one, reference] : references.all()) {
    const bool may_be = only_branches ? reference.what == Refers::branch : reference.is_there();
    if (may_be) known.push_back(one);
  }
  const auto near = nearest(name, known);
  return near ? "Did you mean '" + *near + "'? " : "";
}

// What a version is called that is no branch; empty: the text can be a branch.
std::string version_word(std::string_view text, const state::Reference* reference) {
  if (reference != nullptr && reference->what == Refers::tag) return "a tag";
  if (graph::looks_like_digest(text)) return "the digest of a change";
  if (graph::looks_like_time(text)) return "a time";
  return text == graph::kNowName ? "what is here" : "";
}

Error name_exists(std::string_view name, Refers what) {
  const std::string word = word_of(what);
  return Error(Code::exists, "there is a " + word + " '" + std::string(name) +
                                 "' already. Use another name, or move it (`gstore " + word +
                                 " --move " + std::string(name) + "`)");
}

}  // namespace

Result<std::vector<NamedVersion>> Database::references() {
  std::vector<NamedVersion> all;
  const auto tell = [&](const Settled& settled, const KnownChanges& known) -> Error {
    for (const auto& [name, reference] : settled.references->all()) {
      if (!reference.is_there()) continue;
      const bool is_tag = reference.what == Refers::tag;
      all.push_back({name,
                     is_tag ? NamedVersion::Kind::tag : NamedVersion::Kind::branch,
                     reference.heads,
                     reference.writer,
                     id::hlc_ms(reference.hlc),
                     {}});
      if (is_tag) continue;
      all.back().branch = reference.id_of(name);
      const auto heads = heads_of_branch(*settled.references, known, reference.id_of(name));
      all.back().heads = digests_of(known, heads);
    }
    return {};
  };
  GS_TRY([[maybe_unused]] const Settled settled, settle_known(tell));
  for (NamedVersion& one : all) one.writer = writer_of_chain(one.writer);
  return all;
}

Error unknown_version(std::string_view name, const state::References& references) {
  return Error(Code::not_found,
               "no version is called '" + std::string(name) + "'. " +
                   meant(name, references, false) +
                   "`gstore tag` and `gstore branch` list the names, `gstore log` the changes");
}

Error no_branch(std::string_view text, const state::References& references) {
  const std::string name(text.substr(0, graph::kNameBytesMax));
  const std::string word = version_word(text, references.find(text));
  if (!word.empty()) {
    return Error(Code::invalid, "'" + name + "' is " + word +
                                    ": it names a version, not a branch. Begin a branch there "
                                    "(`gstore checkout -b NAME " +
                                    name + "`), or look at it from here (`gstore find --at " +
                                    name + "`)");
  }
  const bool can_begin = graph::check_version_name(text).ok();
  return Error(Code::not_found,
               "no branch is called '" + name + "'. " + meant(text, references, true) +
                   (can_begin ? "`gstore checkout -b " + name + "` begins it, " : "") +
                   "`gstore branch` lists what there is");
}

// How names are written. With the commit lock, but write_references().
class Database::NameWriting {
 public:
  explicit NameWriting(Database& db) noexcept : db_(db) {}

  // `make`: with the commit lock, when what was committed before is in closed changes.
  using MakeReferences = std::function<Result<std::vector<graph::Reference>>()>;
  Error write_references(const MakeReferences& make);
  Error check_named(NamedVersion::Kind kind, std::string_view name) const;
  Error check_not_current(std::string_view name) const;
  Result<std::vector<Digest>> heads_to_name(const std::optional<Version>& version);
  graph::BranchId new_branch_id(std::string_view name) const;

 private:
  Result<Sequence> append_references(std::span<const graph::Reference> references);

  Database& db_;
};

Error Database::NameWriting::check_named(NamedVersion::Kind kind, std::string_view name) const {
  if (name == graph::kMainName) return main_stays();
  const state::Reference* const found = db_.applier_.references().find(name);
  if (found == nullptr) return unknown_version(name, db_.applier_.references());
  return found->what == refers_of(kind) ? Error() : other_kind(name, found->what);
}

// Ascending, and all of them here. Nothing to do for what is there now.
Result<std::vector<Digest>> Database::NameWriting::heads_to_name(
    const std::optional<Version>& version) {
  std::vector<Digest> heads = version ? version->heads : db_.frontier();
  std::sort(heads.begin(), heads.end());
  heads.erase(std::unique(heads.begin(), heads.end()), heads.end());
  if (heads.empty()) return Error(Code::invalid, "a version has at least one change");
  if (heads.size() > graph::kParentsMax) {
    return Error(Code::too_large, "a version of " + std::to_string(heads.size()) +
                                      " changes that do not come before each other; names have at "
                                      "most 1,024. Write something, which joins them");
  }
  if (!version) return heads;
  if (!db_.known_) return Error(Code::conflict, "the log was written anew meanwhile. Try again");
  for (const Digest& head : heads) {
    if (!db_.known_->find(head)) return missing_change(head);
  }
  return heads;
}

// All or none, as one transaction.
Result<Sequence> Database::NameWriting::append_references(
    std::span<const graph::Reference> references) {
  std::vector<Buffer> payloads;
  std::size_t bytes = 0;
  std::size_t room = 0;
  for (const graph::Reference& reference : references) {
    GS_TRY_OK(db_.applier_.references().check_room(reference, room));
    room += state::References::bytes_of(reference);
    payloads.push_back(graph::encode_reference(reference));
    bytes += graph::ChangeBuilder::cost(payloads.back().size());
  }
  GS_TRY_OK(OpenChange(db_).join_heads());
  const graph::Hlc hlc = db_.next_hlc();
  GS_TRY_OK(OpenChange(db_).ensure_room({bytes, 0, 0}, hlc));
  for (std::size_t i = 0; i < payloads.size(); ++i) {
    const std::uint8_t flags = i + 1 == payloads.size() ? graph::kLastOfTransaction : 0;
    const auto appended = db_.builder_.append(static_cast<std::uint8_t>(graph::Kind::reference),
                                              flags, nullptr, nullptr, hlc, payloads[i].size());
    std::memcpy(appended.payload, payloads[i].data(), payloads[i].size());
    GS_TRY_OK(db_.applier_.put_reference(references[i], hlc, db_.chain_));
  }
  const Sequence sequence = db_.visible_.load(std::memory_order_relaxed) + 1;
  db_.make_visible(sequence, hlc, payloads.size());
  return sequence;
}

// `make`: with the commit lock, when what was committed before is in closed changes.
Error Database::NameWriting::write_references(const MakeReferences& make) {
  GS_TRY_OK(db_.throttle());
  Sequence sequence = 0;
  {
    const std::lock_guard lock(db_.commit_mutex_);
    GS_TRY_OK(db_.writable());
    if (db_.builder_.is_open()) GS_TRY_OK(db_.close_change());
    GS_TRY(const std::vector<graph::Reference> references, make());
    GS_TRY(sequence, append_references(references));
  }
  db_.watchers_.wake();
  db_.start_background();
  return db_.wait(sequence);
}

Error Database::name_version(NamedVersion::Kind kind, std::string_view name,
                             const std::optional<Version>& version, Naming naming) {
  if (naming == Naming::move && name == graph::kMainName) return main_stays();
  GS_TRY_OK(graph::check_version_name(name));
  if (version) GS_TRY_OK(know_changes());  // of what is there now nothing has to be looked up
  NameWriting writing(*this);
  return writing.write_references([&]() -> Result<std::vector<graph::Reference>> {
    const state::Reference* const found = applier_.references().find(name);
    if (naming == Naming::create && found != nullptr) return name_exists(name, found->what);
    if (naming == Naming::move) GS_TRY_OK(writing.check_named(kind, name));
    GS_TRY(std::vector<Digest> heads, writing.heads_to_name(version));
    graph::Reference made{refers_of(kind), name, std::move(heads)};
    if (kind == NamedVersion::Kind::branch) {
      if (found != nullptr) GS_TRY_OK(writing.check_not_current(name));
      made.branch = writing.new_branch_id(name);
    }
    return std::vector{std::move(made)};
  });
}

// Zero where the name gives it: two replicas that begin a branch of one name begin the same one.
// But a name that was used before must not bring back what was written on its branch then.
graph::BranchId Database::NameWriting::new_branch_id(std::string_view name) const {
  if (db_.applier_.references().all().count(name) == 0) return {};
  graph::BranchId branch;
  db_.env_.random->fill(branch.bytes);
  return branch;
}

Error Database::NameWriting::check_not_current(std::string_view name) const {
  GS_TRY(const graph::BranchId branch, db_.branch_by_name(name));
  if (branch != db_.branch_ || db_.branch_.is_zero()) return {};
  return Error(Code::invalid, "branch '" + std::string(name) +
                                  "' is checked out. Check out another one first (`gstore checkout "
                                  "main`)");
}

Error Database::rename_version(NamedVersion::Kind kind, std::string_view from,
                               std::string_view to) {
  GS_TRY_OK(graph::check_version_name(to));
  NameWriting writing(*this);
  return writing.write_references([&]() -> Result<std::vector<graph::Reference>> {
    GS_TRY_OK(writing.check_named(kind, from));
    const state::Reference* const other = applier_.references().find(to);
    if (other != nullptr) return name_exists(to, other->what);
    const state::Reference& had = *applier_.references().find(from);
    graph::Reference renamed{refers_of(kind), to, had.heads};
    if (kind == NamedVersion::Kind::branch && had.id_of(from) != graph::branch_id(to)) {
      renamed.branch = had.id_of(from);
    }
    return std::vector{std::move(renamed), graph::Reference{Refers::removed, from, {}}};
  });
}

Error Database::remove_version_name(NamedVersion::Kind kind, std::string_view name) {
  NameWriting writing(*this);
  return writing.write_references([&]() -> Result<std::vector<graph::Reference>> {
    GS_TRY_OK(writing.check_named(kind, name));
    if (kind == NamedVersion::Kind::branch) GS_TRY_OK(writing.check_not_current(name));
    return std::vector{graph::Reference{Refers::removed, name, {}}};
  });
}

// With the commit lock, after its parents are known to be here. `missing`: a head that is not.
Error Database::Receiving::check_references(const graph::ChangeView& change,
                                            Digest& missing) const {
  std::size_t bytes = 0;
  auto cursor = change.operations();
  for (graph::OperationView operation; cursor.next(operation);) {
    if (operation.kind != static_cast<std::uint8_t>(graph::Kind::reference)) continue;
    GS_TRY(const graph::Reference reference, graph::parse_reference(operation.payload));
    for (const Digest& head : reference.heads) {
      if (!db_.known_->find(head)) missing = head;
    }
    GS_TRY_OK(db_.applier_.references().check_room(reference, bytes));
    bytes += state::References::bytes_of(reference);
  }
  return {};
}

// What it says to have merged its parents lead to.
Error Database::Receiving::check_merges(const graph::ChangeView& change) const {
  auto cursor = change.operations();
  for (graph::OperationView operation; cursor.next(operation);) {
    if (operation.kind != static_cast<std::uint8_t>(graph::Kind::merge)) continue;
    GS_TRY(const graph::Merge merge, graph::parse_merge(operation.payload));
    const std::vector<graph::ChangeNumber> parents = db_.parents_of(change);
    for (const Digest& head : merge.heads) {
      const auto number = db_.known_->find(head);
      if (number && db_.known_->graph().is_ancestor(*number, graph::CausalGraph::Changes(parents)))
        continue;
      return Error(Code::invalid, "operation " + std::to_string(cursor.index()) +
                                      ": it merges change " + head.text() +
                                      ", which does not come before it");
    }
  }
  return {};
}

}  // namespace gs::engine
