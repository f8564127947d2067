// Goal: a blob that was put once without an error is there after any crash.
// Method: a simulated disk on which each call of a put fails once; then it is put again.
#include "gs/storage/blob/blob_store.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "gs/platform/forwarding_file_system.h"
#include "gs/platform/memory/memory_file_system.h"
#include "gs/platform/sim/sim_file_system.h"

namespace gs::blob {
namespace {

// Remembers the most bytes that were read at once.
class LargestRead : public platform::ForwardingFileSystem {
 public:
  using ForwardingFileSystem::ForwardingFileSystem;

  Result<std::unique_ptr<platform::File>> open(std::string_view path,
                                               platform::OpenMode mode) override {
    GS_TRY(auto file, ForwardingFileSystem::open(path, mode));
    return std::unique_ptr<platform::File>(std::make_unique<File>(std::move(file), largest));
  }
  Result<Buffer> read_whole(std::string_view path, std::uint64_t bytes_max) override {
    auto bytes = ForwardingFileSystem::read_whole(path, bytes_max);
    if (bytes.ok()) largest = std::max(largest, bytes->size());
    return bytes;
  }

  std::size_t largest = 0;

 private:
  class File : public platform::ForwardingFile {
   public:
    File(std::unique_ptr<platform::File> file, std::size_t& largest)
        : ForwardingFile(std::move(file)), largest_(largest) {}
    Result<std::size_t> read(std::uint64_t offset, MutableBytes out) override {
      largest_ = std::max(largest_, out.size());
      return ForwardingFile::read(offset, out);
    }

   private:
    std::size_t& largest_;
  };
};

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

// All of the file was read into memory to see that it is the same.
TEST(BlobStore, ABlobThatIsThereIsComparedByPieces) {
  platform::MemoryFileSystem memory;
  LargestRead files(memory);
  BlobStore store(files, "blobs");
  const Buffer bytes((std::size_t{3} << 20) + 7, 'b');
  const auto first = store.put(bytes);
  ASSERT_TRUE(first.ok()) << first.error().text();
  EXPECT_EQ(store.put(bytes).value(), first.value());
  EXPECT_GT(files.largest, 0U) << "what is there may be damaged";
  EXPECT_LE(files.largest, std::size_t{1} << 20);
}

TEST(BlobStore, PuttingABlobAgainRepairsAFileOfAnyLength) {
  platform::MemoryFileSystem files;
  BlobStore store(files, "blobs");
  const Buffer bytes((std::size_t{1} << 20) + 7, 'b');
  const BlobRef blob = store.put(bytes).value();
  const std::string name = blob.digest.text();
  const std::string path = "blobs/" + name.substr(0, 2) + "/" + name;
  Buffer longer = bytes;
  longer.push_back('b');
  Buffer other = bytes;
  other.back() ^= 1;
  for (const Buffer& harmed : {Buffer(), Buffer(bytes.begin(), bytes.end() - 1), longer, other}) {
    ASSERT_FALSE(files.write_whole(path, harmed, false));
    ASSERT_EQ(store.get(blob).code(), Code::damaged);
    ASSERT_TRUE(store.put(bytes).ok());
    const auto got = store.get(blob);
    ASSERT_TRUE(got.ok()) << harmed.size() << got.error().text();
    EXPECT_EQ(got.value(), bytes);
  }
}

TEST(BlobStore, LeavesFilesOfOtherNamesAlone) {
  platform::MemoryFileSystem files;
  BlobStore store(files, "blobs");
  ASSERT_TRUE(store.put(Buffer(300, 7)).ok());
  ASSERT_TRUE(files.write_whole("blobs/.DS_Store", Buffer(9, 1), false).ok());
  ASSERT_TRUE(files.make_directory("blobs/zz", false).ok());
  ASSERT_TRUE(files.make_directory("blobs/00", false).ok());
  ASSERT_TRUE(files.write_whole("blobs/00/" + std::string(64, 'A'), Buffer(9, 1), false).ok());
  ASSERT_TRUE(files.write_whole("blobs/00/" + std::string(64, 'a'), Buffer(9, 1), false).ok());
  int visited = 0;
  const Error error = store.each([&](const std::string&) -> Error {
    ++visited;
    return {};
  });
  EXPECT_TRUE(error.ok()) << error.text();
  EXPECT_EQ(visited, 1);
  EXPECT_EQ(store.total_bytes().value(), 300u);
}

}  // namespace
}  // namespace gs::blob
