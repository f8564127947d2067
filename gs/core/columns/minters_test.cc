// Goal: who minted an id is found where ids are near each other, and never wrongly.
// Method: ids of two writers over many milliseconds, all of them and some; ids of nobody.
#include "gs/core/columns/minters.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "gs/core/crypto/sha256.h"

namespace gs::columns {
namespace {

id::Writer writer(std::string_view name) { return crypto::sha256(as_bytes(name)); }

struct Made {
  Id id;
  id::Writer by;
  std::uint64_t mint;
};

std::vector<Made> made_ids(std::size_t count) {
  std::mt19937_64 random(7);
  std::vector<Made> made;
  for (const char* name : {"ada", "bob"}) {
    id::Minter minter(writer(name), 0, Id{});
    std::uint64_t ms = 1'700'000'000'000;
    for (std::size_t i = 0; i < count; ++i) {
      if (random() % 50 == 0) ms += random() % 5;
      const auto one = minter.mint(ms);
      made.push_back({one.id, writer(name), one.counter});
    }
  }
  std::sort(made.begin(), made.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  return made;
}

TEST(Minters, FindWhoMintedIdsThatAreNearEachOther) {
  for (const std::size_t step : {1u, 3u}) {
    Minters minters;
    minters.add_writer(writer("carl"));
    minters.add_writer(writer("ada"));
    minters.add_writer(writer("bob"));
    minters.add_writer(writer("ada"));
    const std::vector<Made> all = made_ids(2000);
    minters.begin_block(all.size());
    std::size_t found = 0;
    for (std::size_t i = 0; i < all.size(); i += step) {
      // One of the second writer is said, as by an insert.
      std::optional<Minting> said;
      if (i == 0 || (all[i].by == writer("bob") && found < 40)) {
        said = Minting{all[i].by, all[i].mint};
      }
      const auto one = minters.find(all[i].id, said);
      if (!one) continue;
      ++found;
      EXPECT_EQ(one->writer, all[i].by);
      EXPECT_EQ(one->mint, all[i].mint);
      EXPECT_EQ(id_of_head(one->writer, one->mint, head_of_id(all[i].id)), all[i].id);
    }
    EXPECT_GT(found, all.size() / step * 9 / 10) << step;
  }
}

TEST(Minters, IdsOfNobodyAreNotFound) {
  Minters minters;
  minters.add_writer(writer("ada"));
  minters.begin_block(1000);
  std::mt19937_64 random(3);
  for (int i = 0; i < 200; ++i) {
    Id id;
    for (auto& byte : id.bytes) byte = static_cast<std::uint8_t>(random());
    if (i % 2 == 0) id.bytes[6] = 0x70;
    EXPECT_FALSE(minters.find(id, std::nullopt).has_value());
    EXPECT_FALSE(minters.find(id, Minting{writer("ada"), 1}).has_value());
  }
}

}  // namespace
}  // namespace gs::columns
