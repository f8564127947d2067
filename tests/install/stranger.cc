// What a stranger writes first: create a storage, insert, read back, verify.
//
//   stranger_cpp DIRECTORY      one that does not exist yet; exit status 0 when all went well
#include <globalstorage/globalstorage.h>

#include <cstdio>
#include <string>
#include <utility>

namespace {

gs::Error run(const std::string& directory) {
  GS_TRY(gs::Storage storage, gs::Storage::create(directory));
  GS_TRY(const gs::Id id, storage.insert("City", R"({"name":"Kyiv","lat":50.45})"));
  GS_TRY(const gs::Record city, storage.get(id));
  const auto latitude = city.find("lat");
  if (!latitude || latitude->number() != 50.45) {
    return {gs::Code::invalid, "the record is not what was inserted: " + city.json()};
  }
  GS_TRY(const gs::VerifyReport report, storage.verify());
  if (!report.ok) return {gs::Code::damaged, "the new storage does not verify"};
  return storage.close();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  if (const gs::Error error = run(argv[1])) {
    std::fprintf(stderr, "%s\n", error.text().c_str());
    return 1;
  }
  std::printf("globalstorage %s\n", gs::version());
  return 0;
}
