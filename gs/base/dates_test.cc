// Goal: the dates of other programs' files mean what they say, and nothing else passes for a date.
// Method: frozen examples of each form, a round trip at the edges of the calendar, and near misses.
#include "gs/base/dates.h"

#include <gtest/gtest.h>

namespace gs {
namespace {

std::string canonical(std::string_view text) {
  const auto ms = parse_date(text);
  return ms ? date_text(*ms) : "none";
}

TEST(Dates, EachForm) {
  EXPECT_EQ(canonical("2020-01-02"), "2020-01-02T00:00:00.000Z");
  EXPECT_EQ(canonical("2020-01-02T03:04"), "2020-01-02T03:04:00.000Z");
  EXPECT_EQ(canonical("2020-01-02 03:04:05"), "2020-01-02T03:04:05.000Z");
  EXPECT_EQ(canonical("2020-01-02T03:04:05Z"), "2020-01-02T03:04:05.000Z");
  EXPECT_EQ(canonical("2020-01-02t03:04:05.6z"), "2020-01-02T03:04:05.600Z");
  EXPECT_EQ(canonical("2020-01-02T03:04:05.678912345Z"), "2020-01-02T03:04:05.678Z");
  EXPECT_EQ(canonical("2020-01-01T00:30:00+02:00"), "2019-12-31T22:30:00.000Z");
  EXPECT_EQ(canonical("2019-12-31T20:30:00-0530"), "2020-01-01T02:00:00.000Z");
  EXPECT_EQ(canonical("2020-01-02T03:04+01"), "2020-01-02T02:04:00.000Z");
  EXPECT_EQ(canonical("+012345-06-07T08:09:10.011Z"), "+012345-06-07T08:09:10.011Z");
  EXPECT_EQ(canonical("-000044-03-15"), "-000044-03-15T00:00:00.000Z");
}

TEST(Dates, EveryMillisecondHasOneText) {
  for (const std::int64_t ms :
       {INT64_MIN, INT64_MIN + 1, std::int64_t{-62'167'219'200'001},
        std::int64_t{-62'167'219'200'000}, std::int64_t{-1}, std::int64_t{0},
        std::int64_t{951'782'400'000}, std::int64_t{253'402'300'799'999}, INT64_MAX}) {
    EXPECT_EQ(parse_date(date_text(ms)), ms) << date_text(ms);
  }
  EXPECT_EQ(date_text(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(date_text(951'782'400'000), "2000-02-29T00:00:00.000Z");
  EXPECT_EQ(date_text(1'795'400'524'007), "2026-11-23T02:22:04.007Z");
  EXPECT_EQ(date_text(4'107'542'399'999), "2100-02-28T23:59:59.999Z");
  EXPECT_EQ(date_text(-1), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(date_text(253'402'300'800'000), "+010000-01-01T00:00:00.000Z");
}

TEST(Dates, NearMisses) {
  for (const std::string_view text : {"",
                                      "x",
                                      "2020",
                                      "2020-01",
                                      "20200102",
                                      "2020-1-2",
                                      "02.01.2020",
                                      "01/02/2020",
                                      "2020-13-01",
                                      "2020-00-01",
                                      "2020-02-30",
                                      "2021-02-29",
                                      "2020-01-02T",
                                      "2020-01-02Z",
                                      "2020-01-02T24:00",
                                      "2020-01-02T03",
                                      "2020-01-02T03:60",
                                      "2020-01-02T03:04:60",
                                      "2020-01-02T03:04:05.",
                                      "2020-01-02T03:04:05.1234567890",
                                      "2020-01-02T03:04:05+2",
                                      "2020-01-02T03:04:05+02:",
                                      "2020-01-02T03:04:05+02:0",
                                      "2020-01-02T03:04:05Zx",
                                      "2020-01-02T03:04:05 Z",
                                      " 2020-01-02",
                                      "2020-01-02 ",
                                      "12345-01-01",
                                      "+2020-01-01",
                                      "-000000-01-01",
                                      "+999999999-01-01",
                                      "2020-01-02T03:04:05.000\xc2\xa0Z"}) {
    EXPECT_EQ(canonical(text), "none") << text;
  }
}

}  // namespace
}  // namespace gs
