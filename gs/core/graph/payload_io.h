// Writing and reading the parts of a payload, one after the other.
//
// A PayloadReader never reads past its end: after the first part that is not there everything reads
// as zero or empty, and finish() says so. Internal to gs/core/graph. Pure.
#pragma once

#include "gs/base/endian.h"
#include "gs/core/graph/header.h"

namespace gs::graph {

class PayloadWriter {
 public:
  explicit PayloadWriter(std::size_t bytes) { out_.reserve(bytes); }

  template <typename T>
  PayloadWriter& number(T value) {
    const std::size_t at = out_.size();
    out_.resize(at + sizeof(T));
    store(out_.data() + at, value);
    return *this;
  }
  PayloadWriter& bytes(Bytes bytes) {
    out_.insert(out_.end(), bytes.begin(), bytes.end());
    return *this;
  }
  PayloadWriter& digest(const Digest& digest) { return bytes(digest.bytes); }
  PayloadWriter& text(std::string_view text) { return bytes(as_bytes(text)); }
  PayloadWriter& pad() {
    out_.resize(align_up<std::size_t>(out_.size(), 8));
    return *this;
  }
  Buffer take() { return std::move(pad().out_); }

 private:
  Buffer out_;
};

class PayloadReader {
 public:
  explicit PayloadReader(Bytes payload) noexcept : whole_(payload), left_(payload) {}

  template <typename T>
  T number() noexcept {
    const Bytes part = bytes(sizeof(T));
    return part.empty() ? T{} : load<T>(part.data());
  }
  // Empty when there are fewer left.
  Bytes bytes(std::size_t count) noexcept {
    if (count > left_.size()) {
      ok_ = false;
      left_ = {};
      return {};
    }
    const Bytes part = left_.first(count);
    left_ = left_.subspan(count);
    return part;
  }
  Digest digest() noexcept {
    const Bytes part = bytes(sizeof(Digest));
    return part.empty() ? Digest{} : read_value<Digest>(part.data());
  }
  std::string_view text(std::size_t count) noexcept { return as_text(bytes(count)); }
  // Reads zeros up to the next multiple of 8 of the payload.
  void pad() noexcept { zeros((8 - (whole_.size() - left_.size()) % 8) % 8); }
  void zeros(std::size_t count) noexcept {
    for (const std::uint8_t byte : bytes(count)) ok_ = ok_ && byte == 0;
  }
  std::size_t left() const noexcept { return left_.size(); }
  // True when every part was there and nothing but zeros to 8 follows.
  bool finish() noexcept {
    pad();
    return ok_ && left_.empty();
  }

 private:
  Bytes whole_;
  Bytes left_;
  bool ok_ = true;
};

// Errors that name the kind. A crooked payload has parts that do not add up.
Error payload_invalid(const char* kind, const char* what);
Error payload_crooked(const char* kind);
// Not empty, at most `bytes_max`, UTF-8.
Error check_payload_text(const char* kind, const char* what, std::string_view text,
                         std::size_t bytes_max);

}  // namespace gs::graph
