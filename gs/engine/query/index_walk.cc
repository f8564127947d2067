#include "gs/engine/query/index_walk.h"

#include <algorithm>

#include "gs/storage/index/pair.h"
#include "gs/storage/state/id_key.h"

namespace gs::engine {

using state::Met;

namespace {

Met met_of(const Found& found) noexcept {
  const auto* const exceptions = reinterpret_cast<const std::uint8_t*>(found.exceptions);
  return {&found.entry, found.record,
          exceptions == nullptr ? nullptr : exceptions - state::kImageHeadBytes};
}

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

std::span<const Met> IndexWalk::take() {
  std::array<Id, kBatch> ids;
  std::size_t count = 0;
  const state::Version& version = *context_.moment.version;
  while (count < kBatch && next_id(ids[count])) version.prefetch(ids[count++]);
  if (cursor_ && cursor_->is_cut_short()) {
    error_ = cursor_->damage();
    context_.db->forget_index(access_.index->digest, error_);
    return {};
  }
  if (error_) return {};
  for (std::size_t i = 0; i < count; ++i) {
    const auto lookup = version.find(ids[i], context_.moment.at, found_[i]);
    if (lookup == state::Version::Lookup::damaged) {
      error_ = context_.db->state_damage(version);
      return {};
    }
    if (lookup == state::Version::Lookup::none || found_[i].record == nullptr) {
      error_ = Error(Code::damaged, "the index " + access_.index->definition.text() +
                                        " names a record that is not there, " + ids[i].text());
      context_.db->forget_index(access_.index->digest, error_);
      return {};
    }
    met_[i] = met_of(found_[i]);
  }
  return {met_.data(), count};
}

}  // namespace gs::engine
