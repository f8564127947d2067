#include "gs/engine/database/scan.h"

#include <algorithm>

namespace gs::engine {

ScanState::ScanState(std::shared_ptr<const Database> database, const Moment& moment,
                     std::string_view collection, const Id& from, std::uint64_t limit)
    : database_(std::move(database)), moment_(moment), limit_(limit) {
  const state::Tables& tables = database_->tables();
  const auto add = [&](std::uint32_t number) {
    sources_.push_back(
        {state::Cursor(moment_.version, moment_.at, {number, from, limit}), nullptr});
  };
  if (!collection.empty()) {
    const std::uint32_t number = tables.find_collection(record::collection_id(collection));
    if (number != state::kUnknown) add(number);
  } else {
    const auto count = static_cast<std::uint32_t>(tables.collection_count());
    for (std::uint32_t number = 0; number < count; ++number) add(number);
  }
  start();
}

void ScanState::seek(const Id& from) {
  for (Source& source : sources_) source.cursor.seek(from);
  start();
}

Error ScanState::error() const {
  for (const Source& source : sources_) {
    if (source.cursor.is_cut_short()) return database_->state_damage(*moment_.version);
  }
  return {};
}

void ScanState::start() {
  if (sources_.size() == 1) return;
  left_ = limit_;
  is_given_ = false;
  heap_.clear();
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    sources_[i].head = sources_[i].cursor.next();
    if (sources_[i].head != nullptr) heap_.push_back(i);
    if (sources_[i].cursor.is_cut_short()) left_ = 0;
  }
  std::make_heap(heap_.begin(), heap_.end(),
                 [this](std::size_t a, std::size_t b) { return after(a, b); });
}

const state::Met* ScanState::next_merged() {
  if (left_ == 0) return nullptr;
  const auto order = [this](std::size_t a, std::size_t b) { return after(a, b); };
  if (is_given_) {
    // Only now may its cursor go on: what it gave had to stay valid until this call.
    std::pop_heap(heap_.begin(), heap_.end(), order);
    Source& given = sources_[heap_.back()];
    given.head = given.cursor.next();
    if (given.head != nullptr) {
      std::push_heap(heap_.begin(), heap_.end(), order);
    } else {
      heap_.pop_back();
      if (given.cursor.is_cut_short()) left_ = 0;  // the next id may be one that it hides
    }
  }
  is_given_ = !heap_.empty() && left_ != 0;
  if (!is_given_) return nullptr;
  --left_;
  return sources_[heap_.front()].head;
}

}  // namespace gs::engine
