// Recorded editing sessions (tests/data/traces, which the build unpacks) as edits of our own.
#pragma once

#include <string>
#include <vector>

#include "gs/core/crdt/text/text.h"

namespace gs::crdt::testing {

struct Patch {
  std::uint32_t pos = 0;
  std::uint32_t deleted = 0;
  std::string inserted{};
};

struct Transaction {
  std::uint32_t agent = 0;
  std::vector<std::uint32_t> parents{};  // indexes of transactions
  std::vector<Patch> patches{};
};

struct Trace {
  std::string end{};
  std::uint32_t agents = 1;
  std::vector<Transaction> transactions{};  // without parents in a trace of one agent
};

// Stops the program when the file is not there or has another form.
Trace read_trace(const std::string& name);

// A transaction as it goes over the wire; its table of writers are the agents, by number.
struct TraceOperation {
  std::uint32_t agent = 0;
  std::vector<std::uint32_t> parents{};
  Buffer payload{};
};
std::vector<TraceOperation> operations_of(const Trace& trace);

// Does the patches of one transaction as edits of `writer`.
void edit(Text& text, std::uint32_t writer, const Transaction& transaction);

}  // namespace gs::crdt::testing
