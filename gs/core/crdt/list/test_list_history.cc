#include "gs/core/crdt/list/test_list_history.h"

#include <algorithm>

#include "gs/base/hex.h"

namespace gs::crdt::testing {

std::string list_value(std::string_view text) { return "\x06" + std::string(text); }

ListHistory::ListHistory(std::uint64_t seed, const ListShape& shape)
    : ListHistory(
          [random = std::mt19937_64(seed)](std::uint32_t bound) mutable {
            return static_cast<std::uint32_t>(random() % bound);
          },
          shape) {}

ListHistory::ListHistory(ListChoose choose, const ListShape& shape)
    : choose_(std::move(choose)), shape_(shape), copies_(shape.copies), next_seq_(shape.writers) {
  for (std::uint32_t step = 0; step < shape.steps; ++step) {
    const std::uint32_t copy = below(shape.copies);
    if (shape.roots && below(12) == 0) copies_[copy].clear();
    if (below(100) < shape.merge || (step > 0 && !shape.roots && copies_[copy].empty())) {
      merge(copy, below(shape.copies));
    } else {
      edit(copy);
    }
  }
}

void ListHistory::merge(std::uint32_t copy, std::uint32_t from) {
  ListOracle::Set& into = copies_[copy];
  const ListOracle::Set& more = copies_[from];
  into.resize(std::max(into.size(), more.size()));
  for (std::size_t i = 0; i < more.size(); ++i) into[i] = into[i] || more[i];
}

ListEdit ListHistory::choose_edit(std::uint32_t slots) {
  const std::uint32_t percent = below(100);
  if (slots == 0 || percent >= shape_.erase + shape_.move + shape_.set) return ListEdit::insert;
  if (percent < shape_.erase) return ListEdit::erase;
  return percent < shape_.erase + shape_.move ? ListEdit::move : ListEdit::set;
}

void ListHistory::edit(std::uint32_t copy) {
  ListOperation operation{.writer = copy % shape_.writers};
  ListOracle::Set& set = copies_[copy];
  operation.parents = oracle_.heads(set);
  for (const int parent : operation.parents) {
    operation.hlc = std::max(operation.hlc, oracle_.event(parent).hlc);
  }
  // Clocks of several writers often say the same.
  operation.hlc += 1 + below(2);
  std::vector<int> parents = operation.parents;
  const std::uint32_t edits = 1 + below(shape_.edits_max);
  std::uint32_t pos = ~std::uint32_t{0};
  for (std::uint32_t i = 0; i < edits; ++i) {
    const std::uint32_t slots = oracle_.slots(set);
    ListEvent event{list_writer(operation.writer), next_seq_[operation.writer], operation.hlc,
                    parents, choose_edit(slots)};
    // Half of the time where the edit before was, so that runs of all kinds come about.
    if (pos > slots || below(2) == 0) pos = below(slots + 1);
    const bool insert = event.edit == ListEdit::insert;
    if (!insert && pos > 0 && (pos == slots || below(2) == 0)) --pos;
    event.pos = pos;
    if (event.edit == ListEdit::move) event.to = below(slots);
    if (insert || event.edit == ListEdit::set) event.value = list_value(std::to_string(value_++));
    next_seq_[operation.writer] += event.edit == ListEdit::move ? 2 : 1;
    const int index = oracle_.add(event);
    operation.events.push_back(index);
    parents = {index};
    set.resize(static_cast<std::size_t>(index) + 1);
    set[static_cast<std::size_t>(index)] = true;
    if ((insert || event.edit == ListEdit::set) && below(4) != 0) ++pos;
  }
  operations_.push_back(part_of(oracle_, operation, 0, operation.events.size()));
}

ListOperation part_of(const ListOracle& oracle, const ListOperation& whole, std::size_t begin,
                      std::size_t end) {
  ListOperation part{.writer = whole.writer, .hlc = whole.hlc};
  part.events.assign(whole.events.begin() + static_cast<std::ptrdiff_t>(begin),
                     whole.events.begin() + static_cast<std::ptrdiff_t>(end));
  part.parents = begin == 0 ? whole.parents : std::vector<int>{whole.events[begin - 1]};
  part.first_seq = oracle.event(part.events[0]).seq;
  ListEditsWriter writer;
  for (const int index : part.events) {
    const ListEvent& event = oracle.event(index);
    writer.add({event.edit, event.pos, 1, event.to});
    if (!event.value.empty()) writer.add_value(as_bytes(event.value));
  }
  part.edits = writer.bytes();
  return part;
}

std::vector<ListOperation> ListHistory::shuffled(std::uint64_t seed) const {
  std::mt19937_64 random(seed);
  std::vector<ListOperation> waiting;
  for (const ListOperation& operation : operations_) {
    const std::size_t count = operation.events.size();
    const std::size_t cut = random() % 2 == 0 ? 0 : random() % count;
    if (cut > 0) waiting.push_back(part_of(oracle_, operation, 0, cut));
    waiting.push_back(part_of(oracle_, operation, cut, count));
    if (random() % 4 == 0) waiting.push_back(operation);
  }
  std::shuffle(waiting.begin(), waiting.end(), random);
  std::vector<ListOperation> order;
  ListOracle::Set known(static_cast<std::size_t>(oracle_.size()));
  while (!waiting.empty()) {
    const auto ready = std::find_if(waiting.begin(), waiting.end(), [&](const auto& operation) {
      return std::all_of(operation.parents.begin(), operation.parents.end(),
                         [&](int parent) { return known[static_cast<std::size_t>(parent)]; });
    });
    for (const int event : ready->events) known[static_cast<std::size_t>(event)] = true;
    order.push_back(*ready);
    waiting.erase(ready);
  }
  return order;
}

Error apply(List& list, const ListOracle& oracle, const ListOperation& operation) {
  std::vector<EventId> parents;
  for (const int parent : operation.parents) {
    const ListEvent& event = oracle.event(parent);
    const std::uint32_t last = event.seq + (event.edit == ListEdit::move ? 1 : 0);
    parents.push_back({list.writer_number(event.writer), last});
  }
  const std::uint32_t writer = list.writer_number(list_writer(operation.writer));
  return list.apply(operation.edits, {{writer, operation.first_seq}, operation.hlc, parents});
}

ListOracle::Values values_of(const List& list) {
  ListOracle::Values values;
  list.values([&](Bytes value) { values.emplace_back(as_text(value)); });
  return values;
}

std::string shown(const ListOracle::Values& values) {
  std::string text;
  for (const std::string& value : values) {
    if (!text.empty()) text += ' ';
    text += value[0] == '\x06' ? value.substr(1) : "0x" + to_hex(as_bytes(value));
  }
  return text;
}

bool sound(const List& list) {
  const Tracker* const tracker = list.history().tracker();
  return list.slots().tree().check() && (tracker == nullptr || tracker->tree().check()) &&
         list.slots().alive() == list.history().length();
}

}  // namespace gs::crdt::testing
