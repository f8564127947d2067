// Goal: the same history makes the same bytes of state wherever it is played: natively and as
// WebAssembly, which runs this very test (tests/wasm).
// Method: three replicas do all that writers can do to records, by numbers of a generator that the
// C++ standard defines, and exchange what they did; the digest that all of them have is frozen.
#include <gtest/gtest.h>

#include <random>

#include "gs/base/hex.h"
#include "gs/engine/database/test_replicas.h"

namespace gs::engine::testing {
namespace {

class PortableHistory {
 public:
  PortableHistory() {
    for (const char* const key : {"kyiv", "lviv", "odesa", "dnipro"}) {
      ids_.push_back(replicas_[0].put("City", key, R"({"n":0,"text":"abc","list":[1,2]})").value());
    }
    replicas_.copy();
  }

  void play(int rounds) {
    for (int i = 0; i < rounds; ++i) {
      Batch batch(replicas_.next(below(Replicas::kCount)).db);
      for (std::uint64_t left = 1 + below(3); left != 0; --left) write(batch);
      const Error error = batch.commit();
      // What is not there cannot be changed, nor a text behind its end.
      EXPECT_TRUE(error.ok() || error.code() == Code::not_found || error.code() == Code::conflict ||
                  error.code() == Code::invalid)
          << error.text();
      written_ += error.ok() ? 1 : 0;
    }
    replicas_.exchange();
  }

  std::string digest() const { return replicas_[0].digest().text(); }
  int written() const { return written_; }

 private:
  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

  void write(Batch& batch) {
    const Id id = ids_[below(ids_.size())];
    const std::string n = std::to_string(below(100));
    switch (below(10)) {
      case 0:
        EXPECT_TRUE(batch.insert("Note", R"({"of":")" + n + R"(","x":0.1,"y":1e300})").ok());
        break;
      case 1:
        EXPECT_TRUE(batch.update(id, R"({"n":)" + n + R"(,"name":"v)" + n + R"("})").ok());
        break;
      case 2:
        EXPECT_TRUE(batch.add(id, "sum", static_cast<double>(below(9)) - 4).ok());
        break;
      case 3:
        EXPECT_TRUE(batch.change(id, "tags", merge::Rule::included, "[" + n + "]").ok());
        break;
      case 4:
        EXPECT_TRUE(batch.change(id, "tags", merge::Rule::excluded, "[" + n + ",1]").ok());
        break;
      case 5:
        static_cast<void>(batch.splice(id, "text", {below(4), below(3), n}));
        break;
      case 6: {
        ListEdit edit{crdt::ListEdit::insert, below(3), 1, 0, {}};
        edit.values.push_back({static_cast<std::uint8_t>(Type::string), 'x'});
        static_cast<void>(batch.edit_list(id, "list", edit));
        break;
      }
      case 7:
        EXPECT_TRUE(
            batch.give_members(id, "at", R"({"a":)" + n + R"(,"o":{"x)" + n + R"(":1}})").ok());
        break;
      case 8:
        EXPECT_TRUE(batch.give_members(id, "at", R"([{"o":{}},{"a":true}])").ok());
        break;
      default:
        if (below(3) == 0) EXPECT_TRUE(batch.remove(id).ok());
    }
  }

  std::mt19937_64 random_{5489};
  Replicas replicas_;
  std::vector<Id> ids_;
  int written_ = 0;
};

TEST(Portable, AHistoryMakesTheSameStateEverywhere) {
  PortableHistory history;
  history.play(600);
  EXPECT_GT(history.written(), 200);
  EXPECT_EQ(history.digest(), "97fecc86c192baff192b38049c1f3afc0bad8c14fcb53343d6199119c83d4ae8");
}

}  // namespace
}  // namespace gs::engine::testing
