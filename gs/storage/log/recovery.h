// Opening a log: find its segments, walk its frames, tell a torn tail from damage.
//
// Reads everything first and changes something only when nothing is damaged. The rules are in
// log.h; the order of the steps here is the order in which they rest on each other.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gs/storage/log/impl.h"
#include "gs/storage/log/scan.h"
#include "gs/storage/log/sparse_copy.h"

namespace gs::log {

class Log::Impl::Recoverer {
 public:
  Recoverer(Impl& log, const Visitor& visit, const Later& later, Recovery& report) noexcept
      : log_(log), visit_(visit), later_(later), report_(report) {}

  // `began` is called when the segments can be read, before the first of them is.
  Error run(Location from, std::uint64_t from_sequence, const std::function<Error()>& began);

 private:
  // One segment file as it was found.
  struct Found {
    SegmentName name;
    HeaderCheck header;
    std::uint64_t size = 0;
    std::shared_ptr<platform::Mapping> mapping;  // null when there is nothing to map
    std::uint64_t end = 0;                       // of its last frame, as far as it is known
    SparseCopy rest;  // copy of what lies behind bytes(), of the newest one when opened read-only

    Bytes bytes() const noexcept {
      return mapping ? mapping->bytes().first(static_cast<std::size_t>(size)) : Bytes();
    }
    bool sound() const noexcept { return header.state == HeaderState::sound; }
  };

  // recovery_find.cc
  Error prepare_directory();
  Error find_segments();
  Error list_segments();
  Error choose_generation(const std::vector<SegmentName>& names, std::size_t begin, std::size_t end,
                          bool newest);
  Result<Found> load(SegmentName name, bool newest) const;
  Error read_mark();

  // recovery_again.cc
  Walk synced_place(const Found& newest) const;
  bool leads_to_end(const Found& newest, const Walk& from) const;
  Error write_again(const Found& newest);
  Error write_header_again(const Found& found);
  Error copy_onto_itself(platform::File& file, std::uint64_t offset, std::uint64_t end) const;

  // recovery_newest.cc
  Error measure_newest(Location from, std::uint64_t from_sequence);

  // recovery.cc
  static bool can_begin(const Found& found, std::uint32_t offset) noexcept;
  Bytes behind(const Found& found, const Walk& walk) const noexcept;
  bool in_order() const;
  Error leave_out_torn_creation();
  bool can_start(Location from, std::uint64_t from_sequence);
  Error walk_all();
  Error judge(const Found& found, const Walk& walk);
  bool was_synced(const Found& found, const Walk& walk) const;
  bool may_be_ours(const FrameSearch::Found& frame, std::uint64_t sequence) const;
  void show_segments();
  void fill_table();
  Error list_damage();
  Error clean_up();
  Error begin_appending();

  Impl& log_;
  const Visitor& visit_;
  const Later& later_;
  Recovery& report_;

  std::vector<Found> found_;            // ascending numbers, one generation each
  std::vector<SegmentName> removable_;  // other generations, torn creations
  Mark mark_;
  bool mark_unreadable_ = false;
  std::uint64_t acknowledged_ = 0;  // frames below were, for all we know
  bool damaged_ = false;

  std::size_t start_ = 0;  // where the walk begins
  std::uint64_t start_offset_ = kSegmentHeaderBytes;
  std::uint64_t start_sequence_ = 0;
  Location end_ = 0;  // where it ended
  std::uint64_t sequence_ = 0;
};

}  // namespace gs::log
