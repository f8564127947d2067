// How fast records are made, checked and read. Rows as in a list of cities: six short strings.
// Compare commits, not machines.
#include <benchmark/benchmark.h>

#include "gs/core/record/encoder.h"
#include "gs/core/record/json.h"

namespace gs::record {
namespace {

const std::vector<std::string>& cities() {
  static const std::vector<std::string> rows = [] {
    static constexpr const char* kNames[] = {
        "Sant Julia de Loria", "Kyiv", "Odesa", "Zürich", "Nizhniy Novgorod",
        "Ust'-Kamenogorsk",    "Rome"};
    std::vector<std::string> made;
    for (int i = 0; i < 1024; ++i) {
      made.push_back(std::string("{\"name\":\"") + kNames[i % 7] + "\",\"lat\":\"" +
                     std::to_string(i % 90) + ".46372\",\"lng\":\"" + std::to_string(i % 180) +
                     ".49129\",\"country\":\"AD\",\"admin1\":\"06\",\"admin2\":\"" +
                     (i % 2 == 0 ? "" : "1234567") + "\"}");
    }
    return made;
  }();
  return rows;
}

std::int64_t text_bytes() {
  std::size_t bytes = 0;
  for (const std::string& row : cities()) bytes += row.size();
  return static_cast<std::int64_t>(bytes / cities().size());
}

void bm_encode_json(benchmark::State& state) {
  Encoder encoder;
  std::size_t i = 0;
  for (auto _ : state) {
    auto made = encoder.encode_json("City", cities()[i++ % 1024]);
    benchmark::DoNotOptimize(made.value().bytes.data());
  }
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(state.iterations() * text_bytes());
}
BENCHMARK(bm_encode_json);

// The shape changes with every record, as when some fields are null now and then.
void bm_encode_json_two_shapes(benchmark::State& state) {
  Encoder encoder;
  const std::string other =
      R"({"name":"Kyiv","lat":50.45,"lng":30.52,"country":null,"admin1":"12"})";
  std::size_t i = 0;
  for (auto _ : state) {
    auto made = encoder.encode_json("City", ++i % 2 == 0 ? other : cities()[i % 1024]);
    benchmark::DoNotOptimize(made.value().bytes.data());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(bm_encode_json_two_shapes);

void bm_encode_json_mixed_types(benchmark::State& state) {
  Encoder encoder;
  const std::string row =
      R"({"name":"Kyiv","lat":50.4501,"lng":30.5234,"capital":true,"population":2952301,)"
      R"("founded":{"$date":"0482-05-28T00:00:00.000Z"},"tags":["city","capital"],"note":null})";
  for (auto _ : state) {
    auto made = encoder.encode_json("City", row);
    benchmark::DoNotOptimize(made.value().bytes.data());
  }
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(row.size()));
}
BENCHMARK(bm_encode_json_mixed_types);

// A transaction of one record: a new Encoder each time, with the shared shapes.
void bm_encoder_per_record(benchmark::State& state) {
  auto cache = std::make_shared<ShapeCache>();
  std::size_t i = 0;
  for (auto _ : state) {
    Encoder encoder(cache);
    auto made = encoder.encode_json("City", cities()[i++ % 1024]);
    benchmark::DoNotOptimize(made.value().bytes.data());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(bm_encoder_per_record);

void bm_encode_values(benchmark::State& state) {
  Encoder encoder;
  const Object object = *parse_json(cities()[0]).value().get<Object>();
  for (auto _ : state) {
    auto made = encoder.encode("City", object);
    benchmark::DoNotOptimize(made.value().bytes.data());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(bm_encode_values);

struct Rows {
  Encoder encoder;
  ShapePtr shape;
  std::vector<Buffer> records;
  Rows() {
    for (const std::string& row : cities()) {
      auto made = encoder.encode_json("City", row);
      shape = made->shape;
      records.emplace_back(made->bytes.begin(), made->bytes.end());
    }
  }
};

void bm_field(benchmark::State& state) {
  const Rows rows;
  std::size_t i = 0;
  for (auto _ : state) {
    const RecordView view(rows.shape.get(), rows.records[i++ % 1024].data());
    benchmark::DoNotOptimize(view.field(3).text());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(bm_field);

void bm_find(benchmark::State& state) {
  const Rows rows;
  std::size_t i = 0;
  for (auto _ : state) {
    const RecordView view(rows.shape.get(), rows.records[i++ % 1024].data());
    benchmark::DoNotOptimize(view.find("country")->text());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(bm_find);

void bm_validate(benchmark::State& state) {
  const Rows rows;
  std::size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(validate(*rows.shape, rows.records[i++ % 1024]).ok());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(bm_validate);

void bm_append_json(benchmark::State& state) {
  const Rows rows;
  std::size_t i = 0;
  std::string out;
  for (auto _ : state) {
    out.clear();
    append_json(RecordView(rows.shape.get(), rows.records[i++ % 1024].data()), out);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(state.iterations() * text_bytes());
}
BENCHMARK(bm_append_json);

}  // namespace
}  // namespace gs::record
