// Changes for the tests of this folder: the same bytes from the same arguments.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gs/base/check.h"
#include "gs/base/endian.h"
#include "gs/core/crypto/sha256.h"
#include "gs/core/graph/change.h"
#include "gs/core/graph/operation.h"

namespace gs::graph::testing {

inline crypto::KeyPair key_of(std::uint8_t first) {
  std::array<std::uint8_t, 32> seed;
  for (std::size_t i = 0; i < seed.size(); ++i) seed[i] = static_cast<std::uint8_t>(first + i);
  return crypto::KeyPair::from_seed(seed);
}

inline Writer writer_of(const crypto::KeyPair& key) { return Writer{key.public_key()}; }

inline Digest digest_of(std::string_view text) { return crypto::sha256(as_bytes(text)); }

inline record::ShapePtr city_shape() {
  return record::Shape::make("City", {{"name", Type::string}, {"lat", Type::number}}).value();
}

inline Buffer city_record(const std::string& name, double lat) {
  const Value name_value(name);
  const Value lat_value(lat);
  const Value* values[] = {&name_value, &lat_value};
  Buffer out;
  GS_CHECK(record::encode(*city_shape(), values, out).ok());
  return out;
}

// Parts joined.
inline Buffer join(std::initializer_list<Bytes> parts) {
  Buffer out;
  for (const Bytes part : parts) out.insert(out.end(), part.begin(), part.end());
  return out;
}

inline Buffer mint_bytes(std::uint64_t counter) {
  Buffer out(8);
  store_u64(out.data(), counter);
  return out;
}

inline Buffer overwritten_bytes(Hlc hlc, std::uint16_t writer,
                                const std::vector<OverwrittenView::Exception>& exceptions = {}) {
  Buffer out(kOverwrittenBytes + exceptions.size() * kExceptionBytes);
  put_overwritten(out.data(), hlc, writer, static_cast<std::uint32_t>(exceptions.size()));
  std::uint8_t* at = out.data() + kOverwrittenBytes;
  for (const auto& exception : exceptions) {
    put_exception(at, exception);
    at += kExceptionBytes;
  }
  return out;
}

// A builder with space of its own.
class Maker {
 public:
  explicit Maker(std::size_t space_bytes = std::size_t{1} << 20, std::uint8_t key = 0)
      : key_(key_of(key)), space_(space_bytes) {
    open_.storage = digest_of("storage");
    open_.writer = writer_of(key_);
    open_.sequence = 7;
    open_.hlc = id::hlc_of_ms(1'700'000'000'000);
    open_.prev = digest_of("previous");
    open_.parents = {digest_of("head two"), digest_of("head one")};
    for (std::size_t i = 0; i < open_.seed.size(); ++i) {
      open_.seed[i] = static_cast<std::uint8_t>(0xa0 + i);
    }
  }

  ChangeBuilder::Open& open() { return open_; }
  ChangeBuilder& builder() { return builder_; }
  const crypto::KeyPair& key() const { return key_; }
  const ChangeBuilder::Open& spec() const { return open_; }
  void begin() { builder_.begin(open_, space_); }

  std::size_t add(Kind kind, std::uint8_t flags, const Digest* shape, const Id* id, Bytes payload,
                  Hlc ticks = 0) {
    const auto appended = builder_.append(static_cast<std::uint8_t>(kind), flags, shape, id,
                                          open_.hlc + ticks, payload.size());
    if (!payload.empty()) std::memcpy(appended.payload, payload.data(), payload.size());
    return appended.offset;
  }
  Buffer close(std::uint32_t hashed = 0) {
    const Bytes change = builder_.close(key_, hashed);
    return Buffer(change.begin(), change.end());
  }

 private:
  crypto::KeyPair key_;
  Buffer space_;
  ChangeBuilder::Open open_;
  ChangeBuilder builder_;
};

// The change of the documentation: one shape, a record inserted, updated over another writer's
// stamp, and a second one removed; two transactions.
inline Buffer sample_change() {
  Maker maker;
  maker.begin();
  const auto shape = city_shape();
  const Id kyiv = id::Minter(maker.spec().writer, 0, Id{}).mint(1'700'000'000'000).id;
  const Id other = id::Minter(writer_of(key_of(100)), 5, Id{}).mint(1'600'000'000'000).id;
  maker.add(Kind::shape, 0, &shape->digest(), nullptr, shape->definition());
  maker.add(Kind::insert, kLastOfTransaction, &shape->digest(), &kyiv,
            join({mint_bytes(0), city_record("Kyiv", 50.45)}), 1);
  const std::uint16_t writer = maker.builder().writer_index(writer_of(key_of(100)));
  maker.add(Kind::update, 0, &shape->digest(), &kyiv,
            join({overwritten_bytes(maker.spec().hlc + 1, kThisWriter,
                                    {{1, writer, id::hlc_of_ms(1'699'999'999'000)}}),
                  city_record("Kyjiv", 50.5)}),
            2);
  maker.add(Kind::remove, kLastOfTransaction, &shape->digest(), &other,
            overwritten_bytes(id::hlc_of_ms(1'600'000'000'000), writer), 2);
  return maker.close();
}

inline OperationView operation_of(const ChangeView& change, std::uint32_t index) {
  auto cursor = change.operations();
  OperationView operation;
  while (cursor.next(operation) && cursor.index() != index) {
  }
  return operation;
}

}  // namespace gs::graph::testing
