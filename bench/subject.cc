// The list of subjects; those whose library was not found are left out.
#include "bench/subject.h"

#include <cstdio>
#include <cstdlib>

namespace gs::bench {

void fail(const std::string& message) {
  std::fprintf(stderr, "gstore-bench: %s\n", message.c_str());
  std::exit(1);
}

std::vector<std::string> subject_names() {
  std::vector<std::string> names = {kOurs};
#ifdef GS_PEER_LMDB
  names.emplace_back("lmdb");
#endif
#ifdef GS_PEER_ROCKSDB
  names.emplace_back("rocksdb");
#endif
#ifdef GS_PEER_LEVELDB
  names.emplace_back("leveldb");
#endif
#ifdef GS_PEER_SQLITE
  names.emplace_back("sqlite");
#endif
  return names;
}

std::unique_ptr<Subject> make_subject(const std::string& name) {
  if (name == kOurs) return make_globalstorage();
#ifdef GS_PEER_LMDB
  if (name == "lmdb") return make_lmdb();
#endif
#ifdef GS_PEER_ROCKSDB
  if (name == "rocksdb") return make_rocksdb();
#endif
#ifdef GS_PEER_LEVELDB
  if (name == "leveldb") return make_leveldb();
#endif
#ifdef GS_PEER_SQLITE
  if (name == "sqlite") return make_sqlite();
#endif
  fail("no subject '" + name + "'");
}

}  // namespace gs::bench
