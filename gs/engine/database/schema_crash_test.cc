// Goal: a schema that comes into force is there or not there after a power cut, never half, and the
// records that were there are read as the one in force says.
// Method: the power goes at each call of a simulated disk while a schema that lifts is put in
// force.

#include <gtest/gtest.h>

#include "gs/engine/database/test_world.h"
#include "gs/platform/sim/sim_file_system.h"

namespace gs::engine::testing {
namespace {

using platform::Faults;
using platform::SimFileSystem;

constexpr std::uint64_t kSeeds = 6;
constexpr std::uint64_t kCallsMax = 200;

const char* const kOld = R"g({"files":{"City.js":"({ Entity: {}, name: 'string' })"}})g";
const char* const kNew =
    R"g({"files":{"City.js":"({ Entity: {}, title: { type: 'string', was: 'name', )g"
    R"g(convert: (name) => name + '!' }, status: { type: 'string', default: 'draft' } })"}})g";

class Migration {
 public:
  explicit Migration(std::uint64_t seed) : disk_(seed), world_(seed) {
    world_.files = &disk_;
    db_ = world_.create();
    old_ = db_->put_schema(kOld, {}).value();
    city_ = db_.insert("City", R"({"name":"Kyiv"})").value();
    if (seed % 2 == 0) EXPECT_FALSE(db_->checkpoint());
  }

  // False: the power did not go.
  bool cut(std::uint64_t call) {
    check(false);
    Faults faults;
    faults.power_cut_call = call;
    disk_.set_faults(faults);
    const bool acknowledged = db_->put_schema(kNew, old_).ok();
    if (acknowledged) check(true);
    const bool was_cut = !disk_.powered();
    db_.db.reset();
    if (was_cut) {
      disk_.restart();
    } else {
      disk_.crash();
    }
    disk_.set_faults({});
    db_ = world_.open();
    const bool is_new = db_->schema().source == kNew;
    EXPECT_TRUE(is_new || db_->schema().source == kOld);
    EXPECT_TRUE(is_new || !acknowledged);
    came_ += is_new ? 1 : 0;
    check(is_new);
    EXPECT_EQ(db_.complaints(), "");
    // Whichever it is, work goes on: also to the schema that did not come.
    if (!is_new) EXPECT_TRUE(db_->put_schema(kNew, old_).ok());
    check(true);
    return was_cut;
  }
  int came() const noexcept { return came_; }

 private:
  void check(bool is_new) const {
    EXPECT_EQ(db_.text(city_),
              is_new ? R"({"title":"Kyiv!","status":"draft"})" : R"({"name":"Kyiv"})");
    EXPECT_EQ(db_.content().at(city_), db_.text(city_));
  }

  SimFileSystem disk_;
  World world_;
  Store db_;
  Digest old_;
  Id city_;
  int came_ = 0;
};

TEST(SchemaCrash, ASchemaComesIntoForceAsAWholeOrNotAtAll) {
  int cuts = 0;
  int came = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    bool was_cut = true;
    for (std::uint64_t call = 1; was_cut; ++call) {
      SCOPED_TRACE("seed " + std::to_string(seed) + " call " + std::to_string(call));
      ASSERT_LT(call, kCallsMax);
      Migration migration(seed);
      was_cut = migration.cut(call);
      cuts += was_cut ? 1 : 0;
      came += was_cut ? migration.came() : 0;
    }
  }
  EXPECT_GT(cuts, static_cast<int>(kSeeds));
  EXPECT_GT(cuts, came);  // some did not come
}

}  // namespace
}  // namespace gs::engine::testing
