// Goal: whoever carries changes can take payloads out of them, and even have somebody say that
// these were erased: replicas that have the same changes in the end, whole or as erase operations
// have left them, have the same state.
// Method: replicas write, erase, exchange, merge runs and restart at random; on the way random
// payloads of random changes are taken out, and of some a false erase operation tells, which no log
// takes. In the end each gets what the others have. A last round is carried by honest ones from the
// replica that wrote it, which is the only one that surely has it whole.
#include <gtest/gtest.h>

#include "gs/base/test_share.h"
#include "gs/engine/database/test_erasing.h"
#include "gs/engine/database/test_strip.h"

namespace gs::engine::testing {
namespace {

class Stripping : public Erasing {
 public:
  Stripping(std::uint64_t seed, bool with_witness) : Erasing(seed), with_witness_(with_witness) {}

  std::size_t stripped() const { return stripped_; }

 protected:
  void carry(std::vector<Buffer>& changes) override {
    std::vector<Buffer> witnesses;
    for (Buffer& change : changes) {
      std::vector<std::uint32_t> payloads = payloads_in(change);
      if (payloads.empty() || below(2) == 0) continue;
      std::erase_if(payloads, [&](std::uint32_t) { return below(3) == 0; });
      if (payloads.empty()) continue;
      ++stripped_;
      if (with_witness_ && below(2) == 0) {
        const std::uint8_t number = static_cast<std::uint8_t>(1 + below(250));
        witnesses.push_back(false_witness((*this)[0], change, payloads, number));
      }
      change = strip(change, payloads);
    }
    for (Buffer& witness : witnesses) changes.push_back(std::move(witness));
  }

 private:
  bool with_witness_;
  std::size_t stripped_ = 0;
};

constexpr std::uint64_t kStrippedSeeds = 42 / gs::testing::kSanitizedShare;

struct Told {
  std::size_t stripped = 0;
  std::size_t erased = 0;
  std::size_t completed = 0;
};

Told expect_law(bool with_witness) {
  Told told;
  for (std::uint64_t seed = 1; seed <= kStrippedSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Stripping replicas(seed, with_witness);
    replicas.play(60);
    replicas.settle();
    replicas.expect_same();
    told.stripped += replicas.stripped();
    told.erased += replicas.erased();
    told.completed += replicas.completed();
    if (::testing::Test::HasFailure()) return told;
  }
  EXPECT_GT(told.stripped, 3 * kStrippedSeeds) << "payloads must be taken out";
  EXPECT_GT(told.erased, kStrippedSeeds) << "records must be erased";
  return told;
}

TEST(StrippedLaw, EqualChangesMakeEqualStates) { expect_law(false); }

TEST(StrippedLaw, EqualChangesMakeEqualStatesWhateverIsSaidToBeErased) {
  const Told told = expect_law(true);
  EXPECT_GT(told.completed, kStrippedSeeds) << "payloads must come back";
}

}  // namespace
}  // namespace gs::engine::testing
