// Goal: exactly the documented payloads are accepted. Method: a good one of each kind, then each
// rule broken alone; heads that name too much or too little; the writer table of whole changes.
#include "gs/core/graph/operation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "gs/core/graph/samples_test.h"

namespace gs::graph {
namespace {

using testing::city_record;
using testing::city_shape;
using testing::digest_of;
using testing::join;
using testing::Maker;
using testing::mint_bytes;
using testing::overwritten_bytes;

OperationView view_of(Kind kind, Bytes payload, bool id, bool shape) {
  OperationView operation;
  operation.kind = static_cast<std::uint8_t>(kind);
  operation.id_index = id ? 0 : kNoId;
  operation.shape = shape ? std::uint16_t{0} : kNoShape;
  operation.payload = payload;
  return operation;
}

Code code_of(Kind kind, Bytes payload, bool id, bool shape) {
  const auto city = city_shape();
  return validate_payload(view_of(kind, payload, id, shape), shape ? city.get() : nullptr).code();
}

TEST(Operation, KindNamesAndNumbersAreFrozen) {
  const std::pair<int, const char*> kNames[] = {
      {1, "shape"},  {2, "insert"},   {3, "set"},        {4, "update"},  {5, "remove"},
      {6, "expect"}, {32, "genesis"}, {33, "grant"},     {34, "schema"}, {35, "contract"},
      {36, "seal"},  {37, "erase"},   {38, "reference"}, {39, "revert"}, {40, "merge"}};
  std::size_t known = 0;
  for (int kind = 0; kind < 256; ++kind) {
    const std::string name = kind_name(static_cast<std::uint8_t>(kind));
    const auto* expected = std::find_if(std::begin(kNames), std::end(kNames),
                                        [kind](const auto& entry) { return entry.first == kind; });
    EXPECT_EQ(name, expected == std::end(kNames) ? "unknown" : expected->second) << kind;
    known += name != "unknown";
    EXPECT_EQ(is_erasable(static_cast<std::uint8_t>(kind)), kind >= 2 && kind <= 15);
  }
  EXPECT_EQ(known, std::size(kNames));
}

TEST(Operation, KindsOfLaterVersionsAreNamedAsSuch) {
  for (int kind = 0; kind < 256; ++kind) {
    const auto number = static_cast<std::uint8_t>(kind);
    if (std::string_view(kind_name(number)) != "unknown") continue;
    EXPECT_EQ(code_of(static_cast<Kind>(number), Buffer(32), true, true), Code::newer_format)
        << kind;
  }
}

TEST(Operation, HeadsNameWhatTheirKindNeeds) {
  const Buffer record = city_record("Kyiv", 50.45);
  const Buffer insert = join({mint_bytes(3), record});
  const Buffer write = join({overwritten_bytes(5, 0), record});
  const Buffer remove = overwritten_bytes(5, kThisWriter);
  const auto city = city_shape();
  const Bytes definition = city->definition();
  const Buffer erase = encode_erase({.kind = 2});
  const auto accepts = [](Kind kind, Bytes payload) {
    std::string out;
    for (const bool id : {false, true}) {
      for (const bool shape : {false, true})
        out += code_of(kind, payload, id, shape) == Code::ok ? '1' : '0';
    }
    return out;  // neither, shape, id, both
  };
  EXPECT_EQ(accepts(Kind::shape, definition), "0100");
  EXPECT_EQ(accepts(Kind::insert, insert), "0001");
  EXPECT_EQ(accepts(Kind::set, write), "0001");
  EXPECT_EQ(accepts(Kind::update, write), "0001");
  EXPECT_EQ(accepts(Kind::remove, remove), "0011");
  EXPECT_EQ(accepts(Kind::expect, Buffer(32)), "0010");
  EXPECT_EQ(accepts(Kind::erase, erase), "0010");
  EXPECT_EQ(accepts(Kind::schema, encode_schema({.source = "{}"})), "1000");
}

TEST(Operation, InsertNeedsACounterThatFitsItsShape) {
  const Buffer record = city_record("Kyiv", 50.45);
  EXPECT_EQ(code_of(Kind::insert, join({mint_bytes(0), record}), true, true), Code::ok);
  EXPECT_EQ(code_of(Kind::insert, join({mint_bytes(kNoMint), record}), true, true), Code::invalid);
  EXPECT_EQ(code_of(Kind::insert, {}, true, true), Code::invalid);
  EXPECT_EQ(code_of(Kind::insert, mint_bytes(0), true, true), Code::invalid);
  EXPECT_EQ(code_of(Kind::insert, join({mint_bytes(0), record, Buffer(8)}), true, true),
            Code::invalid);
  Buffer damaged = join({mint_bytes(0), record});
  damaged[12] = 1;  // a zero of the record's head
  EXPECT_EQ(code_of(Kind::insert, damaged, true, true), Code::invalid);
}

TEST(Operation, OverwrittenPartIsWholeAndCanonical) {
  const Buffer record = city_record("Kyiv", 50.45);
  const auto code = [&record](const Buffer& overwritten) {
    return code_of(Kind::update, join({overwritten, record}), true, true);
  };
  EXPECT_EQ(code(overwritten_bytes(0, kNoWriter)), Code::ok);
  EXPECT_EQ(code(overwritten_bytes(9, kThisWriter, {{0, 0, 7}, {1, kNoWriter, 0}})), Code::ok);
  EXPECT_EQ(code(overwritten_bytes(0, kThisWriter)), Code::invalid);
  EXPECT_EQ(code(overwritten_bytes(9, kNoWriter)), Code::invalid);
  EXPECT_EQ(code(overwritten_bytes(9, 0, {{0, 0, 0}})), Code::invalid);
  EXPECT_EQ(code(overwritten_bytes(9, 0, {{0, kNoWriter, 1}})), Code::invalid);
  EXPECT_EQ(code(overwritten_bytes(9, 0, {{1, 0, 7}, {0, 0, 7}})), Code::invalid);
  EXPECT_EQ(code(overwritten_bytes(9, 0, {{1, 0, 7}, {1, 0, 7}})), Code::invalid);
  EXPECT_EQ(code(overwritten_bytes(9, 0, {{2, 0, 7}})), Code::invalid);  // the shape has 2 fields
  Buffer zeros = overwritten_bytes(9, 0, {{1, 0, 7}});
  zeros[12] = 1;
  EXPECT_EQ(code(zeros), Code::invalid);
  zeros[12] = 0, zeros[16 + 4] = 1;
  EXPECT_EQ(code(zeros), Code::invalid);
  Buffer many = overwritten_bytes(9, 0);
  store_u16(many.data() + 10, 0xffff);
  EXPECT_EQ(code(many), Code::invalid);
  for (std::size_t size = 0; size < 16; size += 8) {
    EXPECT_EQ(code_of(Kind::remove, Buffer(size), true, false), Code::invalid);
  }
}

TEST(Operation, RemoveHoldsNothingElse) {
  EXPECT_EQ(code_of(Kind::remove, overwritten_bytes(5, 0), true, false), Code::ok);
  EXPECT_EQ(code_of(Kind::remove, overwritten_bytes(5, 0, {{0, 0, 1}}), true, true), Code::invalid);
  EXPECT_EQ(code_of(Kind::remove, join({overwritten_bytes(5, 0), Buffer(8)}), true, true),
            Code::invalid);
}

TEST(Operation, ExpectHasExactlyAVersion) {
  for (const std::size_t size : {0, 24, 40}) {
    EXPECT_EQ(code_of(Kind::expect, Buffer(size), true, false), Code::invalid);
  }
}

TEST(Operation, ShapeIsItsDefinition) {
  const auto city = city_shape();
  const auto other = record::Shape::make("City", {{"name", Type::string}}).value();
  const auto view = view_of(Kind::shape, city->definition(), false, true);
  EXPECT_FALSE(validate_payload(view, nullptr));
  EXPECT_FALSE(validate_payload(view, city.get()));
  EXPECT_EQ(validate_payload(view, other.get()).code(), Code::invalid);
  EXPECT_TRUE(
      validate_payload(view_of(Kind::shape, city->definition().first(40), false, true), nullptr));
}

TEST(Operation, ErasedOnesHaveNoPayloadAndAKindThatCanBeErased) {
  OperationView erased = view_of(Kind::insert, {}, true, true);
  erased.flags = kErased;
  EXPECT_FALSE(validate_payload(erased, nullptr));
  erased.kind = static_cast<std::uint8_t>(Kind::schema);
  erased.id_index = kNoId;
  erased.shape = kNoShape;
  EXPECT_EQ(validate_payload(erased, nullptr).code(), Code::invalid);
}

Code validate(const Buffer& bytes, bool know_shape = false) {
  const auto city = city_shape();
  const ShapeOf shape_of = [&](const Digest& digest) -> const record::Shape* {
    return know_shape && digest == city->digest() ? city.get() : nullptr;
  };
  return validate_change(ChangeView::parse(bytes).value(), shape_of).code();
}

TEST(ValidateChange, AcceptsTheSampleAlsoWhenErased) {
  const Buffer sample = testing::sample_change();
  EXPECT_EQ(validate(sample), Code::ok);
  const std::uint32_t list[] = {2, 3};  // those that name the other writer
  EXPECT_EQ(validate(erase_operations(ChangeView::parse(sample).value(), list).value()), Code::ok);
}

// A change of updates whose overwritten parts name these writers, with `table` writers in the
// table.
Buffer change_naming(std::vector<std::uint16_t> writers, int table) {
  Maker maker;
  maker.begin();
  const auto city = city_shape();
  const Id id{{1}};
  for (int i = 0; i < table; ++i) maker.builder().writer_index(digest_of(std::to_string(i)));
  for (const std::uint16_t writer : writers) {
    const Hlc hlc = writer == kNoWriter ? 0 : 5;
    maker.add(Kind::update, 1, &city->digest(), &id,
              join({overwritten_bytes(hlc, writer), city_record("a", 1)}));
  }
  return maker.close();
}

TEST(ValidateChange, WriterTableIsExactlyWhatOverwrittenPartsName) {
  EXPECT_EQ(validate(change_naming({0, 1, 0, kThisWriter, kNoWriter, 2}, 3), true), Code::ok);
  EXPECT_EQ(validate(change_naming({0, 1}, 3), true), Code::invalid);     // one not used
  EXPECT_EQ(validate(change_naming({0, 2, 1}, 3), true), Code::invalid);  // not in order
  EXPECT_EQ(validate(change_naming({0, 1}, 1), true), Code::invalid);     // beyond
}

TEST(ValidateChange, ShapesAreKnownOrDefinedOnceAndTruly) {
  EXPECT_EQ(validate(change_naming({kThisWriter}, 0), false), Code::invalid);
  const auto city = city_shape();
  const auto make = [&](std::vector<Digest> digests) {
    Maker maker;
    maker.begin();
    for (const Digest& digest : digests)
      maker.add(Kind::shape, 1, &digest, nullptr, city->definition());
    return maker.close();
  };
  EXPECT_EQ(validate(make({city->digest()})), Code::ok);
  EXPECT_EQ(validate(make({city->digest(), city->digest()})), Code::invalid);
  EXPECT_EQ(validate(make({digest_of("another")})), Code::invalid);
}

TEST(VerifyInsertId, MintedAndKeyedIdsFollowFromTheirMaker) {
  const Writer writer = testing::writer_of(testing::key_of(0));
  const auto minted = id::Minter(writer, 4, Id{}).mint(1'700'000'000'000);
  const auto city = city_shape();
  const Buffer payload = join({mint_bytes(minted.counter), city_record("a", 1)});
  EXPECT_FALSE(verify_insert_id(payload, *city, minted.id, writer));
  EXPECT_EQ(verify_insert_id(payload, *city, minted.id, digest_of("other")).code(),
            Code::broken_chain);
  EXPECT_EQ(verify_insert_id(payload, *city, Id{{7}}, writer).code(), Code::broken_chain);

  const auto keyed = record::Shape::make("City", {{"", Type::string}, {"lat", Type::number}},
                                         record::Shape::kKeyed)
                         .value();
  const Value key("Kyiv"), lat(50.45);
  const Value* values[] = {&key, &lat};
  Buffer record;
  ASSERT_FALSE(record::encode(*keyed, values, record));
  const Buffer put = join({mint_bytes(kNoMint), record});
  EXPECT_FALSE(validate_payload(view_of(Kind::insert, put, true, true), keyed.get()));
  EXPECT_FALSE(
      verify_insert_id(put, *keyed, record::keyed_id(keyed->collection_id(), "Kyiv"), writer));
  EXPECT_EQ(verify_insert_id(put, *keyed, minted.id, writer).code(), Code::broken_chain);
}

}  // namespace
}  // namespace gs::graph
