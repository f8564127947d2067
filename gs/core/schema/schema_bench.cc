// How fast values are checked. Metaschema itself on the same: tests/schema/bench.js.
#include <benchmark/benchmark.h>

#include "gs/core/schema/schema.h"
#include "gs/core/schema/test_js.h"

namespace gs::schema {
namespace {

constexpr const char* kFlat =
    "{'Entity':{},'name':'string','email':{'type':'string','length':{'min':3,'max':64}},"
    "'age':'number','active':'boolean','city':'string','street':'string','zip':'?string',"
    "'note':'?string','score':'number','role':{'enum':['user','admin','guest']}}";
constexpr const char* kFlatValue =
    "{'name':'Ada Lovelace','email':'ada@example.com','age':36,'active':true,'city':'London',"
    "'street':'Marylebone Road','zip':'NW1','note':'first','score':9.5,'role':'admin'}";

constexpr const char* kNested =
    "{'Entity':{},'name':'string','address':{'city':'string','lines':{'array':'string'},"
    "'at':[{'lat':'number'},{'lon':'number'}]},'tags':{'object':{'string':'number'}}}";
constexpr const char* kNestedValue =
    "{'name':'Ada','address':{'city':'London','lines':['one','two','three'],'at':[51.5,-0.1]},"
    "'tags':{'a':1,'b':2}}";

void check(benchmark::State& state, const char* definition, const JsValue& value) {
  const SchemaPtr schema = Schema::create("User", js(definition)).value();
  if (!schema->accepts(value)) state.SkipWithError("the value is not valid");
  for (auto _ : state) benchmark::DoNotOptimize(schema->check(value).ok());
  state.SetItemsProcessed(state.iterations());
}

void bm_check_flat(benchmark::State& state) { check(state, kFlat, js(kFlatValue)); }
BENCHMARK(bm_check_flat);

// Keys come in another order than fields, as in a record of somebody else.
void bm_check_flat_reversed(benchmark::State& state) {
  JsValue value = js(kFlatValue);
  std::reverse(value.members.begin(), value.members.end());
  check(state, kFlat, value);
}
BENCHMARK(bm_check_flat_reversed);

void bm_check_nested(benchmark::State& state) { check(state, kNested, js(kNestedValue)); }
BENCHMARK(bm_check_nested);

void bm_accepts_flat(benchmark::State& state) {
  const SchemaPtr schema = Schema::create("User", js(kFlat)).value();
  const JsValue value = js(kFlatValue);
  for (auto _ : state) benchmark::DoNotOptimize(schema->accepts(value));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(bm_accepts_flat);

void bm_check_invalid(benchmark::State& state) {
  const SchemaPtr schema = Schema::create("User", js(kFlat)).value();
  JsValue value = js(kFlatValue);
  value.members[2].second = js("'old'");
  for (auto _ : state) benchmark::DoNotOptimize(schema->check(value).ok());
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(bm_check_invalid);

void bm_create(benchmark::State& state) {
  const JsValue definition = js(kFlat);
  for (auto _ : state) benchmark::DoNotOptimize(Schema::create("User", definition).ok());
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(bm_create);

}  // namespace
}  // namespace gs::schema
