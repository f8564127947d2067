// Walks the pairs of a run, block after block, and puts their keys together.

#include "gs/storage/index/source.h"

namespace gs::index {

RunSource::RunSource(const Run& run) : run_(&run), key_(new std::uint8_t[run.key_bytes_max()]) {}

void RunSource::cut(std::uint64_t at) noexcept {
  run_->note_damage(at);
  done_ = true;
  cut_short_ = true;
}

// What the keys of a block share is copied once.
void RunSource::enter(const Block& block) noexcept {
  block_ = block;
  const Bytes prefix = block_.prefix();
  if (!prefix.empty()) std::memcpy(key_.get(), prefix.data(), prefix.size());
}

bool RunSource::descend(const Pair* to) noexcept {
  cut_short_ = false;
  done_ = true;
  if (run_->pair_count() == 0) return false;
  Block block;
  if (!run_->find(to, block)) {
    cut_short_ = true;
    return false;
  }
  enter(block);
  return true;
}

void RunSource::seek(const Pair& from) noexcept {
  if (!descend(&from)) return;
  index_ = block_.lower(from);
  if (index_ < block_.count()) return stand();
  --index_;  // of the first pair of the next block
  forward();
}

void RunSource::seek_end() noexcept {
  if (descend(nullptr)) index_ = block_.count();
}

void RunSource::next() noexcept {
  if (is_walkable()) forward();
}

void RunSource::previous() noexcept {
  if (is_walkable()) back();
}

// Nothing was found damaged, and there is something.
bool RunSource::is_walkable() const noexcept { return !cut_short_ && run_->pair_count() != 0; }

void RunSource::forward() noexcept {
  if (++index_ < block_.count()) return stand();
  index_ = block_.count();
  Block behind;
  if (!turn(run_->next(block_, behind))) return;
  enter(behind);
  index_ = 0;
  stand();
}

void RunSource::back() noexcept {
  if (--index_ >= 0) return stand();
  index_ = -1;
  Block before;
  if (!turn(run_->previous(block_, before))) return;
  enter(before);
  index_ = std::int64_t{before.count()} - 1;
  stand();
}

bool RunSource::turn(Run::Step step) noexcept {
  done_ = true;
  cut_short_ = step == Run::Step::damaged;
  return step == Run::Step::block;
}

void RunSource::stand() noexcept {
  const auto place = static_cast<std::uint32_t>(index_);
  const Bytes suffix = block_.suffix(place);
  const std::size_t shared = block_.prefix().size();
  if (!block_.has_suffix(place) || shared + suffix.size() > run_->key_bytes_max()) {
    return cut(block_.at());
  }
  if (!suffix.empty()) std::memcpy(key_.get() + shared, suffix.data(), suffix.size());
  const Bytes key(key_.get(), shared + suffix.size());
  pair_ = {key_prefix(key), key, &block_.id(place)};
  removed_ = block_.is_removed(place);
  done_ = false;
}

bool RunSource::begins_behind(Bytes key) const noexcept {
  Block first;
  if (run_->pair_count() == 0 || !run_->read(kRunHeaderBytes, 0, first)) return false;
  const Bytes prefix = first.prefix();
  const Bytes suffix = first.suffix(0);
  const std::size_t shared = std::min(prefix.size(), key.size());
  const int order = compare_keys(prefix.first(shared), key.first(shared));
  if (order != 0 || shared == key.size()) return order >= 0;
  return compare_keys(suffix, key.subspan(shared)) >= 0;
}

std::uint64_t RunSource::count_added(const Pair* to) noexcept {
  if (done_) return 0;
  Block last;
  if (!run_->find(to, last)) {
    cut(block_.at());
    return 0;
  }
  const std::uint32_t end = to == nullptr ? last.count() : last.lower(*to);
  auto from = static_cast<std::uint32_t>(index_);
  if (last.at() == block_.at()) return from < end ? block_.count_added(from, end) : 0;
  std::uint64_t count = 0;
  // Of whole blocks the heads say it.
  for (; block_.at() < last.at(); from = 0) {
    count += from == 0 ? block_.count() - block_.head().removed
                       : block_.count_added(from, block_.count());
    Block behind;
    if (!turn(run_->next(block_, behind))) return count;
    block_ = behind;
  }
  return count + last.count_added(0, end);
}

}  // namespace gs::index
