// Goal: whatever several writers do to a field that holds a list (insert, delete, move and set
// elements, replace it, take it away, remove the record and bring it back), in whatever order it
// arrives, all get one record; and what that shows is what the definition in docs/FORMAT.md says,
// worked out naively.
#include "gs/base/test_share.h"
#include "gs/core/crdt/list/list_outline.h"
#include "gs/core/merge/edited_value.h"
#include "gs/core/merge/test_edit_world.h"

namespace gs::merge {
namespace {

using testing::EditedOp;
using testing::kTypists;

constexpr std::uint64_t kListingSeeds = 600;

Buffer number_value(std::uint64_t number) {
  Buffer value(9);
  value[0] = static_cast<std::uint8_t>(Type::number);
  const double wide = static_cast<double>(number);
  std::memcpy(value.data() + 1, &wide, sizeof wide);
  return value;
}

class Listing final : public testing::EditKind {
 public:
  Rule rule() const override { return Rule::list; }
  std::string some_value(std::mt19937_64& random) const override {
    std::string json = "[";
    for (std::size_t left = random() % 6; left > 0; --left) {
      json += std::to_string(random() % 8) + (left > 1 ? "," : "");
    }
    return json + "]";
  }
  bool is_nothing(Bytes edits) const override { return !crdt::ListEditsView::parse(edits).ok(); }

  Buffer edits(MergedRecord& merged, const std::string& shown, const LocalStamp& /*stamp*/,
               std::mt19937_64& random) const override {
    const auto below = [&](std::uint32_t count) {
      return static_cast<std::uint32_t>(random() % count);
    };
    crdt::ListOutline outline = merged.list_outline(testing::kBody);
    EXPECT_EQ(outline.length(), elements_of_array(shown).size());
    for (std::uint32_t left = 1 + below(4); left > 0; --left) {
      const std::uint32_t length = outline.length();
      const std::uint32_t what = length == 0 ? 0 : below(6);
      const Buffer value = number_value(random() % 1000);
      Error error;
      if (what <= 1) error = outline.insert(below(length + 1), value);
      if (what == 2) error = outline.set(below(length), value);
      if (what == 3) {
        const std::uint32_t pos = below(length);
        error = outline.erase(pos, 1 + below(std::min(3u, length - pos)));
      }
      if (what >= 4) error = outline.move(below(length), below(length));
      EXPECT_FALSE(error) << error.text();
    }
    return outline.edits();
  }

  std::string made(const std::string& value, const std::vector<EditedOp>& ops,
                   const std::vector<std::size_t>& edits) const override {
    if (edits.empty()) return value;
    crdt::List list;
    std::map<std::pair<std::uint64_t, std::uint32_t>, crdt::EventId> last;
    const std::vector<Bytes> elements = elements_of_array(value);
    const std::uint32_t nobody = list.writer_number({});
    const auto count = static_cast<std::uint32_t>(elements.size());
    auto draft = list.begin(nobody, 0);
    for (std::uint32_t i = 0; i < count; ++i) EXPECT_FALSE(list.insert(*draft, i, elements[i]));
    for (const std::size_t i : edits) {
      const EditedOp& op = ops[i];
      const std::uint32_t writer = list.writer_number(kTypists.key(op.stamp.writer));
      std::vector<crdt::EventId> parents;
      for (const LocalStamp& one : op.parents) parents.push_back(last.at({one.hlc, one.writer}));
      if (parents.empty() && count != 0) parents.push_back({nobody, count - 1});
      const std::uint32_t seq = list.next_seq(writer);
      const Error error = list.apply(op.edits, {{writer, seq}, op.stamp.hlc, parents});
      EXPECT_FALSE(error) << error.text();
      last[{op.stamp.hlc, op.stamp.writer}] = {writer, list.next_seq(writer) - 1};
    }
    std::vector<Bytes> shown;
    list.values([&](Bytes one) { shown.push_back(one); });
    Buffer content;
    append_elements(Type::array, shown, content);
    return std::string(as_text(content));
  }
};

TEST(MergedListsLaw, IsAFunctionOfTheSetOfItsWrites) {
  const Listing listing;
  for (std::uint64_t seed = 1; seed <= kListingSeeds / gs::testing::kSanitizedShare; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    testing::EditWorld world(listing, seed);
    for (std::uint64_t left = 10 + seed % 50; left != 0; --left) world.step();
    world.end();
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace gs::merge
