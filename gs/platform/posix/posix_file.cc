#include "gs/platform/posix/posix_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <limits>

#include "gs/platform/posix/os_error.h"

namespace gs::platform {
namespace {

static_assert(sizeof(off_t) == 8, "files are longer than 2 GiB; build with _FILE_OFFSET_BITS=64");

constexpr std::uint64_t kOffsetMax = std::numeric_limits<std::int64_t>::max();  // off_t

// Calls again what a signal interrupted.
template <typename Call>
auto uninterrupted(Call call) noexcept {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

class PosixMapping final : public Mapping {
 public:
  PosixMapping(void* address, std::size_t bytes) noexcept : address_(address), bytes_(bytes) {}
  ~PosixMapping() override {
    if (bytes_ > 0) ::munmap(address_, bytes_);
  }
  PosixMapping(const PosixMapping&) = delete;
  PosixMapping& operator=(const PosixMapping&) = delete;

  Bytes bytes() const noexcept override {
    return {static_cast<const std::uint8_t*>(address_), bytes_};
  }
  void advise(Pattern pattern) noexcept override {
    if (bytes_ == 0) return;
    // A hint: what the kernel thinks of it does not matter.
    ::posix_madvise(address_, bytes_,
                    pattern == Pattern::random ? POSIX_MADV_RANDOM : POSIX_MADV_SEQUENTIAL);
  }

 private:
  void* address_;
  std::size_t bytes_;
};

constexpr std::size_t kZerosBytes = std::size_t{64} << 10;

// Whether blocks for [0, bytes) are reserved; else errno says why not.
bool reserve_blocks(int descriptor, std::uint64_t bytes) noexcept {
#if defined(__linux__)
  return uninterrupted([&] { return ::fallocate(descriptor, 0, 0, static_cast<off_t>(bytes)); }) ==
         0;
#else
  static_cast<void>(descriptor);
  static_cast<void>(bytes);
  errno = EOPNOTSUPP;
  return false;
#endif
}

}  // namespace

Descriptor::~Descriptor() {
  // Errors of close() come too late to act on: whoever cares has called sync().
  if (open()) ::close(number_);
}

Descriptor open_descriptor(const std::string& path, int flags, unsigned mode) noexcept {
  return open_descriptor_at(AT_FDCWD, path, flags, mode);
}

Descriptor open_descriptor_at(int directory, const std::string& name, int flags,
                              unsigned mode) noexcept {
  return Descriptor(
      uninterrupted([&] { return ::openat(directory, name.c_str(), flags | O_CLOEXEC, mode); }));
}

Error check_plain(const Descriptor& descriptor, const std::string& path) {
  struct stat status {};
  if (::fstat(descriptor.number(), &status) != 0) {
    return os_error(errno, path, "examine", Attempt::read);
  }
  if (S_ISREG(status.st_mode)) return {};
  return Error(Code::invalid, path + ": is a directory or a device, not a file");
}

Error sync_descriptor(const Descriptor& descriptor, const std::string& path) {
#if defined(F_FULLFSYNC)
  // macOS: fsync() only reaches the drive's own memory.
  if (::fcntl(descriptor.number(), F_FULLFSYNC) == 0) return {};
#endif
  if (uninterrupted([&] { return ::fsync(descriptor.number()); }) == 0) return {};
  return os_error(errno, path, "sync", Attempt::write);
}

Error PosixFile::check_writable() const {
  if (!writable_) return Error(Code::read_only, path_ + ": was opened for reading");
  if (failed_) {
    return Error(Code::io, path_ +
                               ": an earlier sync failed, so what is on the disk is unknown; "
                               "open the storage again");
  }
  return {};
}

Error PosixFile::check_end(std::uint64_t bytes) const {
  if (bytes <= kOffsetMax) return {};
  return Error(Code::too_large, path_ + ": no file is " + std::to_string(bytes) + " bytes long");
}

Error PosixFile::write(std::uint64_t offset, Bytes bytes) {
  GS_TRY_OK(check_writable());
  GS_TRY_OK(check_end(offset));
  GS_TRY_OK(check_end(offset + bytes.size()));
  while (!bytes.empty()) {
    const ssize_t written = uninterrupted([&] {
      return ::pwrite(descriptor_.number(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    });
    if (written < 0) return os_error(errno, path_, "write", Attempt::write);
    if (written == 0) return Error(Code::io, path_ + ": cannot write: the system takes no bytes");
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    offset += static_cast<std::uint64_t>(written);
  }
  return {};
}

Result<std::size_t> PosixFile::read(std::uint64_t offset, MutableBytes out) {
  std::size_t done = 0;
  while (done < out.size() && offset + done <= kOffsetMax) {
    const ssize_t got = uninterrupted([&] {
      return ::pread(descriptor_.number(), out.data() + done, out.size() - done,
                     static_cast<off_t>(offset + done));
    });
    if (got < 0) return os_error(errno, path_, "read", Attempt::read);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

Error PosixFile::sync() {
  if (!writable_) return {};  // nothing of ours to bring to the disk
  GS_TRY_OK(check_writable());
#if defined(__linux__)
  // fdatasync() leaves out time stamps only. POSIX has it bring everything that is needed to read
  // the data back: the size when it grew, and the extents that the data turned from reserved into
  // written. Inside reserved space this spares the journal a write of the inode for each commit.
  if (uninterrupted([&] { return ::fdatasync(descriptor_.number()); }) == 0) return {};
  Error error = os_error(errno, path_, "sync", Attempt::write);
#else
  Error error = sync_descriptor(descriptor_, path_);
  if (error.ok()) return {};
#endif
  failed_ = true;
  return error;
}

void PosixFile::start_sync(std::uint64_t offset, std::uint64_t bytes) noexcept {
#if defined(__linux__)
  // What it says of errors is not needed: fdatasync() reports the same ones.
  static_cast<void>(::sync_file_range(descriptor_.number(), static_cast<off_t>(offset),
                                      static_cast<off_t>(bytes), SYNC_FILE_RANGE_WRITE));
#else
  static_cast<void>(offset);
  static_cast<void>(bytes);
#endif
}

Result<std::uint64_t> PosixFile::size() {
  struct stat status {};
  if (::fstat(descriptor_.number(), &status) != 0) {
    return os_error(errno, path_, "read the size", Attempt::read);
  }
  return static_cast<std::uint64_t>(status.st_size);
}

Error PosixFile::resize(std::uint64_t bytes) {
  GS_TRY_OK(check_writable());
  GS_TRY_OK(check_end(bytes));
  const int result =
      uninterrupted([&] { return ::ftruncate(descriptor_.number(), static_cast<off_t>(bytes)); });
  if (result == 0) return {};
  return os_error(errno, path_, "resize", Attempt::write);
}

Error PosixFile::allocate(std::uint64_t bytes) {
  GS_TRY_OK(check_writable());
  GS_TRY_OK(check_end(bytes));
  if (bytes == 0) return {};
  GS_TRY(const std::uint64_t before, size());
  if (reserve_blocks(descriptor_.number(), bytes)) return {};
  const bool cannot = errno == EOPNOTSUPP || errno == ENOSYS;
  Error error = cannot ? grow_with_zeros(before, bytes)
                       : os_error(errno, path_, "reserve space", Attempt::write);
  if (error.ok()) return {};
  // Some systems keep the part that they could reserve; give it back, the disk is full.
  GS_TRY(const std::uint64_t after, size());
  if (after > before) resize(before).ignore();  // the failure to report is the first one
  return error;
}

// For file systems that cannot reserve. posix_fallocate() would do it by reading and writing bytes
// of blocks that exist, while another thread writes a frame there.
Error PosixFile::grow_with_zeros(std::uint64_t from, std::uint64_t to) {
  const Buffer zeros(
      static_cast<std::size_t>(std::min<std::uint64_t>(kZerosBytes, to - std::min(from, to))));
  while (from < to) {
    const std::uint64_t some = std::min<std::uint64_t>(zeros.size(), to - from);
    GS_TRY_OK(write(from, Bytes(zeros).first(static_cast<std::size_t>(some))));
    from += some;
  }
  return {};
}

Result<std::unique_ptr<Mapping>> PosixFile::map(std::uint64_t bytes) {
  if (bytes == 0) return std::unique_ptr<Mapping>(std::make_unique<PosixMapping>(nullptr, 0));
  if (bytes > std::numeric_limits<std::size_t>::max() / 2) {
    return Error(Code::too_large, path_ + ": no room to map " + std::to_string(bytes) + " bytes");
  }
  const std::size_t length = static_cast<std::size_t>(bytes);
  void* const address = ::mmap(nullptr, length, PROT_READ, MAP_SHARED, descriptor_.number(), 0);
  if (address == MAP_FAILED) return os_error(errno, path_, "map", Attempt::read);
  return std::unique_ptr<Mapping>(std::make_unique<PosixMapping>(address, length));
}

}  // namespace gs::platform
