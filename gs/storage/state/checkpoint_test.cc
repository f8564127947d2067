// Goal: a checkpoint comes back as it was written, its bytes never drift, and of two slots the
// newest that is whole counts.

#include "gs/storage/state/checkpoint.h"

#include "gs/base/hex.h"
#include "gs/core/crypto/sha256.h"
#include "gs/storage/state/checkpoint_codec.h"
#include "gs/storage/state/test_support.h"

namespace gs::state {
namespace {

using platform::MemoryFileSystem;
using test::make_id;

Digest digest(std::uint8_t first) {
  Digest out;
  out.bytes[0] = first;
  return out;
}

void fill(Tables& tables) {
  const auto add = [&](std::string_view collection, std::vector<record::Field> fields) {
    auto shape = record::Shape::make(collection, std::move(fields));
    ASSERT_TRUE(shape.ok());
    tables.add_shape(*shape);
  };
  add("people", {{"name", Type::string}});
  add("", {{"n", Type::number}});
  add("people", {{"name", Type::string}, {"born", Type::date}});
  tables.add_writer(digest(0xaa));
  tables.add_writer(digest(0xbb));
}

Checkpoint example_checkpoint() {
  Checkpoint checkpoint;
  checkpoint.number = 3;
  checkpoint.log_location = 0x100001018;
  checkpoint.log_sequence = 2;
  checkpoint.log_generation_sum = 1;
  checkpoint.log_tree_size = 2;
  checkpoint.next_file = 4;
  checkpoint.runs = {2, 1};
  checkpoint.heads = {{1, 5, 77, 9, make_id(1, 2), digest(0xcc)}};
  checkpoint.frontier = {digest(1), digest(2)};
  checkpoint.live_records = {10, 20};
  return checkpoint;
}

void expect_same(const Checkpoint& a, const Checkpoint& b) {
  EXPECT_EQ(a.number, b.number);
  EXPECT_EQ(a.log_location, b.log_location);
  EXPECT_EQ(a.log_sequence, b.log_sequence);
  EXPECT_EQ(a.log_generation_sum, b.log_generation_sum);
  EXPECT_EQ(a.log_tree_size, b.log_tree_size);
  EXPECT_EQ(a.next_file, b.next_file);
  EXPECT_EQ(a.runs, b.runs);
  ASSERT_EQ(a.heads.size(), b.heads.size());
  for (std::size_t i = 0; i < a.heads.size(); ++i) {
    EXPECT_EQ(a.heads[i].writer, b.heads[i].writer);
    EXPECT_EQ(a.heads[i].sequence, b.heads[i].sequence);
    EXPECT_EQ(a.heads[i].hlc, b.heads[i].hlc);
    EXPECT_EQ(a.heads[i].mint_next, b.heads[i].mint_next);
    EXPECT_EQ(a.heads[i].mint_last, b.heads[i].mint_last);
    EXPECT_EQ(a.heads[i].change, b.heads[i].change);
  }
  EXPECT_EQ(a.frontier, b.frontier);
  EXPECT_EQ(a.live_records, b.live_records);
  EXPECT_EQ(a.schema.hlc, b.schema.hlc);
  EXPECT_EQ(a.schema.writer, b.schema.writer);
  EXPECT_EQ(a.schema.digest, b.schema.digest);
  EXPECT_EQ(a.schema.source, b.schema.source);
  ASSERT_EQ(a.indexes.size(), b.indexes.size());
  for (std::size_t i = 0; i < a.indexes.size(); ++i) {
    EXPECT_EQ(a.indexes[i].definition, b.indexes[i].definition);
    EXPECT_EQ(a.indexes[i].runs, b.indexes[i].runs);
  }
  ASSERT_EQ(a.has_references(), b.has_references());
  if (a.has_references()) EXPECT_EQ(*a.references, *b.references);
  EXPECT_EQ(a.branches.branch, b.branches.branch);
  EXPECT_EQ(a.branches.log_heads, b.branches.log_heads);
  EXPECT_EQ(a.branches.chains, b.branches.chains);
}

Checkpoint example_with_schema() {
  Checkpoint checkpoint = example_checkpoint();
  checkpoint.schema = {88, digest(0xaa), digest(0x5c), "{\"City.js\":\"({})\"}"};
  checkpoint.indexes = {{digest(3), {9, 4}}, {digest(7), {}}};
  return checkpoint;
}

Checkpoint example_with_references() {
  using graph::Refers;
  Checkpoint checkpoint = example_checkpoint();
  auto references = std::make_shared<References>();
  references->put({Refers::tag, "v1.0", {digest(1)}}, 90, digest(0xaa));
  references->put({Refers::branch, "draft", {digest(1), digest(2)}}, 91, digest(0xbb));
  references->put({Refers::removed, "old", {}}, 92, digest(0xaa));
  checkpoint.references = std::move(references);
  return checkpoint;
}

Checkpoint example_with_branches() {
  Checkpoint checkpoint = example_checkpoint();
  checkpoint.branches.branch = graph::branch_id("draft");
  checkpoint.branches.log_heads = {digest(1), digest(2)};
  checkpoint.branches.chains = {{digest(0xaa), graph::branch_id("draft")},
                                {digest(0xbb), graph::branch_id("work")}};
  return checkpoint;
}

class Checkpoints : public ::testing::Test {
 protected:
  Checkpoints() { fill(names_); }

  void write(std::uint64_t number, std::uint64_t turn) {
    Checkpoint checkpoint = example_checkpoint();
    checkpoint.number = number;
    const Error error = write_checkpoint(files_, checkpoint, names_, turn);
    ASSERT_TRUE(error.ok()) << error.text();
  }

  // Number of the checkpoint that opening finds, 0 for none.
  std::uint64_t found() {
    Tables names;
    auto loaded = read_checkpoint(files_, names);
    if (!loaded.ok()) {
      EXPECT_EQ(loaded.code(), Code::not_found);
      EXPECT_EQ(names.writer_count() + names.shape_count() + names.collection_count(), 0u);
      return 0;
    }
    EXPECT_EQ(names.writer_count(), names_.writer_count());
    return loaded->checkpoint.number;
  }

  void damage(const std::string& path, std::size_t at) {
    Buffer bytes = test::read_file(files_, path);
    bytes[at] ^= 1;
    test::replace_file(files_, path, bytes);
  }

  MemoryFileSystem files_;
  Tables names_;
};

TEST_F(Checkpoints, BytesOfTheExampleAreFrozen) {
  write(3, 1);
  const Buffer bytes = test::read_file(files_, checkpoint_path(3));
  EXPECT_EQ(bytes.size(), 528u);
  EXPECT_EQ(crypto::sha256(bytes).text(),
            "53734c86d953c595f307d8fc2de368701d420d1c5c11056cc98d8d702793105b");
  const Buffer manifest = test::read_file(files_, kManifestPath);
  ASSERT_EQ(manifest.size(), 8192u);
  EXPECT_EQ(to_hex(Bytes(manifest).subspan(4096, 68)),
            "67736d3101000000"
            "0100000000000000"
            "0300000000000000"
            "1002000000000000"
            "53734c86d953c595f307d8fc2de368701d420d1c5c11056cc98d8d702793105b"
            "2c75a8c3");
}

TEST_F(Checkpoints, ComeBackWithAllNumbersTheSame) {
  ASSERT_TRUE(write_checkpoint(files_, example_checkpoint(), names_, 7).ok());
  Tables names;
  auto loaded = read_checkpoint(files_, names);
  ASSERT_TRUE(loaded.ok()) << loaded.error().text();
  EXPECT_EQ(loaded->manifest_turn, 7u);
  expect_same(loaded->checkpoint, example_checkpoint());
  ASSERT_EQ(names.shape_count(), 3u);
  for (std::uint32_t i = 0; i < 3; ++i) {
    EXPECT_EQ(names.shape(i).shape->digest(), names_.shape(i).shape->digest());
    EXPECT_EQ(names.shape(i).collection, names_.shape(i).collection);
  }
  ASSERT_EQ(names.writer_count(), 2u);
  EXPECT_EQ(names.writer(1), digest(0xbb));
  ASSERT_EQ(names.collection_count(), 2u);
  EXPECT_EQ(names.collection(0).name, "people");
}

TEST_F(Checkpoints, AnEmptyStorageHasNone) { EXPECT_EQ(found(), 0u); }

TEST_F(Checkpoints, TheNewestWholeOneCounts) {
  write(1, 1);
  EXPECT_EQ(found(), 1u);
  write(2, 2);
  EXPECT_EQ(found(), 2u);
  write(3, 3);
  EXPECT_EQ(found(), 3u);
}

TEST_F(Checkpoints, ADamagedSlotGivesWayToTheOlderOne) {
  for (std::size_t at = 0; at < 68; ++at) {
    write(1, 1);
    write(2, 2);
    damage(kManifestPath, at);  // turn 2 is in slot 0
    EXPECT_EQ(found(), 1u) << "byte " << at;
    damage(kManifestPath, 4096 + at);
    EXPECT_EQ(found(), 0u) << "byte " << at;
  }
}

TEST_F(Checkpoints, ADamagedOrMissingFileGivesWayToTheOlderOne) {
  write(1, 1);
  write(2, 2);
  const std::size_t bytes = test::read_file(files_, checkpoint_path(2)).size();
  for (std::size_t at = 0; at < bytes; ++at) {
    damage(checkpoint_path(2), at);
    EXPECT_EQ(found(), 1u) << "byte " << at;
    damage(checkpoint_path(2), at);
  }
  EXPECT_EQ(found(), 2u);
  ASSERT_TRUE(files_.remove(checkpoint_path(2)).ok());
  EXPECT_EQ(found(), 1u);
  ASSERT_TRUE(files_.remove(checkpoint_path(1)).ok());
  EXPECT_EQ(found(), 0u);
}

TEST_F(Checkpoints, ACutManifestIsReadAsFarAsItGoes) {
  write(1, 1);
  write(2, 2);
  const Buffer manifest = test::read_file(files_, kManifestPath);
  test::replace_file(files_, kManifestPath, Bytes(manifest).first(4096));
  EXPECT_EQ(found(), 2u);
  test::replace_file(files_, kManifestPath, Bytes(manifest).first(60));
  EXPECT_EQ(found(), 0u);
}

// After falling back, the next checkpoint has the number and the slot of the damaged one.
TEST_F(Checkpoints, TheDamagedOneIsReplaced) {
  write(1, 1);
  write(2, 2);
  damage(checkpoint_path(2), 40);
  write(2, 2);
  EXPECT_EQ(found(), 2u);
}

TEST_F(Checkpoints, SchemaAndIndexesComeBack) {
  const Buffer bytes = std::move(*encode_checkpoint(example_with_schema(), names_));
  EXPECT_EQ(bytes[4], 2);  // the format version
  Tables names;
  auto decoded = decode_checkpoint(bytes, names);
  ASSERT_TRUE(decoded.ok()) << decoded.error().text();
  expect_same(*decoded, example_with_schema());
  EXPECT_EQ(bytes.size(), 728u);
  EXPECT_EQ(crypto::sha256(bytes).text(),
            "a69c9b0e82cbfbc071feea6d94871425f58f340965dd6017bb2650a71647b362");
}

TEST_F(Checkpoints, ReferencesComeBack) {
  Checkpoint with_all = example_with_schema();
  with_all.references = example_with_references().references;
  for (const Checkpoint& checkpoint : {example_with_references(), with_all}) {
    const Buffer bytes = std::move(*encode_checkpoint(checkpoint, names_));
    EXPECT_EQ(bytes[4], 3);  // the format version
    Tables names;
    auto decoded = decode_checkpoint(bytes, names);
    ASSERT_TRUE(decoded.ok()) << decoded.error().text();
    expect_same(*decoded, checkpoint);
  }
  const Buffer bytes = std::move(*encode_checkpoint(example_with_references(), names_));
  EXPECT_EQ(bytes.size(), 880u);
  EXPECT_EQ(crypto::sha256(bytes).text(),
            "96c6e18c3e96d75fe5debb2aab1a78ed783be2c2c61781f00a7186d1cf19c40d");
}

TEST_F(Checkpoints, BranchesComeBack) {
  Checkpoint with_all = example_with_references();
  with_all.branches = example_with_branches().branches;
  for (const Checkpoint& checkpoint : {example_with_branches(), with_all}) {
    const Buffer bytes = std::move(*encode_checkpoint(checkpoint, names_));
    EXPECT_EQ(bytes[4], 4);  // the format version
    Tables names;
    auto decoded = decode_checkpoint(bytes, names);
    ASSERT_TRUE(decoded.ok()) << decoded.error().text();
    expect_same(*decoded, checkpoint);
  }
  const Buffer bytes = std::move(*encode_checkpoint(example_with_branches(), names_));
  EXPECT_EQ(bytes.size(), 800u);
  EXPECT_EQ(crypto::sha256(bytes).text(),
            "38f0044a57a3122693c6c466c7ab422469adf6468ca096fa71d88a0c784d27be");
  Buffer wrong = bytes;
  std::swap_ranges(wrong.end() - 96, wrong.end() - 48, wrong.end() - 48);  // the chains
  Tables names;
  EXPECT_EQ(decode_checkpoint(wrong, names).code(), Code::damaged);
  wrong = bytes;
  std::fill_n(wrong.end() - 16, 16, std::uint8_t{0});  // of main
  EXPECT_EQ(decode_checkpoint(wrong, names).code(), Code::damaged);
}

TEST_F(Checkpoints, EveryCutOrExtendedFileIsRefused) {
  for (const Checkpoint& checkpoint : {example_checkpoint(), example_with_schema(),
                                       example_with_references(), example_with_branches()}) {
    Buffer bytes = std::move(*encode_checkpoint(checkpoint, names_));
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      Tables names;
      EXPECT_EQ(decode_checkpoint(Bytes(bytes).first(size), names).code(), Code::damaged) << size;
      EXPECT_EQ(names.collection_count(), 0u);
    }
    bytes.resize(bytes.size() + 8);
    Tables names;
    EXPECT_EQ(decode_checkpoint(bytes, names).code(), Code::damaged);
  }
}

TEST_F(Checkpoints, AVersionThatDoesNotFitIsRefused) {
  Buffer bytes = std::move(*encode_checkpoint(example_with_schema(), names_));
  bytes[4] = 1;
  Tables names;
  EXPECT_EQ(decode_checkpoint(bytes, names).code(), Code::damaged);
  bytes = std::move(*encode_checkpoint(example_checkpoint(), names_));
  bytes[4] = 2;
  bytes.resize(bytes.size() + 80);  // no schema, no index
  EXPECT_EQ(decode_checkpoint(bytes, names).code(), Code::damaged);
  bytes[4] = 3;
  bytes.resize(bytes.size() + 8);  // no reference
  EXPECT_EQ(decode_checkpoint(bytes, names).code(), Code::damaged);
}

TEST_F(Checkpoints, WhatIsNoReferenceIsRefused) {
  const Buffer good = std::move(*encode_checkpoint(example_with_references(), names_));
  const std::size_t begin = good.size() - 264;  // behind their number
  Tables names;
  for (std::size_t at = begin; at < good.size(); ++at) {
    Buffer bad = good;
    bad[at] ^= 0x80;
    const auto decoded = decode_checkpoint(bad, names);
    if (decoded.ok()) {  // another head or stamp
      ASSERT_EQ(*encode_checkpoint(*decoded, names), bad) << at;
      names.clear();
    } else {
      ASSERT_EQ(decoded.code(), Code::damaged) << at;
    }
  }
  for (const std::uint32_t count : {0u, 2u, 4u, 0xffffffffu}) {
    Buffer bad = good;
    store_u32(bad.data() + begin - 8, count);
    EXPECT_EQ(decode_checkpoint(bad, names).code(), Code::damaged) << count;
  }
}

TEST_F(Checkpoints, HugeCountsAreRefusedBeforeMemoryIsTaken) {
  const Buffer good = std::move(*encode_checkpoint(example_with_schema(), names_));
  for (std::size_t at = 56; at < 88; at += 4) {
    Buffer bad = good;
    store_u32(bad.data() + at, 0xfffffff0);
    Tables names;
    EXPECT_EQ(decode_checkpoint(bad, names).code(), Code::damaged) << at;
  }
}

}  // namespace
}  // namespace gs::state
