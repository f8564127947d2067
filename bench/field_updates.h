// Random updates of single fields on two replicas, the same for every subject:
// bench/peers/common.js has them, too.
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace gs::bench {

class FieldUpdates {
 public:
  static constexpr std::uint32_t kFields = 8;
  static constexpr std::uint32_t kValueMask = 0x7fffff;

  FieldUpdates(std::uint32_t records, std::uint32_t seed) : records_(records), seed_(seed) {}

  std::uint32_t records() const noexcept { return records_; }

  struct Update {
    std::uint32_t record;
    std::uint32_t field;
    std::uint32_t value;
  };
  // Update `index` of replica 0 or 1.
  Update at(std::uint32_t replica, std::uint32_t index) const noexcept {
    const std::uint32_t place = seed_ + 3 * (2 * index + replica);
    return {mix32(place) % records_, mix32(place + 1) % kFields, mix32(place + 2) & kValueMask};
  }
  // What a record has before all updates.
  std::uint32_t initial(std::uint32_t record, std::uint32_t field) const noexcept {
    return mix32(~(record * kFields + field)) & kValueMask;
  }

  static std::string field_name(std::uint32_t field) { return 'f' + std::to_string(field); }

 private:
  // lowbias32 by Chris Wellons, 2018: numbers of 32 bits are what JavaScript multiplies as fast.
  static std::uint32_t mix32(std::uint32_t x) noexcept {
    x = (x ^ (x >> 16)) * 0x7feb352d;
    x = (x ^ (x >> 15)) * 0x846ca68b;
    return x ^ (x >> 16);
  }

  std::uint32_t records_;
  std::uint32_t seed_;
};

}  // namespace gs::bench
