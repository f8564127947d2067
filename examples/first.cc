// Insert a record, change it, read it back, prove it.
#include <globalstorage/globalstorage.h>

#include <cstdio>

gs::Error run() {
  GS_TRY(gs::Storage db, gs::Storage::open_or_create("first.gs"));
  GS_TRY(const gs::Id kyiv, db.insert("City", R"({"name":"Kyiv","lat":50.45})"));
  GS_TRY_OK(db.update(kyiv, R"({"capital":true})"));  // on disk when this returns
  GS_TRY(const gs::Record city, db.get(kyiv));
  std::printf("%s\n", city.json().c_str());
  GS_TRY(const std::string proof, db.proof(kyiv));
  GS_TRY(const gs::ProofReport proven, gs::verify_proof(proof));  // needs no storage
  std::printf("proven: %s by writer %s\n", proven.kind.c_str(), proven.writer.text().c_str());
  return db.close();
}

int main() {
  const gs::Error error = run();
  if (error) std::printf("%s\n", error.text().c_str());
  return error ? 1 : 0;
}
