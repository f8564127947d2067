#include "bench/city_subject.h"

#include "bench/subject.h"

namespace gs::bench {

namespace {
[[maybe_unused]] constexpr const char* kSqlite = "sqlite";
[[maybe_unused]] constexpr const char* kSqliteNoRowid = "sqlite-no-rowid";
}  // namespace

std::vector<std::string> city_subject_names() {
#ifdef GS_PEER_SQLITE
  return {kOurs, kSqlite, kSqliteNoRowid};
#else
  return {kOurs};
#endif
}

std::unique_ptr<CitySubject> make_city_subject(const std::string& name) {
  if (name == kOurs) return make_city_globalstorage();
#ifdef GS_PEER_SQLITE
  return make_city_sqlite(name == kSqlite);
#else
  fail("no subject '" + name + "'");
#endif
}

}  // namespace gs::bench
