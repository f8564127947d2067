// Goal: rows and steps of live queries cross the border whole, and each shape is told once.
// Method: frozen bytes of a row, of a chunk of records and of one of JSON; then chunks that are
// read as JavaScript reads them, beside what the query itself shows.
#include "bindings/common/rows.h"

#include <gtest/gtest.h>

#include <optional>

#include "bindings/common/cursor.h"
#include "gs/api/test_directory.h"
#include "gs/base/hex.h"
#include "gs/core/record/json.h"
#include "gs/core/record/record.h"
#include "gs/core/record/shape.h"

namespace gs::bindings::testing {
namespace {

// What a chunk says, and what stands in no place that it should.
struct RowIn {
  std::uint32_t shape = 0;
  Id id;
  std::string json;
  std::optional<LiveChange> step;  // without its row
};

// Reads one chunk after the other, as js/lib/queries/rows.js does.
class ChunkReader {
 public:
  std::vector<RowIn> rows(Bytes chunk) { return read(chunk, false); }
  std::vector<RowIn> steps(Bytes chunk) { return read(chunk, true); }
  bool is_last() const { return is_last_; }
  std::size_t shapes() const { return shapes_.size(); }

 private:
  std::vector<RowIn> read(Bytes chunk, bool has_steps) {
    Cursor at(chunk);
    const std::uint32_t count = at.u32();
    is_last_ = at.u32() == 1;
    const std::uint32_t definitions_at = at.u32();
    const std::uint32_t definitions = at.u32();
    Cursor definition(chunk.subspan(definitions_at));
    for (std::uint32_t i = 0; i < definitions; ++i) {
      shapes_.push_back(record::Shape::decode(definition.counted()).value());
    }
    EXPECT_TRUE(definition.ok() && definition.at_end());
    std::vector<RowIn> rows;
    Cursor rest(chunk.subspan(16, definitions_at - 16));
    for (std::uint32_t i = 0; i < count; ++i) {
      std::optional<LiveChange> step;
      if (has_steps) step = read_step(rest);
      rows.push_back(read_row(rest));
      rows.back().step = std::move(step);
    }
    EXPECT_TRUE(rest.ok() && rest.at_end());
    return rows;
  }

  static LiveChange read_step(Cursor& at) {
    LiveChange step;
    step.kind = static_cast<LiveChange::Kind>(at.u32());
    step.from = at.u32();
    step.at = at.u32();
    EXPECT_EQ(at.u32(), 0u);
    return step;
  }

  RowIn read_row(Cursor& at) {
    RowIn row;
    row.shape = at.u32();
    const std::uint32_t size = at.u32();
    row.id = at.id();
    const Bytes content = at.take(size);
    for (const std::uint8_t zero : at.take((8 - size % 8) % 8)) EXPECT_EQ(zero, 0);
    if (row.shape == kJsonRow) {
      row.json = as_text(content);
    } else if (row.shape >= shapes_.size()) {
      ADD_FAILURE() << "shape " << row.shape << " was not told";
    } else {
      // Where a record may be read in place.
      Buffer record(content.begin(), content.end());
      record::append_json(record::RecordView(shapes_[row.shape].get(), record.data()), row.json);
    }
    return row;
  }

  std::vector<record::ShapePtr> shapes_;
  bool is_last_ = false;
};

class ChunksTest : public gs::testing::InDirectory {
 protected:
  void SetUp() override {
    InDirectory::SetUp();
    Options options;
    options.durability = Durability::lazy;
    options.threads = 0;
    storage_.emplace(Storage::create(path("a"), {}, options).value());
  }
  void TearDown() override {
    storage_.reset();
    InDirectory::TearDown();
  }

  Id put(std::string_view key, std::string_view json) {
    return storage_->put("City", key, json).value();
  }
  // All rows in one chunk.
  Buffer chunk_of(std::string_view query, Chunks& chunks) {
    Rows rows = storage_->find(query).value();
    Row row;
    chunks.begin();
    while (rows.next(row)) EXPECT_FALSE(chunks.add(row));
    return chunks.end(true);
  }

  std::optional<Storage> storage_;
};

constexpr std::string_view kCities = R"({"collection":"City","sort":"n"})";

TEST(RowBytes, AreFrozen) {
  const Id id{{0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1a, 0x1b, 0x1c, 0x1d,
               0x1e, 0x1f}};
  const std::uint8_t content[] = {1, 2, 3};
  Buffer memory(row_bytes(sizeof content) + 1, 0xff);
  put_row(memory.data(), 5, id, content);
  EXPECT_EQ(to_hex(memory), "0500000003000000101112131415161718191a1b1c1d1e1f0102030000000000ff");
  EXPECT_EQ(row_bytes(0), 24u);
  EXPECT_EQ(row_bytes(8), 32u);
  EXPECT_EQ(row_bytes(9), 40u);
}

TEST_F(ChunksTest, OfRecordsAreFrozen) {
  put("kyiv", R"({"n":1})");
  Chunks chunks(*storage_, false);
  const char* const frozen[] = {
      "01000000010000004800000001000000",  // a row, the last one; the definition of its shape
      "0000000020000000",                  // read by shape 0, a record of 32 bytes
      "4f7101ffab908ae9a9ceccdafe7f3274",
      "20000000000000000300000000000000",
      "000000000000f03f040000006b796976",
      "28000000",
      "010202000400000098bcf1b6269082cfe7abcb5f5e9e94b04369747906000000020001006e000000",
  };
  std::string expected;
  for (const char* const part : frozen) expected += part;
  EXPECT_EQ(to_hex(chunk_of(kCities, chunks)), expected);
}

TEST_F(ChunksTest, OfJsonAreFrozen) {
  put("kyiv", R"({"n":1})");
  Chunks chunks(*storage_, true);
  const char* const frozen[] = {
      "01000000010000003000000000000000",  // no definitions
      "ffffffff07000000",                  // JSON of 7 bytes
      "4f7101ffab908ae9a9ceccdafe7f3274",
      "7b226e223a317d00",
  };
  std::string expected;
  for (const char* const part : frozen) expected += part;
  EXPECT_EQ(to_hex(chunk_of(kCities, chunks)), expected);
}

TEST_F(ChunksTest, OfNothingAreFrozen) {
  Chunks chunks(*storage_, false);
  EXPECT_EQ(to_hex(chunk_of(kCities, chunks)),
            "00000000"
            "01000000"
            "10000000"
            "00000000");
  chunks.begin();
  EXPECT_EQ(to_hex(chunks.end(false)),
            "00000000"
            "00000000"
            "10000000"
            "00000000");
}

TEST_F(ChunksTest, HaveWhatTheRecordsHave) {
  const Id kyiv = put("kyiv", R"({"n":1,"name":"Kyiv"})");
  const Id lviv = storage_->insert("City", R"({"n":2,"at":{"lat":49.8}})").value();
  Chunks chunks(*storage_, false);
  ChunkReader reader;
  const std::vector<RowIn> rows = reader.rows(chunk_of(kCities, chunks));
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_TRUE(reader.is_last());
  EXPECT_EQ(rows[0].id, kyiv);
  EXPECT_EQ(rows[0].json, storage_->get(kyiv)->json());
  EXPECT_EQ(rows[1].id, lviv);
  EXPECT_EQ(rows[1].json, storage_->get(lviv)->json());
}

TEST_F(ChunksTest, TellEachDefinitionOnce) {
  for (int i = 0; i < 4; ++i) put(std::to_string(i), R"({"n":)" + std::to_string(i) + '}');
  put("other", R"({"n":9,"name":"x"})");
  Rows rows = storage_->find(kCities).value();
  Chunks chunks(*storage_, false);
  ChunkReader reader;
  Row row;
  const std::size_t told[] = {1, 1, 2};  // two rows in each
  for (const std::size_t shapes : told) {
    chunks.begin();
    for (int i = 0; i < 2 && rows.next(row); ++i) EXPECT_FALSE(chunks.add(row));
    EXPECT_LE(chunks.rows(), 2u);
    for (const RowIn& one : reader.rows(chunks.end(false))) EXPECT_EQ(one.shape, shapes - 1);
    EXPECT_EQ(reader.shapes(), shapes);
    EXPECT_FALSE(reader.is_last());
  }
}

TEST_F(ChunksTest, CountTheirBytesAndRows) {
  put("kyiv", R"({"n":1})");
  Chunks chunks(*storage_, true);
  chunks.begin();
  EXPECT_EQ(chunks.rows(), 0u);
  const std::size_t empty = chunks.bytes();
  Rows rows = storage_->find(kCities).value();
  Row row;
  ASSERT_TRUE(rows.next(row));
  ASSERT_FALSE(chunks.add(row));
  EXPECT_EQ(chunks.rows(), 1u);
  std::string json;
  ASSERT_FALSE(row.append_json(json));
  EXPECT_EQ(chunks.bytes(), empty + row_bytes(json.size()));
}

TEST_F(ChunksTest, RowsOfNoRecordAreJsonWithoutAnId) {
  put("kyiv", R"({"n":1})");
  put("lviv", R"({"n":1})");
  Chunks chunks(*storage_, false);
  ChunkReader reader;
  const std::vector<RowIn> rows = reader.rows(chunk_of(
      R"({"collection":"City","group":{"by":["n"],"fields":{"all":{"$count":true}}}})", chunks));
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].shape, kJsonRow);
  EXPECT_EQ(rows[0].id, Id{});
  EXPECT_EQ(rows[0].json, R"({"n":1,"all":2})");
}

TEST_F(ChunksTest, AsJsonRowsAreWhatTheQuerySelects) {
  const Id id = put("kyiv", R"({"n":1,"name":"Kyiv"})");
  Chunks chunks(*storage_, true);
  ChunkReader reader;
  const std::vector<RowIn> rows =
      reader.rows(chunk_of(R"({"collection":"City","select":["name"]})", chunks));
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].shape, kJsonRow);
  EXPECT_EQ(rows[0].id, id);
  EXPECT_NE(rows[0].json.find(R"("name":"Kyiv")"), std::string::npos);
  EXPECT_EQ(rows[0].json.find(R"("n":)"), std::string::npos);
}

// --- steps ---

TEST_F(ChunksTest, StepsAreThoseOfTheLiveQuery) {
  using Kind = LiveChange::Kind;
  const Id kyiv = put("kyiv", R"({"n":1})");
  const Id lviv = put("lviv", R"({"n":2})");
  LiveQuery live = storage_->watch(kCities).value();
  Chunks chunks(*storage_, false);
  ChunkReader reader;
  const auto next = [&] {
    chunks.begin();
    for (const LiveChange& change : live.changes().value()) EXPECT_FALSE(chunks.add(change));
    return reader.steps(chunks.end(true));
  };
  EXPECT_TRUE(next().empty());

  const Id odesa = put("odesa", R"({"n":3})");
  std::vector<RowIn> steps = next();
  ASSERT_EQ(steps.size(), 1u);
  EXPECT_EQ(steps[0].step->kind, Kind::added);
  EXPECT_EQ(steps[0].step->at, 2u);
  EXPECT_EQ(steps[0].id, odesa);
  EXPECT_EQ(steps[0].json, storage_->get(odesa)->json());

  ASSERT_FALSE(storage_->update(kyiv, R"({"n":7})"));
  steps = next();
  ASSERT_EQ(steps.size(), 1u);
  EXPECT_EQ(steps[0].step->kind, Kind::moved);
  EXPECT_EQ(steps[0].step->from, 0u);
  EXPECT_EQ(steps[0].step->at, 2u);
  EXPECT_EQ(steps[0].json, storage_->get(kyiv)->json());

  ASSERT_FALSE(storage_->update(lviv, R"({"name":"Lviv"})"));
  steps = next();
  ASSERT_EQ(steps.size(), 1u);
  EXPECT_EQ(steps[0].step->kind, Kind::changed);
  EXPECT_EQ(steps[0].step->at, 0u);
  EXPECT_EQ(steps[0].json, storage_->get(lviv)->json());
  EXPECT_EQ(reader.shapes(), 2u);

  ASSERT_FALSE(storage_->remove(odesa));
  steps = next();
  ASSERT_EQ(steps.size(), 1u);
  EXPECT_EQ(steps[0].step->kind, Kind::removed);
  EXPECT_EQ(steps[0].step->at, 1u);
  EXPECT_EQ(steps[0].id, odesa);
  EXPECT_EQ(steps[0].shape, kJsonRow);
  EXPECT_TRUE(steps[0].json.empty());
}

TEST_F(ChunksTest, StepsOfAChunkStandBehindEachOther) {
  LiveQuery live = storage_->watch(kCities).value();
  put("b", R"({"n":2})");
  put("a", R"({"n":1})");
  Chunks chunks(*storage_, true);
  chunks.begin();
  for (const LiveChange& change : live.changes().value()) ASSERT_FALSE(chunks.add(change));
  ChunkReader reader;
  std::vector<std::string> shown;
  for (const RowIn& row : reader.steps(chunks.end(true))) {
    ASSERT_EQ(row.step->kind, LiveChange::Kind::added);
    shown.insert(shown.begin() + static_cast<std::ptrdiff_t>(row.step->at), row.json);
  }
  ASSERT_EQ(shown.size(), 2u);
  EXPECT_NE(shown[0].find(R"("n":1)"), std::string::npos);
  EXPECT_NE(shown[1].find(R"("n":2)"), std::string::npos);
}

}  // namespace
}  // namespace gs::bindings::testing
