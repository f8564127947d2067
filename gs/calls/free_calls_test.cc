// Goal: what needs no storage is told without one, and no result outgrows its bound.
// Method: each call beside its function, a list with a small bound; clones, schemas and proofs are
// tested with what they are made of.
#include "gs/calls/methods.h"
#include "gs/calls/test_calls.h"

namespace gs::calls::testing {
namespace {

TEST(FreeCalls, VersionIsThatOfTheLibrary) {
  EXPECT_EQ(call("version", "{}").value(), '{' + argument("version", gs::version()) + '}');
}

TEST(FreeCalls, ResolveGivesTheIdOfAForeignKey) {
  const Id id = Storage::resolve("kyiv", "City");
  EXPECT_EQ(call("resolve", '{' + std::string(kKyiv) + '}').value(),
            '{' + argument("id", id.text()) + '}');
  const std::string given = '{' + argument("id", id.text()) + '}';
  EXPECT_EQ(call("resolve", given).value(), given);
}

TEST(ResultList, SaysWhenItBecomesTooLarge) {
  constexpr std::size_t kBytes = std::size_t{1} << 20;
  ResultList list(kBytes);
  EXPECT_TRUE(list.add("1").ok());
  EXPECT_TRUE(list.add(std::string(kBytes - 4, '2')).ok());
  const Error full = list.add("");
  EXPECT_EQ(full.code(), Code::too_large);
  EXPECT_EQ(full.message(), "the result takes more than 1 MiB. Ask for fewer with `limit`");
  EXPECT_EQ(list.take().size(), kBytes);
  EXPECT_EQ(kResultBytesMax >> 20, 256u);
}

}  // namespace
}  // namespace gs::calls::testing
