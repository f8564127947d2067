// One log on a simulated disk through several power cuts, against a list of what it was given.
//
// Invariants, checked whenever the log is opened:
//   kept        every change that a sync() (or an open) confirmed is there
//   invented    every change that is there was given, unchanged and in the order in which it was
//   cut         a torn tail is reported exactly: its place and its bytes; else nothing is
//   damage      a power cut is never taken for damage, also when changes hold whole frames
// A violation is a line of text. The engine's own torture test does the same at its level.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "gs/platform/sim/sim_file_system.h"
#include "gs/storage/log/frame.h"
#include "gs/storage/log/log_harness.h"
#include "gs/storage/log/segment.h"

namespace gs::log::harness {

// What reading the files says about the tail, without the code of recovery.
struct NaiveTail {
  bool cut = false;
  Location at = 0;
  std::uint64_t bytes = 0;
};

inline NaiveTail naive_tail(platform::FileSystem& files) {
  auto names = files.list("log");
  if (!names.ok()) return {};
  std::vector<std::pair<std::uint32_t, Buffer>> segments;
  for (const std::string& name : names.value()) {
    if (name.size() != 12) continue;
    segments.emplace_back(std::stoul(name), read_file(files, "log/" + name));
  }
  while (!segments.empty()) {
    const auto& [number, bytes] = segments.back();
    if (check_header(bytes, {number, 0}, storage_id()).state == HeaderState::sound) break;
    segments.pop_back();
  }
  if (segments.empty()) return {};
  const auto& [number, bytes] = segments.back();
  std::size_t end = kSegmentHeaderBytes;
  while (end < bytes.size()) {
    const FrameCheck check = check_frame(Bytes(bytes).subspan(end));
    if (check.fault != FrameFault::none) break;
    end += check.head.frame_bytes();
  }
  std::size_t last = bytes.size();
  while (last > end && bytes[last - 1] == 0) --last;
  if (last == end) return {};
  return {true, location(number, static_cast<std::uint32_t>(end)), last - end};
}

class PowerCutRun {
 public:
  struct Counts {
    std::uint64_t opens = 0;
    std::uint64_t opens_failed = 0;
    std::uint64_t cuts_of_power = 0;
    std::uint64_t torn_tails = 0;
    std::uint64_t torn_files = 0;
    std::uint64_t changes = 0;
    std::uint64_t lost = 0;    // not confirmed, so allowed
    std::uint64_t forged = 0;  // frames in what a torn change held
    std::uint64_t unseen = 0;  // failed syncs that took away nothing that is read
  };

  // `disk` is what restarts, `files` what the log is given: the same, or one that lies about it.
  PowerCutRun(std::uint64_t seed, platform::SimFileSystem& disk, platform::FileSystem& files,
              Counts& counts)
      : random_(seed), disk_(disk), files_(files), counts_(counts) {}

  // The first violation, or "".
  std::string run() {
    options_.segment_bytes = kSegmentHeaderBytes + 60 + 300 * static_cast<std::uint32_t>(below(3));
    options_.allocate_bytes_first = std::uint32_t{8} << below(9);
    options_.allocate_bytes_max = options_.allocate_bytes_first << below(3);
    forges_ = below(2) == 0;
    const std::uint64_t lives = 2 + below(4);
    for (std::uint64_t life = 0; life < lives && violation_.empty(); ++life) {
      platform::Faults faults;
      faults.power_cut_call = below(4) == 0 ? 0 : 1 + below(life == 0 ? 80 : 50);
      faults.write_kept = static_cast<std::uint32_t>(below(1000));
      faults.write_dropped = static_cast<std::uint32_t>(below(1000 - faults.write_kept));
      faults.sector_garbage = below(2) == 0 ? 0 : 300;
      faults.sync_fails = below(3) == 0 ? 100 : 0;
      faults.lost_is_seen = static_cast<std::uint32_t>(below(1001));
      disk_.set_faults(faults);
      live();
      end_life();
    }
    // However the last life ended, the log opens, reads and verifies.
    disk_.set_faults({});
    if (violation_.empty() && open()) verify();
    counts_.unseen += disk_.counts().losses.syncs_unseen;
    return violation_;
  }

 private:
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

  void violated(const std::string& what) {
    if (violation_.empty()) violation_ = what;
  }

  bool open() {
    // Sometimes from a place that a checkpoint could name: one that was confirmed.
    std::pair<Location, std::uint64_t> from{0, 0};
    if (!places_.empty() && below(3) == 0) from = places_[below(places_.size())];
    const NaiveTail tail = disk_.powered() ? readable_tail() : NaiveTail{};
    // What the engine tells by signatures is told here by the list.
    const auto given = [&](const Opened& opened, std::uint64_t ahead, Bytes bytes) {
      const std::uint64_t index = from.second + opened.seen.size() + ahead;
      const bool ours = index < given_.size() && equal(bytes, given_[index]);
      counts_.forged += ours ? 0 : 1;
      return ours;
    };
    const std::uint64_t failed = disk_.counts().calls_failed;
    opened_ = harness::open(files_, options_, from.first, from.second, given);
    ++counts_.opens;
    if (!opened_.log) {
      ++counts_.opens_failed;
      const bool may_fail = !disk_.powered() || disk_.counts().calls_failed > failed;
      if (!may_fail) violated("open failed: " + opened_.error.text());
      return false;
    }
    check_opened(tail, from.second);
    // What was seen is confirmed by having been seen.
    given_.resize(from.second + opened_.seen.size());
    confirmed_ = given_.size();
    places_.emplace_back(opened_.log->end(), confirmed_);
    return violation_.empty();
  }

  // Reading for ourselves must not be the call in which the power goes.
  NaiveTail readable_tail() {
    const platform::Faults faults = disk_.faults();
    disk_.set_faults({});
    const NaiveTail tail = naive_tail(disk_);
    disk_.set_faults(faults);
    return tail;
  }

  void check_opened(const NaiveTail& tail, std::uint64_t first) {
    const Recovery& recovery = opened_.recovery;
    for (const Damage& damage : recovery.damage) {
      return violated("damage: segment " + std::to_string(damage.segment) + " offset " +
                      std::to_string(damage.offset) + " " + damage.what);
    }
    const std::uint64_t found = first + opened_.seen.size();
    if (found < confirmed_) {
      violated("kept: " + std::to_string(confirmed_) + " were confirmed, " + std::to_string(found) +
               " found");
    }
    if (found > given_.size()) violated("invented: more changes than were given");
    for (std::size_t i = 0; i < opened_.seen.size() && violation_.empty(); ++i) {
      const Seen& seen = opened_.seen[i];
      if (seen.sequence != first + i) violated("invented: sequence of " + std::to_string(i));
      if (seen.change != given_[first + i]) violated("invented: bytes of " + std::to_string(i));
    }
    if (recovery.cut != tail.cut || recovery.cut_at != tail.at ||
        recovery.cut_bytes != tail.bytes) {
      violated("cut: reported " + std::to_string(recovery.cut_bytes) + " bytes at " +
               std::to_string(recovery.cut_at) + ", it was " + std::to_string(tail.bytes) + " at " +
               std::to_string(tail.at));
    }
    counts_.torn_tails += recovery.cut ? 1 : 0;
    counts_.torn_files += recovery.removed_files;
    if (found < given_.size()) counts_.lost += given_.size() - found;
  }

  void live() {
    if (!open()) return;
    const std::uint64_t steps = below(60);
    for (std::uint64_t i = 0; i < steps && violation_.empty(); ++i) {
      if (!step(below(100))) return;
    }
  }

  // False: the log has failed, or the life ends here.
  bool step(std::uint64_t choice) {
    if (choice < 60) return append();
    if (choice < 80) return sync();
    if (choice < 85) return !opened_.log->mark();
    if (choice < 90) return walk();
    if (choice < 93) return close_and_open();
    if (choice < 96) return verify();
    return below(4) != 0;
  }

  bool append() {
    std::uint64_t size = below(8) == 0 ? 8 * (2 + below(120)) : 8 * (2 + below(12));
    if (below(40) == 0) size = 8 * (1000 + below(2000));  // of some blocks
    Buffer bytes = change(next_key_++, size);
    if (forges_ && !given_.empty()) forge_frame(bytes);
    const auto space = opened_.log->begin(size + 8 * below(4));
    if (!space.ok()) return false;
    std::memcpy(space->space.data(), bytes.data(), size);
    given_.push_back(bytes);
    ++counts_.changes;
    if (below(4) == 0) return append_later(size);
    if (below(2) == 0) {
      const std::uint64_t begin = below(size / 2);
      if (opened_.log->write_ahead(space->space.subspan(begin, size / 2))) return false;
    }
    if (opened_.log->write(size)) return false;
    if (opened_.log->next_sequence() != given_.size()) violated("sequence after write");
    return true;
  }

  // Puts a frame into the change that says to come later, and after a sync. It holds the begin of a
  // change that the log has.
  void forge_frame(Buffer& bytes) {
    const std::uint64_t ahead = 1 + below(3);
    const std::size_t at = 16 + 40 * static_cast<std::size_t>(ahead - 1);
    const Buffer& copied = given_[below(given_.size())];
    const std::size_t room = bytes.size() < at + kFrameBytes ? 0 : bytes.size() - at - kFrameBytes;
    const std::size_t copied_bytes = std::min(room, copied.size());
    if (copied_bytes < kChangeBytesMin) return;
    std::memcpy(bytes.data() + at + kFrameBytes, copied.data(), copied_bytes);
    put_frame_head(bytes.data() + at,
                   {static_cast<std::uint32_t>(copied_bytes), given_.size() + ahead, 0});
  }

  // Mostly somebody writes it in time, else the next call does.
  bool append_later(std::uint64_t size) {
    if (opened_.log->write_later(size)) return false;
    if (opened_.log->next_sequence() + 1 < given_.size()) violated("two changes wait");
    if (below(4) == 0) return true;
    if (opened_.log->write_pending()) return false;
    if (opened_.log->next_sequence() != given_.size()) violated("sequence after a late write");
    return true;
  }

  bool sync() {
    if (opened_.log->sync()) return false;
    confirmed_ = given_.size();
    places_.emplace_back(opened_.log->end(), confirmed_);
    return true;
  }

  bool walk() {
    if (opened_.log->write_pending()) return false;
    std::vector<Seen> seen;
    if (opened_.log->walk(0, 0, collect(seen))) return false;
    if (seen.size() != given_.size()) violated("walk: count");
    for (std::size_t i = 0; i < seen.size() && violation_.empty(); ++i) {
      if (seen[i].change != given_[i]) violated("walk: bytes of " + std::to_string(i));
    }
    return violation_.empty();
  }

  bool close_and_open() {
    if (opened_.log->close()) return false;
    confirmed_ = given_.size();
    opened_.log.reset();
    return open();
  }

  bool verify() {
    std::vector<Damage> damage;
    if (opened_.log->verify({}, damage)) return false;
    if (!damage.empty() && disk_.powered()) violated("verify: " + damage[0].what);
    return damage.empty();
  }

  void end_life() {
    opened_.log.reset();
    if (disk_.powered() && below(4) == 0) {
      disk_.kill_process();
      return;
    }
    disk_.crash();
    ++counts_.cuts_of_power;
  }

  std::mt19937_64 random_;
  platform::SimFileSystem& disk_;
  platform::FileSystem& files_;
  Counts& counts_;
  Options options_;
  Opened opened_;
  std::vector<Buffer> given_;    // changes handed to write(), also when it failed
  std::uint64_t confirmed_ = 0;  // of those, from the first
  std::vector<std::pair<Location, std::uint64_t>> places_;
  std::uint64_t next_key_ = 0;
  bool forges_ = false;  // changes hold whole frames
  std::string violation_;
};

}  // namespace gs::log::harness
