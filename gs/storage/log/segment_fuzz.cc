// Any bytes as the newest segment file of a log: it opens or says why not; an open log without
// damage takes a change, verifies, and gives everything back when it is opened again.
#include <cstdlib>

#include "gs/platform/memory/memory_file_system.h"
#include "gs/storage/log/frame.h"
#include "gs/storage/log/log_harness.h"
#include "gs/storage/log/segment.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gs::log;
  gs::platform::MemoryFileSystem files;
  files.make_directory("log").ignore();
  gs::Buffer file;
  // Without a right header little is read: three of four inputs get one.
  const unsigned choice = size > 0 ? data[0] : 0;
  if (choice % 4 != 0) file = encode_header({1, 0, 0, harness::storage_id()});
  file.insert(file.end(), data + (size > 0 ? 1 : 0), data + size);
  // Nor are checksums guessed: half of the inputs get right ones wherever a head fits.
  if (choice % 32 >= 16) {
    for (std::size_t at = kSegmentHeaderBytes; at + kFrameBytes <= file.size(); at += 8) {
      const FrameCheck check = check_head(gs::Bytes(file).subspan(at));
      if (check.fault != FrameFault::none) continue;
      put_frame_head(file.data() + at, check.head);
      at += check.head.change_bytes + kFrameBytes - 8;
    }
  }
  harness::write_file(files, "log/00000001.gsl", file);
  if (choice % 8 >= 4) harness::write_file(files, "log/mark", gs::Bytes(data, size));

  auto opened = harness::open(files);
  if (!opened.log) {
    if (opened.error.code() != gs::Code::newer_format) std::abort();
    return 0;
  }
  std::vector<Damage> damage;
  if (opened.log->verify({}, damage)) std::abort();
  if (!opened.recovery.damage.empty()) {
    if (damage.empty()) std::abort();  // what open() saw, verify() sees
    if (harness::read_file(files, "log/00000001.gsl") != file) std::abort();
    return 0;
  }
  if (!damage.empty()) std::abort();
  if (harness::append(*opened.log, harness::change(1, 64))) std::abort();
  if (opened.log->close()) std::abort();
  const auto again = harness::open(files);
  if (!again.log || !again.recovery.damage.empty() || again.recovery.cut) std::abort();
  if (again.seen.size() != opened.seen.size() + 1) std::abort();
  for (std::size_t i = 0; i < opened.seen.size(); ++i) {
    if (again.seen[i].change != opened.seen[i].change) std::abort();
  }
  return 0;
}
