// Queries and records from strangers: a query, the byte 1e, a record.
//
// What is accepted is accepted again with the same fingerprint. A filter and its negation never
// agree, and a record passes a filter exactly when it does in the form that describes itself. What
// groups and sorts read of the record has keys, and a cursor made of them comes back.
#include <cstdlib>

#include "gs/core/query/cursor.h"
#include "gs/core/query/json_walk.h"
#include "gs/core/query/matcher.h"
#include "gs/core/record/encoder.h"
#include "gs/core/record/order_key.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using namespace gs;         // NOLINT(google-build-using-namespace)
using namespace gs::query;  // NOLINT(google-build-using-namespace)

void check_filter(const Filter& filter, const RecordView& record, const RecordView& described) {
  Matcher matcher(filter);
  const bool passes = matcher.matches(record);
  if (matcher.matches(described) != passes || matcher.matches(record) != passes) std::abort();
}

void check_negation(std::string_view query, const RecordView& record) {
  for (const JsonMember& member : members_of(trimmed(query))) {
    if (member.name != "filter") continue;
    const auto filter = parse_filter(member.value, {});
    const auto negation = parse_filter("{\"$not\":" + std::string(member.value) + "}", {});
    if (!filter || !negation) continue;  // one level more may be too many
    if (Matcher(*filter).matches(record) == Matcher(*negation).matches(record)) std::abort();
  }
}

// With values for its parameters a query is one like others, and without parameters the same.
void check_prepared(std::string_view text, const RecordView& record) {
  auto prepared = parse_prepared(text);
  if (!prepared) return;
  const std::vector<Value> given[] = {std::vector<Value>(prepared->parameters.size(), Value("a")),
                                      std::vector<Value>(prepared->parameters.size(), Value(1)),
                                      std::vector<Value>(prepared->parameters.size(), Array{1})};
  for (const std::vector<Value>& values : given) {
    if (query::bind(*prepared, values)) continue;
    const Digest first = prepared->fingerprint();
    const bool passes = Matcher(prepared->filter).matches(record);
    if (query::bind(*prepared, values) || prepared->fingerprint() != first) std::abort();
    if (Matcher(prepared->filter).matches(record) != passes) std::abort();
  }
}

void check_keys(const Query& query, const RecordView& record) {
  Buffer key;
  for (const SortField& field : query.sort) {
    const std::size_t start = key.size();
    record::append_order_key(field.path.in(record).value_or(ValueView{}), key);
    if (field.descending) record::invert_order(key, start);
  }
  const auto cursor = make_cursor(query.fingerprint(), key);
  if (cursor && read_cursor(query.fingerprint(), *cursor).value() != key) std::abort();
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t split = std::min(input.find('\x1e'), size);
  const std::string_view text = input.substr(0, split);
  const auto query = parse_query(text);
  if (!query) {
    record::Encoder encoder;
    const auto empty = encoder.encode_json("C", "{}");
    if (empty) check_prepared(text, {empty->shape.get(), empty->bytes.data()});
    return 0;
  }
  if (parse_prepared(text)->fingerprint() != query->fingerprint()) std::abort();
  if (parse_query(text)->fingerprint() != query->fingerprint()) std::abort();
  record::Encoder encoder;
  record::Encoder describing(std::make_shared<record::ShapeCache>(0));
  const std::string_view json = split == size ? std::string_view("{}") : input.substr(split + 1);
  const auto record = encoder.encode_json("C", json);
  const auto described = describing.encode_json("C", json);
  if (record.ok() != described.ok()) std::abort();
  if (!record) return 0;
  const RecordView view(record->shape.get(), record->bytes.data());
  check_filter(query->filter, view, {described->shape.get(), described->bytes.data()});
  check_negation(text, view);
  check_keys(*query, view);
  return 0;
}
