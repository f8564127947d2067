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
        {},
        [&](std::uint64_t ticket) {
          std::this_thread::yield();
          durable = ticket;
          return Error();
        },
        [&](const Imported& imported) {
          EXPECT_EQ(imported.rows, durable * 10);
          EXPECT_EQ(imported.skipped, durable);
          EXPECT_EQ(imported.next_row, durable * 11 + 1);
          reported.push_back(imported.rows);
        });
    for (std::uint64_t ticket = 1; ticket <= 1000; ++ticket) {
      ASSERT_TRUE(acknowledger.add(ticket, {ticket * 10, ticket, ticket * 11 + 1}).ok());
    }
    EXPECT_TRUE(acknowledger.finish().ok());
    EXPECT_EQ(acknowledger.imported().rows, 10'000U);
    EXPECT_EQ(acknowledger.imported().next_row, 11'001U);
  }
  EXPECT_TRUE(std::is_sorted(reported.begin(), reported.end()));
  EXPECT_EQ(reported.back(), 10'000U);
}

TEST(AcknowledgerThreads, AFailedWaitIsReturnedAndNothingAfterItIsReported) {
  std::atomic<std::uint64_t> last{0};
  Acknowledger acknowledger(
      {0, 0, 5},
      [](std::uint64_t ticket) {
        return ticket >= 3 ? Error(Code::io, "the disk is gone") : Error();
      },
      [&](const Imported& imported) { last = imported.rows; });
  Error error;
  for (std::uint64_t ticket = 1; error.ok() && ticket <= 100'000; ++ticket) {
    error = acknowledger.add(ticket, {ticket, 2 * ticket, 3 * ticket + 5});
  }
  EXPECT_EQ(acknowledger.finish().code(), Code::io);
  const Imported imported = acknowledger.imported();
  EXPECT_EQ(imported.rows, last);
  EXPECT_LT(imported.rows, 3U);
  EXPECT_EQ(imported.skipped, 2 * imported.rows);
  EXPECT_EQ(imported.next_row, 3 * imported.rows + 5);
}

TEST(AcknowledgerThreads, WithoutAThreadAddWaitsItself) {
  std::uint64_t durable = 0;
  const auto wait = [&](std::uint64_t ticket) {
    durable = ticket;
    return ticket == 3 ? Error(Code::io, "the disk is gone") : Error();
  };
  Acknowledger acknowledger(
      {}, wait, [](const Imported&) {}, 0);
  for (std::uint64_t ticket = 1; ticket <= 3; ++ticket) {
    EXPECT_TRUE(acknowledger.add(ticket, {ticket, 0, ticket + 1}).ok());
    EXPECT_EQ(durable, ticket);
  }
  EXPECT_EQ(acknowledger.failure().code(), Code::io);
  EXPECT_EQ(acknowledger.add(4, {4, 0, 5}).code(), Code::io);
  EXPECT_EQ(acknowledger.imported().rows, 2U);
  EXPECT_EQ(durable, 3U);
}

TEST(AcknowledgerThreads, WithoutBatchesThereIsNothingToWaitFor) {
  Acknowledger acknowledger(
      {0, 0, 5}, [](std::uint64_t) { return Error(); }, [](const Imported&) {});
  EXPECT_TRUE(acknowledger.finish().ok());
  EXPECT_EQ(acknowledger.imported().rows, 0U);
  EXPECT_EQ(acknowledger.imported().next_row, 5U);
}

}  // namespace
}  // namespace gs::cli
