#include "gs/engine/database/known_heads.h"

#include <algorithm>

namespace gs::engine {

Error missing_change(const Digest& change) {
  return Error(Code::not_found,
               "no change " + change.text() + " in this storage. See `gstore log`");
}

Result<std::vector<graph::ChangeNumber>> numbers_of_heads(const Version& version,
                                                          const KnownChanges& known) {
  std::vector<graph::ChangeNumber> numbers;
  for (const Digest& head : version.heads) {
    const auto number = known.find(head);
    if (!number) return missing_change(head);
    numbers.push_back(*number);
  }
  if (numbers.empty()) return Error(Code::invalid, "a version has at least one change");
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  return numbers;
}

Result<std::vector<graph::ChangeNumber>> numbers_of_changes(const std::set<Digest>& changes,
                                                            const KnownChanges& known) {
  std::vector<graph::ChangeNumber> numbers;
  for (const Digest& change : changes) {
    const auto number = known.find(change);
    if (!number) return missing_change(change);
    numbers.push_back(*number);
  }
  return numbers;
}

std::vector<Digest> digests_of(const KnownChanges& known,
                               std::span<const graph::ChangeNumber> numbers) {
  std::vector<Digest> digests;
  for (const graph::ChangeNumber number : numbers) digests.push_back(known.digest(number));
  std::sort(digests.begin(), digests.end());
  return digests;
}

std::vector<graph::ChangeNumber> heads_of_branch(const state::References& references,
                                                 const KnownChanges& known,
                                                 const graph::BranchId& branch) {
  std::vector<graph::ChangeNumber> heads = known.heads_of(branch);
  if (!heads.empty()) return heads;
  for (const auto& [name, reference] : references.all()) {
    if (reference.what != graph::Refers::branch || reference.id_of(name) != branch) continue;
    for (const Digest& head : reference.heads) {
      const auto number = known.find(head);
      if (number && known.counts(*number)) heads.push_back(*number);
    }
  }
  return known.graph().heads(heads);
}

}  // namespace gs::engine
