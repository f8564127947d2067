// Goal: rows are reported only after their batch is durable, in order, and a failed wait stops all.
// Method: a disk that is a counter, slow or failing on demand.
#include "cmd/gstore/support/acknowledger.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace gs::cli {
namespace {

TEST(AcknowledgerThreads, ReportsEachBatchAfterItsWait) {
  std::atomic<std::uint64_t> durable{0};
  std::vector<std::uint64_t> reported;
  {
    Acknowledger acknowledger(
        [&](std::uint64_t ticket) {
          std::this_thread::yield();
          durable = ticket;
          return Error();
        },
        [&](std::uint64_t rows) {
          EXPECT_EQ(rows, durable * 10);
          reported.push_back(rows);
        });
    for (std::uint64_t ticket = 1; ticket <= 1000; ++ticket) {
      ASSERT_TRUE(acknowledger.add(ticket, ticket * 10).ok());
    }
    EXPECT_TRUE(acknowledger.finish().ok());
    EXPECT_EQ(acknowledger.rows(), 10'000U);
  }
  EXPECT_TRUE(std::is_sorted(reported.begin(), reported.end()));
  EXPECT_EQ(reported.back(), 10'000U);
}

TEST(AcknowledgerThreads, AFailedWaitIsReturnedAndNothingAfterItIsReported) {
  std::atomic<std::uint64_t> last{0};
  Acknowledger acknowledger(
      [](std::uint64_t ticket) {
        return ticket >= 3 ? Error(Code::io, "the disk is gone") : Error();
      },
      [&](std::uint64_t rows) { last = rows; });
  Error error;
  for (std::uint64_t ticket = 1; error.ok() && ticket <= 100'000; ++ticket) {
    error = acknowledger.add(ticket, ticket);
  }
  EXPECT_EQ(acknowledger.finish().code(), Code::io);
  EXPECT_EQ(acknowledger.rows(), last);
  EXPECT_LT(last, 3U);
}

TEST(AcknowledgerThreads, WithoutBatchesThereIsNothingToWaitFor) {
  Acknowledger acknowledger([](std::uint64_t) { return Error(); }, [](std::uint64_t) {});
  EXPECT_TRUE(acknowledger.finish().ok());
  EXPECT_EQ(acknowledger.rows(), 0U);
}

}  // namespace
}  // namespace gs::cli
