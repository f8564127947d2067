// What is compared in the rows about queries: cities in one engine with secondary indexes.
//
// Of peers only SQLite has such indexes: once with a table keyed by a number, its own best case,
// and once without rowid, keyed by 16 bytes as records are here. One thread; failures end the
// program.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bench/cities.h"

namespace gs::bench {

// What the rows of a query add up to.
struct CitySum {
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;  // of names and countries
  double lat = 0;
};

class CitySubject {
 public:
  virtual ~CitySubject() = default;

  virtual void open(const std::string& directory) = 0;
  virtual void close() = 0;
  // One transaction; nothing is durable before sync().
  virtual void insert(std::span<const City> cities) = 0;
  virtual void sync() = 0;
  // Finishes what would otherwise be done in the background, and compacts.
  virtual void settle() = 0;
  // Indexes of `name` and `lat` and a unique one of `code` from now on.
  virtual void use_indexes() = 0;
  // One of `name` on what is there, on disk and usable when it returns.
  virtual void build_index() = 0;

  // One query each, prepared before; name, country and lat are read of each row.
  virtual CitySum find_codes(std::span<const std::string_view> codes) = 0;
  virtual CitySum find_lats(std::span<const LatRange> ranges) = 0;
  // The same with the text of each query made and read anew, by those whose queries are texts.
  virtual CitySum find_codes_as_text(std::span<const std::string_view> codes) {
    return find_codes(codes);
  }
  virtual CitySum find_lats_as_text(std::span<const LatRange> ranges) { return find_lats(ranges); }
  virtual std::uint64_t count_lats(std::span<const LatRange> ranges) = 0;
  virtual std::uint64_t count_name(std::string_view name) = 0;
  virtual std::uint64_t count_countries(std::span<const std::string_view> countries) = 0;
};

std::unique_ptr<CitySubject> make_city_globalstorage();
std::unique_ptr<CitySubject> make_city_sqlite(bool has_rowid);

// All of them, kBatch in a transaction, then a sync.
void insert_all(CitySubject& subject, std::span<const City> cities);

// Those that were compiled in, ours first.
std::vector<std::string> city_subject_names();
std::unique_ptr<CitySubject> make_city_subject(const std::string& name);

}  // namespace gs::bench
