// One write of a record that another write made: plain, and with hidden writes.
#include <benchmark/benchmark.h>

#include "gs/base/check.h"
#include "gs/core/merge/merged_record.h"
#include "gs/core/merge/test_writers.h"
#include "gs/core/record/encoder.h"

namespace gs::merge {
namespace {

const NumberedWriters kOrder;

struct Write {
  record::ShapePtr shape;
  Buffer record;
};
Write written(const Result<record::Encoded>& made) {
  GS_CHECK(made.ok());
  return {made->shape, {made->bytes.begin(), made->bytes.end()}};
}

// `concurrent`: the record has a hidden write, and each further one hides the one before.
void update(benchmark::State& state, bool concurrent) {
  auto shapes = std::make_shared<record::ShapeCache>();
  record::Encoder encoder(shapes);
  const Write base = written(encoder.encode_json(
      "City", R"({"name":"Kyiv","lat":50.45,"lon":30.52,"a":1,"b":2,"c":3,"d":4,"e":5})"));
  const Write delta = written(encoder.encode_delta_json("City", R"({"c":7})"));
  MergedRecord merged(kOrder);
  Buffer image;
  std::size_t record_at = 0;
  merged.write({&base.shape, base.record.data(), {1, 0}, true, {}, {}});
  if (concurrent) merged.write({&delta.shape, delta.record.data(), {2, 1}, false, {}, {}});
  record::ShapePtr shape = merged.encode(image, record_at, shapes.get()).value();
  Buffer next;
  id::Hlc hlc = 2;
  for (auto _ : state) {
    merged.load({&shape, image.data() + record_at, image.data(), {1, 0}});
    const Seen seen{0, 0, {hlc, 0}};
    ++hlc;
    merged.write({&delta.shape, delta.record.data(), {hlc, 0}, false, {1, 0}, {&seen, 1}});
    shape = merged.encode(next, record_at, shapes.get()).value();
    std::swap(image, next);
  }
  state.SetItemsProcessed(state.iterations());
}

void bm_update(benchmark::State& state) { update(state, false); }
BENCHMARK(bm_update);
void bm_update_beside_a_hidden_write(benchmark::State& state) { update(state, true); }
BENCHMARK(bm_update_beside_a_hidden_write);

}  // namespace
}  // namespace gs::merge
