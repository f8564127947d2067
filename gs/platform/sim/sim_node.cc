#include "gs/platform/sim/sim_node.h"

#include <algorithm>
#include <utility>

#include "gs/base/check.h"

namespace gs::platform {

Error SimNode::write(std::uint64_t offset, Bytes bytes) {
  if (bytes.empty()) return {};
  const std::uint64_t before = content_.size();
  Bytes old;
  if (offset < before) {
    const auto at = static_cast<std::size_t>(offset);
    old = content_.bytes().subspan(at, std::min(bytes.size(), content_.bytes().size() - at));
  }
  const std::size_t journal = journal_.size();
  const std::size_t old_bytes = old.size();
  note({offset, journal, old_bytes, bytes.size(), before, 0}, old, bytes);
  if (Error error = content_.write(offset, bytes)) {
    changes_.pop_back();
    journal_.resize(journal);
    return error;
  }
  changes_.back().size_after = content_.size();
  return {};
}

Error SimNode::resize(std::uint64_t bytes) {
  const std::uint64_t before = content_.size();
  if (bytes == before) return {};
  Bytes cut;
  if (bytes < before) cut = content_.bytes().subspan(static_cast<std::size_t>(bytes));
  const std::size_t journal = journal_.size();
  const std::size_t cut_bytes = cut.size();
  note({bytes, journal, cut_bytes, 0, before, bytes}, cut, {});
  if (Error error = content_.resize(bytes)) {
    changes_.pop_back();
    journal_.resize(journal);
    return error;
  }
  return {};
}

Error SimNode::rot(std::uint64_t offset, std::uint8_t mask) {
  std::uint8_t byte = 0;
  if (content_.read(offset, {&byte, 1}) == 0) {
    return Error(Code::invalid, "no byte at " + std::to_string(offset) + " to damage");
  }
  byte ^= mask;
  if (disk_ && offset < disk_->size()) (*disk_)[static_cast<std::size_t>(offset)] ^= mask;
  return content_.write(offset, {&byte, 1});
}

void SimNode::sync() noexcept {
  if (disk_) {
    for (const Change& change : changes_) {
      const Bytes bytes =
          Bytes(journal_).subspan(change.journal + change.old_bytes, change.new_bytes);
      const std::uint64_t end =
          change.new_bytes == 0 ? change.size_after : change.offset + bytes.size();
      if (change.new_bytes == 0 || end > disk_->size())
        disk_->resize(static_cast<std::size_t>(end));
      std::copy(
          bytes.begin(), bytes.end(),
          disk_->begin() + static_cast<std::ptrdiff_t>(change.new_bytes == 0 ? 0 : change.offset));
    }
    if (equal(*disk_, content_.bytes())) disk_.reset();
  }
  changes_.clear();
  journal_.clear();
}

void SimNode::note(Change change, Bytes old_bytes, Bytes new_bytes) {
  journal_.insert(journal_.end(), old_bytes.begin(), old_bytes.end());
  journal_.insert(journal_.end(), new_bytes.begin(), new_bytes.end());
  changes_.push_back(change);
}

void SimNode::undo_all() {
  for (auto change = changes_.rbegin(); change != changes_.rend(); ++change) {
    const Bytes old = Bytes(journal_).subspan(change->journal, change->old_bytes);
    // Within memory that the file had before, so neither can fail.
    const Error resized = content_.resize(change->size_before);
    const Error written = content_.write(change->offset, old);
    GS_CHECK(resized.ok() && written.ok());
  }
}

void SimNode::forget_unsynced() {
  undo_all();
  if (!disk_) return;
  GS_CHECK(content_.resize(disk_->size()).ok() && content_.write(0, *disk_).ok());
  disk_.reset();
}

void SimNode::crash(const Faults& faults, SeededRandom& random, SimLosses& losses) {
  forget_unsynced();
  if (changes_.empty()) return;
  const std::size_t count = changes_.size();
  // All, none, or some of the changes of size have arrived; the ends are what programs meet most.
  const std::uint64_t draw = random.below(3);
  const std::size_t arrived = draw == 0 ? count : draw == 1 ? 0 : random.below(count + 1);
  const std::uint64_t size = arrived == 0 ? content_.size() : changes_[arrived - 1].size_after;

  // A write from before a cut that has arrived must not come back beyond it.
  std::vector<std::uint64_t> limits(count, size);
  std::uint64_t limit = size;
  for (std::size_t i = arrived; i-- > 0;) {
    limits[i] = limit;
    if (changes_[i].new_bytes == 0) limit = std::min(limit, changes_[i].size_after);
  }
  if (limit < content_.size()) GS_CHECK(content_.resize(limit).ok());
  GS_CHECK(content_.resize(size).ok());

  std::vector<std::size_t> order(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t j = random.below(i + 1);
    order[i] = order[j];
    order[j] = i;
  }
  for (const std::size_t i : order) {
    if (changes_[i].new_bytes > 0) redo(changes_[i], limits[i], faults, random, losses);
  }
  sync();
}

void SimNode::redo(const Change& change, std::uint64_t limit, const Faults& faults,
                   SeededRandom& random, SimLosses& losses) {
  Bytes bytes = Bytes(journal_).subspan(change.journal + change.old_bytes, change.new_bytes);
  const std::uint64_t room = limit > change.offset ? limit - change.offset : 0;
  bytes = bytes.first(static_cast<std::size_t>(std::min<std::uint64_t>(room, bytes.size())));
  const std::uint64_t fate = random.below(1000);
  if (fate < faults.write_kept) {
    GS_CHECK(content_.write(change.offset, bytes).ok());
    ++losses.writes_kept;
  } else if (fate < faults.write_kept + faults.write_dropped) {
    ++losses.writes_dropped;
  } else {
    redo_sectors(change, bytes, faults, random, losses);
    ++losses.writes_torn;
  }
}

void SimNode::redo_sectors(const Change& change, Bytes bytes, const Faults& faults,
                           SeededRandom& random, SimLosses& losses) {
  std::uint64_t offset = change.offset;
  std::uint8_t noise[kSectorBytes];
  while (!bytes.empty()) {
    const std::uint64_t in_sector = kSectorBytes - offset % kSectorBytes;
    const std::size_t part =
        std::min<std::size_t>(static_cast<std::size_t>(in_sector), bytes.size());
    if (random.chance(500)) {
      GS_CHECK(content_.write(offset, bytes.first(part)).ok());
    } else if (random.chance(faults.sector_garbage)) {
      random.fill(noise);
      spoil(offset, bytes.first(part), noise);
      ++losses.sectors_garbage;
    }
    offset += part;
    bytes = bytes.subspan(part);
  }
}

// Only bytes that the write was to change.
void SimNode::spoil(std::uint64_t offset, Bytes bytes, const std::uint8_t* noise) {
  std::uint8_t there[kSectorBytes] = {};
  const std::size_t known = content_.read(offset, {there, bytes.size()});
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i >= known || there[i] != bytes[i]) there[i] = noise[i];
  }
  GS_CHECK(content_.write(offset, {there, bytes.size()}).ok());
}

void SimNode::lose_some(const Faults& faults, SeededRandom& random, SimLosses& losses) {
  const Bytes now = content_.bytes();
  const Buffer seen(now.begin(), now.end());
  crash(faults, random, losses);
  std::optional<Buffer> disk;
  if (random.chance(faults.lost_is_seen))
    disk.emplace(content_.bytes().begin(), content_.bytes().end());
  GS_CHECK(resize(seen.size()).ok());
  if (!disk) return;
  GS_CHECK(content_.write(0, seen).ok());
  disk_ = std::move(disk);
  ++losses.syncs_unseen;
}

}  // namespace gs::platform
