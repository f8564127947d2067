// Goal: patterns match exactly what SQL's LIKE says, character by character, in linear time.
// Method: frozen examples, random patterns and texts against a matcher that tries everything, and
// the inputs that make matchers slow which try everything.
#include "gs/core/query/like.h"

#include <gtest/gtest.h>

#include "gs/core/query/limits.h"
#include "gs/core/query/test_naive.h"

namespace gs::query {
namespace {

bool like(std::string_view text, std::string_view pattern) {
  return Pattern::parse(pattern).value().matches(text);
}

TEST(Like, PercentTakesAnyUnderscoreOneBackslashTheNextAsItIs) {
  EXPECT_TRUE(like("", ""));
  EXPECT_FALSE(like("a", ""));
  EXPECT_TRUE(like("", "%"));
  EXPECT_TRUE(like("Kyiv", "Kyiv"));
  EXPECT_FALSE(like("Kyiv", "kyiv"));
  EXPECT_TRUE(like("Kyiv", "K%"));
  EXPECT_TRUE(like("Kyiv", "%v"));
  EXPECT_TRUE(like("Kyiv", "%yi%"));
  EXPECT_TRUE(like("Kyiv", "K__v"));
  EXPECT_FALSE(like("Kyiv", "K_v"));
  EXPECT_TRUE(like("aXbXc", "a%b_c"));
  EXPECT_TRUE(like("aaab", "%a_b"));
  EXPECT_FALSE(like("ab", "ab%ab"));  // the ends must not overlap
  EXPECT_TRUE(like("100%", "100\\%"));
  EXPECT_FALSE(like("100 %", "100\\%"));
  EXPECT_TRUE(like("a\\b", "a\\\\b"));
}

TEST(Like, OneCharacterIsOneOfUtf8) {
  EXPECT_TRUE(like("é", "_"));
  EXPECT_FALSE(like("é", "__"));
  EXPECT_TRUE(like("日本語", "_本_"));
  EXPECT_TRUE(like("x日本語y", "%_語%"));
  EXPECT_TRUE(like("😀", "%_"));
  EXPECT_TRUE(like("😀", "_%"));
  EXPECT_FALSE(like("😀", "_%_"));
}

TEST(Like, ABackslashAtTheEndIsRefused) {
  EXPECT_EQ(Pattern::parse("a\\").code(), Code::invalid);
  EXPECT_TRUE(Pattern::parse("a\\\\").ok());
}

TEST(Like, LimitOfAPartWithUnderscoreIsExact) {
  const std::string most = "_" + std::string(kLikeWildMax - 1, 'a');
  EXPECT_TRUE(Pattern::parse("%" + most + "%").ok());
  EXPECT_EQ(Pattern::parse("%" + most + "a%").code(), Code::too_large);
  EXPECT_TRUE(Pattern::parse(most + "a").ok());  // at an end it is only compared
  EXPECT_TRUE(like("x" + most + "x", "%" + most + "%"));
}

TEST(LikeLaw, MatchesWhatTryingEverythingMatches) {
  naive::QueryMaker make(1);
  static constexpr const char* kPieces[] = {"a", "b", "é", "日", "%", "_", "\\"};
  std::size_t matched = 0;
  for (int i = 0; i < 50000; ++i) {
    std::string text;
    for (std::uint64_t n = make.below(9); n > 0; --n) text += make.one_of(kPieces);
    std::string pattern;
    for (std::uint64_t n = make.below(3); n > 0; --n) pattern += make.pattern();
    const bool expected = naive::like(naive::characters(text), naive::characters(pattern));
    ASSERT_EQ(like(text, pattern), expected) << text << " LIKE " << pattern;
    matched += expected ? 1 : 0;
  }
  EXPECT_GT(matched, 1000u);
}

TEST(NeedleLaw, FindsTheFirstPlace) {
  naive::QueryMaker make(2);
  for (int i = 0; i < 50000; ++i) {
    std::string text;
    for (std::uint64_t n = make.below(20); n > 0; --n) text += make.below(3) == 0 ? 'b' : 'a';
    std::string part;
    for (std::uint64_t n = make.below(6); n > 0; --n) part += make.below(3) == 0 ? 'b' : 'a';
    const std::size_t from = make.below(text.size() + 1);
    ASSERT_EQ(Needle(part).find(text, from), text.find(part, from)) << text << " " << part;
  }
}

// A matcher that goes back over the text would take more than a lifetime for the first one, and
// 2^40 steps for the others.
TEST(Like, NoPatternIsSlow) {
  const std::string text(std::size_t{1} << 20, 'a');
  std::string stars;
  for (int i = 0; i < 2000; ++i) stars += "%a";
  EXPECT_FALSE(like(text, stars + "%b%"));
  const std::string half(std::size_t{1} << 19, 'a');
  EXPECT_FALSE(like(text, "%" + half + "b%"));
  EXPECT_FALSE(like(text, "%" + half + "b"));
  EXPECT_EQ(Needle(half + "b").find(text), std::string_view::npos);
  EXPECT_FALSE(like(text, "%a_" + std::string(60, 'a') + "b%"));
}

}  // namespace
}  // namespace gs::query
