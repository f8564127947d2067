// Goal: whatever several writers do to a field that holds a text (type, replace it, take it away,
// remove the record and bring it back), in whatever order it arrives, all get one record; and what
// that shows is what the definition in docs/FORMAT.md says, worked out naively.
#include "gs/base/test_share.h"
#include "gs/core/crdt/text/text.h"
#include "gs/core/merge/test_edit_world.h"

namespace gs::merge {
namespace {

using testing::EditedOp;
using testing::kTypists;

constexpr std::uint64_t kTypingSeeds = 600;

class Typing final : public testing::EditKind {
 public:
  Rule rule() const override { return Rule::text; }
  std::string some_value(std::mt19937_64& random) const override {
    return '"' + some_text(random) + '"';
  }
  bool is_nothing(Bytes edits) const override {
    return crdt::parse_edits(edits)->counts.events == 0;
  }

  Buffer edits(MergedRecord& /*merged*/, const std::string& shown, const LocalStamp& /*stamp*/,
               std::mt19937_64& random) const override {
    const auto below = [&](std::uint32_t count) {
      return static_cast<std::uint32_t>(random() % count);
    };
    const auto length = crdt::measure(shown).points;
    const std::uint32_t pos = below(length + 1);
    const std::uint32_t deleted = below(std::min(3u, length - pos) + 1);
    const std::string text = deleted == 0 ? "x" + some_text(random) : some_text(random);
    std::vector<crdt::EditRun> runs;
    if (deleted != 0) runs.push_back({crdt::Edit::erase, pos, deleted});
    const auto inserted = crdt::measure(text).points;
    if (inserted != 0) runs.push_back({crdt::Edit::insert, pos, inserted});
    return crdt::encode_edits(runs, text);
  }

  std::string made(const std::string& value, const std::vector<EditedOp>& ops,
                   const std::vector<std::size_t>& edits) const override {
    crdt::Text text;
    std::map<std::pair<std::uint64_t, std::uint32_t>, crdt::EventId> last;
    const std::uint32_t nobody = text.writer_number({});
    if (!value.empty()) EXPECT_FALSE(text.insert(nobody, 0, value));
    const std::uint32_t points = text.length();
    for (const std::size_t i : edits) {
      const EditedOp& op = ops[i];
      const std::uint32_t writer = text.writer_number(kTypists.key(op.stamp.writer));
      std::vector<crdt::EventId> parents;
      for (const LocalStamp& one : op.parents) parents.push_back(last.at({one.hlc, one.writer}));
      if (parents.empty() && points != 0) parents.push_back({nobody, points - 1});
      const auto parsed = crdt::parse_edits(op.edits);
      const std::uint32_t seq = *text.next_seq(writer);
      const Error error = text.apply(*parsed, {writer, seq}, parents);
      EXPECT_FALSE(error) << error.text();
      last[{op.stamp.hlc, op.stamp.writer}] = {writer, seq + parsed->counts.events - 1};
    }
    return text.text();
  }

 private:
  static std::string some_text(std::mt19937_64& random) {
    static constexpr const char* kParts[] = {"a", "b", "c", "\xc3\xa9", " ", "de"};
    std::string text;
    for (std::size_t left = random() % 5; left > 0; --left) text += kParts[random() % 6];
    return text;
  }
};

TEST(MergedTextsLaw, IsAFunctionOfTheSetOfItsWrites) {
  const Typing typing;
  for (std::uint64_t seed = 1; seed <= kTypingSeeds / gs::testing::kSanitizedShare; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    testing::EditWorld world(typing, seed);
    for (std::uint64_t left = 10 + seed % 50; left != 0; --left) world.step();
    world.end();
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace gs::merge
