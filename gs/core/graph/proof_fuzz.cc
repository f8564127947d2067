// Any text as a proof: what is accepted must be written back with the same meaning.
#include "gs/base/check.h"
#include "gs/core/graph/proof.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gs::graph;
  const auto parsed = parse_proof(gs::as_text({data, size}));
  if (!parsed.ok()) return 0;
  const auto proven = check(*parsed);
  const std::string json = to_json(*parsed);
  const auto again = parse_proof(json);
  GS_CHECK(again.ok());
  GS_CHECK(to_json(*again) == json);
  GS_CHECK(check(*again).ok() == proven.ok());
  return 0;
}
