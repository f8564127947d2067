// Goal: a blob that was put once without an error is there after any crash.
// Method: a simulated disk on which each call of a put fails once; then it is put again.
#include "gs/storage/blob/blob_store.h"

#include <gtest/gtest.h>

#include "gs/platform/sim/sim_file_system.h"

namespace gs::blob {
namespace {

using platform::Faults;
using platform::SimFileSystem;

// A failed sync of the directory had left the name there, and the next put believed what it saw.
TEST(BlobStore, ABlobPutAgainAfterAFailureIsKept) {
  constexpr std::uint64_t kSeeds = 8;  // of what a power cut does
  const Buffer bytes(100, 'b');
  bool done = false;
  std::uint64_t failed = 0;
  for (std::uint64_t call = 1; !done; ++call) {
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
      SimFileSystem files(seed);
      BlobStore store(files, "blobs");
      Faults faults;
      faults.fail_call = call;
      faults.name_lost = 1000;
      files.set_faults(faults);
      const auto first = store.put(bytes);
      done = first.ok();
      failed += done ? 0 : 1;
      faults.fail_call = 0;
      files.set_faults(faults);
      const auto second = store.put(bytes);
      ASSERT_TRUE(second.ok()) << second.error().text();
      files.crash();
      files.set_faults({});
      const auto got = store.get(second.value());
      ASSERT_TRUE(got.ok()) << "call " << call << " seed " << seed << ": " << got.error().text();
      EXPECT_EQ(got.value(), bytes);
    }
  }
  EXPECT_GE(failed, 5 * kSeeds) << "each call of a put must have failed";
}

TEST(BlobStore, TheSameBytesAreStoredOnce) {
  SimFileSystem files(1);
  BlobStore store(files, "blobs");
  const Buffer bytes(100, 'b');
  EXPECT_EQ(store.put(bytes).value(), store.put(bytes).value());
  EXPECT_EQ(store.total_bytes().value(), bytes.size());
  const BlobRef shorter{store.put(bytes).value().digest, 99};
  EXPECT_EQ(store.get(shorter).code(), Code::damaged);
  EXPECT_EQ(store.get(BlobRef{}).code(), Code::not_found);
}

}  // namespace
}  // namespace gs::blob
