// Goal: a name of a version cannot be taken for anything else that names one, and shows as it is.

#include "gs/core/graph/version_name.h"

#include <gtest/gtest.h>

#include <string>

#include "gs/core/graph/operation.h"

namespace gs::graph {
namespace {

TEST(VersionNames, MayBeWords) {
  const std::string longest(255, 'n');
  for (const std::string_view name :
       {std::string_view("v1.0"), std::string_view("draft"), std::string_view("a"),
        std::string_view("abc"), std::string_view("release/2026"), std::string_view("2026-release"),
        std::string_view("2026-11"), std::string_view("mainline"), std::string_view("beef-cafe"),
        std::string_view("\xd0\x9a\xd0\xb8\xd1\x97\xd0\xb2"), std::string_view("1"),
        std::string_view(longest)}) {
    const Error refused = check_version_name(name);
    EXPECT_TRUE(refused.ok()) << refused.text();
  }
}

TEST(VersionNames, MayNotBeMistakenForAnythingElse) {
  const std::string too_long(256, 'n');
  const std::string digest(64, 'a');
  using namespace std::string_view_literals;
  for (const std::string_view name : {""sv,
                                      "main"sv,
                                      "now"sv,
                                      "-x"sv,
                                      "beef"sv,
                                      "BEEF"sv,
                                      "2026"sv,
                                      "20261129"sv,
                                      "a b"sv,
                                      "a..b"sv,
                                      "a~1"sv,
                                      "a^"sv,
                                      "12:30"sv,
                                      "2026-11-29"sv,
                                      "2026-11-29T12"sv,
                                      "a\nb"sv,
                                      "a\x1b[31m"sv,
                                      "a\x7f"sv,
                                      "a\0b"sv,
                                      "\xc2\x85"sv,
                                      "\xff"sv,
                                      std::string_view(digest),
                                      std::string_view(too_long)}) {
    EXPECT_EQ(check_version_name(name).code(), Code::invalid) << name;
  }
}

TEST(VersionNames, AreCheckedInTheLog) {
  Digest head;
  head.bytes[0] = 1;
  const auto code = [&](std::string_view name) {
    return parse_reference(encode_reference({.what = Refers::tag, .name = name, .heads = {head}}))
        .code();
  };
  EXPECT_EQ(code("v1"), Code::ok);
  EXPECT_EQ(code("main"), Code::invalid);
  EXPECT_EQ(code("cafe"), Code::invalid);
  EXPECT_EQ(code("a\nb"), Code::invalid);
}

}  // namespace
}  // namespace gs::graph
