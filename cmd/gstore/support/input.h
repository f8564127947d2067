// A stream of bytes with a window of what was read and not yet used.
//
// Readers of rows look at rest(), ask for more() when it holds no whole row, and consume() rows
// they are done with. The window starts at kChunkBytes and grows only while one row is larger, so
// memory is bounded by the largest row, never by the file.
// One thread. Errors: io, too_large.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "globalstorage/result.h"

namespace gs::cli {

// Large enough to make system calls rare, small enough to stay in the cache of the processor.
inline constexpr std::size_t kChunkBytes = std::size_t{1} << 20;
// The longest JSON text that the engine takes; a row beyond it cannot be stored anyway.
inline constexpr std::size_t kRowBytesMax = std::size_t{64} << 20;

class Source {
 public:
  virtual ~Source() = default;
  // Up to `size` bytes; 0 at the end.
  virtual Result<std::size_t> read(char* to, std::size_t size) = 0;
};

// A file, or standard input for "-". The descriptor is closed with it unless it is standard input.
class FileSource : public Source {
 public:
  // Errors: not_found, invalid (a directory), io (with the reason of the operating system).
  static Result<FileSource> open(const std::string& path);
  FileSource(FileSource&& other) noexcept;
  FileSource& operator=(FileSource&&) = delete;
  ~FileSource() override;

  Result<std::size_t> read(char* to, std::size_t size) override;
  // 0 when unknown, as for a pipe.
  std::uint64_t size() const noexcept { return size_; }
  // Called whenever nothing has arrived for `idle_ms`. Its failure ends the stream.
  void on_idle(int idle_ms, std::function<Error()> call);
  // Once `*stop` is true the stream goes on as long as bytes are there without waiting, so that
  // work under way can come to its end, but not for more than the longest row.
  void stop_when(const std::atomic<bool>* stop) noexcept { stop_ = stop; }
  // The stream ended because of that; what was read last may be half a row.
  bool cut_short() const noexcept { return cut_short_; }

 private:
  FileSource(int descriptor, std::string name, std::uint64_t size)
      : descriptor_(descriptor), name_(std::move(name)), size_(size) {}
  bool stopping() const noexcept { return stop_ != nullptr && *stop_; }

  int descriptor_;
  std::string name_;
  std::uint64_t size_;
  int idle_ms_ = -1;
  std::function<Error()> idle_;
  const std::atomic<bool>* stop_ = nullptr;
  std::uint64_t stopping_bytes_ = 0;  // read since `*stop_`
  bool cut_short_ = false;
};

// Bytes in memory, handed out in pieces of `piece_bytes`: for tests and fuzzers.
class MemorySource : public Source {
 public:
  MemorySource(std::string_view bytes, std::size_t piece_bytes)
      : bytes_(bytes), piece_bytes_(piece_bytes) {}
  Result<std::size_t> read(char* to, std::size_t size) override;

 private:
  std::string_view bytes_;
  std::size_t piece_bytes_;
};

class Input {
 public:
  explicit Input(Source& source, std::size_t chunk_bytes = kChunkBytes,
                 std::size_t row_bytes_max = kRowBytesMax)
      : source_(source), row_bytes_max_(row_bytes_max), buffer_(chunk_bytes) {}

  std::string_view rest() const noexcept { return {buffer_.data() + begin_, end_ - begin_}; }
  void consume(std::size_t bytes) noexcept;
  // Reads on. Views into rest() become invalid. False at the end of the stream.
  Result<bool> more();
  // Position of rest() in the stream, in bytes.
  std::uint64_t offset() const noexcept { return offset_; }

 private:
  Source& source_;
  std::size_t row_bytes_max_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint64_t offset_ = 0;
  bool ended_ = false;
};

// The whole content of a file or standard input, at most `bytes_max`; `step`: a sentence on what to
// do with more. Errors: those of FileSource, too_large, before anything is read where the size is
// known.
Result<std::string> read_all(const std::string& path, std::size_t bytes_max, std::string_view step);

}  // namespace gs::cli
