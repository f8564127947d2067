// Goal: edits that a writer makes of what is shown, without the history, are those that the list
// itself makes; and of two lists one becomes the other, by moves where something only went
// elsewhere.
#include <gtest/gtest.h>

#include <random>

#include "gs/base/test_share.h"
#include "gs/core/crdt/list/list_difference.h"
#include "gs/core/crdt/list/list_outline.h"
#include "gs/core/crdt/list/test_list_peers.h"

namespace gs::crdt {
namespace {

using testing::list_value;
using testing::ListPeer;

// Some edit of whatever takes edits.
template <typename Target>
Error edit_somewhere(Target& target, std::uint32_t length, std::mt19937_64 random) {
  const auto below = [&](std::uint32_t count) {
    return static_cast<std::uint32_t>(random() % count);
  };
  const std::string value = list_value(std::to_string(below(1000)));
  const std::uint32_t what = length == 0 ? 0 : below(5);
  if (what <= 1) return target.insert(below(length + 1), as_bytes(value));
  if (what == 2) return target.set(below(length), as_bytes(value));
  if (what == 3) {
    const std::uint32_t pos = below(length);
    return target.erase(pos, 1 + below(std::min(3u, length - pos)));
  }
  return target.move(below(length), below(length));
}

// The edits of a list as calls without its draft.
struct Drafting {
  List& list;
  ListDraft draft;
  Error insert(std::uint32_t pos, Bytes value) { return list.insert(draft, pos, value); }
  Error erase(std::uint32_t pos, std::uint32_t count) { return list.erase(draft, pos, count); }
  Error move(std::uint32_t from, std::uint32_t to) { return list.move(draft, from, to); }
  Error set(std::uint32_t pos, Bytes value) { return list.set(draft, pos, value); }
};

TEST(ListOutline, SaysWhatTheListSays) {
  for (std::uint64_t seed = 1; seed <= 200 / gs::testing::kSanitizedShare; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    auto peers = testing::make_list_peers(3);
    for (std::uint64_t hlc = 1; hlc < 12; ++hlc) {
      for (ListPeer& peer : peers) {
        peer.edit(hlc, [&](ListDraft& draft) {
          const ListOutline before(peer.list);
          EXPECT_EQ(before.length(), peer.list.length());
          ListOutline outline(peer.list);
          Drafting drafting{peer.list, std::move(draft)};
          for (int left = 3; left > 0; --left) {
            const std::mt19937_64 same(random());
            GS_TRY_OK(edit_somewhere(outline, outline.length(), same));
            GS_TRY_OK(edit_somewhere(drafting, peer.list.length(), same));
          }
          EXPECT_EQ(outline.edits(), drafting.draft.edits());
          EXPECT_EQ(outline.length(), peer.list.length());
          draft = std::move(drafting.draft);
          return Error();
        });
      }
      if (hlc % 3 == 0) ASSERT_FALSE(testing::exchange(peers));
      if (HasFailure()) return;
    }
  }
}

TEST(ListOutline, RefusesWhatIsNotThereAndStaysAsItWas) {
  ListOutline outline(2);
  const std::string value = list_value("x");
  EXPECT_EQ(outline.insert(3, as_bytes(value)).code(), Code::invalid);
  EXPECT_EQ(outline.erase(1, 2).code(), Code::invalid);
  EXPECT_EQ(outline.erase(3, 0).code(), Code::invalid);
  EXPECT_EQ(outline.move(0, 2).code(), Code::invalid);
  EXPECT_EQ(outline.move(2, 0).code(), Code::invalid);
  EXPECT_EQ(outline.set(2, as_bytes(value)).code(), Code::invalid);
  EXPECT_EQ(outline.insert(0, {}).code(), Code::invalid) << "no value";
  EXPECT_TRUE(outline.empty());
  EXPECT_EQ(outline.length(), 2u);
}

TEST(ListOutline, HasALimitOfBytes) {
  ListOutline outline(0);
  const std::string value = list_value(std::string(std::size_t{5} << 20, 'x'));
  for (int i = 0; i < 3; ++i) ASSERT_FALSE(outline.insert(0, as_bytes(value)));
  EXPECT_EQ(outline.insert(0, as_bytes(value)).code(), Code::too_large);
  EXPECT_EQ(outline.length(), 3u);
  EXPECT_TRUE(ListEditsView::parse(outline.edits()).ok());
}

TEST(ListDifference, MakesAnyListOfAnyOther) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 2000 / gs::testing::kSanitizedShare; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    std::vector<std::string> texts[2];
    for (auto& one : texts) {
      for (std::uint64_t left = random() % 12; left > 0; --left) {
        one.push_back(list_value(std::to_string(random() % 9)));
      }
    }
    std::vector<Bytes> had;
    std::vector<Bytes> wants;
    for (const auto& one : texts[0]) had.push_back(as_bytes(one));
    for (const auto& one : texts[1]) wants.push_back(as_bytes(one));
    ListPeer peer(0);
    peer.edit(1, [&](ListDraft& draft) {
      for (std::uint32_t i = 0; i < had.size(); ++i) {
        GS_TRY_OK(peer.list.insert(draft, i, had[i]));
      }
      return Error();
    });
    ListOutline outline(peer.list);
    ASSERT_FALSE(edit_to(outline, had, wants));
    if (!outline.empty()) {
      const EventId first{1, 0};
      const std::vector<EventId> parents = peer.list.version();
      ASSERT_FALSE(peer.list.apply(outline.edits(), {first, 2, parents}));
    }
    EXPECT_EQ(testing::values_of(peer.list), texts[1]);
    if (HasFailure()) return;
  }
}

TEST(ListDifference, OfManyChangesIsOnePiece) {
  std::vector<std::string> texts[2];
  for (int i = 0; i < 2000; ++i) {
    texts[0].push_back(list_value("a" + std::to_string(i)));
    texts[1].push_back(list_value("b" + std::to_string(i)));
  }
  std::vector<Bytes> from;
  std::vector<Bytes> to;
  for (const auto& one : texts[0]) from.push_back(as_bytes(one));
  for (const auto& one : texts[1]) to.push_back(as_bytes(one));
  ListOutline outline(2000);
  ASSERT_FALSE(edit_to(outline, from, to));
  const Buffer edits = outline.edits();
  const auto view = ListEditsView::parse(edits);
  ASSERT_TRUE(view.ok());
  auto reader = view->runs();
  std::vector<ListRun> runs;
  for (ListRun run; reader.next(run);) runs.push_back(run);
  EXPECT_EQ(runs,
            (std::vector<ListRun>{{ListEdit::erase, 0, 2000, 0}, {ListEdit::insert, 0, 2000, 0}}));
}

}  // namespace
}  // namespace gs::crdt
