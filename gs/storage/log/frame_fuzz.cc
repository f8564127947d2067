// Any bytes as a run of frames: nothing is read out of bounds, nothing loops, and what a walk
// accepts is exactly what the writer would have written.
#include <cstdlib>
#include <cstring>

#include "gs/storage/log/frame.h"
#include "gs/storage/log/scan.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gs::log;
  const gs::Buffer copy(data, data + size);  // its own block, so that asan sees both ends
  gs::Buffer file(copy);
  // The fuzzer cannot guess checksums: half of the inputs get right ones wherever a head fits.
  if (size > 0 && data[0] % 2 == 1) {
    file.erase(file.begin());
    for (std::size_t at = 0; at + kFrameBytes <= file.size();) {
      const FrameCheck check = check_head(gs::Bytes(file).subspan(at));
      if (check.fault != FrameFault::none) break;
      put_frame_head(file.data() + at, check.head);
      at += static_cast<std::size_t>(check.head.frame_bytes());
    }
  }
  std::uint64_t bytes = 0;
  const Log::Visitor visit = [&](Location at, std::uint64_t sequence, gs::Bytes change) {
    gs::Buffer again(kFrameBytes);
    again.insert(again.end(), change.begin(), change.end());
    const std::size_t begin = offset_of(at) - kFrameBytes;
    const FrameHead head = check_head(gs::Bytes(file).subspan(begin)).head;
    if (head.sequence != sequence) std::abort();
    put_frame_head(again.data(), head);
    if (!gs::equal(again, gs::Bytes(file).subspan(begin, again.size()))) std::abort();
    bytes += again.size();
    return gs::Error();
  };
  std::vector<gs::log::Damage> list;
  DamageList damage(list);
  const Scan scan = scan_frames(file, 1, 0, 0, visit, damage);
  if (scan.offset > file.size() || bytes > file.size() || list.size() > kDamageMax) std::abort();
  if (scan.lost && list.empty()) std::abort();
  return 0;
}
