// Goal: what is told has one content in two spellings.
// Method: frozen examples of both.
#include "gs/calls/report_object.h"

#include <gtest/gtest.h>

#include "gs/calls/report_json.h"

namespace gs::calls {
namespace {

TEST(ReportObject, NamesAndTimesAreSpelledAsWhoReadsThem) {
  const auto made = [](Spelling spelling) {
    ReportObject object(spelling);
    return object.number("stateBytesBefore", 1).time(1764547200000).boolean("ok", true).take();
  };
  EXPECT_EQ(made(Spelling::call), R"({"stateBytesBefore":1,"timeMs":1764547200000,"ok":true})");
  EXPECT_EQ(made(Spelling::command),
            R"({"state_bytes_before":1,"time":"2025-12-01T00:00:00.000Z","ok":true})");
}

TEST(ReportObject, WhatUsersNamedIsNotSpelledAnew) {
  FieldOrigin origin;
  origin.field = "firstName";
  origin.json = R"({"lastName":1})";
  const std::string told = origin_json(origin, Spelling::command);
  EXPECT_TRUE(told.starts_with(R"({"field":"firstName","value":{"lastName":1},)")) << told;
}

TEST(ReportObject, RefusalsEarlyChangesAndStepsAreTold) {
  ApplyReport report;
  report.early_changes.push_back({Digest{}, Digest{}, 5});
  report.refusals.push_back({Digest{}, Digest{}, 7, Code::invalid, "why\xff"});
  const std::string zeros(64, '0');
  const std::string who = R"({"change":")" + zeros + R"(","writer":")" + zeros + "\",";
  const std::string told = apply_json(report, SchemaOrigin{Digest{}, 9}, Spelling::call);
  EXPECT_NE(told.find("\"earlyChanges\":[" + who + "\"timeMs\":5}]"), std::string::npos) << told;
  EXPECT_NE(told.find("\"refusals\":[" + who +
                      "\"sequence\":7,\"code\":\"invalid\",\"why\":\"why\xEF\xBF\xBD\"}]"),
            std::string::npos)
      << told;
  EXPECT_TRUE(told.ends_with(R"("schema":{"writer":")" + zeros + R"(","timeMs":9}})")) << told;

  VerifyReport verified;
  verified.ok = false;
  VerifySection section;
  section.name = "mark";
  section.ok = false;
  section.complete = false;
  section.detail = "gone";
  verified.sections.push_back(section);
  verified.damage = {"place"};
  const auto step = [](const VerifySection&) { return std::string_view("mend it"); };
  EXPECT_TRUE(verify_json(verified, Spelling::command, step)
                  .starts_with(R"({"ok":false,"sections":[{"name":"mark","ok":false,"checked":0,)"
                               R"("complete":false,"step":"mend it","detail":"gone"}])"));
}

}  // namespace
}  // namespace gs::calls
