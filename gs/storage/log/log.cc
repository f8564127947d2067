#include "gs/storage/log/log.h"

#include <algorithm>
#include <mutex>
#include <string>
#include <utility>

#include "gs/base/check.h"
#include "gs/base/endian.h"
#include "gs/storage/log/compared_frames.h"
#include "gs/storage/log/impl.h"

namespace gs::log {

Error damage_at(Location at, std::string_view what) {
  const std::string why = what.empty() ? std::string() : " (" + std::string(what) + ")";
  return Error(Code::damaged, "the log is damaged at segment " + std::to_string(segment_of(at)) +
                                  " offset " + std::to_string(offset_of(at)) + why +
                                  ". Run `gstore verify` to see the extent, then restore from a "
                                  "backup");
}

void View::Segment::map(std::shared_ptr<platform::Mapping> whole) {
  base = whole->bytes().data();
  bytes = whole->bytes().size();
  compared = std::make_shared<ComparedFrames>(whole->bytes());
  mapping = std::move(whole);
}

const std::uint8_t* View::in_tail(Location at) const noexcept {
  for (auto tail = tails_.rbegin(); tail != tails_.rend(); ++tail) {
    if (at - tail->begin < tail->end - tail->begin) return tail->bytes.get() + (at - tail->begin);
  }
  return nullptr;
}

const std::uint8_t* View::at(Location at) const noexcept {
  if (const std::uint8_t* const found = in_tail(at)) return found;
  const std::size_t index = std::size_t{segment_of(at)} - 1;
  if (index >= segments_.size()) return nullptr;
  const Segment& segment = segments_[index];
  return offset_of(at) < segment.bytes ? segment.base + offset_of(at) : nullptr;
}

const std::uint8_t* View::record_at(Location at) const noexcept {
  if (const std::uint8_t* const found = in_tail(at)) return found;
  const std::size_t index = std::size_t{segment_of(at)} - 1;
  if (index >= segments_.size()) return nullptr;
  const Segment& segment = segments_[index];
  const std::uint64_t offset = offset_of(at);
  if (offset % 8 != 0 || offset >= segment.bytes || segment.bytes - offset < 8) return nullptr;
  if (segment.compared->sound(offset, 8)) {
    const std::uint8_t* const record = segment.base + offset;
    const std::uint64_t bytes = load_u32(record);
    if (bytes >= 8 && bytes <= segment.bytes - offset && segment.compared->sound(offset, bytes))
      return record;
  }
  Location none = 0;
  damaged_at_->compare_exchange_strong(none, at, std::memory_order_relaxed);
  return nullptr;
}

Bytes View::segment(std::uint32_t number) const noexcept {
  const std::size_t index = std::size_t{number} - 1;
  if (index >= segments_.size()) return {};
  return {segments_[index].base, static_cast<std::size_t>(segments_[index].bytes)};
}

Log::Impl::Impl(platform::FileSystem& file_system, std::string where, const Digest& storage_id,
                const Options& log_options)
    : files(file_system),
      directory(std::move(where)),
      storage(storage_id),
      options(log_options),
      step(log_options.allocate_bytes_first),
      view(std::make_shared<const View>()) {}

std::vector<Log::Impl::Segment> Log::Impl::table() const {
  const std::lock_guard lock(state_mutex);
  return segments;
}

Log::Impl::Position Log::Impl::position() const {
  const std::lock_guard lock(state_mutex);
  return {end_at, next_sequence};
}

std::shared_ptr<const View> Log::Impl::current_view() const {
  const std::lock_guard lock(state_mutex);
  return view;
}

void Log::Impl::publish(const std::function<void(View&)>& change) {
  std::shared_ptr<const View> before;  // dies after the lock: it may unmap a segment
  const std::lock_guard lock(state_mutex);
  auto next = std::make_shared<View>(*view);
  change(*next);
  before = std::exchange(view, std::move(next));
}

void Log::Impl::show_segment(std::uint32_t number, std::shared_ptr<platform::Mapping> mapping) {
  publish([&](View& next) {
    if (next.segments_.size() < number) next.segments_.resize(number);
    next.segments_[number - 1].map(std::move(mapping));
  });
}

void Log::Impl::follow_writing(std::uint32_t number, std::uint64_t end) {
  const std::lock_guard lock(state_mutex);
  active.compared = view->segments_[number - 1].compared;
  active.compared->grow(end);
}

Log::Snapshot Log::Impl::snapshot() const {
  const std::lock_guard lock(state_mutex);
  Snapshot now{view, {}, end_at, next_sequence, generations};
  now.segments.reserve(segments.size());
  for (const Segment& each : segments) {
    now.segments.push_back({each.number, each.generation, each.end});
  }
  return now;
}

bool View::frame_is_sound(Location at, std::uint64_t bytes) const noexcept {
  if (in_tail(at) != nullptr) return true;
  return segments_[segment_of(at) - 1].compared->sound_frame(offset_of(at), bytes);
}

Error Log::Impl::walk(const Snapshot& snapshot, Location from, Location to, const Visitor& visit,
                      Compare compare) const {
  if (to == 0 || to > snapshot.end) to = snapshot.end;
  for (const Snapshot::Segment& segment : snapshot.segments) {
    if (segment.number < segment_of(from)) continue;
    if (segment.number > segment_of(to)) break;
    const bool first = segment.number == segment_of(from);
    const bool last = segment.number == segment_of(to);
    std::uint64_t offset = std::max(first ? offset_of(from) : 0, kSegmentHeaderBytes);
    const std::uint64_t limit = last ? offset_of(to) : segment.end;
    while (offset < limit) {
      const Location at = location(segment.number, static_cast<std::uint32_t>(offset));
      const std::uint8_t* bytes = snapshot.view->at(at);
      FrameCheck check;
      check.fault = FrameFault::length;
      if (bytes != nullptr) check = check_head({bytes, static_cast<std::size_t>(limit - offset)});
      if (check.fault == FrameFault::none && compare == Compare::frames &&
          !snapshot.view->frame_is_sound(at, check.head.frame_bytes())) {
        check.fault = FrameFault::checksum;
      }
      if (check.fault != FrameFault::none) {
        const bool blank = check.fault == FrameFault::blank;
        return damage_at(at, blank ? "zeros where a frame should begin" : fault_text(check.fault));
      }
      GS_TRY_OK(visit(at + kFrameBytes, check.head.sequence,
                      {bytes + kFrameBytes, check.head.change_bytes}));
      offset += check.head.frame_bytes();
    }
  }
  return {};
}

Result<std::unique_ptr<Log>> Log::open(platform::FileSystem& files, std::string directory,
                                       const Digest& storage, const Options& options, Location from,
                                       std::uint64_t from_sequence, const Visitor& visit,
                                       Recovery& recovery, const Began& began, const Later& later) {
  GS_CHECK(!directory.empty());
  std::unique_ptr<Log> log(new Log);
  log->impl_ = std::make_unique<Impl>(files, std::move(directory), storage, options);
  recovery = {};
  const auto ready = [&] { return began ? began(*log) : Error(); };
  GS_TRY_OK(log->impl_->open(from, from_sequence, visit, recovery, ready, later));
  return log;
}

Log::~Log() = default;

Result<Log::Space> Log::begin(std::size_t bytes) { return impl_->begin(bytes); }
Error Log::write_ahead(Bytes part) { return impl_->write_ahead(part); }
Error Log::write(std::size_t change_bytes) { return impl_->write(change_bytes); }
Error Log::write_later(std::size_t change_bytes) { return impl_->write_later(change_bytes); }
Error Log::write_pending() { return impl_->write_pending(); }
Error Log::sync() { return impl_->sync(); }
Error Log::mark() { return impl_->mark(); }
Error Log::close() { return impl_->close(); }

std::shared_ptr<const View> Log::view() const { return impl_->current_view(); }
std::uint64_t Log::next_sequence() const noexcept { return impl_->position().next_sequence; }
Location Log::end() const noexcept { return impl_->position().end; }
Location Log::first() const noexcept { return location(1, kSegmentHeaderBytes); }

std::uint64_t Log::bytes() const noexcept {
  const std::lock_guard lock(impl_->state_mutex);
  return impl_->valid_bytes;
}
std::uint32_t Log::segment_count() const noexcept {
  const std::lock_guard lock(impl_->state_mutex);
  return static_cast<std::uint32_t>(impl_->segments.size());
}
std::uint64_t Log::generation_sum() const noexcept {
  const std::lock_guard lock(impl_->state_mutex);
  return impl_->generations;
}

Log::Snapshot Log::snapshot() const { return impl_->snapshot(); }
Error Log::walk(const Snapshot& snapshot, Location from, Location to, const Visitor& visit,
                Compare compare) const {
  return impl_->walk(snapshot, from == 0 ? first() : from, to, visit, compare);
}
Error Log::verify(const Visitor& visit, std::vector<Damage>& damage,
                  const std::function<void(std::uint64_t, std::uint64_t)>& progress) const {
  return impl_->check({}, visit, damage, progress);
}
Error Log::seal(std::uint32_t number) { return impl_->seal(number); }
Error Log::rewrite(std::uint32_t number, const Transform& transform, const Moved& moved) {
  return impl_->rewrite(number, transform, moved);
}

}  // namespace gs::log
