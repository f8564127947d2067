#include "gs/storage/log/scan.h"

#include <string>
#include <utility>

namespace gs::log {
namespace {

Bytes from(Bytes file, std::uint64_t offset) {
  return file.subspan(static_cast<std::size_t>(offset));
}

void report(Bytes file, std::uint32_t segment, const Walk& walk, bool resumed, DamageList& damage) {
  const std::string frame = " (frame " + std::to_string(walk.sequence) + ")";
  if (walk.fault == FrameFault::blank) {
    if (resumed) return damage.add(segment, walk.offset, "frame: zeros in its place" + frame);
    // Nothing but zeros belongs here, so the first byte that is none is the place.
    const std::uint64_t place = walk.offset + first_nonzero(from(file, walk.offset));
    return damage.add(segment, place, fault_text(walk.fault));
  }
  if (walk.fault != FrameFault::sequence) {
    return damage.add(segment, walk.offset, fault_text(walk.fault) + frame);
  }
  damage.add(segment, walk.offset,
             std::string(fault_text(walk.fault)) + ": " + std::to_string(walk.head.sequence) +
                 " where " + std::to_string(walk.sequence) + " belongs");
}

// Finds the place after `walk`'s fault from which frames can be read again. False: there is none.
bool resume(Bytes file, const Walk& walk, FrameSearch& search, Scan& scan) {
  const std::uint64_t after = walk.offset + walk.head.frame_bytes();
  if (walk.fault == FrameFault::sequence) {
    // A whole frame: a later one is taken where it stands, a repeated one is passed over.
    const bool later = walk.head.sequence > walk.sequence;
    scan.offset = later ? walk.offset : after;
    scan.sequence = later ? walk.head.sequence : walk.sequence;
    return true;
  }
  // When only the content is damaged the length is right: the next frame, or the end, comes after.
  FrameFault then = FrameFault::length;
  if (walk.fault == FrameFault::checksum) {
    search.charge(walk.head.frame_bytes());
    const FrameCheck next = check_head(from(file, after));
    if (walk.head.sequence == walk.sequence) then = next.fault;
    if (then == FrameFault::none && next.head.sequence == walk.sequence + 1) {
      scan.offset = after;
      scan.sequence = walk.sequence + 1;
      return true;
    }
  }
  const auto found = search.next(walk.offset + 8, walk.offset, walk.sequence);
  if (found.found) {
    scan.offset = found.offset;
    scan.sequence = found.head.sequence;
    return true;
  }
  // The end last: a damaged length may lead there across frames that are whole.
  if (then != FrameFault::blank || search.gave_up()) return false;
  scan.offset = after;
  scan.sequence = walk.sequence + 1;
  return true;
}

}  // namespace

Walk walk_frames(Bytes file, std::uint32_t segment, std::uint64_t offset, std::uint64_t sequence,
                 const Log::Visitor& visit) {
  Walk walk;
  walk.offset = offset;
  walk.sequence = sequence;
  while (walk.offset < file.size()) {
    const Bytes rest = from(file, walk.offset);
    const FrameCheck check = check_frame(rest);
    walk.fault = check.fault;
    walk.head = check.head;
    if (check.fault == FrameFault::blank && is_zero(rest)) walk.fault = FrameFault::none;
    if (check.fault != FrameFault::none) break;
    if (check.head.sequence != walk.sequence) {
      walk.fault = FrameFault::sequence;
      break;
    }
    const std::uint64_t change_at = walk.offset + kFrameBytes;
    if (visit) {
      walk.error = visit(location(segment, static_cast<std::uint32_t>(change_at)), walk.sequence,
                         rest.subspan(kFrameBytes, check.head.change_bytes));
      if (walk.error) break;
    }
    walk.offset += check.head.frame_bytes();
    walk.bytes += check.head.frame_bytes();
    ++walk.sequence;
    ++walk.frames;
  }
  return walk;
}

void DamageList::add(std::uint32_t segment, std::uint64_t offset, std::string what) {
  if (full()) return;
  list_.push_back({segment, offset, std::move(what)});
}

Scan scan_frames(Bytes file, std::uint32_t segment, std::uint64_t offset, std::uint64_t sequence,
                 const Log::Visitor& visit, DamageList& damage) {
  FrameSearch search(file);
  Scan scan;
  scan.offset = offset;
  scan.sequence = sequence;
  while (!damage.full()) {
    Walk walk = walk_frames(file, segment, scan.offset, scan.sequence, visit);
    scan.offset = walk.offset;
    scan.sequence = walk.sequence;
    if (walk.error) {
      scan.error = std::move(walk.error);
      return scan;
    }
    if (walk.fault == FrameFault::none) return scan;
    const bool resumed = resume(file, walk, search, scan);
    report(file, segment, walk, resumed, damage);
    if (!resumed) {
      if (search.gave_up()) {
        damage.add(segment, walk.offset, "too many false frames here; the rest was not searched");
      }
      break;
    }
    if (scan.offset != walk.offset && scan.sequence > walk.sequence + 1) {
      damage.add(segment, scan.offset,
                 "frames " + std::to_string(walk.sequence + 1) + " to " +
                     std::to_string(scan.sequence - 1) + " are missing");
    }
  }
  scan.lost = true;
  return scan;
}

}  // namespace gs::log
