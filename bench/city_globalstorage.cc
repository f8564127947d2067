// Cities in GlobalStorage through its public API: queries are prepared, or texts made anew.
#include <array>
#include <charconv>
#include <optional>

#include "bench/city_subject.h"
#include "bench/need.h"
#include "globalstorage/storage.h"

namespace gs::bench {
namespace {

constexpr const char* kCityCollection = "City";

// A schema of the fields of a city, with what is behind each of these three.
std::string schema(std::string_view name, std::string_view lat, std::string_view code) {
  std::string text = R"js({"files":{"City.js":"({ name: { type: 'string')js";
  text.append(name).append(" }, country: 'string', admin1: 'string', admin2: 'string', ");
  text.append("lat: { type: 'number'").append(lat).append(" }, lng: 'number', ");
  text.append("code: { type: 'string'").append(code).append(R"js( } })"}})js");
  return text;
}

class GlobalStorageCities final : public CitySubject {
 public:
  void open(const std::string& directory) override {
    Options options;
    options.durability = Durability::lazy;
    db_.emplace(need(Storage::open_or_create(directory + "/gs", options), "open"));
    need(db_->apply_schema(schema("", "", ""), true), "apply_schema");
    by_code_ = prepared(R"({"code":{"$param":"code"}})");
    by_lat_ = prepared(R"({"lat":{"$gte":{"$param":"from"},"$lt":{"$param":"to"}}})");
    by_country_ = prepared(R"({"country":{"$param":"country"}})");
  }
  void close() override {
    by_code_ = PreparedQuery();
    by_lat_ = PreparedQuery();
    by_country_ = PreparedQuery();
    need(db_->close(), "close");
    db_.reset();
  }

  void insert(std::span<const City> cities) override {
    Transaction transaction = db_->begin();
    for (const City& city : cities) {
      set_object(city);
      need(transaction.insert(kCityCollection, object_).error(), "insert");
    }
    need(transaction.commit().error(), "commit");
  }
  void sync() override { need(db_->sync(), "sync"); }
  void settle() override { need(db_->compact(), "compact"); }

  void use_indexes() override { apply(schema(", index: true", ", index: true", ", unique: true")); }
  // Whoever asks first makes it.
  void build_index() override {
    apply(schema(", index: true", "", ""));
    count_name("Kyiv");
  }

  CitySum find_codes(std::span<const std::string_view> codes) override {
    CitySum sum;
    for (const std::string_view code : codes) {
      values_[0] = Value(code);
      add_rows(need(by_code_.find({values_.data(), 1}), "find"), sum);
    }
    return sum;
  }

  CitySum find_lats(std::span<const LatRange> ranges) override {
    CitySum sum;
    for (const LatRange& range : ranges) {
      set_range(range);
      add_rows(need(by_lat_.find(values_), "find"), sum);
    }
    return sum;
  }

  CitySum find_codes_as_text(std::span<const std::string_view> codes) override {
    CitySum sum;
    for (const std::string_view code : codes) {
      query_.assign(R"({"collection":"City","filter":{"code":")").append(code).append("\"}}");
      add_rows(need(db_->find(query_), "find"), sum);
    }
    return sum;
  }

  CitySum find_lats_as_text(std::span<const LatRange> ranges) override {
    CitySum sum;
    for (const LatRange& range : ranges) {
      set_range_query(range);
      add_rows(need(db_->find(query_), "find"), sum);
    }
    return sum;
  }

  std::uint64_t count_lats(std::span<const LatRange> ranges) override {
    std::uint64_t counted = 0;
    for (const LatRange& range : ranges) {
      set_range(range);
      counted += need(by_lat_.count(values_), "count");
    }
    return counted;
  }

  std::uint64_t count_name(std::string_view name) override {
    return count(R"({"collection":"City","filter":{"name":")" + std::string(name) + "\"}}");
  }

  std::uint64_t count_countries(std::span<const std::string_view> countries) override {
    std::uint64_t counted = 0;
    for (const std::string_view country : countries) {
      values_[0] = Value(country);
      counted += need(by_country_.count({values_.data(), 1}), "count");
    }
    return counted;
  }

 private:
  PreparedQuery prepared(const std::string& filter) const {
    return need(db_->prepare(R"({"collection":"City","filter":)" + filter + "}"), "prepare");
  }
  void apply(const std::string& text) { need(db_->apply_schema(text, true), "apply_schema"); }
  std::uint64_t count(std::string_view query) const { return need(db_->count(query), "count"); }

  void set_object(const City& city) {
    std::size_t at = 0;
    for (const std::string* const text :
         {&city.name, &city.country, &city.admin1, &city.admin2, &city.code}) {
      object_[at++].second = Value(*text);
    }
    object_[at++].second = Value(city.lat);
    object_[at++].second = Value(city.lng);
  }

  void append(double number) {
    char text[32];
    const auto made = std::to_chars(text, text + sizeof text, number);
    query_.append(text, made.ptr);
  }

  void set_range(const LatRange& range) {
    values_[0] = Value(range.from);
    values_[1] = Value(range.to);
  }

  void set_range_query(const LatRange& range) {
    query_.assign(R"({"collection":"City","filter":{"lat":{"$gte":)");
    append(range.from);
    query_.append(",\"$lt\":");
    append(range.to);
    query_.append("}}}");
  }

  static void add_rows(Rows rows, CitySum& sum) {
    Row row;
    while (rows.next(row)) {
      const Record& record = row.record();
      sum.bytes += record.find("name")->text()->size();
      sum.bytes += record.find("country")->text()->size();
      sum.lat += *record.find("lat")->number();
      ++sum.rows;
    }
    need(rows.error(), "rows");
  }

  std::optional<Storage> db_;
  PreparedQuery by_code_;
  PreparedQuery by_lat_;
  PreparedQuery by_country_;
  std::array<Value, 2> values_;
  std::string query_;
  Object object_ = {{"name", Value()},   {"country", Value()}, {"admin1", Value()},
                    {"admin2", Value()}, {"code", Value()},    {"lat", Value()},
                    {"lng", Value()}};
};

}  // namespace

std::unique_ptr<CitySubject> make_city_globalstorage() {
  return std::make_unique<GlobalStorageCities>();
}

}  // namespace gs::bench
