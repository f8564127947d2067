// A file of the operating system: pread, pwrite, fdatasync, mmap.
//
// Threads as in file_system.h. After a failed sync() every later write and sync of the same File
// fails: the kernel drops what it could not write and reports success the next time.
// Source: Rebello et al., "Can Applications Recover from fsync Failures?", USENIX ATC 2020.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "gs/platform/file_system.h"

namespace gs::platform {

// Owns one descriptor.
class Descriptor {
 public:
  explicit Descriptor(int number = kNone) noexcept : number_(number) {}
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept : number_(other.number_) { other.number_ = kNone; }
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int number() const noexcept { return number_; }
  bool open() const noexcept { return number_ >= 0; }
  void release() noexcept { number_ = kNone; }  // somebody else closes it

 private:
  static constexpr int kNone = -1;
  int number_;
};

// open(2), repeated when a signal interrupts it.
Descriptor open_descriptor(const std::string& path, int flags, unsigned mode = 0) noexcept;
// openat(2), the same way.
Descriptor open_descriptor_at(int directory, const std::string& name, int flags,
                              unsigned mode = 0) noexcept;
// Only plain files: a device or a pipe in our directory would block or lie about its size.
// Errors: invalid, io.
Error check_plain(const Descriptor& descriptor, const std::string& path);
// fsync(2), or what reaches stable storage on this system. Errors: io.
Error sync_descriptor(const Descriptor& descriptor, const std::string& path);

class PosixFile final : public File {
 public:
  // `path` is for messages.
  PosixFile(Descriptor descriptor, std::string path, bool writable)
      : descriptor_(std::move(descriptor)), path_(std::move(path)), writable_(writable) {}

  Error write(std::uint64_t offset, Bytes bytes) override;
  Result<std::size_t> read(std::uint64_t offset, MutableBytes out) override;
  Error sync() override;
  void start_sync(std::uint64_t offset, std::uint64_t bytes) noexcept override;
  Result<std::uint64_t> size() override;
  Error resize(std::uint64_t bytes) override;
  Error allocate(std::uint64_t bytes) override;
  Result<std::unique_ptr<Mapping>> map(std::uint64_t bytes) override;

 private:
  Error check_writable() const;
  Error check_end(std::uint64_t bytes) const;
  Error grow_with_zeros(std::uint64_t from, std::uint64_t to);

  Descriptor descriptor_;
  std::string path_;
  bool writable_;
  bool failed_ = false;
};

}  // namespace gs::platform
