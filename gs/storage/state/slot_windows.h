// The hash slots of a run, a window of them at a time: memory stays bounded however long the run
// is.
//
// A slot's place comes from its id's hash, so entries name slots in no order. One window is filled
// from the entries themselves. For more, the slots are first sorted into their windows through a
// file, 16 bytes each, which is removed afterwards: two passes over the entries for any number of
// windows.
//
// Threads: one at a time. Errors: io, no_space.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "gs/platform/file_system.h"
#include "gs/storage/state/run_format.h"

namespace gs::state {

class SlotWindows {
 public:
  // `path`: of the file for sorting; one that is in the way is a leftover and is replaced.
  SlotWindows(platform::FileSystem& files, std::string path, const Entry* entries,
              std::uint64_t count, std::uint64_t places, std::size_t slots_at_once);
  ~SlotWindows();
  SlotWindows(const SlotWindows&) = delete;
  SlotWindows& operator=(const SlotWindows&) = delete;

  // Gives all slots in order, piece by piece: the places and what the last ones push out.
  Error write(const std::function<Error(Bytes)>& add);

 private:
  // A slot on its way to its window.
  struct Sorted {
    std::uint64_t value = 0;
    std::uint64_t slot = 0;  // in the window
  };

  std::uint64_t window_count() const noexcept { return (places_ + at_once_ - 1) / at_once_; }
  template <typename Visit>
  Error each_entry(const Visit& visit) const;
  Error sort();
  Error fill(std::uint64_t window);
  void put(std::size_t slot, std::uint64_t value);

  platform::FileSystem& files_;
  const std::string path_;
  const Entry* const entries_;
  const std::uint64_t count_;
  const std::uint64_t places_;
  const std::uint64_t at_once_;
  std::unique_ptr<platform::File> sorted_;
  std::vector<std::uint64_t> starts_;  // in the file, in slots: of each window, and the end
  std::vector<std::uint64_t> window_;
  std::vector<std::uint64_t> pushed_out_;  // of the window before; a few
};

}  // namespace gs::state
