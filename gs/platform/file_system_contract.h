// What every FileSystem promises, as tests. Each implementation runs all of them:
//
//   struct World {                       // one per test; made and destroyed with it
//     FileSystem& files();               // empty
//   };
//   INSTANTIATE_TYPED_TEST_SUITE_P(Memory, FileSystemContract, World);
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "gs/platform/file_system.h"
#include "gs/platform/path.h"

namespace gs::platform {

inline Buffer buffer(std::string_view text) {
  const Bytes bytes = as_bytes(text);
  return Buffer(bytes.begin(), bytes.end());
}

template <typename World>
class FileSystemContract : public ::testing::Test {
 protected:
  FileSystem& files() { return world_.files(); }

  std::unique_ptr<File> create(std::string_view path) {
    auto opened = files().open(path, OpenMode::create);
    EXPECT_TRUE(opened.ok()) << opened.error().text();
    return std::move(opened).value();
  }

  std::string content(std::string_view path) {
    const auto read = files().read_whole(path, 1 << 20);
    return read.ok() ? std::string(as_text(read.value())) : read.error().text();
  }

  std::vector<std::string> names(std::string_view directory) {
    auto listed = files().list(directory);
    EXPECT_TRUE(listed.ok()) << listed.error().text();
    return std::move(listed).value();
  }

  World world_;
};

TYPED_TEST_SUITE_P(FileSystemContract);

// --- bytes ---

TYPED_TEST_P(FileSystemContract, WhatIsWrittenIsReadAtItsOffset) {
  const auto file = this->create("a");
  ASSERT_FALSE(file->write(0, as_bytes("hello world")));
  ASSERT_FALSE(file->write(6, as_bytes("there")));
  Buffer out(5);
  EXPECT_EQ(file->read(6, out).value(), 5u);
  EXPECT_EQ(as_text(out), "there");
  EXPECT_EQ(file->size().value(), 11u);
  EXPECT_EQ(this->content("a"), "hello there");
}

TYPED_TEST_P(FileSystemContract, ReadsEndWhereTheFileEnds) {
  const auto file = this->create("a");
  ASSERT_FALSE(file->write(0, as_bytes("abc")));
  Buffer out(8, 0xff);
  EXPECT_EQ(file->read(1, out).value(), 2u);
  EXPECT_EQ(out[1], 'c');
  EXPECT_EQ(out[2], 0xff) << "bytes past the end are left alone";
  EXPECT_EQ(file->read(3, out).value(), 0u);
  EXPECT_EQ(file->read(1'000'000, out).value(), 0u);
  EXPECT_EQ(file->read(0, {}).value(), 0u);
}

TYPED_TEST_P(FileSystemContract, GapsReadAsZero) {
  const auto file = this->create("a");
  ASSERT_FALSE(file->write(5'000, as_bytes("x")));
  Buffer out(5'001, 0xff);
  ASSERT_EQ(file->read(0, out).value(), 5'001u);
  EXPECT_EQ(std::count(out.begin(), out.end(), 0), 5'000);
}

TYPED_TEST_P(FileSystemContract, ResizeCutsAndGrowsWithZeros) {
  const auto file = this->create("a");
  ASSERT_FALSE(file->write(0, as_bytes("abcdef")));
  ASSERT_FALSE(file->resize(2));
  EXPECT_EQ(this->content("a"), "ab");
  ASSERT_FALSE(file->resize(4));
  EXPECT_EQ(this->content("a"), std::string("ab\0\0", 4));
}

TYPED_TEST_P(FileSystemContract, AllocateGrowsWithZerosAndNeverShrinks) {
  const auto file = this->create("a");
  ASSERT_FALSE(file->write(0, as_bytes("abc")));
  ASSERT_FALSE(file->allocate(10'000));
  EXPECT_EQ(file->size().value(), 10'000u);
  ASSERT_FALSE(file->allocate(5));
  ASSERT_FALSE(file->allocate(0));
  EXPECT_EQ(file->size().value(), 10'000u);
  EXPECT_EQ(this->content("a").substr(0, 5), std::string("abc\0\0", 5));
}

TYPED_TEST_P(FileSystemContract, EmptyWritesChangeNothing) {
  const auto file = this->create("a");
  EXPECT_FALSE(file->write(100, {}));
  EXPECT_EQ(file->size().value(), 0u);
}

TYPED_TEST_P(FileSystemContract, WildOffsetsFailWithoutHarm) {
  const auto file = this->create("a");
  ASSERT_FALSE(file->write(0, as_bytes("abc")));
  for (const std::uint64_t offset : {~std::uint64_t{0}, ~std::uint64_t{0} >> 1}) {
    EXPECT_TRUE(file->write(offset, as_bytes("xyz"))) << offset;
    EXPECT_TRUE(file->allocate(offset)) << offset;
    EXPECT_TRUE(file->resize(~std::uint64_t{0}));
    EXPECT_EQ(this->content("a"), "abc");
  }
}

// --- mappings ---

TYPED_TEST_P(FileSystemContract, MappingsShowWhatIsWrittenLaterAlsoPastTheFirstEnd) {
  const auto file = this->create("a");
  ASSERT_FALSE(file->write(0, as_bytes("one ")));
  const auto mapped = file->map(1 << 20);
  ASSERT_TRUE(mapped.ok()) << mapped.error().text();
  const Bytes bytes = mapped.value()->bytes();
  ASSERT_EQ(bytes.size(), std::size_t{1} << 20);
  const std::uint8_t* const at = bytes.data();
  EXPECT_EQ(as_text(bytes.first(4)), "one ");
  ASSERT_FALSE(file->write(4, as_bytes("two")));
  EXPECT_EQ(as_text(bytes.first(7)), "one two");
  ASSERT_FALSE(file->write(0, as_bytes("ONE")));
  ASSERT_FALSE(file->allocate(200'000));
  ASSERT_FALSE(file->write(100'000, as_bytes("far")));
  EXPECT_EQ(as_text(bytes.first(7)), "ONE two");
  EXPECT_EQ(as_text(bytes.subspan(100'000, 3)), "far");
  EXPECT_EQ(mapped.value()->bytes().data(), at);
}

TYPED_TEST_P(FileSystemContract, MappingsOutliveGrowthCloseAndRemoval) {
  auto file = this->create("a");
  ASSERT_FALSE(file->write(0, as_bytes("first")));
  const auto small = file->map(5);
  ASSERT_TRUE(small.ok());
  ASSERT_FALSE(file->write(5, Buffer(300'000, 'x')));
  const auto large = file->map(300'005);
  ASSERT_TRUE(large.ok());
  ASSERT_FALSE(file->write(0, as_bytes("FIRST")));
  EXPECT_EQ(as_text(small.value()->bytes()), "FIRST");
  file.reset();
  ASSERT_FALSE(this->files().remove("a"));
  EXPECT_EQ(as_text(small.value()->bytes()), "FIRST");
  EXPECT_EQ(large.value()->bytes()[300'004], 'x');
}

TYPED_TEST_P(FileSystemContract, MappingsAcceptHintsAndMayBeEmpty) {
  const auto file = this->create("a");
  auto none = file->map(0);
  ASSERT_TRUE(none.ok()) << none.error().text();
  EXPECT_TRUE(none.value()->bytes().empty());
  none.value()->advise(Mapping::Pattern::random);
  ASSERT_FALSE(file->write(0, Buffer(5'000, 'y')));
  const auto some = file->map(5'000);
  ASSERT_TRUE(some.ok());
  some.value()->advise(Mapping::Pattern::sequential);
  some.value()->advise(Mapping::Pattern::random);
  EXPECT_EQ(some.value()->bytes()[4'999], 'y');
}

TYPED_TEST_P(FileSystemContract, AReaderMapsWhatAWriterOfTheSameFileWrites) {
  const auto writer = this->create("a");
  ASSERT_FALSE(writer->allocate(8'192));
  const auto reader = this->files().open("a", OpenMode::read);
  ASSERT_TRUE(reader.ok());
  const auto mapped = reader.value()->map(8'192);
  ASSERT_TRUE(mapped.ok()) << mapped.error().text();
  ASSERT_FALSE(writer->write(8'000, as_bytes("news")));
  EXPECT_EQ(as_text(mapped.value()->bytes().subspan(8'000, 4)), "news");
}

// Law: whatever is written, cut and grown in whatever order, reading and every mapping made on the
// way agree with a plain vector.
TYPED_TEST_P(FileSystemContract, ReadingAndMappingAgreeWithAPlainVector) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    const auto file = this->create("law" + std::to_string(seed));
    Buffer model;
    std::vector<std::unique_ptr<Mapping>> mappings;
    for (int step = 0; step < 60; ++step) {
      const std::size_t size = random() % 20'000;
      switch (random() % 5) {
        case 0:
        case 1: {
          Buffer bytes(random() % 3'000 + 1, static_cast<std::uint8_t>(random()));
          model.resize(std::max(model.size(), size + bytes.size()));
          std::copy(bytes.begin(), bytes.end(), model.begin() + static_cast<std::ptrdiff_t>(size));
          ASSERT_FALSE(file->write(size, bytes));
          break;
        }
        case 2:
          model.resize(size);
          ASSERT_FALSE(file->resize(size));
          break;
        case 3:
          model.resize(std::max(model.size(), size));
          ASSERT_FALSE(file->allocate(size));
          break;
        default: {
          auto mapped = file->map(size);
          ASSERT_TRUE(mapped.ok());
          mappings.push_back(std::move(mapped).value());
        }
      }
      Buffer out(30'000);
      ASSERT_EQ(file->size().value(), model.size());
      ASSERT_EQ(file->read(0, out).value(), model.size());
      out.resize(model.size());
      ASSERT_EQ(out, model) << "step " << step;
      for (const auto& mapping : mappings) {
        const std::size_t both = std::min(mapping->bytes().size(), model.size());
        ASSERT_TRUE(equal(mapping->bytes().first(both), Bytes(model).first(both))) << step;
      }
    }
  }
}

// --- opening ---

TYPED_TEST_P(FileSystemContract, EachOpenModeKeepsItsWord) {
  EXPECT_EQ(this->files().open("a", OpenMode::read).code(), Code::not_found);
  EXPECT_EQ(this->files().open("a", OpenMode::write).code(), Code::not_found);
  EXPECT_TRUE(this->files().open("a", OpenMode::create).ok());
  EXPECT_EQ(this->files().open("a", OpenMode::create).code(), Code::exists);
  EXPECT_TRUE(this->files().open("a", OpenMode::open_or_create).ok());
  EXPECT_TRUE(this->files().open("b", OpenMode::open_or_create).ok());
  EXPECT_TRUE(this->files().exists("b").value());
}

TYPED_TEST_P(FileSystemContract, OpeningNeverChangesContent) {
  ASSERT_FALSE(this->create("a")->write(0, as_bytes("kept")));
  for (const OpenMode mode : {OpenMode::read, OpenMode::write, OpenMode::open_or_create}) {
    ASSERT_TRUE(this->files().open("a", mode).ok());
    EXPECT_EQ(this->content("a"), "kept");
  }
}

TYPED_TEST_P(FileSystemContract, FilesOpenedForReadingRefuseChanges) {
  ASSERT_FALSE(this->create("a")->write(0, as_bytes("kept")));
  const auto file = this->files().open("a", OpenMode::read);
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(file.value()->write(0, as_bytes("lost")).code(), Code::read_only);
  EXPECT_EQ(file.value()->resize(0).code(), Code::read_only);
  EXPECT_EQ(file.value()->allocate(100).code(), Code::read_only);
  EXPECT_EQ(this->content("a"), "kept");
}

TYPED_TEST_P(FileSystemContract, DirectoriesAreNotFiles) {
  ASSERT_FALSE(this->files().make_directory("d"));
  EXPECT_EQ(this->files().open("d", OpenMode::read).code(), Code::invalid);
  EXPECT_EQ(this->files().open("d", OpenMode::open_or_create).code(), Code::invalid);
  EXPECT_EQ(this->files().open("d", OpenMode::create).code(), Code::exists);
  EXPECT_EQ(this->files().read_whole("d", 10).code(), Code::invalid);
  EXPECT_EQ(this->files().write_whole("d", as_bytes("x")).code(), Code::invalid);
  EXPECT_EQ(this->files().lock("d").code(), Code::invalid);
}

TYPED_TEST_P(FileSystemContract, ErrorsNameThePath) {
  ASSERT_FALSE(this->files().make_directory("d"));
  const auto opened = this->files().open("d/nothing_here", OpenMode::read);
  EXPECT_NE(opened.error().message().find("d/nothing_here"), std::string_view::npos);
  EXPECT_NE(this->files().display("d/x").find("d/x"), std::string::npos);
}

// --- directories ---

TYPED_TEST_P(FileSystemContract, ListsNamesInOrder) {
  ASSERT_FALSE(this->files().make_directory("d/inner"));
  for (const char* path : {"d/c", "d/a", "d/b", "d/inner/x", "da"}) this->create(path);
  EXPECT_EQ(this->names("d"), (std::vector<std::string>{"a", "b", "c", "inner"}));
  EXPECT_EQ(this->names("d/inner"), (std::vector<std::string>{"x"}));
  EXPECT_EQ(this->names(""), (std::vector<std::string>{"d", "da"}));
  EXPECT_EQ(this->files().list("nowhere").code(), Code::not_found);
  EXPECT_EQ(this->files().list("da").code(), Code::not_found) << "a file is no directory";
}

TYPED_TEST_P(FileSystemContract, DirectoriesAreMadeWithTheirParentsAndMayBeThere) {
  EXPECT_FALSE(this->files().make_directory("x/y/z"));
  EXPECT_FALSE(this->files().make_directory("x/y/z", true));
  EXPECT_FALSE(this->files().make_directory("")) << "the root may be made too";
  EXPECT_TRUE(this->files().exists("x/y").value());
  this->create("x/f");
  EXPECT_EQ(this->files().make_directory("x/f").code(), Code::exists);
  EXPECT_TRUE(this->files().make_directory("x/f/g"));
  EXPECT_FALSE(this->files().sync_directory("x/y"));
  EXPECT_FALSE(this->files().sync_directory(""));
  EXPECT_EQ(this->files().sync_directory("x/none").code(), Code::not_found);
}

TYPED_TEST_P(FileSystemContract, FilesNeedTheirDirectory) {
  EXPECT_EQ(this->files().open("none/a", OpenMode::open_or_create).code(), Code::not_found);
  EXPECT_EQ(this->files().write_whole("none/a", as_bytes("x")).code(), Code::not_found);
  EXPECT_EQ(this->files().lock("none/a").code(), Code::not_found);
}

TYPED_TEST_P(FileSystemContract, RemovedFilesAreGoneButOpenOnesStayUsable) {
  const auto file = this->create("a");
  ASSERT_FALSE(file->write(0, as_bytes("old")));
  ASSERT_FALSE(this->files().remove("a"));
  EXPECT_FALSE(this->files().exists("a").value());
  EXPECT_EQ(this->files().remove("a").code(), Code::not_found);
  ASSERT_FALSE(this->create("a")->write(0, as_bytes("new")));
  Buffer out(3);
  EXPECT_EQ(file->read(0, out).value(), 3u);
  EXPECT_EQ(as_text(out), "old");
  EXPECT_EQ(this->content("a"), "new");
}

TYPED_TEST_P(FileSystemContract, OnlyEmptyDirectoriesAreRemoved) {
  ASSERT_FALSE(this->files().make_directory("d"));
  this->create("d/a");
  EXPECT_EQ(this->files().remove("d").code(), Code::invalid);
  ASSERT_FALSE(this->files().remove("d/a"));
  EXPECT_FALSE(this->files().remove("d"));
  EXPECT_FALSE(this->files().exists("d").value());
}

// --- whole files ---

TYPED_TEST_P(FileSystemContract, WholeFilesAreReplacedAndLeaveNothingElse) {
  ASSERT_FALSE(this->files().write_whole("a", as_bytes("first, and longer")));
  const auto before = this->files().open("a", OpenMode::read);
  ASSERT_TRUE(before.ok());
  ASSERT_FALSE(this->files().write_whole("a", as_bytes("second"), true));
  EXPECT_EQ(this->content("a"), "second");
  EXPECT_EQ(before.value()->size().value(), 17u) << "who had it open keeps the old content";
  EXPECT_EQ(this->names(""), std::vector<std::string>{"a"});
  ASSERT_FALSE(this->files().write_whole("a", {}));
  EXPECT_EQ(this->content("a"), "");
}

TYPED_TEST_P(FileSystemContract, WholeReadsHaveAnExactLimit) {
  ASSERT_FALSE(this->files().write_whole("a", as_bytes("12345")));
  EXPECT_EQ(this->files().read_whole("a", 5).value(), buffer("12345"));
  EXPECT_EQ(this->files().read_whole("a", 4).code(), Code::too_large);
  EXPECT_EQ(this->files().read_whole("b", 4).code(), Code::not_found);
}

// --- locks and identity ---

TYPED_TEST_P(FileSystemContract, OneHolderAtATimeAndTheErrorNamesIt) {
  auto held = this->files().lock("lock");
  ASSERT_TRUE(held.ok()) << held.error().text();
  const std::string owner = this->content("lock");
  const std::size_t space = owner.find(' ');
  ASSERT_NE(space, std::string::npos);
  ASSERT_EQ(owner.back(), '\n');
  const auto second = this->files().lock("lock");
  EXPECT_EQ(second.code(), Code::locked);
  const std::string host = owner.substr(space + 1, owner.size() - space - 2);
  EXPECT_NE(second.error().message().find(owner.substr(0, space)), std::string_view::npos);
  EXPECT_NE(second.error().message().find(host), std::string_view::npos);
  EXPECT_TRUE(this->files().lock("other").ok()) << "locks do not disturb each other";
  EXPECT_TRUE(this->files().is_locked("lock").value());
  EXPECT_FALSE(this->files().is_locked("other").value());
  EXPECT_FALSE(this->files().is_locked("nothing").value());
  EXPECT_EQ(this->content("lock"), owner);
  held.value().reset();
  EXPECT_FALSE(this->files().is_locked("lock").value());
  EXPECT_TRUE(this->files().lock("lock").ok());
}

TYPED_TEST_P(FileSystemContract, IdentityStaysWhileTheFileStaysAndDiffersForACopy) {
  ASSERT_FALSE(this->create("a")->write(0, as_bytes("x")));
  ASSERT_FALSE(this->create("copy")->write(0, as_bytes("x")));
  const auto first = this->files().identity("a");
  ASSERT_TRUE(first.ok()) << first.error().text();
  ASSERT_FALSE(this->files().open("a", OpenMode::write).value()->write(0, as_bytes("y")));
  EXPECT_EQ(this->files().identity("a").value(), first.value());
  if (!first.value().empty()) {
    EXPECT_NE(this->files().identity("copy").value(), first.value());
  }
  EXPECT_EQ(this->files().identity("none").code(), Code::not_found);
}

// --- misuse ---

TYPED_TEST_P(FileSystemContract, PathsOutsideTheRootAndOddSpellingsAreRefused) {
  const std::string long_name(kNameBytesMax + 1, 'n');
  std::string long_path;
  while (long_path.size() <= kPathBytesMax) long_path += "nnnnnnnnn/";
  for (const std::string& path :
       {std::string(), std::string("/"), std::string("/etc/passwd"), std::string(".."),
        std::string("../a"), std::string("a/../../b"), std::string("a/.."), std::string("."),
        std::string("./a"), std::string("a//b"), std::string("a/"), std::string("a\0b", 3),
        long_name, long_path + "n"}) {
    SCOPED_TRACE(path);
    EXPECT_EQ(this->files().open(path, OpenMode::open_or_create).code(), Code::invalid);
    EXPECT_EQ(this->files().remove(path).code(), Code::invalid);
    EXPECT_EQ(this->files().write_whole(path, {}).code(), Code::invalid);
    EXPECT_EQ(this->files().read_whole(path, 1).code(), Code::invalid);
    EXPECT_EQ(this->files().lock(path).code(), Code::invalid);
    EXPECT_EQ(this->files().identity(path).code(), Code::invalid);
    if (path.empty()) continue;  // the root is a directory
    EXPECT_EQ(this->files().list(path).code(), Code::invalid);
    EXPECT_EQ(this->files().make_directory(path).code(), Code::invalid);
    EXPECT_EQ(this->files().sync_directory(path).code(), Code::invalid);
    EXPECT_EQ(this->files().exists(path).code(), Code::invalid);
  }
  EXPECT_TRUE(this->names("").empty());
}

TYPED_TEST_P(FileSystemContract, OddPathsAreShownInPrintableCharacters) {
  const auto opened = this->files().open("../\x1b[31m\x7f\x80\xff", OpenMode::read);
  EXPECT_NE(opened.error().message().find("\"../?[31m???\""), std::string_view::npos)
      << opened.error().text();
}

TYPED_TEST_P(FileSystemContract, TheLongestNameWorks) {
  const std::string name(kNameBytesMax, 'n');
  this->create(name);
  EXPECT_EQ(this->names(""), std::vector<std::string>{name});
  ASSERT_FALSE(this->files().make_directory("d"));
  const std::string whole = "d/" + std::string(kWholeNameBytesMax, 'w');
  EXPECT_FALSE(this->files().write_whole(whole, as_bytes("x")));
  EXPECT_EQ(this->files().write_whole(whole + "w", as_bytes("x")).code(), Code::invalid);
}

REGISTER_TYPED_TEST_SUITE_P(
    FileSystemContract, WhatIsWrittenIsReadAtItsOffset, ReadsEndWhereTheFileEnds, GapsReadAsZero,
    ResizeCutsAndGrowsWithZeros, AllocateGrowsWithZerosAndNeverShrinks, EmptyWritesChangeNothing,
    WildOffsetsFailWithoutHarm, MappingsShowWhatIsWrittenLaterAlsoPastTheFirstEnd,
    MappingsOutliveGrowthCloseAndRemoval, MappingsAcceptHintsAndMayBeEmpty,
    AReaderMapsWhatAWriterOfTheSameFileWrites, ReadingAndMappingAgreeWithAPlainVector,
    EachOpenModeKeepsItsWord, OpeningNeverChangesContent, FilesOpenedForReadingRefuseChanges,
    DirectoriesAreNotFiles, ErrorsNameThePath, ListsNamesInOrder,
    DirectoriesAreMadeWithTheirParentsAndMayBeThere, FilesNeedTheirDirectory,
    RemovedFilesAreGoneButOpenOnesStayUsable, OnlyEmptyDirectoriesAreRemoved,
    WholeFilesAreReplacedAndLeaveNothingElse, WholeReadsHaveAnExactLimit,
    OneHolderAtATimeAndTheErrorNamesIt, IdentityStaysWhileTheFileStaysAndDiffersForACopy,
    PathsOutsideTheRootAndOddSpellingsAreRefused, OddPathsAreShownInPrintableCharacters,
    TheLongestNameWorks);

}  // namespace gs::platform
