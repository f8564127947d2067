#include "gs/engine/query/sorter.h"

#include <algorithm>

#include "gs/core/record/order_key.h"

namespace gs::engine {
namespace {

bool before(const RankedRow& a, const RankedRow& b) noexcept { return a.key < b.key; }

std::vector<const query::Path*> sort_paths(const std::vector<query::SortField>& fields) {
  std::vector<const query::Path*> paths;
  paths.reserve(fields.size());
  for (const query::SortField& field : fields) paths.push_back(&field.path);
  return paths;
}

}  // namespace

Error Sorter::check() const {
  if (bytes_ <= bytes_max_) return {};
  return Error(Code::too_large,
               "query: sort: " + std::to_string(rows_.size()) + " rows take more than " +
                   std::to_string(bytes_max_ >> 20) +
                   " MiB to sort. Give a limit, a filter that fewer records pass, or shorter sort "
                   "fields; without sort rows come in the order of ids in no memory");
}

Error Sorter::push(RankedRow row) {
  bytes_ += cost(row);
  rows_.push_back(std::move(row));
  if (keep_ != query::kNoLimit) std::push_heap(rows_.begin(), rows_.end(), before);
  return check();
}

Error Sorter::replace_worst(RankedRow row) {
  std::pop_heap(rows_.begin(), rows_.end(), before);
  bytes_ += cost(row) - cost(rows_.back());
  rows_.back() = std::move(row);
  std::push_heap(rows_.begin(), rows_.end(), before);
  return check();
}

std::vector<RankedRow> Sorter::take() {
  std::sort(rows_.begin(), rows_.end(), before);
  return std::move(rows_);
}

SortKeys::SortKeys(const std::vector<query::SortField>& fields)
    : fields_(fields), reader_(sort_paths(fields)) {}

Bytes SortKeys::of(const record::RecordView& record, const Id& id) {
  key_.clear();
  reader_.use(record.shape());
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    const std::size_t start = key_.size();
    record::append_order_key(reader_.get(i, record).value_or(record::ValueView{}), key_);
    if (fields_[i].descending) record::invert_order(key_, start);
  }
  key_.insert(key_.end(), id.bytes.begin(), id.bytes.end());
  return key_;
}

}  // namespace gs::engine
