// Changes for others.

#include "gs/engine/database/database.h"

namespace gs::engine {

namespace {

Error below_cut(const Base& base) {
  const Digest& head = base.statement().heads.front();
  return Error(Code::dropped,
               "the other side lacks changes that were dropped here: this storage is shallow, and "
               "its history begins at " +
                   head.text() +
                   ". Take them from a replica that has all of it, or begin anew there with a "
                   "clone of this one");
}

}  // namespace

std::vector<Digest> Database::heads() {
  const std::lock_guard lock(commit_mutex_);
  return {log_heads_.begin(), log_heads_.end()};
}

Error Database::check_known(std::span<const Digest> changes) {
  if (changes.empty()) return {};
  GS_TRY_OK(know_changes());
  for (const Digest& change : changes) {
    if (!is_known(change))
      return Error(Code::not_found, "change " + change.text() + " is not here");
  }
  return {};
}

Error Database::changes_since(std::span<const Digest> since, const TakeChange& take) {
  GS_TRY(const Settled settled, settle());
  GS_TRY_OK(make_certain());
  GS_TRY_OK(know_changes());
  std::vector<bool> had;  // by number: the other has it
  {
    const std::lock_guard lock(commit_mutex_);
    if (!known_) return Error(Code::conflict, "the log changed meanwhile. Try again");
    std::vector<graph::ChangeNumber> theirs;
    std::vector<graph::ChangeNumber> ours;
    for (const Digest& one : since) {
      if (const auto number = known_->find(one)) theirs.push_back(*number);
    }
    for (const Digest& one : settled.log_heads) {
      if (const auto number = known_->find(one)) ours.push_back(*number);
    }
    had.assign(known_->size(), true);
    const bool is_below = settled.base != nullptr;
    for (const graph::ChangeRange& range : known_->graph().diff(ours, theirs).only_a) {
      if (is_below && range.first < settled.base->changes()) return below_cut(*settled.base);
      std::fill(had.begin() + range.first, had.begin() + range.last + 1, false);
    }
  }
  std::size_t number = 0;  // the order of the log is that of numbers, and parents come first in it
  return each_change(settled, [&](log::Location, Bytes change, bool& stop) -> Error {
    stop = number + 1 >= had.size();
    return had[number++] ? Error() : take(change);
  });
}

}  // namespace gs::engine
