// Any bytes as a run file: opening, checking, finding, seeking and walking never leave the file.
//
// First byte even: the rest is the file. Odd: the rest are edits (u16 place, u8 value) of a valid
// run, whose checksums of header and footer are then made right, so that edits get past them; if it
// is 1 modulo 4 those of the blocks as well.

#include <algorithm>
#include <cstring>
#include <vector>

#include "gs/base/check.h"
#include "gs/base/crc32c.h"
#include "gs/base/endian.h"
#include "gs/platform/memory/memory_file_system.h"
#include "gs/storage/state/id_key.h"
#include "gs/storage/state/run.h"
#include "gs/storage/state/run_format.h"

namespace {

using namespace gs;         // NOLINT(google-build-using-namespace): a program of one file
using namespace gs::state;  // NOLINT(google-build-using-namespace)

Id id_of(std::uint64_t n) {
  Id id;
  store_u64_be(id.bytes.data(), n / 3);
  store_u64_be(id.bytes.data() + 8, n);
  return id;
}

constexpr std::uint64_t kIds = 200;

Buffer valid_run() {
  platform::MemoryFileSystem files;
  auto writer = RunWriter::create(files, "run", 1);
  GS_CHECK(writer.ok());
  for (std::uint64_t n = 0; n < kIds; ++n) {
    Buffer image(kImageHeadBytes + n % 2 * sizeof(StampException) + 8);
    const std::size_t hidden = n % 3 * (merge::kHiddenBytes + 8);
    const std::size_t record_at = image.size() - 8;
    store_u32(image.data(), static_cast<std::uint32_t>(n % 2));
    store_u32(image.data() + record_at, 8);
    store_u32(image.data() + 4, static_cast<std::uint32_t>(n % 3));
    store_u32(image.data() + 12, static_cast<std::uint32_t>(hidden));
    image.resize(image.size() + hidden);
    for (std::size_t i = 0; i < n % 3; ++i) {
      store_u32(image.data() + record_at + 8 + i * (merge::kHiddenBytes + 8) + 20, 5);
    }
    Entry entry;
    entry.id = id_of(n);
    const auto kind = static_cast<Entry::Kind>(n % 4);
    entry.place = Entry::make_place(kind, kind == Entry::Kind::tombstone ? n % 3 * 8 : 0);
    const Bytes record = Bytes(image).subspan(record_at, 8);
    const bool alone = entry.kind() == Entry::Kind::record;
    GS_CHECK((*writer)->add(n < kIds / 2 ? 1 : 2, entry, alone ? record : image).ok());
  }
  GS_CHECK((*writer)->finish().ok());
  return std::move(*files.read_whole("run", 1 << 20));
}

// As if somebody had written these very bytes: otherwise few edits come past the sums.
void seal_blocks(Buffer& file) {
  RunFooter footer;
  std::memcpy(&footer, file.data() + file.size() - kRunFooterBytes, kRunFooterBytes);
  const RunSection& sums = footer.sections[kSums];
  if (sums.offset < kRunHeaderBytes || sums.offset > file.size() - kRunFooterBytes) return;
  const std::uint64_t count = run_block_count(sums.offset);
  for (std::uint64_t i = 0; i < count && sums.offset + 4 * i + 4 <= file.size(); ++i) {
    const std::uint64_t at = kRunHeaderBytes + i * kRunBlockBytes;
    const std::uint64_t size = std::min(kRunBlockBytes, sums.offset - at);
    store_u32(&file[sums.offset + 4 * i], crc32c(Bytes(file).subspan(at, size)));
  }
}

Buffer make_file(Bytes input) {
  static const Buffer valid = valid_run();
  if (input.empty()) return {};
  if (input[0] % 2 == 0) return {input.begin() + 1, input.end()};
  Buffer file = valid;
  for (std::size_t i = 1; i + 3 <= input.size(); i += 3) {
    // The header's reserved bytes would take most edits.
    std::size_t at = load_u16(&input[i]) % (file.size() - kRunHeaderBytes + 24);
    at = at < 24 ? at : at - 24 + kRunHeaderBytes;
    file[at] = input[i + 2];
  }
  store_u32(&file[16], crc32c(Bytes(file).first(16)));
  const std::size_t footer = file.size() - kRunFooterBytes;
  if (input[0] % 4 == 1) seal_blocks(file);
  store_u32(&file[footer + offsetof(RunFooter, crc)],
            crc32c(Bytes(file).subspan(footer, offsetof(RunFooter, crc))));
  return file;
}

std::uint64_t touch(const Run& run, const Entry& entry) {
  const Run::Images images = run.images(Run::Pattern::sequential);
  images.prefetch(entry.position());
  if (entry.kind() == Entry::Kind::record) {
    const std::uint8_t* const record = images.record_at(entry.position());
    return record == nullptr ? 0 : std::uint64_t{record[0]} + record[load_u32(record) - 1];
  }
  if (!entry.has_image()) return entry.place;
  const std::uint8_t* const image = run.image_at(entry.image_position());
  if (image == nullptr) return 0;
  std::uint64_t sum = image[0] + image[Run::image_size(image) - 1];
  const ImageView view(image);
  merge::HiddenView hidden = view.first_hidden();
  for (std::uint32_t i = 0; i < view.hidden_count(); ++i, hidden = hidden.next()) {
    for (const std::uint8_t byte : hidden.content()) sum += byte;
    sum += hidden.field();
  }
  return sum;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  platform::MemoryFileSystem files;
  if (files.write_whole("run", make_file({data, size}))) return 0;
  auto opened = Run::open(files, "run", 1);
  if (!opened.ok()) return 0;
  const Run& run = **opened;
  const bool is_valid = run.check().ok();
  std::uint64_t sum = 0;
  for (std::uint64_t n = 0; n < kIds + 5; ++n) {
    const Id id = id_of(n);
    const Entry* const found = run.find(id, Run::hash(id));
    GS_CHECK(found == nullptr || same_id(found->id, id));
    if (found != nullptr) sum += touch(run, *found);
    for (const std::uint32_t collection : {1u, 2u, 3u}) {
      const Run::Range range = run.collection(collection);
      const Entry* const at = run.seek(collection, id);
      if (range.begin == range.end) continue;
      GS_CHECK(at >= range.begin);
      GS_CHECK(at <= range.end);
      if (is_valid && at != range.end) GS_CHECK(!id_less(at->id, id));
      if (at != range.end) sum += touch(run, *at);
    }
  }
  for (std::size_t i = 0; i < run.collection_count(); ++i) {
    const Run::Range range = run.collection(run.collection_number(i));
    for (const Entry* entry = range.begin; entry != range.end; ++entry) sum += touch(run, *entry);
  }
  volatile std::uint64_t sink = sum;
  static_cast<void>(sink);
  return 0;
}
