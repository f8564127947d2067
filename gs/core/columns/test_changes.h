// Changes as replicas make them, for tests: writers who insert records of numbers, update single
// fields again and again, and now and then do everything else. The same from the same seed.
#pragma once

#include <deque>
#include <map>
#include <random>

#include "gs/core/graph/samples_test.h"

namespace gs::columns::testing {

using graph::Kind;
using graph::OverwrittenView;
using graph::Stamp;

class Chain {
 public:
  static constexpr std::size_t kFields = 4;

  explicit Chain(std::uint64_t seed, std::size_t writers = 1) : random_(seed) {
    for (std::size_t i = 0; i < writers; ++i) {
      writers_.emplace_back(static_cast<std::uint8_t>(i * 40));
    }
    std::vector<record::Field> fields;
    for (std::size_t i = 0; i < kFields; ++i) {
      const std::string name = "f" + std::to_string(i);
      fields.push_back({name, Type::number});
      single_.push_back(record::Shape::make("Record", {{name, Type::number}}).value());
    }
    whole_ = record::Shape::make("Record", std::move(fields)).value();
  }

  static Digest storage() { return graph::testing::digest_of("storage"); }

  // A change with `count` new records.
  Buffer inserts(std::size_t count, std::size_t by = 0) {
    begin(by);
    for (std::size_t i = 0; i < count; ++i) {
      const auto minted = maker_->minter.mint(ms_ + i / 8);
      Buffer payload = graph::testing::mint_bytes(minted.counter);
      append(payload, numbers(*whole_));
      add(Kind::insert, i + 1 == count, *whole_, minted.id, payload);
      records_.push_back({minted.id, stamp(), {}});
    }
    return close();
  }

  // One with `count` updates of one field of any record.
  Buffer updates(std::size_t count, std::size_t by = 0) {
    begin(by);
    for (std::size_t i = 0; i < count; ++i) update(i + 1 == count);
    return close();
  }

  // One with a text, records that are set and removed, an expectation, and stamps of any kind.
  Buffer mixed(std::size_t by = 0) {
    begin(by);
    const auto city = graph::testing::city_shape();
    const auto minted = maker_->minter.mint(ms_);
    Buffer text = graph::testing::mint_bytes(minted.counter);
    append(text, graph::testing::city_record(std::string(1 + random_() % 40, 'x'), 1.25));
    add(Kind::insert, false, *city, minted.id, text);
    for (std::size_t i = random_() % 6; i > 0 && !records_.empty(); --i) {
      Known& known = any_record();
      Buffer payload = overwritten(known.base, {{0, any_stamp()}, {graph::kWholeRecord, stamp()}});
      const bool is_set = random_() % 2 == 0;
      if (is_set) append(payload, numbers(*whole_));
      add(is_set ? Kind::set : Kind::remove, random_() % 2 == 0, *whole_, known.id, payload);
      if (is_set) known.base = stamp();
      maker_->maker.add(Kind::expect, 0, nullptr, &known.id, Buffer(32, 7), ticks_);
      update(false);
    }
    add(Kind::shape, true, *city, std::nullopt,
        Buffer(city->definition().begin(), city->definition().end()));
    return close();
  }

 private:
  struct Known {
    Id id;
    Stamp base;
    std::map<std::size_t, Stamp> fields;  // of the shapes with one
  };
  struct Person {
    explicit Person(std::uint8_t key)
        : maker(std::size_t{4} << 20, key), minter(maker.spec().writer, 0, Id{}) {}
    graph::testing::Maker maker;
    id::Minter minter;
    std::uint64_t next = 0;
    Digest last{};
  };

  static void append(Buffer& to, const Buffer& from) {
    to.insert(to.end(), from.begin(), from.end());
  }

  void begin(std::size_t by) {
    maker_ = &writers_[by];
    ms_ += 1 + random_() % 3;
    ticks_ = 0;
    auto& open = maker_->maker.open();
    open.sequence = maker_->next++;
    open.hlc = id::hlc_of_ms(ms_);
    open.prev = maker_->last;
    open.parents.clear();
    if (open.sequence != 0 || last_ != Digest{}) open.parents = {last_};
    for (auto& byte : open.seed) byte = static_cast<std::uint8_t>(random_());
    maker_->maker.begin();
  }

  void add(Kind kind, bool last, const record::Shape& shape, std::optional<Id> id,
           const Buffer& payload) {
    ticks_ += random_() % 8 == 0 ? 1 : 0;
    maker_->maker.add(kind, last ? graph::kLastOfTransaction : 0, &shape.digest(),
                      id ? &*id : nullptr, payload, ticks_);
  }

  void update(bool last) {
    Known& known = any_record();
    const std::size_t field = random_() % kFields;
    std::vector<std::pair<std::uint32_t, Stamp>> exceptions;
    const auto found = known.fields.find(field);
    if (found != known.fields.end() && found->second > known.base) {
      exceptions.emplace_back(0, found->second);
    }
    Buffer payload = overwritten(known.base, exceptions);
    append(payload, numbers(*single_[field]));
    add(Kind::update, last, *single_[field], known.id, payload);
    known.fields[field] = stamp();
  }

  Buffer close() {
    Buffer change = maker_->maker.close();
    last_ = maker_->last = maker_->maker.builder().digest();
    return change;
  }

  Known& any_record() { return records_[random_() % records_.size()]; }
  Stamp stamp() const { return {maker_->maker.spec().hlc + ticks_, maker_->maker.spec().writer}; }
  Stamp any_stamp() {
    return {id::hlc_of_ms(ms_ - 1 - random_() % 9),
            writers_[random_() % writers_.size()].maker.spec().writer};
  }

  Buffer overwritten(const Stamp& base,
                     const std::vector<std::pair<std::uint32_t, Stamp>>& exceptions) {
    const auto index = [this](const Stamp& one) {
      return one.writer == maker_->maker.spec().writer
                 ? graph::kThisWriter
                 : maker_->maker.builder().writer_index(one.writer);
    };
    const std::uint16_t writer = index(base);
    std::vector<OverwrittenView::Exception> list;
    for (const auto& [field, one] : exceptions) list.push_back({field, index(one), one.hlc, 0});
    return graph::testing::overwritten_bytes(base.hlc, writer, list);
  }

  Buffer numbers(const record::Shape& shape) {
    std::vector<Value> values;
    for (std::size_t i = 0; i < shape.field_count(); ++i) {
      values.emplace_back(static_cast<double>(random_() & 0x7fffff));
    }
    std::vector<const Value*> places;
    for (const Value& value : values) places.push_back(&value);
    Buffer out;
    GS_CHECK(record::encode(shape, places, out).ok());
    return out;
  }

  std::mt19937_64 random_;
  std::deque<Person> writers_;
  std::vector<record::ShapePtr> single_;
  record::ShapePtr whole_;
  std::vector<Known> records_;
  Person* maker_ = nullptr;
  std::uint64_t ms_ = 1'700'000'000'000;
  id::Hlc ticks_ = 0;
  Digest last_{};
};

// Changes as the raw bytes of a block.
inline Buffer raw_of(const std::vector<Buffer>& changes) {
  Buffer raw;
  for (const Buffer& change : changes) {
    const std::size_t at = raw.size();
    raw.resize(at + 4);
    store_u32(raw.data() + at, static_cast<std::uint32_t>(change.size()));
    raw.insert(raw.end(), change.begin(), change.end());
  }
  return raw;
}

inline std::vector<Bytes> views_of(const std::vector<Buffer>& buffers) {
  return {buffers.begin(), buffers.end()};
}

}  // namespace gs::columns::testing
