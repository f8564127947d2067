#include "gs/core/crdt/text/test_history.h"

#include <algorithm>

#include "gs/core/crdt/text/measure.h"

namespace gs::crdt::testing {
namespace {

constexpr std::uint32_t kWritersOfTests = 64;
constexpr const char* kLetters[] = {
    "a", "b", "c", "d", "e", "f", "\n", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x99\x82"};

std::uint32_t number_of(const Writer& writer) { return writer.bytes[30] + 256u * writer.bytes[31]; }

}  // namespace

TestHistory::TestHistory(std::uint64_t seed, const HistoryShape& shape)
    : TestHistory(
          [random = std::mt19937_64(seed)](std::uint32_t bound) mutable {
            return static_cast<std::uint32_t>(random() % bound);
          },
          shape) {}

TestHistory::TestHistory(Choose choose, const HistoryShape& shape)
    : choose_(std::move(choose)), shape_(shape), copies_(shape.copies), next_seq_(shape.writers) {
  for (std::uint32_t step = 0; step < shape.steps; ++step) {
    const std::uint32_t copy = below(shape.copies);
    if (shape.roots && below(12) == 0) copies_[copy].clear();
    if (below(100) < shape.merge_percent || (step > 0 && !shape.roots && copies_[copy].empty())) {
      merge(copy, below(shape.copies));
    } else {
      edit(copy);
    }
  }
}

void TestHistory::merge(std::uint32_t copy, std::uint32_t from) {
  Oracle::Set& into = copies_[copy];
  const Oracle::Set& more = copies_[from];
  into.resize(std::max(into.size(), more.size()));
  for (std::size_t i = 0; i < more.size(); ++i) into[i] = into[i] || more[i];
}

void TestHistory::edit(std::uint32_t copy) {
  const std::uint32_t writer = copy % shape_.writers;
  Oracle::Set& set = copies_[copy];
  TestOperation operation{.writer = writer, .parents = oracle_.heads(set)};
  std::vector<int> parents = operation.parents;
  const std::uint32_t edits = 1 + below(shape_.edits_max);
  std::uint32_t pos = ~std::uint32_t{0};
  for (std::uint32_t i = 0; i < edits; ++i) {
    const std::uint32_t length = oracle_.length(set);
    const bool erase = length > 0 && below(100) < shape_.erase_percent;
    // Half of the time where the edit before was, so that runs of all kinds come about.
    if (pos > length || below(2) == 0) pos = below(length + 1);
    if (erase && pos > 0 && (pos == length || below(2) == 0)) --pos;
    OracleEvent event{test_writer(writer), next_seq_[writer]++, parents, !erase, pos, ""};
    if (!erase) event.unit = kLetters[below(std::size(kLetters))];
    const int index = oracle_.add(event);
    operation.events.push_back(index);
    parents = {index};
    set.resize(static_cast<std::size_t>(index) + 1);
    set[static_cast<std::size_t>(index)] = true;
    if (!erase && below(4) != 0) ++pos;
  }
  operations_.push_back(part_of(oracle_, operation, 0, operation.events.size()));
}

TestOperation part_of(const Oracle& oracle, const TestOperation& whole, std::size_t begin,
                      std::size_t end) {
  TestOperation part{.writer = whole.writer};
  part.events.assign(whole.events.begin() + static_cast<std::ptrdiff_t>(begin),
                     whole.events.begin() + static_cast<std::ptrdiff_t>(end));
  part.parents = begin == 0 ? whole.parents : std::vector<int>{whole.events[begin - 1]};
  const OracleEvent& first = oracle.event(part.events[0]);
  OperationParts parts{.first_seq = first.seq};
  for (const int index : part.parents) {
    const OracleEvent& parent = oracle.event(index);
    const bool own = parent.writer == first.writer && parent.seq < first.seq;
    parts.parents.push_back({own, own ? 0 : number_of(parent.writer), parent.seq});
  }
  std::string text;
  for (const int index : part.events) {
    const OracleEvent& event = oracle.event(index);
    parts.runs.push_back({event.insert ? Edit::insert : Edit::erase, event.pos, 1});
    text += event.unit;
  }
  parts.text = text;
  part.payload = encode_operation(parts);
  return part;
}

std::vector<TestOperation> TestHistory::shuffled(std::uint64_t seed) const {
  std::mt19937_64 random(seed);
  std::vector<TestOperation> waiting;
  for (const TestOperation& operation : operations_) {
    const std::size_t count = operation.events.size();
    const std::size_t cut = random() % 2 == 0 ? 0 : random() % count;
    if (cut > 0) waiting.push_back(part_of(oracle_, operation, 0, cut));
    waiting.push_back(part_of(oracle_, operation, cut, count));
  }
  std::shuffle(waiting.begin(), waiting.end(), random);
  std::vector<TestOperation> order;
  Oracle::Set known = oracle_.none();
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

Error apply(Text& text, const TestOperation& operation, Changes* changes) {
  // Local numbers in the order of first use; the table of the change names all.
  const std::uint32_t writer = text.writer_number(test_writer(operation.writer));
  std::vector<std::uint32_t> table;
  for (std::uint32_t i = 0; i < kWritersOfTests; ++i) {
    table.push_back(text.writer_number(test_writer(i)));
  }
  return text.apply(operation.payload, writer, table, changes);
}

std::vector<EventId> version_of(Text& text, const Oracle& oracle, const Oracle::Set& set) {
  std::vector<EventId> version;
  for (const int head : oracle.heads(set)) {
    const OracleEvent& event = oracle.event(head);
    version.push_back({text.writer_number(event.writer), event.seq});
  }
  return version;
}

std::string changed(const std::string& before, const Changes& changes) {
  std::string text = before;
  for (const Change& change : changes.list) {
    const std::size_t begin = bytes_of_points(text, change.pos);
    const std::size_t end = bytes_of_points(text, change.pos + change.deleted);
    text.replace(begin, end - begin, changes.inserted(change));
  }
  return text;
}

}  // namespace gs::crdt::testing
