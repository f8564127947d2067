// Goal: what needs no storage is told without one.
// Method: each call beside its function; clones, schemas and proofs are tested with what they are
// made of.
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

}  // namespace
}  // namespace gs::calls::testing
