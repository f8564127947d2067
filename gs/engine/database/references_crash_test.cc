// Goal: after a power cut a version that was being renamed has one of both names, never none or
// both; and the new one once that was acknowledged.
// Method: the power goes at each call of a simulated disk while a tag is renamed and a checkpoint
// with it is written.

#include <gtest/gtest.h>

#include "gs/engine/database/test_world.h"
#include "gs/platform/sim/sim_file_system.h"

namespace gs::engine::testing {
namespace {

constexpr std::uint64_t kRenamingSeeds = 4;
constexpr std::uint64_t kRenamingCallsMax = 300;

class Renaming {
 public:
  explicit Renaming(std::uint64_t seed) : disk_(seed), world_(seed) {
    world_.files = &disk_;
    db_ = world_.create();
    EXPECT_TRUE(db_.insert("City", "{}").ok());
    version_ = db_.head();
    EXPECT_TRUE(db_->name_version(kTag, "old", std::nullopt, Naming::create).ok());
    if (seed % 2 == 0) EXPECT_TRUE(db_->checkpoint().ok());
  }

  // False: the power did not go.
  bool cut(std::uint64_t call) {
    platform::Faults faults;
    faults.power_cut_call = call;
    disk_.set_faults(faults);
    const bool acknowledged = db_->rename_version(kTag, "old", "new").ok();
    db_->checkpoint().ignore();
    const bool was_cut = !disk_.powered();
    db_.db.reset();
    if (was_cut) {
      disk_.restart();
    } else {
      disk_.crash();
    }
    disk_.set_faults({});
    db_ = world_.open();
    const std::vector<NamedVersion> all = db_->references().value();
    EXPECT_EQ(all.size(), 1u);
    if (all.size() != 1) return false;
    EXPECT_TRUE(all[0].name == "old" || all[0].name == "new") << all[0].name;
    EXPECT_EQ(all[0].heads, std::vector{version_});
    EXPECT_TRUE(all[0].name == "new" || !acknowledged);
    came_ += all[0].name == "new" ? 1 : 0;
    EXPECT_EQ(db_.complaints(), "");
    EXPECT_TRUE(db_->name_version(kTag, "more", std::nullopt, Naming::create).ok());
    return was_cut;
  }
  int came() const noexcept { return came_; }

 private:
  static constexpr auto kTag = NamedVersion::Kind::tag;

  platform::SimFileSystem disk_;
  World world_;
  Store db_;
  Digest version_;
  int came_ = 0;
};

TEST(NamesCrash, AVersionIsRenamedOrNot) {
  int cuts = 0;
  int came = 0;
  for (std::uint64_t seed = 1; seed <= kRenamingSeeds; ++seed) {
    bool was_cut = true;
    for (std::uint64_t call = 1; was_cut; ++call) {
      SCOPED_TRACE("seed " + std::to_string(seed) + " call " + std::to_string(call));
      ASSERT_LT(call, kRenamingCallsMax);
      Renaming renaming(seed);
      was_cut = renaming.cut(call);
      cuts += was_cut ? 1 : 0;
      came += was_cut ? renaming.came() : 0;
    }
  }
  EXPECT_GT(came, 0);
  EXPECT_GT(cuts, came);  // some did not come
}

}  // namespace
}  // namespace gs::engine::testing
