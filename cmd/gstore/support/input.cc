// Files, pipes and memory as a window of bytes.
#include "cmd/gstore/support/input.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace gs::cli {
namespace {

// An input file is named by the caller: that there is none is no failure of the disk.
Error cannot_read(const std::string& name, int number) {
  const bool missing = number == ENOENT || number == ENOTDIR;
  const Code code = missing ? Code::not_found : number == EISDIR ? Code::invalid : Code::io;
  return Error(code, "cannot read " + name + ": " + std::strerror(number) +
                         (missing ? ". Check the path." : ". Check the path and its permissions."));
}

}  // namespace

Result<FileSource> FileSource::open(const std::string& path) {
  if (path == "-") return FileSource(STDIN_FILENO, "standard input", 0);
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return cannot_read(path, errno);
  struct stat status {};
  if (::fstat(descriptor, &status) != 0 || S_ISDIR(status.st_mode)) {
    const int number = S_ISDIR(status.st_mode) ? EISDIR : errno;
    ::close(descriptor);
    return cannot_read(path, number);
  }
  const bool regular = S_ISREG(status.st_mode);
  return FileSource(descriptor, path, regular ? static_cast<std::uint64_t>(status.st_size) : 0);
}

FileSource::FileSource(FileSource&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      name_(std::move(other.name_)),
      size_(other.size_),
      idle_ms_(other.idle_ms_),
      idle_(std::move(other.idle_)),
      stop_(other.stop_),
      stopping_bytes_(other.stopping_bytes_),
      cut_short_(other.cut_short_) {}

FileSource::~FileSource() {
  if (descriptor_ > STDERR_FILENO) ::close(descriptor_);
}

void FileSource::on_idle(int idle_ms, std::function<Error()> call) {
  idle_ms_ = idle_ms;
  idle_ = std::move(call);
}

Result<std::size_t> FileSource::read(char* to, std::size_t size) {
  while (true) {
    const bool stop = stopping();
    if (idle_ || stop) {
      pollfd wait{descriptor_, POLLIN, 0};
      const int ready = ::poll(&wait, 1, stop ? 0 : idle_ms_);  // now and then, to see a stop
      if (ready < 0 && errno == EINTR) continue;
      if (stop && (ready == 0 || stopping_bytes_ > kRowBytesMax)) {
        cut_short_ = true;
        return std::size_t{0};
      }
      if (ready == 0) {
        GS_TRY_OK(idle_());
        continue;
      }
    }
    const ssize_t got = ::read(descriptor_, to, size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return cannot_read(name_, errno);
    if (stop) stopping_bytes_ += static_cast<std::uint64_t>(got);
    return static_cast<std::size_t>(got);
  }
}

Result<std::size_t> MemorySource::read(char* to, std::size_t size) {
  const std::size_t n = std::min({size, piece_bytes_, bytes_.size()});
  if (n != 0) std::memcpy(to, bytes_.data(), n);
  bytes_.remove_prefix(n);
  return n;
}

void Input::consume(std::size_t bytes) noexcept {
  begin_ += bytes;
  offset_ += bytes;
}

Result<bool> Input::more() {
  if (ended_) return false;
  if (begin_ != 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ > row_bytes_max_) {
    return Error(Code::too_large, "a single row of more than " +
                                      std::to_string(row_bytes_max_ >> 20) + " MiB at byte " +
                                      std::to_string(offset_) +
                                      ". Check that the format is the right one (--format).");
  }
  if (end_ == buffer_.size()) buffer_.resize(buffer_.size() * 2);
  GS_TRY(const std::size_t got, source_.read(buffer_.data() + end_, buffer_.size() - end_));
  end_ += got;
  ended_ = got == 0;
  return !ended_;
}

Result<std::string> read_all(const std::string& path, std::size_t bytes_max,
                             std::string_view step) {
  const auto too_large = [&] {
    return Error(Code::too_large, (path == "-" ? "standard input" : path) + ": more than " +
                                      std::to_string(bytes_max >> 20) + " MiB. " +
                                      std::string(step));
  };
  GS_TRY(FileSource source, FileSource::open(path));
  if (source.size() > bytes_max) return too_large();
  std::string content;
  while (true) {
    const std::size_t old = content.size();
    content.resize(std::min(bytes_max + 1, std::max<std::size_t>(old * 2, std::size_t{1} << 16)));
    auto got = source.read(content.data() + old, content.size() - old);
    if (!got) return std::move(got).error();
    content.resize(old + *got);
    if (*got == 0) return content;
    if (content.size() > bytes_max) return too_large();
  }
}

}  // namespace gs::cli
