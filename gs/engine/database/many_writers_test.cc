// Goal: a storage that many writers wrote to, each once and none knowing of another, works: what it
// costs to take a change does not grow with the writers, it can be written to, looked back in,
// opened again and given to others.
// Method: changes of writers with keys of their own, signed as any. Processor time of the last
// tenth is compared with that of the first. A hundred thousand writers when all is asked for.
#include <gtest/gtest.h>

#include <ctime>

#include "gs/base/test_share.h"
#include "gs/engine/database/test_exchange.h"
#include "gs/engine/database/test_stranger.h"

namespace gs::engine::testing {
namespace {

constexpr std::uint32_t kManyWriters = 20'000;
constexpr std::uint32_t kAllWriters = 100'000;
constexpr std::uint32_t kSteps = 100;

double processor_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

class ManyWriters : public ::testing::Test {
 protected:
  ManyWriters() {
    store_ = world_.create();
    EXPECT_TRUE(store_.put("City", "kyiv", R"({"n":0})").ok());
    EXPECT_TRUE(store_->sync().ok());
    base_ = store_->heads();
  }

  Buffer change_of(std::uint32_t number) const {
    Stranger writer(store_->storage(), number);
    writer.hlc = id::hlc_of_ms(world_.clock.kStartMs + 1000 + number);
    writer.parents = base_;
    const StrangeOperations all = writer.operations();
    return writer.change(
        {all.list[StrangeOperations::city_shape], all.list[StrangeOperations::insert]});
  }

  World world_;
  Store store_;
  std::vector<Digest> base_;
  const Id kyiv_ = id_of_key("City", "kyiv");
};

// More heads than a change has parents are joined before the next write, which others take as any.
TEST_F(ManyWriters, AreJoinedByWhoWritesAfterThem) {
  platform::MemoryFileSystem other_disk;
  write_files(other_disk, read_files(world_.memory));
  const Store other = world_.open(other_disk);
  constexpr std::uint32_t kHeads = 2 * graph::kParentsMax + 100;
  std::vector<Buffer> changes;
  for (std::uint32_t number = 0; number < kHeads; ++number) changes.push_back(change_of(number));
  world_.clock.advance_ms(kHeads);
  ASSERT_EQ(give(store_, changes).applied, kHeads);
  ASSERT_TRUE(store_.update(kyiv_, R"({"n":1})").ok());
  ASSERT_TRUE(store_->sync().ok());
  EXPECT_EQ(store_->heads().size(), 1u);
  const std::vector<Buffer> all = changes_of(store_, base_);
  EXPECT_EQ(all.size(), kHeads + 3);  // two that join, and the update
  EXPECT_EQ(give(other, all).refused, 0u);
  EXPECT_EQ(other.digest(), store_.digest());
  EXPECT_EQ(other->heads(), store_->heads());
  EXPECT_EQ(store_.complaints(), "");
}

TEST_F(ManyWriters, CostNoMoreEachThanFew) {
  GS_TEST_OF_VOLUME();
  const std::uint32_t writers = gs::testing::whole() ? kAllWriters : kManyWriters;
  const std::uint32_t writers_of_step = writers / kSteps;
  std::vector<double> steps;
  for (std::uint32_t number = 0; number < writers;) {
    std::vector<Buffer> changes;
    for (std::uint32_t i = 0; i < writers_of_step; ++i) changes.push_back(change_of(number++));
    world_.clock.advance_ms(writers_of_step);  // nothing is from a far future
    const double before = processor_seconds();
    const ReceiveReport report = give(store_, changes);
    steps.push_back(processor_seconds() - before);
    ASSERT_EQ(report.applied, writers_of_step);
    if (number % (writers / 2) != 0) continue;
    const Error written = store_.update(kyiv_, R"({"n":1})");
    ASSERT_TRUE(written.ok()) << written.text();
    ASSERT_TRUE(store_->sync().ok());
    EXPECT_EQ(store_->heads().size(), 1u);
  }
  const std::size_t tenth = steps.size() / 10;
  double first = 0;
  double last = 0;
  for (std::size_t i = 0; i < tenth; ++i) {
    first += steps[i];
    last += steps[steps.size() - 1 - i];
  }
  EXPECT_LT(last, 6 * first);
  const Digest digest = store_.digest();
  ASSERT_FALSE(store_->close());
  store_.db.reset();
  store_ = world_.open();
  EXPECT_EQ(store_.digest(), digest);
  ASSERT_TRUE(store_.update(kyiv_, R"({"n":2})").ok());
  EXPECT_EQ(store_->history(kyiv_, 1).value()[0].operation.json, R"({"n":2})");
}

}  // namespace
}  // namespace gs::engine::testing
