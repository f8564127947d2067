// Batches of writes from a stranger, for a small storage. An outcome is whole, tells an error in
// words, and what it says of records that are new is there; the storage is sound afterwards. The
// records that batches of the corpus name have the keys "kyiv" and "lviv" in "City".
//
// Made inputs of a test: 300
#include "bindings/common/batch.h"
#include "bindings/common/cursor.h"
#include "gs/api/temporary_directory.h"
#include "gs/base/check.h"
#include "gs/core/record/utf8.h"

namespace {

using namespace gs;            // NOLINT(google-build-using-namespace): a program of one file
using namespace gs::bindings;  // NOLINT(google-build-using-namespace)

constexpr std::size_t kVerifiedEvery = 3;  // of the lengths of inputs

using gs::testing::TemporaryDirectory;

Storage small_storage(const TemporaryDirectory& directory) {
  Options options;
  options.threads = 0;
  options.durability = Durability::lazy;
  Storage storage = Storage::create(directory.path("a"), {}, options).value();
  GS_CHECK(
      storage.put("City", "kyiv", R"({"n":1,"text":"Hello","list":[1,2,3],"tags":["a"]})").ok());
  GS_CHECK(storage.put("City", "lviv", R"({"n":2,"tree":[{"id":"a"},{"id":"b"}]})").ok());
  return storage;
}

void check_outcome(Bytes outcome) {
  for (Cursor at(outcome); !at.at_end();) {
    const std::uint8_t low = at.u8();
    const bool is_done = low == 0 && at.u8() == 0;
    if (low != 0) GS_CHECK(at.u8() == 0);  // no code is as large
    const Bytes content = at.counted();
    GS_CHECK(at.ok());
    if (is_done) continue;
    GS_CHECK(content.size() > 4);
    GS_CHECK(record::valid_utf8(as_text(content.subspan(4))));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const TemporaryDirectory directory("gs_batch");
  Storage storage = small_storage(directory);
  Buffer outcome;
  const Error error = apply_batch(storage, {data, size}, outcome);
  GS_CHECK(!error || error.code() == Code::invalid);
  check_outcome(outcome);
  if (size % kVerifiedEvery == 0) GS_CHECK(storage.verify()->ok);
  GS_CHECK(!storage.close());
  return 0;
}
