// Reads bytes from the other side of a border one after the other. The first that are missing end
// it: everything after that is empty, and ok() says so.
#pragma once

#include <cstring>

#include "globalstorage/storage.h"
#include "gs/base/endian.h"

namespace gs::bindings {

class Cursor {
 public:
  explicit Cursor(Bytes bytes) noexcept : rest_(bytes) {}

  bool ok() const noexcept { return ok_; }
  bool at_end() const noexcept { return rest_.empty(); }

  Bytes take(std::size_t count) noexcept {
    if (count > rest_.size()) {
      ok_ = false;
      rest_ = {};
      return {};
    }
    const Bytes taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return taken;
  }
  std::uint8_t u8() noexcept {
    const Bytes byte = take(1);
    return ok_ ? byte[0] : std::uint8_t{0};
  }
  std::uint32_t u32() noexcept {
    const Bytes bytes = take(4);
    return ok_ ? load_u32(bytes.data()) : 0;
  }
  std::int64_t i64() noexcept {
    const Bytes bytes = take(8);
    return ok_ ? static_cast<std::int64_t>(load_u64(bytes.data())) : 0;
  }
  Id id() noexcept { return fixed<Id>(); }
  Digest digest() noexcept { return fixed<Digest>(); }
  Bytes counted() noexcept { return take(u32()); }
  std::string_view text() noexcept {
    const Bytes bytes = counted();
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }

 private:
  template <typename Value>
  Value fixed() noexcept {
    Value value;
    const Bytes bytes = take(value.bytes.size());
    if (ok_) std::memcpy(value.bytes.data(), bytes.data(), bytes.size());
    return value;
  }

  Bytes rest_;
  bool ok_ = true;
};

}  // namespace gs::bindings
