// Any bytes as a bundle: reading it never leaves the file nor takes more memory than a block may,
// and what is read whole is written as the same changes again.
//
// First byte even: the rest is the file. Odd: the rest are edits (u16 place, u8 value) of a valid
// bundle, whose sums are then made right, so that edits get past them.
#include <cstdlib>

#include "gs/base/endian.h"
#include "gs/storage/bundle/test_bundle.h"

namespace {

using namespace gs;          // NOLINT(google-build-using-namespace): a program of one file
using namespace gs::bundle;  // NOLINT(google-build-using-namespace)

Buffer valid_bundle() {
  std::vector<Buffer> changes;
  for (std::uint64_t i = 0; i < 3; ++i) changes.push_back(testing::change_of(16 + i * 40, i));
  return testing::make_bundle(changes, {testing::digest_of(1)});
}

Buffer edited(Bytes edits) {
  static const Buffer kValid = valid_bundle();
  Buffer file = kValid;
  for (; edits.size() >= 3; edits = edits.subspan(3)) {
    file[load_u16(edits.data()) % file.size()] = edits[2];
  }
  const std::size_t head = kHeaderBytes + sizeof(Digest);
  const auto header = parse_header(Bytes(kValid).first(head));
  if (!header.ok()) std::abort();
  Header changed = *header;
  changed.changes = load_u64(file.data() + 8);
  changed.change_bytes = load_u64(file.data() + 16);
  const Bytes stored =
      Bytes(file).subspan(head + kBlockHeadBytes, file.size() - head - kBlockHeadBytes - kEndBytes);
  const std::uint32_t raw_bytes = load_u32(file.data() + head + 8);
  return testing::forge(changed, {testing::forge_block(raw_bytes, stored)});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes input(data, size);
  const bool are_edits = size > 0 && data[0] % 2 == 1;
  const Bytes rest = input.subspan(size > 0 ? 1 : 0);
  const Buffer file = are_edits ? edited(rest) : Buffer(rest.begin(), rest.end());
  std::vector<Buffer> changes;
  if (testing::read_bundle(file, changes)) return 0;
  std::vector<Buffer> again;
  if (testing::read_bundle(testing::make_bundle(changes), again)) std::abort();
  if (again != changes) std::abort();
  return 0;
}
