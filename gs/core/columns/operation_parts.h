// The parts of an operation that columns have apart. Internal to gs/core/columns.
#pragma once

#include "gs/base/endian.h"
#include "gs/core/columns/layout.h"
#include "gs/core/graph/operation.h"

namespace gs::columns {

using graph::Kind;
using graph::OperationView;

inline bool is_kind(const OperationView& operation, Kind kind) noexcept {
  return operation.kind == static_cast<std::uint8_t>(kind);
}

inline bool has_overwritten(const OperationView& operation) noexcept {
  return !operation.erased() &&
         (is_kind(operation, Kind::set) || is_kind(operation, Kind::update) ||
          is_kind(operation, Kind::remove));
}

inline bool has_mint(const OperationView& operation) noexcept {
  return !operation.erased() && is_kind(operation, Kind::insert) &&
         operation.payload.size() >= kWordBytes;
}

// Whether its body is a record, as those of other operations on the shape are.
inline bool has_record(const OperationView& operation) noexcept {
  return is_kind(operation, Kind::insert) || is_kind(operation, Kind::set) ||
         is_kind(operation, Kind::update);
}

inline constexpr std::size_t kExceptionCountAt = 10;  // in an overwritten part

// What stands between head and body of an operation was read before.
inline Bytes body_of(const OperationView& operation) {
  if (has_mint(operation)) return operation.payload.subspan(kWordBytes);
  if (!has_overwritten(operation)) return operation.payload;
  const std::uint32_t exceptions = load_u32(operation.payload.data() + kExceptionCountAt);
  return operation.payload.subspan(graph::kOverwrittenBytes +
                                   std::size_t{exceptions} * graph::kExceptionBytes);
}

}  // namespace gs::columns
