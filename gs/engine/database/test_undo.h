// Replicas of which the first one undoes and does again while the second one writes. For tests.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "gs/engine/database/test_replicas.h"

namespace gs::engine::testing {

class UndoingReplicas : public Replicas {
 protected:
  const Store& a() { return next(0); }
  const Store& b() { return next(1); }

  // How often something is told as kept.
  static std::size_t undo(const Store& store) { return kept_of(store->undo()); }
  static std::size_t redo(const Store& store) { return kept_of(store->redo()); }
  static std::size_t kept_of(const Result<Reverted>& reverted) {
    EXPECT_TRUE(reverted.ok()) << reverted.error().text();
    return reverted.ok() ? reverted->kept.size() : 0;
  }

  // All the way back and forth, twice, with a restart in between. `ways`: what is shown when so many
  // steps are left, from none on; the last one when all are.
  void walk(const std::vector<std::string>& ways,
            const std::function<void(const std::string&)>& expect) {
    for (int times = 0; times < 2; ++times) {
      for (std::size_t i = ways.size() - 1; i-- > 0;) {
        EXPECT_EQ(undo(a()), 0u);
        expect(ways[i]);
      }
      for (std::size_t i = 1; i < ways.size(); ++i) {
        EXPECT_EQ(redo(a()), 0u);
        expect(ways[i]);
      }
      reopen(0);
    }
  }
};

}  // namespace gs::engine::testing
