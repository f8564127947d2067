// The last operation of a transaction on each id that it names. Not thread-safe.
#pragma once

#include <array>
#include <vector>

#include "gs/base/interner.h"
#include "gs/platform/environment.h"

namespace gs::engine {

class Touched {
 public:
  static constexpr std::size_t kNone = ~std::size_t{0};

  explicit Touched(platform::Random& random) { random.fill(key_); }

  void begin() {
    ids_.begin(key_.data());
    last_.clear();
    if (last_.capacity() > kKept) last_ = std::vector<std::size_t>();  // after a giant
  }
  std::size_t memory_bytes() const noexcept {
    return ids_.memory_bytes() + last_.capacity() * sizeof(std::size_t);
  }
  const std::uint8_t* key() const noexcept { return key_.data(); }
  std::size_t& last(const Id& id) {
    const std::uint32_t index = ids_.add(id);
    if (index == last_.size()) last_.push_back(kNone);
    return last_[index];
  }

 private:
  static constexpr std::size_t kKept = std::size_t{1} << 16;

  std::array<std::uint8_t, 16> key_;  // against ids that were chosen to collide
  Interner<Id> ids_;
  std::vector<std::size_t> last_;  // by index of the id
};

}  // namespace gs::engine
