// Goal: whatever several writers type, mark and unmark, in whatever order it arrives, all see the
// same marks, those that the definition in docs/FORMAT.md gives.
// Method: random histories, judged by a model that goes character by character.
#include "gs/base/test_share.h"
#include "gs/core/crdt/text/measure.h"
#include "gs/core/merge/edited_value.h"
#include "gs/core/merge/test_edit_world.h"
#include "gs/core/merge/test_naive_text.h"
#include "gs/core/merge/text_marks.h"
#include "gs/core/merge/text_places.h"

namespace gs::merge {
namespace {

using testing::EditedOp;
using testing::KeptRecord;
using testing::kTypists;
using testing::NaiveText;

constexpr std::uint64_t kMarksSeeds = 150;

std::string told(const std::vector<crdt::MarkSpan>& spans) {
  std::string told;
  for (const crdt::MarkSpan& one : spans) {
    told += std::to_string(one.from) + "-" + std::to_string(one.to) + " " + std::string(one.key) +
            "=" + std::string(as_text(one.value)) + "\n";
  }
  return told;
}

class Marking final : public testing::EditKind {
 public:
  Rule rule() const override { return Rule::text; }
  std::string some_value(std::mt19937_64& random) const override {
    return '"' + some_text(random) + '"';
  }
  bool is_nothing(Bytes edits) const override { return crdt::parse_edits(edits)->events() == 0; }

  // Up to four things, one behind the other.
  Buffer edits(MergedRecord& /*merged*/, const std::string& shown, const LocalStamp& /*stamp*/,
               std::mt19937_64& random) const override {
    std::uint32_t length = crdt::measure(shown).points;
    std::vector<crdt::EditRun> runs;
    std::vector<crdt::TextMark> marks;
    std::string inserted;
    std::uint32_t done = 0;
    for (std::size_t left = 1 + random() % 4; left > 0; --left) {
      const auto pos = static_cast<std::uint32_t>(random() % (length + 1));
      const std::uint32_t most = std::min(4u, length - pos);
      if (most != 0 && random() % 2 == 0) {
        marks.push_back(some_mark(pos, most, done, random));
      } else if (most != 0 && random() % 3 == 0) {
        runs.push_back({crdt::Edit::erase, pos, 1 + static_cast<std::uint32_t>(random() % most)});
        length -= runs.back().count;
        done += runs.back().count;
      } else {
        const std::string text = "x" + some_text(random);
        runs.push_back({crdt::Edit::insert, pos, crdt::measure(text).points});
        inserted += text;
        length += runs.back().count;
        done += runs.back().count;
      }
    }
    const Buffer bytes = crdt::encode_edits(runs, inserted, marks);
    EXPECT_TRUE(crdt::parse_edits(bytes).ok());
    return bytes;
  }

  std::string made(const std::string& value, const std::vector<EditedOp>& ops,
                   const std::vector<std::size_t>& edits) const override {
    NaiveText text(value);
    std::map<std::pair<std::uint64_t, std::uint32_t>, std::size_t> numbers;
    for (const std::size_t i : edits) {
      const EditedOp& op = ops[i];
      std::vector<std::size_t> parents;
      for (const LocalStamp& one : op.parents) parents.push_back(numbers.at({one.hlc, one.writer}));
      numbers[{op.stamp.hlc, op.stamp.writer}] =
          text.add({op.stamp.hlc, kTypists.key(op.stamp.writer)}, parents, op.edits);
    }
    expected_ = text.marks();
    return text.text();
  }

  std::string look(const KeptRecord& kept) const override {
    const auto field = text_field(kept.stored(), testing::kBody);
    if (!field.ok()) return {};
    const auto marks = marks_of(*field, kTypists);
    EXPECT_TRUE(marks.ok());
    return told(marks->spans);
  }
  std::optional<std::string> expected() const override { return expected_; }

 private:
  static crdt::TextMark some_mark(std::uint32_t pos, std::uint32_t most, std::uint32_t done,
                                  std::mt19937_64& random) {
    static constexpr std::uint8_t kTrue[] = {1, 1};
    static constexpr std::uint8_t kNull[] = {0};
    static constexpr std::uint8_t kRed[] = {6, 'r'};
    static constexpr Bytes kValues[] = {kTrue, kTrue, kNull, kRed};
    static constexpr std::string_view kKeys[] = {"bold", "link", "\xc3\xa9"};
    const auto count = 1 + static_cast<std::uint32_t>(random() % most);
    return {done,
            pos,
            count,
            random() % 3 == 0,
            random() % 2 == 0,
            kKeys[random() % 3],
            kValues[random() % 4]};
  }
  static std::string some_text(std::mt19937_64& random) {
    static constexpr const char* kParts[] = {"a", "b", "c", "\xc3\xa9", " ", "de"};
    std::string text;
    for (std::size_t left = random() % 4; left > 0; --left) text += kParts[random() % 6];
    return text;
  }

  mutable std::string expected_;  // of what made() made last
};

TEST(TextMarksLaw, AreWhatTheDefinitionSaysInWhateverOrderTheyCome) {
  for (std::uint64_t seed = 1; seed <= kMarksSeeds / gs::testing::kSanitizedShare; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const Marking marking;
    testing::EditWorld world(marking, seed);
    for (std::uint64_t left = 10 + seed % 30; left != 0; --left) world.step();
    world.end();
    if (::testing::Test::HasFailure()) return;
  }
}

// Done to the text that is shown and with the history: both have to say the same.
TEST(TextMarksOfFields, OneBehindTheEndOfTheTextUndoesItsWholeChain) {
  static constexpr std::uint8_t kYes[] = {1, 1};
  const crdt::EditRun typed{crdt::Edit::insert, 3, 2};
  for (const std::uint32_t behind : {0u, 2u}) {
    for (const std::uint32_t count : {3u, 4u, 5u, 6u}) {
      const crdt::TextMark mark{behind, 0, count, false, false, "bold", kYes};
      const Buffer bytes = crdt::encode_edits({&typed, 1}, "de", {&mark, 1});
      const bool is_good = count <= 3 + behind;
      std::string text = "abc";
      EXPECT_EQ(edit_text(text, crdt::parse_edits(bytes).value()), is_good);
      TypedText typed_text("abc");
      EXPECT_EQ(typed_text.add(kTypists.key(1), 1, {}, bytes).ok(), is_good);
      EXPECT_EQ(typed_text.shown(), is_good ? "abcde" : "abc");
    }
  }
}

}  // namespace
}  // namespace gs::merge
