#include "gs/storage/state/slot_windows.h"

#include <algorithm>

#include "gs/storage/state/id_key.h"

namespace gs::state {
namespace {

// All windows together hold so much back before they write it to the file ...
constexpr std::size_t kSortBytes = std::size_t{8} << 20;
// ... and one of them no more than this, which is written or read at once.
constexpr std::size_t kPieceBytes = std::size_t{64} << 10;

template <typename T>
Bytes bytes_of_all(const std::vector<T>& values) {
  return {reinterpret_cast<const std::uint8_t*>(values.data()), values.size() * sizeof(T)};
}

}  // namespace

SlotWindows::SlotWindows(platform::FileSystem& files, std::string path, const Entry* entries,
                         std::uint64_t count, std::uint64_t places, std::size_t slots_at_once)
    : files_(files),
      path_(std::move(path)),
      entries_(entries),
      count_(count),
      places_(places),
      at_once_(slots_at_once) {}

SlotWindows::~SlotWindows() {
  if (!sorted_) return;
  sorted_.reset();
  files_.remove(path_).ignore();  // what stays is removed as a stray file at the next open
}

template <typename Visit>
Error SlotWindows::each_entry(const Visit& visit) const {
  for (std::uint64_t i = 0; i < count_; ++i) {
    const std::uint64_t hash = hash_id(entries_[i].id);
    const std::uint64_t place = slot_place(hash, places_);
    GS_TRY_OK(visit(place / at_once_, Sorted{slot_value(hash, i), place % at_once_}));
  }
  return {};
}

Error SlotWindows::write(const std::function<Error(Bytes)>& add) {
  if (places_ == 0) return {};
  if (window_count() > 1) GS_TRY_OK(sort());
  for (std::uint64_t window = 0; window < window_count(); ++window) {
    GS_TRY_OK(fill(window));
    GS_TRY_OK(add(bytes_of_all(window_)));
  }
  pushed_out_.push_back(0);
  return add(bytes_of_all(pushed_out_));
}

// Counts first, so that each window has its own part of the file.
Error SlotWindows::sort() {
  starts_.assign(static_cast<std::size_t>(window_count()) + 1, 0);
  GS_TRY_OK(each_entry([&](std::uint64_t window, const Sorted&) -> Error {
    ++starts_[static_cast<std::size_t>(window) + 1];
    return {};
  }));
  for (std::size_t i = 1; i < starts_.size(); ++i) starts_[i] += starts_[i - 1];

  GS_TRY_OK(files_.remove_if_there(path_));
  GS_TRY(sorted_, files_.open(path_, platform::OpenMode::create));
  const std::size_t windows = starts_.size() - 1;
  const std::size_t most = std::clamp(kSortBytes / sizeof(Sorted) / windows, std::size_t{1},
                                      kPieceBytes / sizeof(Sorted));
  std::vector<std::vector<Sorted>> held(windows);
  std::vector<std::uint64_t> ends(starts_.begin(), starts_.end() - 1);
  const auto flush = [&](std::size_t window) -> Error {
    GS_TRY_OK(sorted_->write(ends[window] * sizeof(Sorted), bytes_of_all(held[window])));
    ends[window] += held[window].size();
    held[window].clear();
    return {};
  };
  GS_TRY_OK(each_entry([&](std::uint64_t number, const Sorted& slot) -> Error {
    const auto window = static_cast<std::size_t>(number);
    if (held[window].empty()) held[window].reserve(most);
    held[window].push_back(slot);
    return held[window].size() < most ? Error() : flush(window);
  }));
  for (std::size_t window = 0; window < windows; ++window) {
    if (!held[window].empty()) GS_TRY_OK(flush(window));
  }
  return {};
}

Error SlotWindows::fill(std::uint64_t window) {
  window_.assign(static_cast<std::size_t>(std::min(at_once_, places_ - window * at_once_)), 0);
  std::vector<std::uint64_t> from_before;
  from_before.swap(pushed_out_);
  for (const std::uint64_t value : from_before) put(0, value);
  if (!sorted_) {
    return each_entry([&](std::uint64_t, const Sorted& slot) -> Error {
      put(static_cast<std::size_t>(slot.slot), slot.value);
      return {};
    });
  }
  std::vector<Sorted> piece;
  const std::uint64_t end = starts_[static_cast<std::size_t>(window) + 1];
  for (std::uint64_t at = starts_[static_cast<std::size_t>(window)]; at < end; at += piece.size()) {
    piece.resize(
        static_cast<std::size_t>(std::min<std::uint64_t>(end - at, kPieceBytes / sizeof(Sorted))));
    const MutableBytes bytes(reinterpret_cast<std::uint8_t*>(piece.data()),
                             piece.size() * sizeof(Sorted));
    GS_TRY(const std::size_t got, sorted_->read(at * sizeof(Sorted), bytes));
    if (got != bytes.size()) return Error(Code::io, files_.display(path_) + ": ends too early");
    for (const Sorted& slot : piece) put(static_cast<std::size_t>(slot.slot), slot.value);
  }
  return {};
}

void SlotWindows::put(std::size_t slot, std::uint64_t value) {
  while (slot < window_.size() && window_[slot] != 0) ++slot;
  if (slot < window_.size()) {
    window_[slot] = value;
  } else {
    pushed_out_.push_back(value);  // goes first into the next window
  }
}

}  // namespace gs::state
