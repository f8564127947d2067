// Taking payloads out of a change whose digest and signature stay valid.
#include <string>

#include "gs/base/endian.h"
#include "gs/core/graph/change.h"
#include "gs/core/graph/commitment.h"
#include "gs/core/graph/operation.h"

namespace gs::graph {
namespace {

Error check_list(const ChangeView& change, std::span<const std::uint32_t> operations) {
  for (std::size_t i = 0; i < operations.size(); ++i) {
    if (operations[i] >= change.operation_count()) {
      return Error(Code::invalid, "erase: change " + change.digest().text() + " has no operation " +
                                      std::to_string(operations[i]));
    }
    if (i > 0 && operations[i - 1] >= operations[i]) {
      return Error(Code::invalid, "erase: the operation indexes do not ascend");
    }
  }
  return {};
}

void append(Buffer& out, Bytes bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }

// Salts and operations of the result, each operation whole or only its head.
struct Split {
  Buffer salts;
  Buffer operations;
};

Result<Split> split(const ChangeView& change, std::span<const std::uint32_t> operations) {
  const std::vector<Digest> leaves = change.leaves();
  Split out;
  out.salts.reserve(leaves.size() * kExplicitSaltBytes);
  out.operations.reserve(change.bytes().size());
  std::size_t listed = 0;
  auto cursor = change.operations();
  for (OperationView operation; cursor.next(operation);) {
    const std::uint32_t index = cursor.index();
    const bool erase = listed < operations.size() && operations[listed] == index;
    if (erase) ++listed;
    if (erase && !is_erasable(operation.kind)) {
      return Error(Code::invalid, "erase: operation " + std::to_string(index) + " is a " +
                                      kind_name(operation.kind) + ", which others depend on");
    }
    if (!erase && !operation.erased()) {
      const Salt salt = change.salt(index);
      append(out.salts, salt);
      out.salts.resize(out.salts.size() + kExplicitSaltBytes - kSaltBytes);
      append(out.operations, operation.bytes);
      continue;
    }
    append(out.salts, leaves[index].bytes);
    const std::size_t head = out.operations.size();
    append(out.operations, operation.bytes.first(kOperationHeadBytes));
    store_u32(out.operations.data() + head, kOperationHeadBytes);
    out.operations[head + 5] |= kErased;
  }
  return out;
}

}  // namespace

Result<Buffer> erase_operations(const ChangeView& change,
                                std::span<const std::uint32_t> operations) {
  GS_TRY_OK(check_list(change, operations));
  GS_TRY_OK(change.verify_commitments());
  const Bytes original = change.bytes();
  if (operations.empty()) return Buffer(original.begin(), original.end());
  GS_TRY(const Split parts, split(change, operations));

  const std::size_t fixed =
      kPreambleBytes + change.header().size() + align_up<std::size_t>(change.signature().size(), 8);
  const Bytes tables = original.last(change.tables().size() + change.id_count() * sizeof(Id));
  Buffer out;
  out.reserve(fixed + parts.salts.size() + parts.operations.size() + tables.size());
  append(out, original.first(fixed));
  append(out, parts.salts);
  append(out, parts.operations);
  append(out, tables);
  if (out.size() > kChangeBytesMax) {
    return Error(Code::too_large, "erase: the change would grow over 72 MiB");
  }
  store_u32(out.data(), static_cast<std::uint32_t>(out.size()));
  out[4] = 1;
  store_u32(out.data() + 12, static_cast<std::uint32_t>(parts.operations.size()));
  return out;
}

}  // namespace gs::graph
