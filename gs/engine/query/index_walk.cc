#include "gs/engine/query/index_walk.h"

#include <algorithm>

#include "gs/storage/index/pair.h"
#include "gs/storage/state/id_key.h"

namespace gs::engine {

using state::Met;

namespace {

Met met_of(const Found& found) noexcept { return {&found.entry, found.record, found.image}; }

}  // namespace

IndexWalk::IndexWalk(const QueryContext& context, const Access& access, const Id& from)
    : context_(context), access_(access) {
  if (access.kind == Access::Kind::ordered) {
    start_order();
    return;
  }
  const auto first =
      std::lower_bound(access.ids.begin(), access.ids.end(), from,
                       [](const Id& a, const Id& b) { return state::id_less(a, b); });
  at_ = static_cast<std::size_t>(first - access.ids.begin());
  if (access.ids.size() > kBatch) return;
  for (const Id& id : access.ids) context.moment.version->prefetch_record(id, context.moment.at);
}

// Behind what a cursor has shown already, when its key is one of the index; else from the first.
void IndexWalk::start_order() {
  index::Range range =
      access_.keys.ranges.empty() ? index::Range{{0}, {0}} : access_.keys.ranges.front();
  const auto& after = context_.after;
  const bool is_plain = access_.keys.equal_fields == 0 && after && after->size() > sizeof(Id);
  if (is_plain) {
    Buffer key(after->begin(), after->end() - static_cast<std::ptrdiff_t>(sizeof(Id)));
    if (access_.backward) {
      record::invert_order(key, 0);
      key.push_back(0);  // of the same key all ids
      if (range.to.empty() || key < range.to) range.to = std::move(key);
    } else if (range.from < key) {
      range.from = std::move(key);
    }
  }
  cursor_.emplace(access_.tiers, context_.moment.at, std::move(range));
  if (access_.backward) cursor_->seek_end();
}

bool IndexWalk::next_id(Id& id) {
  if (access_.kind == Access::Kind::ordered) return next_in_order(id);
  if (at_ == access_.ids.size()) return false;
  id = access_.ids[at_++];
  return true;
}

bool IndexWalk::next_in_order(Id& id) {
  if (!access_.backward) {
    if (!cursor_->next()) return false;
    id = cursor_->id();
    return true;
  }
  if (at_ == group_.size() && !fill_group()) return false;
  id = group_[at_++];
  return true;
}

// Walked backward, ids of one key come in the wrong order.
bool IndexWalk::fill_group() {
  group_.clear();
  at_ = 0;
  if (!cursor_->previous()) return false;
  const Buffer key(cursor_->key().begin(), cursor_->key().end());
  do {
    group_.push_back(cursor_->id());
    if (group_.size() * sizeof(Id) > context_.bounds.sort_bytes) {
      error_ = Error(Code::too_large,
                     "query: sort: too many records have the same value to be put "
                     "in the order of ids");
      return false;
    }
    if (!cursor_->previous()) break;
    if (equal(cursor_->key(), key)) continue;
    cursor_->next();  // that one is of the next group
    break;
  } while (true);
  std::reverse(group_.begin(), group_.end());
  return true;
}

// What comes is asked for in three steps, a batch behind each other.
void IndexWalk::bring(std::uint64_t number) {
  const state::Version& version = *context_.moment.version;
  if (number < met_count_) version.prefetch(ahead(number));
  const auto is_there = [&](std::uint64_t behind) {
    return number >= behind && number - behind < met_count_;
  };
  if (is_there(kBatch)) version.prefetch_entry(ahead(number - kBatch));
  if (is_there(2 * kBatch)) {
    version.prefetch_record(ahead(number - 2 * kBatch), context_.moment.at);
  }
}

// One batch before the first row, as it may be all that is wanted; then ever further ahead.
void IndexWalk::fill() {
  const std::uint64_t to_meet = std::min<std::uint64_t>(taken_ + kAhead, kBatch + 2 * taken_);
  while (!is_at_end_ && met_count_ < std::max(to_meet, taken_ + kBatch)) {
    is_at_end_ = !next_id(ahead_[met_count_ % kAhead]);
    met_count_ += is_at_end_ ? 0 : 1;
  }
  const std::uint64_t to = met_count_ + (is_at_end_ ? 2 * kBatch : 0);
  if (!cursor_ && access_.ids.size() <= kBatch) return;  // which were asked for at once
  for (; brought_ < to; ++brought_) bring(brought_);
}

std::span<const Met> IndexWalk::take() {
  fill();
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(kBatch, met_count_ - taken_));
  if (count == 0 && !error_ && cursor_ && cursor_->is_cut_short()) {
    error_ = cursor_->damage();
    context_.db->forget_index(access_.index->digest, error_);
  }
  if (count == 0) return {};
  const state::Version& version = *context_.moment.version;
  for (std::size_t i = 0; i < count; ++i) {
    const Id& id = ahead(taken_++);
    const auto lookup = version.find(id, context_.moment.at, found_[i]);
    if (lookup == state::Version::Lookup::damaged) {
      error_ = context_.db->state_damage(version);
      end();
      return {};
    }
    if (lookup == state::Version::Lookup::none || found_[i].record == nullptr) {
      error_ = Error(Code::damaged, "the index " + access_.index->definition.text() +
                                        " names a record that is not there, " + id.text());
      context_.db->forget_index(access_.index->digest, error_);
      end();
      return {};
    }
    met_[i] = met_of(found_[i]);
  }
  return {met_.data(), count};
}

}  // namespace gs::engine
