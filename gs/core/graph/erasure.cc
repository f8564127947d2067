// The erase operation: what the chain says about a payload that is gone, and checking it.
#include <string>

#include "gs/base/check.h"
#include "gs/core/graph/operation.h"
#include "gs/core/graph/payload_io.h"
#include "gs/core/record/utf8.h"

namespace gs::graph {
namespace {

Error bad_erase(const char* what) {
  return Error(Code::invalid, std::string("erase payload: ") + what);
}

// Where operation `index` was read, or nothing beyond the end.
std::optional<ChangeView::Cursor> find_operation(const ChangeView& change, std::uint32_t index,
                                                 OperationView& operation) {
  auto cursor = change.operations();
  while (cursor.next(operation)) {
    if (cursor.index() == index) return cursor;
  }
  return std::nullopt;
}

}  // namespace

Buffer encode_erase(const Erase& erase) {
  GS_CHECK(erase.reason.size() <= kReasonBytesMax);
  return PayloadWriter(96 + erase.reason.size())
      .digest(erase.change)
      .number(erase.operation)
      .number(erase.kind)
      .number(erase.flags)
      .number(erase.shape)
      .number(erase.id_index)
      .number(static_cast<std::uint32_t>(erase.reason.size()))
      .digest(erase.leaf)
      .number(erase.hlc_delta)
      .number(std::uint32_t{0})
      .text(erase.reason)
      .take();
}

Result<Erase> parse_erase(Bytes payload) {
  PayloadReader reader(payload);
  Erase erase;
  erase.change = reader.digest();
  erase.operation = reader.number<std::uint32_t>();
  erase.kind = reader.number<std::uint8_t>();
  erase.flags = reader.number<std::uint8_t>();
  erase.shape = reader.number<std::uint16_t>();
  erase.id_index = reader.number<std::uint32_t>();
  const auto reason_bytes = reader.number<std::uint32_t>();
  erase.leaf = reader.digest();
  erase.hlc_delta = reader.number<std::uint32_t>();
  reader.zeros(4);
  erase.reason = reader.text(reason_bytes);
  if (!reader.finish()) return bad_erase("its parts do not add up, or zeros are missing");
  if (!is_erasable(erase.kind)) return bad_erase("operations of that kind cannot be erased");
  if ((erase.flags & ~kLastOfTransaction) != 0) return bad_erase("unknown flags");
  if (erase.reason.size() > kReasonBytesMax) {
    return Error(Code::too_large, "erase payload: the reason is over 1,024 bytes");
  }
  if (!record::valid_utf8(erase.reason)) return bad_erase("the reason is not UTF-8");
  return erase;
}

Erase describe_erasure(const ChangeView& change, const ChangeView::Cursor& at,
                       const OperationView& operation, std::string_view reason) {
  return Erase{
      .change = change.digest(),
      .operation = at.index(),
      .kind = operation.kind,
      .flags = static_cast<std::uint8_t>(operation.flags & ~kErased),
      .shape = operation.shape,
      .id_index = operation.id_index,
      .leaf = change.leaf(at),
      .hlc_delta = static_cast<std::uint32_t>(operation.hlc - change.hlc()),
      .reason = reason,
  };
}

Erase describe_erasure(const ChangeView& change, std::uint32_t index, std::string_view reason) {
  OperationView operation;
  const auto at = find_operation(change, index, operation);
  GS_CHECK(at.has_value());
  return describe_erasure(change, *at, operation, reason);
}

Error verify_erasure(const Erase& erase, const Id& id, const ChangeView& change) {
  const auto broken = [&](const char* what) {
    return Error(Code::broken_chain, "change " + change.digest().text() + ", erased operation " +
                                         std::to_string(erase.operation) + ": " + what);
  };
  if (erase.change != change.digest()) return broken("the erase operation names another change");
  OperationView operation;
  const auto at = find_operation(change, erase.operation, operation);
  if (!at) return broken("there is no such operation");
  if (!operation.erased()) return broken("its payload is still there");
  const Erase found = describe_erasure(change, *at, operation, erase.reason);
  if (found.kind != erase.kind) return broken("another kind than the erase operation says");
  if (found.flags != erase.flags) return broken("other flags than the erase operation says");
  if (found.shape != erase.shape) return broken("another shape than the erase operation says");
  if (found.id_index != erase.id_index) return broken("another id than the erase operation says");
  if (found.hlc_delta != erase.hlc_delta) {
    return broken("another stamp than the erase operation says");
  }
  if (found.leaf != erase.leaf) return broken("another leaf than the erase operation says");
  if (found.id_index == kNoId || change.id(found.id_index) != id) {
    return broken("it belonged to another record than the erase operation says");
  }
  return {};
}

}  // namespace gs::graph
