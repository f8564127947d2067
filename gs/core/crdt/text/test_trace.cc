#include "gs/core/crdt/text/test_trace.h"

#include <fstream>
#include <iterator>

#include "gs/base/check.h"
#include "gs/core/crdt/text/measure.h"
#include "gs/core/record/json.h"

namespace gs::crdt::testing {
namespace {

const Value& member(const Value& value, std::string_view name) {
  static const Value none;
  const Object* const object = value.get<Object>();
  GS_CHECK(object != nullptr);
  for (const Member& entry : *object) {
    if (entry.first == name) return entry.second;
  }
  return none;
}

const Array& elements(const Value& value) {
  static const Array none;
  const Array* const array = value.get<Array>();
  return array == nullptr ? none : *array;
}

std::uint32_t number(const Value& value) {
  if (const double* const found = value.get<double>()) return static_cast<std::uint32_t>(*found);
  return 0;
}

Transaction transaction_of(const Value& value) {
  Transaction transaction{.agent = number(member(value, "agent"))};
  for (const Value& parent : elements(member(value, "parents"))) {
    transaction.parents.push_back(number(parent));
  }
  for (const Value& patch : elements(member(value, "patches"))) {
    const Array& parts = elements(patch);
    transaction.patches.push_back(
        {number(parts[0]), number(parts[1]), *parts[2].get<std::string>()});
  }
  return transaction;
}

}  // namespace

Trace read_trace(const std::string& name) {
  std::ifstream file(std::string(GS_TRACES) + "/" + name + ".json", std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto json = record::parse_json(text);
  GS_CHECK(json.ok());
  Trace trace;
  trace.end = *member(*json, "endContent").get<std::string>();
  trace.agents = std::max(number(member(*json, "numAgents")), std::uint32_t{1});
  for (const Value& entry : elements(member(*json, "txns"))) {
    trace.transactions.push_back(transaction_of(entry));
  }
  return trace;
}

std::vector<TraceOperation> operations_of(const Trace& trace) {
  std::vector<TraceOperation> operations;
  std::vector<std::uint32_t> next(trace.agents);
  std::vector<std::uint32_t> last;  // seq, of each transaction
  for (const Transaction& transaction : trace.transactions) {
    OperationParts parts{.first_seq = next[transaction.agent]};
    for (const std::uint32_t parent : transaction.parents) {
      const std::uint32_t agent = trace.transactions[parent].agent;
      const bool own = agent == transaction.agent;
      parts.parents.push_back({own, own ? 0 : agent, last[parent]});
    }
    std::string text;
    for (const Patch& patch : transaction.patches) {
      const std::uint32_t points = measure(patch.inserted).points;
      if (patch.deleted > 0) parts.runs.push_back({Edit::erase, patch.pos, patch.deleted});
      if (points > 0) parts.runs.push_back({Edit::insert, patch.pos, points});
      text += patch.inserted;
      next[transaction.agent] += patch.deleted + points;
    }
    last.push_back(next[transaction.agent] - 1);
    if (parts.runs.empty()) continue;  // the last one of some traces, which only merges
    parts.text = text;
    operations.push_back({transaction.agent, transaction.parents, encode_operation(parts)});
  }
  return operations;
}

void edit(Text& text, std::uint32_t writer, const Transaction& transaction) {
  for (const Patch& patch : transaction.patches) {
    GS_CHECK(text.erase(writer, patch.pos, patch.deleted).ok());
    GS_CHECK(text.insert(writer, patch.pos, patch.inserted).ok());
  }
}

}  // namespace gs::crdt::testing
