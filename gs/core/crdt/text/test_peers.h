// People with a copy of one text each, who send each other what they did.
#pragma once

#include <vector>

#include "gs/core/crdt/text/test_oracle.h"
#include "gs/core/crdt/text/text.h"

namespace gs::crdt::testing {

struct Sent {
  std::uint32_t writer = 0;  // number of test_writer
  Buffer payload{};
};

class Peer {
 public:
  explicit Peer(std::uint32_t number) : number_(number) {
    for (std::uint32_t i = 0; i < 16; ++i) table_.push_back(text.writer_number(test_writer(i)));
  }

  void insert(std::uint32_t pos, std::string_view what) {
    Error error = text.insert(table_[number_], pos, what);
    if (error) failed = std::move(error);
  }
  void erase(std::uint32_t pos, std::uint32_t count) {
    Error error = text.erase(table_[number_], pos, count);
    if (error) failed = std::move(error);
  }
  // What this peer did since the last time.
  std::vector<Sent> send() {
    std::vector<Sent> sent;
    while (sent_ < text.next_seq(table_[number_]).value()) {
      const auto parts = text.operation(
          table_[number_], sent_, [](std::uint32_t writer) { return writer; }, &sent_);
      sent.push_back({number_, encode_operation(parts.value())});
    }
    return sent;
  }
  Error receive(const Sent& sent, Changes* changes = nullptr) {
    return text.apply(sent.payload, table_[sent.writer], table_, changes);
  }
  std::uint32_t number_of(std::uint32_t writer) const { return table_[writer]; }
  const std::vector<std::uint32_t>& table() const { return table_; }

  Text text;
  Error failed;

 private:
  std::uint32_t number_;
  std::uint32_t sent_ = 0;
  std::vector<std::uint32_t> table_;  // local numbers; equal to the numbers of writers
};

// Everybody gets what everybody did since the last time.
inline Error exchange(std::vector<Peer>& peers) {
  std::vector<Sent> all;
  for (Peer& peer : peers) {
    if (peer.failed) return peer.failed.copy();
    for (Sent& sent : peer.send()) all.push_back(std::move(sent));
  }
  for (Peer& peer : peers) {
    for (const Sent& sent : all) GS_TRY_OK(peer.receive(sent));
  }
  return {};
}

inline std::vector<Peer> make_peers(std::uint32_t count) {
  std::vector<Peer> peers;
  for (std::uint32_t i = 0; i < count; ++i) peers.emplace_back(i);
  return peers;
}

}  // namespace gs::crdt::testing
