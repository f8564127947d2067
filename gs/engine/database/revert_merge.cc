// Whoever wants to revert a merge is told what to revert instead: a merge wrote nothing itself, and
// what it brought is of several writers.

#include <algorithm>

#include "gs/engine/database/database.h"
#include "gs/engine/database/reverting.h"

namespace gs::engine {

namespace {

constexpr std::size_t kDigitsShown = 12;
constexpr std::size_t kChangesShownMax = 8;

Error no_merge(const Digest& change, const std::vector<Digest>& brought) {
  const auto short_of = [](const Digest& one) { return one.text().substr(0, kDigitsShown); };
  std::string text = "change " + short_of(change) +
                     " is a merge, which wrote nothing itself. Revert the changes that it brought "
                     "one by one, the newest one first";
  if (brought.empty()) text += ": `gstore log` lists them before it";
  for (std::size_t i = 0; i < brought.size() && i < kChangesShownMax; ++i) {
    text += (i == 0 ? ": " : ", ") + short_of(brought[i]);
  }
  if (brought.size() > kChangesShownMax) {
    text += " and " + std::to_string(brought.size() - kChangesShownMax) + " more";
  }
  return Error(Code::invalid, text);
}

}  // namespace

// With no operation that says so it is none.
Error Database::Reverting::check_no_merge(const Digest& change) {
  std::optional<graph::ChangeNumber> number;
  std::vector<Stretch> own;
  const auto find = [&](const Settled&, const KnownChanges& known) -> Error {
    number = known.find(change);
    if (number && *number >= known.cut()) own.push_back({{*number, *number}, known.place(*number)});
    return {};
  };
  GS_TRY(const Settled settled, db_.settle_known(find));
  std::optional<graph::Merge> merge;
  const auto look = [&](graph::ChangeNumber, log::Location,
                        const graph::ChangeView& view) -> Error {
    auto cursor = view.operations();
    for (graph::OperationView operation; cursor.next(operation);) {
      if (operation.kind != static_cast<std::uint8_t>(graph::Kind::merge)) continue;
      GS_TRY(merge, graph::parse_merge(operation.payload));
    }
    return {};
  };
  GS_TRY_OK(db_.each_in(settled, own, look));
  if (!merge) return {};
  std::vector<Digest> brought;
  const auto ask = [&](const Settled&, const KnownChanges& known) -> Error {
    brought = brought_by(known, *number, *merge);
    return {};
  };
  GS_TRY([[maybe_unused]] const Settled now, db_.settle_known(ask));
  return no_merge(change, brought);
}

// The changes that only the merged heads have, the newest ones first. None when all that was there
// is in them, as then nothing tells what that was.
std::vector<Digest> Database::Reverting::brought_by(const KnownChanges& known,
                                                    graph::ChangeNumber change,
                                                    const graph::Merge& merge) {
  std::vector<graph::ChangeNumber> merged;
  for (const Digest& head : merge.heads) {
    if (const auto number = known.find(head)) merged.push_back(*number);
  }
  std::vector<graph::ChangeNumber> before;
  for (const graph::ChangeNumber parent : known.graph().parents_of(change)) {
    const bool is_merged = std::find(merged.begin(), merged.end(), parent) != merged.end();
    if (!is_merged) before.push_back(parent);
  }
  std::vector<Digest> brought;
  if (before.empty()) return brought;
  for (const graph::ChangeRange& range : known.graph().diff(merged, before).only_a) {
    for (graph::ChangeNumber i = 0; i <= range.last - range.first; ++i) {
      brought.push_back(known.digest(range.first + i));
    }
  }
  std::reverse(brought.begin(), brought.end());
  return brought;
}

}  // namespace gs::engine
