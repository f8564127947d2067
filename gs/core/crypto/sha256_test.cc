// Goal: our padding, pieces and lanes around a borrowed compression function are SHA-256.
// Method: the vectors of NIST, then every way to hash the same bytes against every other one,
// around
// all block borders.
#include "gs/core/crypto/sha256.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "gs/core/crypto/sha256_blocks.h"
#include "gs/core/crypto/sha256_pieces.h"

namespace gs::crypto {
namespace {

Buffer random_bytes(std::mt19937_64& random, std::size_t size) {
  Buffer bytes(size);
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
  return bytes;
}

TEST(Sha256, MatchesTheVectorsOfNist) {
  EXPECT_EQ(sha256(as_bytes("")).text(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256(as_bytes("abc")).text(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256(as_bytes("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")).text(),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256(as_bytes("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
                            "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu"))
                .text(),
            "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
  EXPECT_EQ(sha256(Buffer(1'000'000, 'a')).text(),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, IsTheSameHoweverTheBytesArrive) {
  std::mt19937_64 random(1);
  RecordProperty("seed", 1);
  for (std::size_t size = 0; size <= 1300; size += size < 200 ? 1 : 13) {
    const Buffer bytes = random_bytes(random, size);
    const Digest whole = sha256(bytes);
    for (int round = 0; round < 4; ++round) {
      const std::size_t first = random() % (size + 1);
      const std::size_t second = first + random() % (size - first + 1);
      const Bytes view = bytes;
      const Bytes parts[] = {view.first(first), view.subspan(first, second - first),
                             view.subspan(second)};
      EXPECT_EQ(sha256({parts[0], parts[1], parts[2]}), whole) << size;
      Sha256 pieces;
      for (const Bytes part : parts) pieces.add(part);
      EXPECT_EQ(pieces.finish(), whole) << size;
    }
    Sha256 bytewise;
    for (const std::uint8_t& byte : bytes) bytewise.add({&byte, 1});
    EXPECT_EQ(bytewise.finish(), whole) << size;
  }
}

TEST(Sha256, WhatIsReadByPiecesIsTheSameHoweverMuchEachReadGives) {
  std::mt19937_64 random(2);
  RecordProperty("seed", 2);
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, kHashPieceBytes - 1,
                                 kHashPieceBytes, kHashPieceBytes + 1, 3 * kHashPieceBytes + 5}) {
    const Buffer bytes = random_bytes(random, size);
    for (const std::size_t most : {std::size_t{1} << 12, kHashPieceBytes}) {
      const auto read = [&](std::uint64_t offset, MutableBytes out) -> Result<std::size_t> {
        const Bytes left = Bytes(bytes).subspan(static_cast<std::size_t>(offset));
        const std::size_t got = std::min({left.size(), out.size(), most});
        std::copy_n(left.begin(), got, out.begin());
        return got;
      };
      const auto hashed = sha256_pieces(read);
      ASSERT_TRUE(hashed.ok());
      EXPECT_EQ(hashed->digest, sha256(bytes)) << size;
      EXPECT_EQ(hashed->bytes, size);
    }
  }
  const auto failing = [](std::uint64_t offset, MutableBytes) -> Result<std::size_t> {
    if (offset == 0) return std::size_t{5};
    return Error(Code::io, "a bad disk");
  };
  EXPECT_EQ(sha256_pieces(failing).code(), Code::io);
}

TEST(Sha256, ManyAreTheSameAsOneByOne) {
  std::mt19937_64 random(2);
  RecordProperty("seed", 2);
  // Around the block borders, one batch (16 KiB), and one message that is larger than a batch.
  const std::size_t sizes[] = {0,   1,   36,  55,   56,     63,     64,    65,
                               119, 120, 300, 4000, 16'375, 16'376, 20'000};
  // Around the number of lanes, too, and where they are worth it.
  for (const std::size_t count : {0, 1, 2, 3, 7, 10, 11, 12, 15, 16, 17, 27, 200, 500}) {
    std::vector<Buffer> heads;
    std::vector<Buffer> bodies;
    for (std::size_t i = 0; i < count; ++i) {
      heads.push_back(random_bytes(random, random() % 70));
      bodies.push_back(random_bytes(random, sizes[random() % std::size(sizes)]));
    }
    heads.resize(count);
    std::vector<Message> messages;
    for (std::size_t i = 0; i < count; ++i) messages.push_back({heads[i], bodies[i]});
    std::vector<Digest> digests(count);
    sha256_many(messages, digests);
    for (std::size_t i = 0; i < count; ++i) {
      EXPECT_EQ(digests[i], sha256({heads[i], bodies[i]})) << i << " of " << count;
    }
  }
}

TEST(Sha256, ManyMayOverwriteWhatWasRead) {
  std::vector<Digest> expected;
  std::vector<Digest> nodes;
  for (int i = 0; i < 300; ++i) nodes.push_back(sha256(as_bytes(std::to_string(i))));
  std::vector<Message> messages;
  for (std::size_t i = 0; i < 150; ++i) {
    messages.push_back({nodes[2 * i].bytes, nodes[2 * i + 1].bytes});
    expected.push_back(sha256({nodes[2 * i].bytes, nodes[2 * i + 1].bytes}));
  }
  sha256_many(messages, std::span<Digest>(nodes).first(150));
  EXPECT_TRUE(std::equal(expected.begin(), expected.end(), nodes.begin()));
}

TEST(Sha256, ManyShortOnesAreTheSameAsOneByOne) {
  std::mt19937_64 random(5);
  RecordProperty("seed", 5);
  // Lengths that differ by few blocks keep all lanes busy and end at different times.
  for (int round = 0; round < 300; ++round) {
    const std::size_t count = random() % 70;
    const std::size_t longest = 1 + random() % 400;
    std::vector<Buffer> bodies;
    for (std::size_t i = 0; i < count; ++i) {
      bodies.push_back(random_bytes(random, random() % longest));
    }
    std::vector<Message> messages(count);
    for (std::size_t i = 0; i < count; ++i) messages[i].body = bodies[i];
    std::vector<Digest> digests(count);
    sha256_many(messages, digests);
    for (std::size_t i = 0; i < count; ++i) {
      ASSERT_EQ(digests[i], sha256(bodies[i])) << i << " of " << count << ", round " << round;
    }
  }
}

TEST(Sha256, SixteenAtOnceAreTheSameAsOneAfterTheOther) {
  if (!sha256_lanes_supported()) GTEST_SKIP() << "this processor has no AVX-512";
  std::mt19937_64 random(6);
  RecordProperty("seed", 6);
  for (std::size_t count = 0; count < 5; ++count) {
    Sha256Lanes states;
    std::vector<Sha256State> expected(kLanes);
    std::vector<Buffer> blocks;
    std::array<const std::uint8_t*, kLanes> begins{};
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      for (std::size_t word = 0; word < 8; ++word) {
        expected[lane][word] = states.words[word][lane] = static_cast<std::uint32_t>(random());
      }
      blocks.push_back(random_bytes(random, count * kBlockBytes + 1));
      begins[lane] = blocks[lane].data() + lane % 2;  // lie anywhere
      if (count != 0) sha256_blocks(expected[lane], begins[lane], count);
    }
    sha256_block_lanes(states, begins.data(), count);
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      for (std::size_t word = 0; word < 8; ++word) {
        EXPECT_EQ(states.words[word][lane], expected[lane][word]) << lane << ' ' << word;
      }
    }
  }
}

TEST(Sha256, TwoAtOnceIsTheSameAsTwoAfterEachOther) {
  if (!sha256_pairs_supported()) GTEST_SKIP() << "this processor has no SHA instructions";
  std::mt19937_64 random(3);
  RecordProperty("seed", 3);
  for (std::size_t count = 0; count < 5; ++count) {
    Sha256State a;
    Sha256State b;
    for (auto* state : {&a, &b}) {
      for (std::uint32_t& word : *state) word = static_cast<std::uint32_t>(random());
    }
    const Buffer blocks_a = random_bytes(random, count * kBlockBytes);
    const Buffer blocks_b = random_bytes(random, count * kBlockBytes);
    Sha256State expected_a = a;
    Sha256State expected_b = b;
    if (count != 0) sha256_blocks(expected_a, blocks_a.data(), count);
    if (count != 0) sha256_blocks(expected_b, blocks_b.data(), count);
    sha256_block_pairs(a, blocks_a.data(), b, blocks_b.data(), count);
    EXPECT_EQ(a, expected_a);
    EXPECT_EQ(b, expected_b);
  }
}

}  // namespace
}  // namespace gs::crypto
