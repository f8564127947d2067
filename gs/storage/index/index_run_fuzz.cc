// Any bytes as a run of an index: opening, checking, seeking, walking in both directions, counting
// and merging never leave the file and always end.
//
// First byte even: the rest is the file. Odd: the rest are edits (u16 place, u8 value) of a valid
// run, whose checksums of header and footer are then made right, so that edits get past them; if it
// is 1 modulo 4 those of the blocks as well.

#include <algorithm>
#include <cstring>

#include "gs/base/check.h"
#include "gs/base/crc32c.h"
#include "gs/platform/memory/memory_file_system.h"
#include "gs/storage/index/source.h"
#include "gs/storage/index/tiers.h"

namespace {

using namespace gs;  // NOLINT(google-build-using-namespace): a program of one file

constexpr std::uint64_t kPairs = 300;

Id id_of(std::uint64_t n) {
  Id id;
  store_u64_be(id.bytes.data() + 8, n);
  return id;
}

// Keys of 600 bytes, each of several pairs: blocks that end within a key and within what keys
// share.
Buffer key_of(std::uint64_t n) {
  Buffer key(600, static_cast<std::uint8_t>(n / 100));
  key.push_back(static_cast<std::uint8_t>(n / 3));
  return key;
}

Buffer valid_run() {
  platform::MemoryFileSystem files;
  auto writer = index::RunWriter::create(files, "run", 1);
  GS_CHECK(writer.ok());
  for (std::uint64_t n = 0; n < kPairs; ++n) {
    GS_CHECK((*writer)->add(key_of(n), id_of(n), n % 5 == 0).ok());
  }
  GS_CHECK((*writer)->finish().ok());
  return std::move(*files.read_whole("run", 1 << 20));
}

// As if somebody had written these very bytes: otherwise few edits come past the sums.
void seal_blocks(Buffer& file) {
  index::RunFooter footer;
  std::memcpy(&footer, file.data() + file.size() - sizeof footer, sizeof footer);
  const state::RunSection& sums = footer.sums;
  if (sums.offset < index::kRunHeaderBytes || sums.offset > file.size() - sizeof footer) return;
  const std::uint64_t count = state::run_block_count(sums.offset);
  for (std::uint64_t i = 0; i < count && sums.offset + 4 * i + 4 <= file.size(); ++i) {
    const std::uint64_t at = index::kRunHeaderBytes + i * state::kRunBlockBytes;
    const std::uint64_t size = std::min(state::kRunBlockBytes, sums.offset - at);
    store_u32(&file[sums.offset + 4 * i], crc32c(Bytes(file).subspan(at, size)));
  }
}

Buffer make_file(Bytes input) {
  static const Buffer valid = valid_run();
  if (input.empty()) return {};
  if (input[0] % 2 == 0) return {input.begin() + 1, input.end()};
  Buffer file = valid;
  for (std::size_t at = 1; at + 3 <= input.size(); at += 3) {
    // Of the zeros of the header only a few are worth an edit.
    const std::size_t place = load_u16(&input[at]) % (file.size() - 4096 + 32);
    file[place < 32 ? place : place - 32 + 4096] = input[at + 2];
  }
  store_u32(&file[16], crc32c(Bytes(file).first(16)));
  if (input[0] % 4 == 1) seal_blocks(file);
  const std::size_t footer = file.size() - index::kRunFooterBytes;
  const std::size_t crc = offsetof(index::RunFooter, crc);
  store_u32(&file[footer + crc], crc32c(Bytes(file).subspan(footer, crc)));
  return file;
}

std::uint64_t touch(const index::Pair& pair) {
  std::uint64_t sum = pair.id->bytes[15];
  for (const std::uint8_t byte : pair.key) sum += byte;
  return sum;
}

// Each step goes on in the file, so there are no more than it can hold pairs.
std::uint64_t walk(const index::Run& run) {
  const std::uint64_t most = run.file_bytes() / sizeof(Id);
  std::uint64_t sum = 0;
  std::uint64_t steps = 0;
  index::RunSource source(run);
  for (source.seek(index::Pair::of({}, Id{})); !source.done(); source.next()) {
    sum += touch(source.pair());
    GS_CHECK(++steps <= most);
  }
  GS_CHECK(!source.is_cut_short() || run.is_damaged());
  steps = 0;
  source.seek_end();
  for (source.previous(); !source.done(); source.previous()) {
    sum += touch(source.pair());
    GS_CHECK(++steps <= most);
  }
  return sum;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  platform::MemoryFileSystem files;
  if (files.write_whole("run", make_file({data, size}))) return 0;
  auto opened = index::Run::open(files, "run", 1);
  if (!opened.ok()) return 0;
  const index::Run& run = **opened;
  const bool is_valid = run.check().ok();
  std::uint64_t sum = walk(run);
  index::RunSource source(run);
  for (std::uint64_t n = 0; n < kPairs; n += 7) {
    const Buffer key = key_of(n);
    const Id id = id_of(n);
    const index::Pair wanted = index::Pair::of(key, id);
    source.seek(wanted);
    if (source.done()) continue;
    if (is_valid) GS_CHECK(index::compare(source.pair(), wanted) >= 0);
    sum += touch(source.pair());
    sum += source.count_added(n % 2 == 0 ? nullptr : &wanted);
  }
  auto tiers = std::make_shared<index::Tiers>();
  tiers->runs = {*opened, *opened};
  index::Cursor cursor(tiers, 1, index::Range::prefix(Bytes(key_of(150)).first(600)));
  while (cursor.next()) sum += cursor.key().size();
  while (cursor.previous()) sum += cursor.key().size();
  const Error merged = index::merge_runs(files, "merged", 2, tiers->runs, {});
  if (is_valid) GS_CHECK(merged.ok());
  volatile std::uint64_t sink = sum;
  static_cast<void>(sink);
  return 0;
}
