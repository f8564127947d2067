// People with a copy of one list each, who send each other what they did.
#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "gs/core/crdt/list/test_list_history.h"

namespace gs::crdt::testing {

struct SentList {
  std::uint32_t writer = 0;  // number of list_writer, as in `parents`
  std::uint32_t first_seq = 0;
  std::uint64_t hlc = 0;
  std::vector<EventId> parents{};
  Buffer edits{};
};

// All know the writers by the same numbers.
class ListPeer {
 public:
  explicit ListPeer(std::uint32_t number) : number_(number) {
    for (std::uint32_t i = 0; i < 16; ++i) list.writer_number(list_writer(i));
  }

  // Edits of one operation, with this stamp.
  template <typename Edits>
  void edit(std::uint64_t hlc, Edits edits) {
    auto draft = list.begin(number_, hlc);
    Error error = draft.ok() ? edits(*draft) : draft.error().copy();
    if (error) failed = std::move(error);
    if (!draft.ok() || draft->empty()) return;
    sent_.push_back({number_, draft->first().seq, hlc, draft->parents(), draft->edits()});
  }
  void insert(std::uint64_t hlc, std::uint32_t pos, std::string_view text) {
    edit(hlc,
         [&](ListDraft& draft) { return list.insert(draft, pos, as_bytes(list_value(text))); });
  }
  void erase(std::uint64_t hlc, std::uint32_t pos, std::uint32_t count = 1) {
    edit(hlc, [&](ListDraft& draft) { return list.erase(draft, pos, count); });
  }
  void move(std::uint64_t hlc, std::uint32_t from, std::uint32_t to) {
    edit(hlc, [&](ListDraft& draft) { return list.move(draft, from, to); });
  }
  void set(std::uint64_t hlc, std::uint32_t pos, std::string_view text) {
    edit(hlc, [&](ListDraft& draft) { return list.set(draft, pos, as_bytes(list_value(text))); });
  }

  // What this peer did since the last time.
  std::vector<SentList> send() { return std::exchange(sent_, {}); }
  Error receive(const SentList& sent) {
    return list.apply(sent.edits, {{sent.writer, sent.first_seq}, sent.hlc, sent.parents});
  }
  std::string text() const { return shown(values_of(list)); }

  List list;
  Error failed;

 private:
  std::uint32_t number_;
  std::vector<SentList> sent_;
};

inline std::vector<ListPeer> make_list_peers(std::uint32_t count) {
  std::vector<ListPeer> peers;
  for (std::uint32_t i = 0; i < count; ++i) peers.emplace_back(i);
  return peers;
}

// Everybody gets what everybody did since the last time, the first ones first or last.
inline Error exchange(std::vector<ListPeer>& peers, bool backwards = false) {
  std::vector<std::vector<SentList>> all;
  for (ListPeer& peer : peers) {
    if (peer.failed) return peer.failed.copy();
    all.push_back(peer.send());
  }
  if (backwards) std::reverse(all.begin(), all.end());
  for (ListPeer& peer : peers) {
    for (const auto& operations : all) {
      for (const SentList& sent : operations) GS_TRY_OK(peer.receive(sent));
    }
  }
  return {};
}

}  // namespace gs::crdt::testing
