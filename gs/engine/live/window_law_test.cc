// Goal: the steps, applied one by one to the old view, give the new one, and tell of no row that
// shows the same in both.
// Method: frozen examples, then random lists, views and batches of touches against lists that are
// sorted and cut anew.
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <random>
#include <set>

#include "gs/engine/live/window.h"

namespace gs::engine {
namespace {

// A row has a name that stays, a key, and something to show.
struct Item {
  std::string key;
  int shown = 0;
};
using Items = std::map<std::string, Item>;  // by name

class Model {
 public:
  Model(std::uint64_t offset, std::uint64_t limit)
      : offset_(offset), limit_(limit), window_(offset, limit) {}

  // Becomes `next` and applies the steps to the view. Keys end with their rows' names.
  std::string become(Items next) {
    std::vector<Touch> touches;
    std::map<std::string, bool> differs;
    for (const auto& [name, item] : items_) {
      const auto now = next.find(name);
      if (now == next.end()) {
        touches.push_back({item.key, {}});
        continue;
      }
      const bool changed = now->second.shown != item.shown;
      if (!changed && now->second.key == item.key) continue;
      differs[now->second.key] = changed;
      touches.push_back({item.key, now->second.key});
    }
    for (const auto& [name, item] : next) {
      if (!items_.contains(name)) touches.push_back({{}, item.key});
    }
    const auto steps = window_.show(
        list_, touches, [&](const Touch& touch) -> Result<bool> { return differs[*touch.after]; });
    const std::vector<std::string> before = names_;
    const Items old = std::move(items_);
    items_ = std::move(next);
    std::string told;
    for (const Step& step : *steps) told += apply(step) + " ";
    check_told(before, old, *steps);
    return told;
  }
  const std::vector<std::string>& names() const { return names_; }

  std::vector<std::string> wanted() const {
    std::vector<std::pair<std::string, std::string>> all;
    for (const auto& [name, item] : items_) all.emplace_back(item.key, name);
    std::sort(all.begin(), all.end());
    std::vector<std::string> view;
    for (std::size_t i = offset_; i < all.size() && view.size() < limit_; ++i) {
      view.push_back(all[i].second);
    }
    return view;
  }

 private:
  static std::string name_of(const std::string& key) { return key.substr(key.find('/') + 1); }

  std::string apply(const Step& step) {
    const std::string name = name_of(step.key);
    const auto place = [&](std::size_t i) {
      return names_.begin() + static_cast<std::ptrdiff_t>(i);
    };
    switch (step.kind) {
      case Step::Kind::removed:
        EXPECT_EQ(names_.at(step.at), name);
        names_.erase(place(step.at));
        return "-" + name + "@" + std::to_string(step.at);
      case Step::Kind::added:
        EXPECT_LE(step.at, names_.size());
        names_.insert(place(step.at), name);
        return "+" + name + "@" + std::to_string(step.at);
      case Step::Kind::moved:
        EXPECT_EQ(names_.at(step.from), name);
        EXPECT_NE(step.from, step.at);
        names_.erase(place(step.from));
        names_.insert(place(step.at), name);
        return name + "@" + std::to_string(step.from) + ">" + std::to_string(step.at);
      case Step::Kind::changed:
        EXPECT_EQ(names_.at(step.at), name);
        return "!" + name + "@" + std::to_string(step.at);
    }
    return {};
  }

  // Each row once, and only with a reason.
  void check_told(const std::vector<std::string>& before, const Items& old,
                  const std::vector<Step>& steps) {
    std::set<std::string> told;
    for (const Step& step : steps) {
      const std::string name = name_of(step.key);
      EXPECT_TRUE(told.insert(name).second) << name << " twice";
      const bool was = std::find(before.begin(), before.end(), name) != before.end();
      const bool is = std::find(names_.begin(), names_.end(), name) != names_.end();
      EXPECT_EQ(step.kind == Step::Kind::added, !was && is);
      EXPECT_EQ(step.kind == Step::Kind::removed, was && !is);
      if (!was || !is) continue;
      const Item& now = items_.at(name);
      EXPECT_TRUE(now.key != old.at(name).key || now.shown != old.at(name).shown) << name;
    }
    for (const auto& [name, item] : old) {  // what shows something else is told
      const bool was = std::find(before.begin(), before.end(), name) != before.end();
      const bool is = std::find(names_.begin(), names_.end(), name) != names_.end();
      if (was && is && items_.at(name).shown != item.shown) EXPECT_TRUE(told.contains(name));
    }
  }

  std::size_t offset_;
  std::size_t limit_;
  Window window_;
  CountedSet list_;
  Items items_;
  std::vector<std::string> names_;
};

constexpr std::uint64_t kAll = ~std::uint64_t{0};

TEST(Window, TellsWhatChangedAndWhere) {
  Model model(0, kAll);
  EXPECT_EQ(model.become({{"a", {"1/a"}}, {"b", {"2/b"}}, {"c", {"3/c"}}}), "+a@0 +b@1 +c@2 ");
  EXPECT_EQ(model.become({{"a", {"1/a"}}, {"b", {"2/b", 1}}, {"c", {"3/c"}}}), "!b@1 ");
  EXPECT_EQ(model.become({{"a", {"4/a"}}, {"b", {"2/b", 1}}, {"c", {"3/c"}}}), "a@0>2 ");
  EXPECT_EQ(model.become({{"a", {"5/a"}}, {"b", {"2/b", 1}}, {"c", {"3/c"}}}), "");
  EXPECT_EQ(model.become({{"a", {"5/a"}}, {"d", {"4/d"}}}), "-b@0 -c@0 +d@0 ");
}

TEST(Window, TellsNothingOfARowThatOnlyPassedByTheEdge) {
  Model model(0, 2);
  model.become({{"a", {"1/a"}}, {"b", {"2/b"}}, {"c", {"3/c"}}});
  // b is pushed out by x, and comes back since a goes.
  EXPECT_EQ(model.become({{"x", {"0/x"}}, {"b", {"2/b"}}, {"c", {"3/c"}}}), "-a@0 +x@0 ");
  EXPECT_EQ(model.become({{"b", {"2/b"}}, {"c", {"3/c"}}}), "-x@0 +c@1 ");
  EXPECT_EQ(model.become({{"c", {"3/c"}}}), "-b@0 ");
}

TEST(Window, OfTwoThatChangePlacesOneMoves) {
  Model model(0, kAll);
  model.become({{"a", {"1/a"}}, {"b", {"2/b"}}});
  EXPECT_EQ(model.become({{"a", {"4/a"}}, {"b", {"3/b"}}}), "a@0>1 ");
}

TEST(WindowLaw, StepsLeadFromTheOldViewToTheNewOne) {
  std::mt19937_64 random(20261129);
  std::cout << "seed 20261129\n";
  const auto below = [&](std::uint64_t n) { return random() % n; };
  for (int walk = 0; walk < 300; ++walk) {
    const std::uint64_t limit = below(3) == 0 ? kAll : below(12);
    Model model(below(2) == 0 ? 0 : below(8), limit);
    const std::uint64_t names = 1 + below(40);
    Items items;
    for (int round = 0; round < 25; ++round) {
      for (std::uint64_t i = below(2) == 0 ? 1 : below(20); i > 0; --i) {
        const std::string name = "n" + std::to_string(below(names));
        if (below(3) == 0) {
          items.erase(name);
          continue;
        }
        Item& item = items[name];
        if (item.key.empty() || below(2) == 0) item.key = std::to_string(below(30)) + "/" + name;
        item.shown = static_cast<int>(below(3));
      }
      model.become(items);
      ASSERT_EQ(model.names(), model.wanted()) << "walk " << walk << ", round " << round;
      ASSERT_FALSE(::testing::Test::HasFailure()) << "walk " << walk << ", round " << round;
    }
  }
}

}  // namespace
}  // namespace gs::engine
