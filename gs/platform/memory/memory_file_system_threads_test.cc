// Goal: threads may read and map a file in RAM while one of them makes it grow.

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "gs/platform/memory/memory_file_system.h"

namespace gs::platform {
namespace {

TEST(MemoryFileSystemThreads, ReadersSeeWhatWasPublishedWhileTheFileGrowsAndMoves) {
  MemoryFileSystem files;
  const auto file = files.open("a", OpenMode::create).value();
  std::atomic<std::uint64_t> published{0};
  std::atomic<int> wrong{0};
  constexpr std::uint64_t kEnd = 200'000;
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      while (published.load() < kEnd) {
        const std::uint64_t end = published.load();
        if (end == 0) continue;
        const auto mapping = file->map(end);
        if (!mapping.ok() || mapping.value()->bytes()[static_cast<std::size_t>(end - 1)] != 'x') {
          ++wrong;
        }
        std::uint8_t byte = 0;
        if (file->read(end - 1, {&byte, 1}).value() != 1 || byte != 'x') ++wrong;
      }
    });
  }
  const Buffer part(500, 'x');
  for (std::uint64_t at = 0; at < kEnd; at += part.size()) {
    EXPECT_FALSE(file->write(at, part));
    published.store(at + part.size());
  }
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(wrong.load(), 0);
}

TEST(MemoryFileSystemThreads, NamesMayBeMadeAndRemovedFromAnyThread) {
  MemoryFileSystem files;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&files, thread] {
      const std::string directory = "d" + std::to_string(thread);
      for (int i = 0; i < 100; ++i) {
        EXPECT_FALSE(files.make_directory(directory));
        EXPECT_FALSE(files.write_whole(directory + "/a", as_bytes("x")));
        EXPECT_TRUE(files.list("").ok());
        EXPECT_FALSE(files.remove(directory + "/a"));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(files.list("").value().size(), 4u);
}

}  // namespace
}  // namespace gs::platform
