// Any valid record as a record that is there and as writes over it: what comes of it is valid, and
// the same in one go and in steps.
#include <cstdlib>

#include "gs/core/merge/merged_record.h"
#include "gs/core/merge/test_writers.h"
#include "gs/core/record/record.h"

namespace gs::merge {
namespace {

struct Image {
  record::ShapePtr shape;
  Buffer bytes;
  std::size_t record_at = 0;
};

Image encode(MergedRecord& merged) {
  Image image;
  auto shape = merged.encode(image.bytes, image.record_at, nullptr);
  if (!shape.ok()) std::abort();
  image.shape = std::move(*shape);
  const record::RecordView view(image.shape.get(), image.bytes.data() + image.record_at);
  if (record::validate(*image.shape, view.bytes())) std::abort();
  if (ImageView(image.bytes.data()).size() != image.bytes.size()) std::abort();
  if (!ImageView(image.bytes.data()).hidden_fits()) std::abort();
  return image;
}

}  // namespace
}  // namespace gs::merge

// u8 count of 8-byte units of a shape definition, the definition, a record.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gs;
  using namespace gs::merge;
  if (size == 0) return 0;
  const Bytes input(data + 1, size - 1);
  const std::size_t definition_bytes = std::size_t{8} * data[0];
  if (definition_bytes > input.size()) return 0;
  const auto shape = record::Shape::decode(input.first(definition_bytes));
  if (!shape.ok()) return 0;
  const Buffer bytes(input.begin() + static_cast<std::ptrdiff_t>(definition_bytes), input.end());
  if (record::validate(**shape, bytes)) return 0;

  const NumberedWriters order;
  MergedRecord at_once(order);
  MergedRecord in_steps(order);
  const Seen removal{kNoField, 0, {2, 1}};
  const auto first = [&](MergedRecord& merged) {
    merged.write({&*shape, bytes.data(), {1, 0}, true, {}, {}});
  };
  const auto second = [&](MergedRecord& merged) {
    merged.write({&*shape, bytes.data(), {2, 1}, false, {}, {}});
  };
  const auto third = [&](MergedRecord& merged) {
    merged.remove({{3, 0}, RemovalRule::update_wins, {1, 0}, {}});
  };
  // Every field is added to, whatever it holds, its elements and members are changed, and its bytes
  // are typed, are edits of a list, and of a tree: by two at the same time, and by one who saw
  // both.
  std::vector<Seen> added;
  std::vector<std::vector<Seen>> changed(3);
  std::vector<std::vector<Seen>> typed(3);
  std::vector<std::vector<Seen>> listed(3);
  std::vector<std::vector<Seen>> given(3);
  std::vector<std::vector<Seen>> planted(3);
  const record::RecordView view(shape->get(), bytes.data());
  const std::uint32_t first_field =
      (*shape)->self_describing() ? 0 : static_cast<std::uint32_t>((*shape)->key_fields());
  for (std::uint32_t i = first_field; i < field_numbers_end(view); ++i) {
    added.push_back({i, static_cast<std::uint8_t>(Rule::added), {}});
    changed[0].push_back({i, static_cast<std::uint8_t>(Rule::included), {}});
    changed[1].push_back({i, static_cast<std::uint8_t>(Rule::changed), {1, 0}});
    changed[2].push_back({i, static_cast<std::uint8_t>(Rule::excluded), {2, 3}});
    for (std::vector<Seen>& each : typed) {
      each.push_back({i, static_cast<std::uint8_t>(Rule::text), {}});
    }
    typed[2].push_back({i, static_cast<std::uint8_t>(Rule::text), {2, 6}});
    typed[2].push_back({i, static_cast<std::uint8_t>(Rule::text), {3, 7}});
    for (std::vector<Seen>& each : listed) {
      each.push_back({i, static_cast<std::uint8_t>(Rule::list), {}});
    }
    listed[2].push_back({i, static_cast<std::uint8_t>(Rule::list), {2, 9}});
    listed[2].push_back({i, static_cast<std::uint8_t>(Rule::list), {3, 10}});
    for (std::vector<Seen>& each : planted) {
      each.push_back({i, static_cast<std::uint8_t>(Rule::tree), {}});
    }
    planted[2].push_back({i, static_cast<std::uint8_t>(Rule::tree), {2, 12}});
    planted[2].push_back({i, static_cast<std::uint8_t>(Rule::tree), {3, 13}});
    given[0].push_back({i, static_cast<std::uint8_t>(Rule::members), {}});
    given[1].push_back({i, static_cast<std::uint8_t>(Rule::members), {1, 0}});
    given[2].push_back({i, static_cast<std::uint8_t>(Rule::members), {2, 15}});
    given[2].push_back({i, static_cast<std::uint8_t>(Rule::members), {3, 16}});
  }
  const auto addition = [&](MergedRecord& merged) {
    merged.write({&*shape, bytes.data(), {2, 2}, false, {}, added});
  };
  const auto change = [&](std::size_t which) {
    return [&, which](MergedRecord& merged) {
      const auto writer = static_cast<std::uint32_t>(3 + which);
      merged.write({&*shape, bytes.data(), {2 + which, writer}, false, {}, changed[which]});
    };
  };
  const auto type = [&](std::size_t which) {
    return [&, which](MergedRecord& merged) {
      const auto writer = static_cast<std::uint32_t>(6 + which);
      merged.write({&*shape, bytes.data(), {2 + which, writer}, false, {}, typed[which]});
    };
  };
  const auto list = [&](std::size_t which) {
    return [&, which](MergedRecord& merged) {
      const auto writer = static_cast<std::uint32_t>(9 + which);
      merged.write({&*shape, bytes.data(), {2 + which, writer}, false, {}, listed[which]});
    };
  };
  const auto plant = [&](std::size_t which) {
    return [&, which](MergedRecord& merged) {
      const auto writer = static_cast<std::uint32_t>(12 + which);
      merged.write({&*shape, bytes.data(), {2 + which, writer}, false, {}, planted[which]});
    };
  };
  const auto give = [&](std::size_t which) {
    return [&, which](MergedRecord& merged) {
      const auto writer = static_cast<std::uint32_t>(15 + which);
      merged.write({&*shape, bytes.data(), {2 + which, writer}, false, {}, given[which]});
    };
  };
  const auto fourth = [&](MergedRecord& merged) {
    merged.write({&*shape, bytes.data(), {4, 1}, true, {2, 1}, {&removal, 1}});
  };
  Image last;
  at_once.clear();
  first(at_once);
  first(in_steps);
  const auto step = [&](const auto& write) {
    write(at_once);
    last = encode(in_steps);
    const LocalStamp base = in_steps.base();
    const Image before = last;
    in_steps.load(
        {&before.shape, before.bytes.data() + before.record_at, before.bytes.data(), base});
    write(in_steps);
    last = encode(in_steps);
    in_steps.load(
        {&last.shape, last.bytes.data() + last.record_at, last.bytes.data(), in_steps.base()});
  };
  step(second);
  step(addition);
  step(change(0));
  step(change(1));
  step(change(2));
  step(type(0));
  step(type(1));
  step(type(2));
  step(list(0));
  step(list(1));
  step(list(2));
  step(give(0));
  step(give(1));
  step(give(2));
  step(plant(0));
  step(plant(1));
  step(plant(2));
  step(third);
  step(fourth);
  const Image whole = encode(at_once);
  const Image steps = encode(in_steps);
  if (whole.bytes != steps.bytes || whole.shape->digest() != steps.shape->digest()) std::abort();
  return 0;
}
