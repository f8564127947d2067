// Goal: a rope is a string, in all four units, and every sum that it keeps is true at every moment.
// Method: random edits beside a plain string of code points, checked after each step.
#include <gtest/gtest.h>

#include <random>

#include "gs/base/test_share.h"
#include "gs/core/crdt/text/rope.h"

namespace gs::crdt {
namespace {

constexpr const char* kLetters[] = {"a", "b", "\n", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x99\x82"};

// The same text, one string for each code point.
using Model = std::vector<std::string>;

std::string joined(const Model& model) {
  std::string text;
  for (const std::string& point : model) text += point;
  return text;
}

Measure measure_of(const Model& model, std::size_t points) {
  Measure sum;
  for (std::size_t i = 0; i < points; ++i) {
    sum.points += 1;
    sum.bytes += static_cast<std::uint32_t>(model[i].size());
    sum.units16 += model[i].size() == 4 ? 2 : 1;
    sum.lines += model[i] == "\n" ? 1 : 0;
  }
  return sum;
}

Model random_text(std::mt19937_64& random, std::size_t points, bool ascii) {
  Model text;
  for (std::size_t i = 0; i < points; ++i) text.emplace_back(kLetters[random() % (ascii ? 3 : 6)]);
  return text;
}

void expect_same(const Rope& rope, const Model& model, std::mt19937_64& random) {
  ASSERT_TRUE(rope.check());
  ASSERT_EQ(rope.size(), measure_of(model, model.size()));
  const std::size_t at = random() % (model.size() + 1);
  const Measure before = measure_of(model, at);
  const auto points = static_cast<std::uint32_t>(at);
  ASSERT_EQ(rope.convert(TextUnit::points, points, TextUnit::bytes), before.bytes);
  ASSERT_EQ(rope.convert(TextUnit::points, points, TextUnit::units16), before.units16);
  ASSERT_EQ(rope.convert(TextUnit::points, points, TextUnit::lines), before.lines);
  ASSERT_EQ(rope.convert(TextUnit::bytes, before.bytes, TextUnit::points), points);
  ASSERT_EQ(rope.convert(TextUnit::units16, before.units16, TextUnit::points), points);
  if (at < model.size() && model[at].size() == 4) {
    // Inside of a code point: its beginning.
    ASSERT_EQ(rope.convert(TextUnit::units16, before.units16 + 1, TextUnit::points), points);
    ASSERT_EQ(rope.convert(TextUnit::bytes, before.bytes + 3, TextUnit::points), points);
  }
  std::size_t line = at;
  while (line > 0 && model[line - 1] != "\n") --line;
  ASSERT_EQ(rope.convert(TextUnit::lines, before.lines, TextUnit::points), line);
  const std::size_t count = random() % (model.size() - at + 1);
  std::string slice = "kept ";
  rope.append_slice(points, static_cast<std::uint32_t>(count), slice);
  const auto from = model.begin() + static_cast<std::ptrdiff_t>(at);
  ASSERT_EQ(slice, "kept " + joined({from, from + static_cast<std::ptrdiff_t>(count)}));
}

void run(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const bool ascii = seed % 4 == 0;
  Rope rope;
  Model model;
  std::size_t cursor = 0;
  const std::size_t steps = 60;
  for (std::size_t step = 0; step < steps; ++step) {
    // Typing goes on where it was, half of the time.
    if (cursor > model.size() || random() % 2 == 0) cursor = random() % (model.size() + 1);
    const auto at = model.begin() + static_cast<std::ptrdiff_t>(cursor);
    // Growing first, then shrinking to nothing.
    if (random() % steps > step) {
      const std::size_t points = random() % 4 == 0 ? random() % 5000 : random() % 4;
      const Model text = random_text(random, points, ascii);
      rope.insert(static_cast<std::uint32_t>(cursor), joined(text));
      model.insert(at, text.begin(), text.end());
      cursor += points;
    } else {
      std::size_t count = random() % 3 == 0 ? random() % (model.size() + 1) : random() % 4;
      count = std::min(count, model.size() - cursor);
      rope.erase(static_cast<std::uint32_t>(cursor), static_cast<std::uint32_t>(count));
      model.erase(at, at + static_cast<std::ptrdiff_t>(count));
    }
    expect_same(rope, model, random);
  }
  ASSERT_EQ(rope.text(), joined(model));
  rope.erase(0, rope.size().points);
  ASSERT_TRUE(rope.check());
  ASSERT_EQ(rope.text(), "");
}

TEST(RopeLaw, ARopeIsAString) {
  for (std::uint64_t seed = 1; seed <= 60 / gs::testing::kSanitizedShare; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    run(seed);
    if (HasFatalFailure()) return;
  }
}

TEST(RopeLaw, ManySmallEditsKeepTheTreeInOrder) {
  std::mt19937_64 random(7);
  Rope rope;
  std::string model;
  for (int i = 0; i < 60'000; ++i) {
    const auto at = static_cast<std::uint32_t>(random() % (model.size() + 1));
    rope.insert(at, "0123456789abcdef");
    model.insert(at, "0123456789abcdef");
  }
  ASSERT_TRUE(rope.check());
  ASSERT_EQ(rope.text(), model);
  while (!model.empty()) {
    const std::size_t at = random() % model.size();
    const std::size_t count = std::min<std::size_t>(random() % 900, model.size() - at);
    rope.erase(static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(count));
    model.erase(at, count);
    if (random() % 4 == 0) {
      // Where a leaf has just become part of another.
      rope.insert(static_cast<std::uint32_t>(at), "z");
      model.insert(at, "z");
    }
    if (random() % 8 == 0) ASSERT_TRUE(rope.check());
  }
  ASSERT_TRUE(rope.check());
  ASSERT_EQ(rope.size(), Measure{});
}

TEST(Measure, CountsEveryUnit) {
  const std::string text = "a\n\xc3\xa9\xe2\x82\xac\xf0\x9f\x99\x82";
  EXPECT_EQ(measure(text), (Measure{11, 5, 6, 1}));
  EXPECT_EQ(measure(text + text + text), (Measure{33, 15, 18, 3}));
  EXPECT_EQ(measure("\n"), (Measure{1, 1, 1, 1}));
  EXPECT_EQ(measure(""), Measure{});
}

}  // namespace
}  // namespace gs::crdt
