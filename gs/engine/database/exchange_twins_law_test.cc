// Goal: when the key of a writer is in two places, whoever took one of two changes with one number
// says so, by name, when the other one comes, and goes on with all that builds upon neither; those
// that took the same one end equal, and so do those that have seen none (decision 40).
// Method: the replicas of exchange_faults_law_test.cc; in the midst the last one is copied with its
// key, and both go on. Two replicas meet only each other meanwhile.
#include "gs/engine/database/test_exchange.h"
#include "gs/engine/database/test_random_replicas.h"

namespace gs::engine::testing {
namespace {

constexpr std::size_t kTwinSteps = 60;  // before there are twins, and as many with them

class RandomTwins : public RandomReplicas {
 public:
  explicit RandomTwins(std::uint64_t seed)
      : RandomReplicas(seed, {.faults = true, .clocks = true, .bundles = true}) {}

  void make_twins() {
    Replica& one = replica(kOne);
    ASSERT_TRUE(one.store->close().ok());
    one.store.db.reset();
    ASSERT_EQ(add(read_files(one.disk), true), kOther);
    open(kOne);
    writer_ = one.store->writer();
    ASSERT_EQ(replica(kOther).store->writer(), writer_);
    for (const std::size_t at : {kOne, kOther}) {
      const std::string json = "{\"twin\":" + std::to_string(at) + "}";
      ASSERT_TRUE(replica(at).store.put("City", "twin", json).ok());
      twins_[at - kOne] = replica(at).store.head();
    }
    ASSERT_NE(twins_[0], twins_[1]);
    are_apart_ = true;
  }

  void expect_those_that_saw_none_equal() {
    settle_among(kApart);
    for (const std::size_t at : kApart) EXPECT_EQ(side_of(at), Side::none);
    expect_same(kApart);
    are_apart_ = false;
  }

  void expect_two_sides() {
    settle();
    std::array<std::vector<std::size_t>, 2> sides;
    for (const std::size_t at : everybody()) {
      ASSERT_NE(side_of(at), Side::none) << at;
      sides[side_of(at) == Side::other].push_back(at);
    }
    for (const auto& side : sides) expect_same(side);
    expect_told(sides[0][0], sides[1][0]);
    expect_told(sides[1][0], sides[0][0]);
    EXPECT_NE(replica(kOne).store->heads(), replica(kOther).store->heads());
    expect_going_on();
  }

 private:
  enum class Side { one, other, none };
  static constexpr std::size_t kOne = kReplicas - 1;
  static constexpr std::size_t kOther = kReplicas;
  const std::vector<std::size_t> kApart{0, 1};

  bool may_meet(std::size_t from, std::size_t to) const override {
    return !are_apart_ || (from <= kApart.back()) == (to <= kApart.back());
  }
  void expect_refused(const Refusal& refusal) override {
    EXPECT_EQ(refusal.why.code(), Code::conflict) << refusal.why.text();
    EXPECT_EQ(refusal.writer, writer_) << refusal.why.text();
  }

  Side side_of(std::size_t at) {
    for (const Side side : {Side::one, Side::other}) {
      const Digest& twin = twins_[static_cast<std::size_t>(side)];
      if (replica(at).store->check_known({&twin, 1}).ok()) return side;
    }
    return Side::none;
  }

  // By the names of both changes, and nothing is taken.
  void expect_told(std::size_t from, std::size_t to) {
    const ReceiveReport report = give(replica(to).store, changes_of(replica(from).store));
    EXPECT_EQ(report.applied, 0u);
    bool is_told = false;
    for (const Refusal& one : report.refusals) {
      const std::string why = one.why.text();
      is_told = is_told || (why.find(twins_[0].text()) != std::string::npos &&
                            why.find(twins_[1].text()) != std::string::npos);
    }
    EXPECT_TRUE(is_told) << "the twins must be named";
  }

  // With what a writer makes that has seen neither.
  void expect_going_on() {
    let_time_come();
    const std::size_t late = add(origin());
    const std::vector<Digest> before = replica(late).store->heads();
    ASSERT_TRUE(replica(late).store.put("City", "late", "{}").ok());
    for (std::size_t at = 0; at < late; ++at) {
      EXPECT_EQ(give(replica(at).store, changes_of(replica(late).store, before)).applied, 1u);
      EXPECT_EQ(replica(at).store.text(id_of_key("City", "late")), "{}");
    }
  }

  graph::Writer writer_;
  std::array<Digest, 2> twins_;
  bool are_apart_ = false;
};

TEST(TwinsLaw, WhoTookTheSameTwinIsEqualAndAllGoOn) {
  const RandomSeeds seeds(6);
  for (std::uint64_t seed = seeds.first; seed < seeds.end; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomTwins replicas(seed);
    replicas.play(kTwinSteps);
    replicas.make_twins();
    replicas.play(kTwinSteps);
    replicas.expect_those_that_saw_none_equal();
    replicas.expect_two_sides();
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace gs::engine::testing
