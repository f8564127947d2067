// Any bytes as a change: parse, walk, validate, verify, erase and take proofs from what is
// accepted.
#include "gs/core/graph/proof.h"

#include "gs/base/check.h"

namespace {

using namespace gs;
using namespace gs::graph;

// Beyond this, one input would take too long.
constexpr std::uint32_t kErasedMax = 64;

void erase_some(const ChangeView& change) {
  std::vector<std::uint32_t> list;
  auto cursor = change.operations();
  for (OperationView operation; cursor.next(operation) && list.size() < kErasedMax;) {
    if (is_erasable(operation.kind) && cursor.index() % 2 == 0) list.push_back(cursor.index());
  }
  const auto erased = erase_operations(change, list);
  if (!erased.ok()) return;
  const auto again = ChangeView::parse(*erased);
  GS_CHECK(again.ok());
  GS_CHECK(again->digest() == change.digest());
  GS_CHECK(again->verify_commitments().ok());
  for (const std::uint32_t index : list) {
    const Erase erase = describe_erasure(*again, index, "");
    GS_CHECK(parse_erase(encode_erase(erase)).ok());
    if (erase.id_index == kNoId) continue;
    GS_CHECK(verify_erasure(erase, again->id(erase.id_index), *again).ok());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto parsed = ChangeView::parse({data, size});
  if (!parsed.ok()) return 0;
  const ChangeView& change = *parsed;
  std::size_t bytes = 0;
  std::uint32_t count = 0;
  auto cursor = change.operations();
  for (OperationView operation; cursor.next(operation); ++count) {
    bytes += operation.bytes.size();
    if (operation.id_index != kNoId) GS_CHECK(operation.id_index < change.id_count());
    if (operation.shape != kNoShape) GS_CHECK(operation.shape < change.shape_count());
    validate_payload(operation, nullptr).ignore();  // any answer; it must only not crash
  }
  GS_CHECK(count == change.operation_count());
  GS_CHECK(bytes < size);
  validate_change(change, [](const Digest&) -> const record::Shape* { return nullptr; }).ignore();
  const bool whole = change.verify_commitments().ok();
  change.verify_signature().ignore();
  if (whole) erase_some(change);
  return 0;
}
