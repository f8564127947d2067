// Goal: after a power cut the storage is on one of both branches with all of its records, never
// between; on the new one once that was acknowledged. A merge is there or not.
// Method: the power goes at each call of a simulated disk while a branch is checked out, or merged,
// and a checkpoint with it is written.

#include <gtest/gtest.h>

#include "gs/base/test_share.h"
#include "gs/engine/database/test_world.h"
#include "gs/platform/sim/sim_file_system.h"

namespace gs::engine::testing {
namespace {

constexpr std::uint64_t kSwitchingSeeds = 4;
constexpr std::uint64_t kSwitchingCallsMax = 400;
constexpr std::uint64_t kSwitchingStep = (gs::testing::kSanitizedShare + 1) / 2;  // of calls

class Switching {
 public:
  explicit Switching(std::uint64_t seed) : disk_(seed), world_(seed) {
    world_.files = &disk_;
    db_ = world_.create();
    const Id kyiv = db_.put("City", "kyiv", R"({"n":1})").value();
    EXPECT_TRUE(db_.put("City", "lviv", R"({"n":1})").ok());
    EXPECT_TRUE(db_->name_version(kBranch, "draft", std::nullopt, Naming::create).ok());
    main_ = db_.content();
    EXPECT_TRUE(db_->checkout("draft").ok());
    EXPECT_TRUE(db_.update(kyiv, R"({"n":2})").ok());
    EXPECT_TRUE(db_.put("City", "odesa", R"({"n":3})").ok());
    draft_ = db_.content();
    if (seed % 2 == 0) EXPECT_TRUE(db_->checkpoint().ok());
    EXPECT_TRUE(db_->checkout("main").ok());
    if (seed % 4 < 2) EXPECT_TRUE(db_->checkpoint().ok());
  }

  template <typename Work>
  bool cut(std::uint64_t call, const Work& work) {
    platform::Faults faults;
    faults.power_cut_call = call;
    disk_.set_faults(faults);
    acknowledged_ = work(db_);
    db_->checkpoint().ignore();
    const bool was_cut = !disk_.powered();
    db_.db.reset();
    disk_.cut_power();
    disk_.restart();
    disk_.set_faults({});
    db_ = world_.open();
    EXPECT_EQ(db_.complaints(), "");
    return was_cut;
  }
  bool acknowledged() const noexcept { return acknowledged_; }
  const Store& db() const noexcept { return db_; }
  const Content& main() const noexcept { return main_; }
  const Content& draft() const noexcept { return draft_; }

 private:
  static constexpr auto kBranch = NamedVersion::Kind::branch;

  platform::SimFileSystem disk_;
  World world_;
  Store db_;
  Content main_;
  Content draft_;
  bool acknowledged_ = false;
};

// Calls `look` after a cut at each call, which tells whether the work was done.
template <typename Work, typename Look>
void cut_everywhere(const Work& work, const Look& look) {
  int cuts = 0;
  int done = 0;
  for (std::uint64_t seed = 1; seed <= kSwitchingSeeds; ++seed) {
    bool was_cut = true;
    for (std::uint64_t call = 1; was_cut; call += kSwitchingStep) {
      SCOPED_TRACE("seed " + std::to_string(seed) + " call " + std::to_string(call));
      ASSERT_LT(call, kSwitchingCallsMax);
      Switching switching(seed);
      was_cut = switching.cut(call, work);
      const bool is_done = look(switching);
      EXPECT_TRUE(is_done || !switching.acknowledged());
      cuts += was_cut ? 1 : 0;
      done += was_cut && is_done ? 1 : 0;
      if (::testing::Test::HasFailure()) return;
    }
  }
  EXPECT_GT(done, 0);
  EXPECT_GT(cuts, done);  // some were not
}

TEST(BranchesCrash, ABranchIsCheckedOutOrNot) {
  const auto work = [](const Store& db) { return db->checkout("draft").ok(); };
  cut_everywhere(work, [](const Switching& after) {
    const bool is_draft = after.db()->branch().value() == "draft";
    EXPECT_EQ(after.db().content(), is_draft ? after.draft() : after.main());
    EXPECT_TRUE(after.db().put("City", "more", "{}").ok());
    EXPECT_TRUE(after.db()->checkout(is_draft ? "main" : "draft").ok());
    EXPECT_EQ(after.db().content(), is_draft ? after.main() : after.draft());
    return is_draft;
  });
}

TEST(BranchesCrash, ABranchIsMergedOrNot) {
  const auto work = [](const Store& db) { return db->merge("draft", {}).ok(); };
  cut_everywhere(work, [](const Switching& after) {
    const Content content = after.db().content();
    const bool is_merged = content == after.draft();
    EXPECT_TRUE(is_merged || content == after.main());
    EXPECT_EQ(after.db()->merge("draft", {}).value().is_up_to_date, is_merged);
    EXPECT_EQ(after.db().content(), after.draft());
    return is_merged;
  });
}

}  // namespace
}  // namespace gs::engine::testing
