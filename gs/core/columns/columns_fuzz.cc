// Any bytes as columns: putting them together never leaves its bounds, and what comes out of it can
// be taken apart again and comes back the same.
//
// First byte even: the rest is streams, each behind its u16 length. Odd: the rest are edits (u8
// stream, u16 place, u8 value) of the streams of real changes. The raw bytes that a block says are
// those of the real changes, or, of made streams, a u16 behind the first byte.
#include "gs/base/check.h"
#include "gs/core/columns/columns.h"
#include "gs/core/columns/test_changes.h"

namespace {

using namespace gs;           // NOLINT(google-build-using-namespace): a program of one file
using namespace gs::columns;  // NOLINT(google-build-using-namespace)

struct Example {
  std::vector<Buffer> streams;
  std::size_t raw_bytes = 0;
};

Example make_example() {
  testing::Chain chain(1, 2);
  const std::vector<Buffer> changes = {chain.inserts(20),    chain.updates(40, 1), chain.mixed(),
                                       chain.updates(40, 0), chain.mixed(1),       Buffer(24, 3)};
  Example example;
  Encoder encoder(testing::Chain::storage());
  GS_CHECK(encoder.encode(testing::views_of(changes), example.streams));
  example.raw_bytes = testing::raw_of(changes).size();
  return example;
}

Example edited(Bytes edits) {
  static const Example kValid = make_example();
  Example example = kValid;
  for (; edits.size() >= 4; edits = edits.subspan(4)) {
    Buffer& stream = example.streams[edits[0] % example.streams.size()];
    if (!stream.empty()) stream[load_u16(edits.data() + 1) % stream.size()] = edits[3];
  }
  return example;
}

Example made(Bytes input) {
  Example example;
  if (input.size() < 2) return example;
  example.raw_bytes = load_u16(input.data());
  for (input = input.subspan(2); input.size() >= 2;) {
    const std::size_t size = std::min<std::size_t>(load_u16(input.data()), input.size() - 2);
    example.streams.emplace_back(input.begin() + 2,
                                 input.begin() + 2 + static_cast<std::ptrdiff_t>(size));
    input = input.subspan(2 + size);
  }
  return example;
}

// The changes in raw bytes, if they are any.
std::vector<Bytes> split(Bytes raw) {
  std::vector<Bytes> changes;
  while (raw.size() >= kLengthBytes && load_u32(raw.data()) <= raw.size() - kLengthBytes) {
    const std::size_t size = load_u32(raw.data());
    changes.push_back(raw.subspan(kLengthBytes, size));
    raw = raw.subspan(kLengthBytes + size);
  }
  GS_CHECK(raw.empty());
  return changes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes input(data, size);
  const Bytes rest = input.subspan(size > 0 ? 1 : 0);
  const Example example = size > 0 && data[0] % 2 == 1 ? edited(rest) : made(rest);
  Decoder decoder(testing::Chain::storage());
  Buffer raw;
  if (decoder.decode(testing::views_of(example.streams), example.raw_bytes, raw)) return 0;
  GS_CHECK(raw.size() == example.raw_bytes);
  Encoder encoder(testing::Chain::storage());
  std::vector<Buffer> streams;
  if (!encoder.encode(split(raw), streams)) return 0;
  Decoder again(testing::Chain::storage());
  Buffer back;
  GS_CHECK(again.decode(testing::views_of(streams), raw.size(), back).ok());
  GS_CHECK(back == raw);
  return 0;
}
