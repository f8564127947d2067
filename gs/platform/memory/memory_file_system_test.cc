// Goal: files in RAM keep the common contract, and their mappings never move or go stale.

#include "gs/platform/memory/memory_file_system.h"

#include <gtest/gtest.h>

#include "gs/platform/file_system_contract.h"

namespace gs::platform {
namespace {

struct MemoryWorld {
  FileSystem& files() { return files_; }
  MemoryFileSystem files_;
};

INSTANTIATE_TYPED_TEST_SUITE_P(Memory, FileSystemContract, MemoryWorld);

TEST(MemoryFileSystem, FilesMappingsAndLocksOutliveTheFileSystem) {
  auto files = std::make_unique<MemoryFileSystem>();
  auto file = files->open("a", OpenMode::create).value();
  ASSERT_FALSE(file->write(0, as_bytes("still here")));
  const auto mapping = file->map(10).value();
  auto lock = files->lock("lock").value();
  files.reset();
  EXPECT_EQ(file->size().value(), 10u);
  file.reset();
  EXPECT_EQ(as_text(mapping->bytes()), "still here");
  lock.reset();
}

TEST(MemoryFileSystem, ACopyInAnotherFileSystemHasAnotherIdentity) {
  MemoryFileSystem one;
  MemoryFileSystem two;
  ASSERT_FALSE(one.write_whole("a", as_bytes("x")));
  ASSERT_FALSE(two.write_whole("a", as_bytes("x")));
  EXPECT_NE(one.identity("a").value(), two.identity("a").value());
}

TEST(MemoryFileSystem, MappingFarMoreThanTheFileIsCheap) {
  MemoryFileSystem files;
  const auto file = files.open("a", OpenMode::create).value();
  ASSERT_FALSE(file->write(0, as_bytes("x")));
  const auto mapping = file->map(std::uint64_t{256} << 20);
  ASSERT_TRUE(mapping.ok()) << mapping.error().text();
  EXPECT_EQ(mapping.value()->bytes()[0], 'x');
  EXPECT_EQ(file->size().value(), 1u);
}

}  // namespace
}  // namespace gs::platform
