#include "gs/core/merge/made_values.h"

#include <algorithm>

#include "gs/core/merge/edited_tree.h"

namespace gs::merge {

bool MadeValues::Loaded::is_part_of(Rule other_rule, std::string_view other,
                                    const EditsLog& log) const {
  if (rule != other_rule || made->size() > log.size() || value != other) return false;
  const Bytes all = log.operations();
  const bool is_prefix = operations.size() <= all.size() &&
                         std::equal(operations.begin(), operations.end(), all.begin());
  return is_prefix && writers.size() <= log.writers().size() &&
         std::equal(writers.begin(), writers.end(), log.writers().begin(),
                    [](std::uint32_t number, const auto& one) { return number == one.number; });
}

// Which log this is of, now that all of it is done.
void MadeValues::Loaded::note(const EditsLog& log) {
  const Bytes all = log.operations();
  operations.insert(operations.end(), all.begin() + static_cast<std::ptrdiff_t>(operations.size()),
                    all.end());
  for (std::size_t i = writers.size(); i < log.writers().size(); ++i) {
    writers.push_back(log.writers()[i].number);
  }
}

// All that is in the log was done before, when it was added to it.
MadeValues::Loaded& MadeValues::load(Rule rule, std::string_view value, const EditsLog& log,
                                     const EditedValue::Next* next) {
  // What was drafted and did not come is no part of any log.
  std::erase_if(kept_, [&](const auto& one) { return !one->made->may_take(next); });
  const auto found = std::find_if(kept_.begin(), kept_.end(), [&](const auto& one) {
    return one->is_part_of(rule, value, log);
  });
  std::unique_ptr<Loaded> loaded;
  if (found != kept_.end()) {
    loaded = std::move(*found);
    kept_.erase(found);
  } else {
    loaded = std::make_unique<Loaded>(rule, value);
  }
  EditsLog::Cursor cursor(log);
  EditsLog::Operation operation;
  for (std::size_t i = 0; cursor.next(operation); ++i) {
    if (i < loaded->made->size()) continue;
    const LocalStamp& stamp = operation.stamp;
    if (loaded->made->add(order_.key(stamp.writer), stamp.hlc, operation.parents, operation.edits))
      break;
  }
  loaded->note(log);
  kept_.push_front(std::move(loaded));
  keep_few();
  return *kept_.front();
}

void MadeValues::keep_few() {
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < kept_.size(); ++i) {
    bytes += kept_[i]->made->memory_bytes() + kept_[i]->operations.size() + kept_[i]->value.size();
    if (i == 0 || (i < kKeptMax && bytes <= kKeptBytesMax)) continue;
    kept_.resize(i);
  }
}

std::string MadeValues::made(Rule rule, std::string_view value, const EditsLog& log) {
  return load(rule, value, log).made->shown();
}

bool MadeValues::append(Rule rule, std::string_view value, EditsLog& log, const LocalStamp& stamp,
                        std::span<const std::uint32_t> parents, Bytes edits) {
  const EditedValue::Next next{order_.key(stamp.writer), stamp.hlc, parents, edits};
  Loaded& loaded = load(rule, value, log, &next);
  if (loaded.made->size() != log.size() || loaded.made->add(next.writer, next.hlc, parents, edits))
    return false;
  log.append(stamp, parents, edits);
  loaded.note(log);
  return true;
}

crdt::ListOutline MadeValues::outline(std::string_view value, const EditsLog& log) {
  const EditedValue& made = *load(Rule::list, value, log).made;
  return crdt::ListOutline(static_cast<const EditedList&>(made).list());
}

Result<Buffer> MadeValues::draft(std::string_view value, const EditsLog& log,
                                 const LocalStamp& stamp, const TreeEdits& edits) {
  auto& made = static_cast<EditedTree&>(*load(Rule::tree, value, log).made);
  auto drafted = made.draft({stamp.hlc, order_.key(stamp.writer)}, edits);
  // A tree that took some of the edits, or an operation without any, is as no log says.
  if (!drafted.ok() || drafted->empty()) kept_.pop_front();
  return drafted;
}

}  // namespace gs::merge
