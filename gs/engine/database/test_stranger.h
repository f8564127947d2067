// Changes as a stranger may write them: framed, linked, hashed and signed right, whatever is in
// them. For tests and fuzzers of what recovery takes on trust.
#pragma once

#include <optional>

#include "gs/base/check.h"
#include "gs/engine/database/test_world.h"

namespace gs::engine::testing {

struct StrangeOperation {
  std::uint8_t kind = 0;
  std::optional<Digest> shape;
  std::optional<Id> id;
  Buffer payload;
  bool last_of_transaction = true;
  bool erased = false;  // and no erase operation says so; only where that is possible
};

// The operations of a change that is right: every kind that replay reads, each the begin of
// something wrong.
struct StrangeOperations {
  enum Place : std::size_t {
    city_shape,
    insert,
    set,
    delta_shape,
    update,
    keyed_shape,
    put,
    expect,
    remove,
    erase,
    count
  };
  std::vector<StrangeOperation> list{count};
  Id minted;
  Id keyed;

  StrangeOperation& operator[](Place place) { return list[place]; }
};

class Stranger {
  crypto::KeyPair key_;
  Digest storage_;  // before what is made from it

 public:
  explicit Stranger(Digest storage, std::uint32_t number = 7)
      : key_(key_of(number)), storage_(storage) {}

  graph::Writer writer() const { return {key_.public_key()}; }
  graph::Hlc hlc = id::hlc_of_ms(1'700'000'000'000);
  // Where its next change stands, and which writers its operations name by their index.
  std::uint64_t sequence = 0;
  Digest prev{};
  std::vector<Digest> parents{storage_};  // the id is the digest of the first change
  std::vector<graph::Writer> writers{};
  graph::BranchId branch{};  // of all its changes; before what is made from it

  StrangeOperations operations() const {
    using graph::Kind;
    record::Encoder encoder(std::make_shared<record::ShapeCache>());
    StrangeOperations all;
    const graph::Writer chain = graph::chain_of(writer(), branch);
    all.minted = id::Minter(chain, 0, Id{}).mint(id::hlc_ms(hlc)).id;
    all.keyed = id_of_key("Town", "kyiv");
    const auto fill = [&](StrangeOperations::Place place, Kind kind, const record::ShapePtr& shape,
                          const Id* id, Bytes head, Bytes rest) {
      StrangeOperation& operation = all[place];
      operation.kind = static_cast<std::uint8_t>(kind);
      if (shape != nullptr) operation.shape = shape->digest();
      if (id != nullptr) operation.id = *id;
      operation.payload.assign(head.begin(), head.end());
      operation.payload.insert(operation.payload.end(), rest.begin(), rest.end());
    };
    const auto define = [&](StrangeOperations::Place place, const record::ShapePtr& shape) {
      fill(place, Kind::shape, shape, nullptr, {}, shape->definition());
    };
    const Buffer mint(8, 0);
    const Buffer no_mint(8, 0xff);
    const Buffer absent(32, 0);
    Buffer overwritten(graph::kOverwrittenBytes, 0);
    store_u16(overwritten.data() + 8, graph::kNoWriter);

    const auto city = encoder.encode_json("City", R"({"name":"Kyiv","lat":50.45})").value();
    define(StrangeOperations::city_shape, city.shape);
    fill(StrangeOperations::insert, Kind::insert, city.shape, &all.minted, mint, city.bytes);
    const auto whole = encoder.encode_json("City", R"({"name":"Kyjiv","lat":50.5})").value();
    fill(StrangeOperations::set, Kind::set, whole.shape, &all.minted, overwritten, whole.bytes);
    const auto delta = encoder.encode_delta_json({}, R"({"lat":51.5,"tags":["a",null]})").value();
    define(StrangeOperations::delta_shape, delta.shape);
    fill(StrangeOperations::update, Kind::update, delta.shape, &all.minted, overwritten,
         delta.bytes);
    const auto town = encoder.encode_json("Town", R"({"n":1})", "kyiv").value();
    define(StrangeOperations::keyed_shape, town.shape);
    fill(StrangeOperations::put, Kind::insert, town.shape, &all.keyed, no_mint, town.bytes);
    const Id nobody = id_of_key("Town", "nobody");
    fill(StrangeOperations::expect, Kind::expect, nullptr, &nobody, absent, {});
    all[StrangeOperations::expect].last_of_transaction = false;
    fill(StrangeOperations::remove, Kind::remove, nullptr, &nobody, overwritten, {});
    graph::Erase erase;
    erase.change = storage_;
    erase.kind = static_cast<std::uint8_t>(Kind::insert);
    fill(StrangeOperations::erase, Kind::erase, nullptr, &all.keyed, graph::encode_erase(erase),
         {});
    return all;
  }

  // `late`: how many ticks after `hlc` the last operation was made.
  Buffer change(const std::vector<StrangeOperation>& operations, graph::Hlc late = 0) const {
    graph::ChangeBuilder::Open open;
    open.storage = storage_;
    open.branch = branch;
    open.writer = writer();
    open.hlc = hlc;
    open.sequence = sequence;
    open.prev = prev;
    open.parents = parents;
    Buffer space(bytes_of(operations));
    graph::ChangeBuilder builder;
    builder.begin(std::move(open), space);
    for (const graph::Writer& each : writers) builder.writer_index(each);
    for (const StrangeOperation& each : operations) {
      const bool end = &each == &operations.back();
      const std::uint8_t flags = end || each.last_of_transaction ? graph::kLastOfTransaction : 0;
      const auto appended = builder.append(each.kind, flags, each.shape ? &*each.shape : nullptr,
                                           each.id ? &*each.id : nullptr, hlc + (end ? late : 0),
                                           each.payload.size());
      if (!each.payload.empty()) {
        std::memcpy(appended.payload, each.payload.data(), each.payload.size());
      }
    }
    const Bytes change = builder.close(key_);
    return erase(graph::ChangeView::parse(change), operations, change);
  }

  // Behind what the log holds, with a checksum of its own.
  void write(platform::FileSystem& files, Bytes change) const {
    log::Recovery recovery;
    const auto ignore = [](log::Location, std::uint64_t, Bytes) { return Error(); };
    const auto log = log::Log::open(files, "log", storage_, {}, 0, 0, ignore, recovery).value();
    const auto space = log->begin(change.size()).value();
    std::memcpy(space.space.data(), change.data(), change.size());
    GS_CHECK(log->write(change.size()).ok());
    GS_CHECK(log->close().ok());
  }

 private:
  // What a change of these takes at most: a buffer for any would be most of a test's time.
  std::size_t bytes_of(const std::vector<StrangeOperation>& operations) const {
    std::size_t bytes = graph::ChangeBuilder::overhead(parents.size());
    bytes += graph::ChangeBuilder::cost(0, 1 + writers.size());
    for (const StrangeOperation& each : operations) {
      bytes += graph::ChangeBuilder::cost(each.payload.size());
    }
    return bytes;
  }

  static Buffer erase(const Result<graph::ChangeView>& change,
                      const std::vector<StrangeOperation>& operations, Bytes whole) {
    std::vector<std::uint32_t> erased;
    for (std::uint32_t i = 0; i < operations.size(); ++i) {
      const StrangeOperation& each = operations[i];
      if (each.erased && each.id && graph::is_erasable(each.kind)) erased.push_back(i);
    }
    if (erased.empty() || !change.ok()) return {whole.begin(), whole.end()};
    return graph::erase_operations(change.value(), erased).value();
  }

  static crypto::KeyPair key_of(std::uint32_t number) {
    std::array<std::uint8_t, 32> seed{};
    store_u32(seed.data(), number);
    return crypto::KeyPair::from_seed(seed);
  }
};

}  // namespace gs::engine::testing
