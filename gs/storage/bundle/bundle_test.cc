// Goal: a bundle gives back the changes that were put into it, or says that it is not whole.
// Method: changes of many sizes go around; each byte of a file is changed, and the file is cut at
// each place; blocks are forged with sums that are right and sizes that are not.
#include <gtest/gtest.h>
#include <zstd.h>

#include "gs/base/endian.h"
#include "gs/storage/bundle/test_bundle.h"

namespace gs::bundle::testing {
namespace {

Buffer compressed(const Buffer& raw) {
  Buffer stored(ZSTD_compressBound(raw.size()));
  stored.resize(ZSTD_compress(stored.data(), stored.size(), raw.data(), raw.size(), 3));
  return stored;
}

Buffer with_length(const Buffer& change) {
  Buffer raw(kLengthBytes);
  store_u32(raw.data(), static_cast<std::uint32_t>(change.size()));
  raw.insert(raw.end(), change.begin(), change.end());
  return raw;
}

std::vector<Buffer> small_changes() {
  std::vector<Buffer> changes;
  for (std::uint64_t i = 0; i < 20; ++i) changes.push_back(change_of(16 + i * 8, i));
  return changes;
}

Code code_of(Bytes file) {
  std::vector<Buffer> changes;
  return read_bundle(file, changes).code();
}

TEST(Bundle, ChangesComeBackAsTheyWere) {
  const std::vector<std::vector<std::size_t>> sizes = {{},
                                                       {16},
                                                       {kBlockBytes - kLengthBytes},
                                                       {kBlockBytes},
                                                       {16, kBlockBytes, 24, 3 * kBlockBytes, 32}};
  for (const auto& each : sizes) {
    std::vector<Buffer> changes;
    for (const std::size_t bytes : each) changes.push_back(change_of(bytes, bytes));
    Header written;
    const Buffer file =
        make_bundle(changes, {digest_of(3), digest_of(1), digest_of(3), digest_of(2)}, &written);
    ASSERT_FALSE(file.empty());
    std::vector<Buffer> got;
    Header header;
    const Error error = read_bundle(file, got, &header);
    ASSERT_TRUE(error.ok()) << error.text();
    EXPECT_EQ(got, changes);
    EXPECT_EQ(header, written);
    EXPECT_EQ(header.changes, changes.size());
    EXPECT_EQ(header.file_bytes, file.size());
    EXPECT_EQ(header.since, (std::vector<Digest>{digest_of(1), digest_of(2), digest_of(3)}));
  }
}

TEST(Bundle, ManyBlocksKeepTheirOrderAndTheLargestChangeFits) {
  std::vector<Buffer> changes;
  for (std::uint64_t i = 0; i < 30; ++i) changes.push_back(change_of(1 << 19, i));
  changes.emplace_back(graph::kChangeBytesMax, std::uint8_t{7});
  std::vector<Buffer> got;
  ASSERT_TRUE(read_bundle(make_bundle(changes), got).ok());
  EXPECT_EQ(got, changes);
}

TEST(Bundle, BytesThatAreNoChangeAreNotWritten) {
  platform::MemoryFileSystem files;
  BundleWriter writer(files.open("b", platform::OpenMode::create).value(), {}, {});
  EXPECT_EQ(writer.add(Buffer(graph::kPreambleBytes - 1)).code(), Code::invalid);
  EXPECT_EQ(writer.add(Buffer(graph::kChangeBytesMax + 1)).code(), Code::invalid);
}

TEST(Bundle, EveryChangedByteIsTold) {
  const Buffer file = make_bundle(small_changes(), {digest_of(1), digest_of(2)});
  for (std::size_t at = 0; at < file.size(); ++at) {
    for (const int bit : {0, 7}) {
      Buffer changed = file;
      changed[at] ^= static_cast<std::uint8_t>(1 << bit);
      std::vector<Buffer> got;
      const Error error = read_bundle(changed, got);
      ASSERT_TRUE(error) << "byte " << at << " bit " << bit;
      EXPECT_TRUE(error.message().starts_with("b: ")) << error.text();
    }
  }
}

TEST(Bundle, EveryCutAndEveryByteTooManyIsTold) {
  const Buffer file = make_bundle(small_changes(), {digest_of(1)});
  for (std::size_t size = 0; size < file.size(); ++size) {
    ASSERT_NE(code_of(Bytes(file).first(size)), Code::ok) << size;
    if (size >= kMagicBytes) EXPECT_EQ(code_of(Bytes(file).first(size)), Code::damaged) << size;
  }
  Buffer more = file;
  more.push_back(0);
  EXPECT_EQ(code_of(more), Code::damaged);
}

TEST(Bundle, AFileThatWasNotFinishedIsNone) {
  platform::MemoryFileSystem files;
  {
    BundleWriter writer(files.open("b", platform::OpenMode::create).value(), {}, {});
    ASSERT_TRUE(writer.add(change_of(kBlockBytes, 1)).ok());
    ASSERT_TRUE(writer.add(change_of(kBlockBytes, 2)).ok());
  }
  EXPECT_EQ(code_of(files.read_whole("b", 1 << 30).value()), Code::invalid);
}

TEST(Bundle, NewerFormatsAreNotDamage) {
  Buffer file = make_bundle(small_changes());
  file[4] = 3;
  EXPECT_EQ(code_of(file), Code::newer_format);
}

TEST(Bundle, HeadsHaveOneOrder) {
  Header header{digest_of(9), 0, 0, 0, {digest_of(1), digest_of(2)}};
  EXPECT_EQ(code_of(forge(header, {})), Code::ok);
  header.since = {digest_of(2), digest_of(1)};
  EXPECT_EQ(code_of(forge(header, {})), Code::damaged);
  header.since = {digest_of(1), digest_of(1)};
  EXPECT_EQ(code_of(forge(header, {})), Code::damaged);
}

TEST(Bundle, PartsOfTwoBundlesMakeNone) {
  const Buffer one = make_bundle({change_of(64, 1)});
  Header header;
  Buffer other = make_bundle({change_of(64, 2)}, {}, &header);
  ASSERT_EQ(one.size(), other.size());
  // Each part has a checksum that is right; only the digest at the end tells.
  std::copy(one.begin() + kHeaderBytes, one.end() - kEndBytes, other.begin() + kHeaderBytes);
  EXPECT_EQ(code_of(other), Code::damaged);
}

TEST(Bundle, AFrameThatUnpacksToMoreThanItSaysIsRefused) {
  const Buffer change(std::size_t{1} << 20, 0);
  const Buffer raw = with_length(change);
  const Buffer bomb = compressed(raw);
  const Header header{digest_of(9), 1, change.size(), 0, {}};
  EXPECT_EQ(code_of(forge(header, {forge_block(raw.size(), bomb)})), Code::ok);
  for (const std::size_t said : {std::size_t{20}, raw.size() - 1, raw.size() + 1, kRawBytesMax}) {
    EXPECT_EQ(code_of(forge(header, {forge_block(said, bomb)})), Code::damaged) << said;
  }
  EXPECT_EQ(code_of(forge(header, {forge_block(kRawBytesMax + 1, bomb)})), Code::damaged);
}

TEST(Bundle, ABlockThatSaysMoreThanTheLimitIsRefusedByItsHead) {
  const Buffer stored(8);
  EXPECT_TRUE(parse_block_head(encode_block_head(kRawBytesMax, stored)).ok());
  EXPECT_EQ(parse_block_head(encode_block_head(kRawBytesMax + 1, stored)).code(), Code::damaged);
  const Buffer longer(ZSTD_compressBound(100) + 1);
  EXPECT_EQ(parse_block_head(encode_block_head(100, longer)).code(), Code::damaged);
}

TEST(Bundle, ABlockIsOneFrameThatNamesItsSize) {
  const Buffer change = change_of(64, 1);
  const Buffer raw = with_length(change);
  const Header header{digest_of(9), 1, change.size(), 0, {}};
  const Buffer one = compressed(raw);
  for (const Buffer& more : {one, compressed({})}) {
    Buffer two = one;
    two.insert(two.end(), more.begin(), more.end());
    EXPECT_EQ(code_of(forge(header, {forge_block(raw.size(), two)})), Code::damaged);
  }
  Buffer unnamed(ZSTD_compressBound(raw.size()));
  ZSTD_CCtx* const context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0);
  unnamed.resize(ZSTD_compress2(context, unnamed.data(), unnamed.size(), raw.data(), raw.size()));
  ZSTD_freeCCtx(context);
  EXPECT_EQ(code_of(forge(header, {forge_block(raw.size(), unnamed)})), Code::damaged);
}

TEST(Bundle, AChangedBlockIsToldAlsoByWhoHasNotCheckedTheFile) {
  const Buffer good = make_bundle(small_changes());
  platform::MemoryFileSystem files;
  for (std::size_t at = kHeaderBytes; at < good.size() - kEndBytes; ++at) {
    Buffer changed = good;
    changed[at] ^= 1;
    put_file(files, "b", changed);
    auto reader =
        BundleReader::open(files.open("b", platform::OpenMode::read).value(), "b").value();
    ASSERT_EQ(reader.next().code(), Code::damaged) << at;
  }
}

TEST(Bundle, BlocksOfTheWrongFormAreRefused) {
  const Header header{digest_of(9), 1, 64, 0, {}};
  const auto code_of_raw = [&](const Buffer& raw) {
    return code_of(forge(header, {forge_block(raw.size(), compressed(raw))}));
  };
  const Buffer good = with_length(change_of(64, 1));
  EXPECT_EQ(code_of_raw(good), Code::ok);
  EXPECT_EQ(code_of_raw({}), Code::damaged);
  EXPECT_EQ(code_of_raw(Buffer(good.begin(), good.end() - 1)), Code::damaged);
  EXPECT_EQ(code_of_raw(Buffer(good.begin(), good.begin() + 3)), Code::damaged);
  EXPECT_EQ(code_of_raw(with_length(change_of(8, 1))), Code::damaged);
  Buffer two = with_length(change_of(kBlockBytes, 1));  // larger than a block, and not alone
  two.insert(two.end(), good.begin(), good.end());
  const Header of_two{digest_of(9), 2, kBlockBytes + 64, 0, {}};
  EXPECT_EQ(code_of(forge(of_two, {forge_block(two.size(), compressed(two))})), Code::damaged);
  Buffer block = forge_block(good.size(), compressed(good));
  EXPECT_EQ(code_of(forge(header, {block, block})), Code::damaged) << "more than the header counts";
  EXPECT_EQ(code_of(forge(header, {})), Code::damaged) << "less than the header counts";
}

}  // namespace
}  // namespace gs::bundle::testing
