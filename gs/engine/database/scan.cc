#include "gs/engine/database/scan.h"

#include <algorithm>

namespace gs::engine {

ScanState::ScanState(std::shared_ptr<const Database> database, const Moment& moment,
                     const std::string& collection, const Id& from, std::uint64_t limit)
    : database_(std::move(database)), moment_(moment), left_(limit) {
  const state::Tables& tables = database_->tables();
  const auto add = [&](std::uint32_t number) {
    sources_.push_back({state::Cursor(moment_.version, moment_.at, number, from), Found()});
  };
  if (!collection.empty()) {
    const std::uint32_t number = tables.find_collection(record::collection_id(collection));
    if (number != state::kUnknown) add(number);
    return;
  }
  const auto count = static_cast<std::uint32_t>(tables.collection_count());
  for (std::uint32_t number = 0; number < count; ++number) add(number);
  if (sources_.size() == 1) return;
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    if (sources_[i].cursor.next(sources_[i].head)) heap_.push_back(i);
  }
  std::make_heap(heap_.begin(), heap_.end(),
                 [this](std::size_t a, std::size_t b) { return after(a, b); });
}

bool ScanState::next(Found& out) {
  if (left_ == 0 || sources_.empty()) return false;
  if (sources_.size() == 1) {
    if (!sources_.front().cursor.next(out)) return false;
    --left_;
    return true;
  }
  if (heap_.empty()) return false;
  const auto order = [this](std::size_t a, std::size_t b) { return after(a, b); };
  std::pop_heap(heap_.begin(), heap_.end(), order);
  Source& source = sources_[heap_.back()];
  out = source.head;
  if (source.cursor.next(source.head)) {
    std::push_heap(heap_.begin(), heap_.end(), order);
  } else {
    heap_.pop_back();
  }
  --left_;
  return true;
}

}  // namespace gs::engine
