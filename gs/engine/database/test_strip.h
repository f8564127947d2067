// What somebody who carries changes can do to them without any key: take payloads out. For tests.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "gs/engine/database/test_exchange.h"
#include "gs/engine/database/test_stranger.h"

namespace gs::engine::testing {

inline graph::ChangeView view_of(const Buffer& change) {
  return graph::ChangeView::parse(change).value();
}

// Indexes of the operations that can be taken out.
inline std::vector<std::uint32_t> payloads_in(const Buffer& change) {
  std::vector<std::uint32_t> indexes;
  const graph::ChangeView view = view_of(change);
  auto cursor = view.operations();
  for (graph::OperationView operation; cursor.next(operation);) {
    if (graph::is_erasable(operation.kind) && !operation.erased()) {
      indexes.push_back(cursor.index());
    }
  }
  return indexes;
}

inline Buffer strip(const Buffer& change, const std::vector<std::uint32_t>& operations) {
  return graph::erase_operations(view_of(change), operations).value();
}
inline Buffer strip(const Buffer& change) { return strip(change, payloads_in(change)); }

inline bool lacks_payloads(const Buffer& change) { return view_of(change).explicit_salts(); }

// Of a verification that builds the state a second time.
inline std::string all_complaints(const Store& store) {
  VerifyOptions options;
  options.full = true;
  return store.complaints(options);
}

// A change by nobody in particular that says that these payloads were erased, and never comes into
// any log: nobody has what it was made upon.
inline Buffer false_witness(const Store& store, const Buffer& change,
                            const std::vector<std::uint32_t>& operations, std::uint8_t number = 7) {
  Stranger stranger(store->storage(), number);
  Digest nobody_has;
  nobody_has.bytes.fill(number);
  stranger.parents = {nobody_has};
  const graph::ChangeView view = view_of(change);
  std::vector<StrangeOperation> says;
  auto cursor = view.operations();
  for (graph::OperationView operation; cursor.next(operation);) {
    const bool is_meant =
        std::find(operations.begin(), operations.end(), cursor.index()) != operations.end();
    if (!is_meant) continue;
    StrangeOperation one;
    one.kind = static_cast<std::uint8_t>(graph::Kind::erase);
    one.id = view.id(operation.id_index);
    one.payload = graph::encode_erase(graph::describe_erasure(view, cursor, operation, "a lie"));
    says.push_back(std::move(one));
  }
  return stranger.change(says);
}

}  // namespace gs::engine::testing
