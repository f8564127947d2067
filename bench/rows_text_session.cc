// A recorded session of two people, as two replicas of a storage: each types into a text of a
// record what its person typed, with what it had heard of the other by then, carried over as a
// file.
//
//   text-session   26,078 transactions, 2,446 files; what it costs all in all
//
// In the end both hear everything: the text has to be the published one, and the digests equal.
#include <algorithm>
#include <array>
#include <deque>
#include <filesystem>
#include <optional>

#include "bench/bench.h"
#include "bench/need.h"
#include "globalstorage/storage.h"
#include "gs/core/crdt/text/test_trace.h"

namespace gs::bench {
namespace {

using crdt::testing::Trace;

constexpr std::size_t kPeople = 2;
constexpr const char* kSessionField = "text";

// How many transactions of each person a transaction knows, itself included.
using KnownCounts = std::array<std::uint32_t, kPeople>;

std::vector<KnownCounts> known_counts(const Trace& trace) {
  std::vector<KnownCounts> all;
  KnownCounts done{};
  for (const crdt::testing::Transaction& one : trace.transactions) {
    KnownCounts known{};
    for (const std::uint32_t parent : one.parents) {
      for (std::size_t i = 0; i < kPeople; ++i) known[i] = std::max(known[i], all[parent][i]);
    }
    known[one.agent] = ++done[one.agent];
    all.push_back(known);
  }
  return all;
}

// One person's replica, and what waits to be heard by the other.
struct Replica {
  std::optional<Storage> storage;
  std::vector<std::uint32_t>
      wanted;  // counts of its transactions that the other has to hear, ascending
  std::size_t next_wanted = 0;
  std::uint32_t done = 0;
  std::deque<std::pair<std::uint32_t, std::string>> files;
  std::vector<Digest> told;  // heads in the last file
};

class RecordedSession {
 public:
  RecordedSession(const Trace& trace, const std::string& directory)
      : trace_(trace), known_(known_counts(trace)), directory_(directory) {
    Options options;
    options.durability = Durability::lazy;
    replicas_[0].storage.emplace(need(Storage::open_or_create(directory + "/0", options), "open"));
    id_ = need(replicas_[0].storage->insert("Note", "{\"text\":\"\"}"), "insert");
    need(replicas_[0].storage->sync(), "sync");
    need(Storage::clone(directory + "/0", directory + "/1"), "clone");
    replicas_[1].storage.emplace(need(Storage::open(directory + "/1", options), "open"));
    for (Replica& one : replicas_) one.told = need(one.storage->heads(), "heads");
    KnownCounts heard{};
    for (std::size_t i = 0; i < known_.size(); ++i) {
      const std::uint32_t other = 1 - trace.transactions[i].agent;
      if (known_[i][other] == heard[other]) continue;
      heard[other] = known_[i][other];
      replicas_[other].wanted.push_back(heard[other]);
    }
  }

  void play() {
    for (std::size_t i = 0; i < known_.size(); ++i) {
      const crdt::testing::Transaction& one = trace_.transactions[i];
      hear(one.agent, known_[i][1 - one.agent]);
      type(replicas_[one.agent], one);
      tell(one.agent);
    }
  }

  // Everything, both ways.
  void end() {
    for (const std::uint32_t agent : {0u, 1u}) make_file(agent);
    for (const std::uint32_t agent : {0u, 1u}) hear(agent, ~std::uint32_t{0});
    const Digest digest = need(replicas_[0].storage->digest(), "digest").digest;
    if (digest != need(replicas_[1].storage->digest(), "digest").digest) {
      fail("text-session: replicas with equal changes differ");
    }
    for (const Replica& one : replicas_) {
      const Record note = need(one.storage->get(id_), "get");
      if (!trace_.end.empty() && note.find(kSessionField)->text() != trace_.end) {
        fail("text-session: the text is not the published one");
      }
    }
  }

 private:
  void type(Replica& replica, const crdt::testing::Transaction& typed) {
    auto transaction = replica.storage->begin();
    for (const auto& patch : typed.patches) {
      need(transaction.splice(id_, kSessionField, patch.pos, patch.deleted, patch.inserted),
           "splice");
    }
    need(transaction.commit(), "commit");
    ++replica.done;
  }

  void tell(std::uint32_t agent) {
    Replica& replica = replicas_[agent];
    if (replica.next_wanted == replica.wanted.size()) return;
    if (replica.done != replica.wanted[replica.next_wanted]) return;
    ++replica.next_wanted;
    make_file(agent);
  }
  void make_file(std::uint32_t agent) {
    Replica& replica = replicas_[agent];
    const std::string file =
        directory_ + '/' + std::to_string(agent) + '-' + std::to_string(replica.done) + ".gsb";
    need(replica.storage->create_bundle(file, replica.told), "create_bundle");
    replica.told = need(replica.storage->heads(), "heads");
    replica.files.emplace_back(replica.done, file);
  }

  // Up to this count of the other's transactions.
  void hear(std::uint32_t agent, std::uint32_t count) {
    auto& files = replicas_[1 - agent].files;
    while (!files.empty() && files.front().first <= count) {
      need(replicas_[agent].storage->apply_bundle(files.front().second), "apply_bundle");
      std::filesystem::remove(files.front().second);
      files.pop_front();
    }
  }

  const Trace& trace_;
  std::vector<KnownCounts> known_;
  std::string directory_;
  std::array<Replica, kPeople> replicas_;
  Id id_;
};

}  // namespace

void run_text_session(Bench& bench) {
  Trace trace = crdt::testing::read_trace("friendsforever");
  const std::uint64_t edits = bench.arguments().records;
  if (edits < trace.transactions.size()) {
    trace.transactions.resize(edits);
    trace.end.clear();  // nobody knows
  }
  Samples samples;
  for (std::uint64_t round = 0; round < bench.arguments().rounds; ++round) {
    RecordedSession session(trace, bench.fresh("text-session"));
    samples.add(kOurs, measure([&] { session.play(); }));
    session.end();
  }
  const auto count = static_cast<double>(trace.transactions.size());
  bench.report().add(rate_line("text-session", kOurs, samples, count, {}));
  if (!trace.end.empty()) {
    bench.report().note("text-session: both replicas end with the published text, digests equal");
  }
}

}  // namespace gs::bench
