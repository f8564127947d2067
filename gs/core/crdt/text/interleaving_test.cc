// Goal: the cases by which other orders of concurrent insertions are known to mix what people type
// end as those people want them, whoever is who and in whatever order edits come.
// Method: the examples of the papers, told again as small stories, each with every order of writers
// and of deliveries. Source: Kleppmann et al., "Interleaving anomalies in collaborative text
// editors", 2019; Weidner and Kleppmann, "The Art of the Fugue", 2023.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>

#include "gs/core/crdt/text/test_peers.h"

namespace gs::crdt {
namespace {

using testing::Peer;
using testing::Sent;

// Three people in one story. Who of them has the smaller name decides between equals.
class Cast {
 public:
  explicit Cast(const std::array<std::uint32_t, 3>& numbers) {
    for (const std::uint32_t number : numbers) peers_.emplace_back(number);
  }

  Peer& operator[](std::size_t who) { return peers_[who]; }

  // One sends, some receive.
  void give(std::size_t from, std::initializer_list<std::size_t> to) {
    for (const Sent& sent : peers_[from].send()) {
      for (const std::size_t one : to) ASSERT_FALSE(peers_[one].receive(sent));
      all_.push_back(sent);
    }
  }
  // Everybody gets everything, those of `last` behind all others.
  void meet(std::size_t last) {
    for (std::size_t i = 1; i <= peers_.size(); ++i) {
      for (Sent& sent : peers_[(last + i) % peers_.size()].send()) all_.push_back(std::move(sent));
    }
    for (Peer& peer : peers_) {
      for (const Sent& sent : all_) ASSERT_FALSE(peer.receive(sent));
    }
    all_.clear();
  }
  // Of a letter that is there once.
  std::uint32_t behind(std::size_t who, char letter) {
    return static_cast<std::uint32_t>(peers_[who].text.text().find(letter)) + 1;
  }
  void forward(std::size_t who, std::uint32_t pos, std::string_view what) {
    for (const char letter : what) peers_[who].insert(pos++, std::string(1, letter));
  }
  void backward(std::size_t who, std::uint32_t pos, std::string_view what) {
    for (auto letter = what.rbegin(); letter != what.rend(); ++letter) {
      peers_[who].insert(pos, std::string(1, *letter));
    }
  }
  std::string text() {
    for (const Peer& peer : peers_) {
      EXPECT_FALSE(peer.failed);
      EXPECT_EQ(peer.text.text(), peers_[0].text.text());
    }
    return peers_[0].text.text();
  }

 private:
  std::vector<Peer> peers_;
  std::vector<Sent> all_;  // that not everybody has
};

using Story = std::function<void(Cast& cast)>;

// What the text may be in the end; which of them, the names decide, not the deliveries.
void expect_one_of(const Story& story, const std::vector<std::string>& ends) {
  std::array<std::uint32_t, 3> numbers{0, 1, 2};
  do {
    std::string first;
    for (std::size_t last = 0; last < numbers.size(); ++last) {
      Cast cast(numbers);
      story(cast);
      cast.meet(last);
      const std::string text = cast.text();
      EXPECT_NE(std::find(ends.begin(), ends.end(), text), ends.end()) << text;
      if (last == 0) first = text;
      EXPECT_EQ(text, first);
    }
  } while (std::next_permutation(numbers.begin(), numbers.end()));
}

void begin_with(Cast& cast, std::string_view text) {
  cast.forward(0, 0, text);
  cast.give(0, {1, 2});
}

// Logoot and LSEQ make `Hello Al Ciharcliee!` of it.
TEST(Interleaving, TwoWordsAtOnePlace) {
  const auto story = [](Cast& cast) {
    begin_with(cast, "Hello!");
    cast.forward(0, 5, " Alice");
    cast.forward(1, 5, " Charlie");
  };
  expect_one_of(story, {"Hello Alice Charlie!", "Hello Charlie Alice!"});
}

// RGA may put Alice between the two, as one who goes back begins anew there.
TEST(Interleaving, AWordInFrontOfTheLastOne) {
  const auto story = [](Cast& cast) {
    begin_with(cast, "Hello!");
    cast.forward(0, 5, " reader");
    cast.forward(0, 5, " dear");
    cast.forward(1, 5, " Alice");
  };
  expect_one_of(story, {"Hello dear reader Alice!", "Hello Alice dear reader!"});
}

// RGA and YATA mix lists that grow at their front.
TEST(Interleaving, TwoListsThatGrowAtTheFront) {
  const auto story = [](Cast& cast) {
    cast.backward(0, 0, "abcd");
    cast.backward(1, 0, "wxyz");
  };
  expect_one_of(story, {"abcdwxyz", "wxyzabcd"});
}

TEST(Interleaving, OneForwardOneBackwardOneBoth) {
  const auto story = [](Cast& cast) {
    begin_with(cast, "[]");
    cast.forward(0, 1, "abc");
    cast.backward(1, 1, "klm");
    cast.forward(2, 1, "yz");
    cast.backward(2, 1, "wx");
  };
  expect_one_of(story, {"[abcklmwxyz]", "[abcwxyzklm]", "[klmabcwxyz]", "[klmwxyzabc]",
                        "[wxyzabcklm]", "[wxyzklmabc]"});
}

// One goes on behind and in front of what the other one saw of it.
TEST(Interleaving, HalvesThatWereSeenBeforeTheRestCame) {
  const auto story = [](Cast& cast) {
    begin_with(cast, "[]");
    cast.forward(0, 1, "ab");
    cast.backward(1, 1, "yz");
    cast.give(0, {1, 2});
    cast.give(1, {0});
    cast.forward(0, cast.behind(0, 'b'), "cd");
    cast.backward(1, cast.behind(1, 'y') - 1, "wx");
    cast.forward(2, cast.behind(2, 'b'), "mn");
  };
  // `mn` is in front of the bracket, `cd` and `wx` of `y`, when that is behind `b`.
  expect_one_of(story, {"[abmncdwxyz]", "[abmnwxcdyz]", "[wxyzabcdmn]", "[wxyzabmncd]"});
}

// `L` and `M` are put in front of `R` at once. Who saw both types between them, who saw only `L`
// types between it and `R`: each is beside what it was typed in front of. FugueMax is about this
// one; Fugue, which orders by names here, may have it the other way around.
TEST(Interleaving, WhatIsTypedInFrontOfSomethingIsBesideIt) {
  const auto story = [](Cast& cast) {
    begin_with(cast, "R");
    cast.forward(0, 0, "L");
    cast.forward(1, 0, "M");
    cast.give(0, {1, 2});
    cast.give(1, {0});
    const std::string both = cast[0].text.text();
    cast.forward(0, 1, "y");
    cast.forward(2, 1, "x");
    EXPECT_TRUE(both == "LMR" || both == "MLR");
  };
  expect_one_of(story, {"LxyMR", "MyLxR"});
}

// Both replace one word.
TEST(Interleaving, TwoWordsInThePlaceOfOne) {
  const auto story = [](Cast& cast) {
    begin_with(cast, "(old)");
    for (const std::size_t who : {0, 1}) {
      cast[who].erase(1, 3);
      cast.forward(who, 1, who == 0 ? "first" : "second");
    }
    cast.backward(2, 4, "er");
  };
  expect_one_of(story, {"(firstseconder)", "(secondfirster)"});
}

// A word that each of three people goes on with after they met, again and again.
TEST(Interleaving, LinesThatAreMetAfterEachWord) {
  static constexpr const char* kWords[] = {"abc", "klm", "xyz"};
  const auto story = [](Cast& cast) {
    for (std::size_t round = 0; round < 3; ++round) {
      for (std::size_t who = 0; who < 3; ++who) {
        const std::uint32_t pos = round == 0 ? 0 : cast.behind(who, kWords[who][round - 1]);
        cast.forward(who, pos, std::string(1, kWords[who][round]));
      }
      if (round != 2) cast.meet(round);
    }
  };
  expect_one_of(story,
                {"abcklmxyz", "abcxyzklm", "klmabcxyz", "klmxyzabc", "xyzabcklm", "xyzklmabc"});
}

}  // namespace
}  // namespace gs::crdt
