// Standard output: buffered, and honest about what did not arrive.
//
// A reader that goes away (`gstore scan | head`) is no failure: the rest is dropped and
// wanted() turns false so that long commands can stop. Any other failure, such as a full disk
// behind a redirection, is kept and returned by finish().
// One thread. Needs SIGPIPE to be ignored.
#pragma once

#include <string>
#include <string_view>

#include "globalstorage/error.h"

namespace gs::cli {

class Output {
 public:
  explicit Output(int descriptor) : descriptor_(descriptor) {}
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  void write(std::string_view text);
  void line(std::string_view text);  // with a line break
  // For code that builds long output in place: append here, then call written().
  std::string& buffer() noexcept { return buffer_; }
  void written();

  // Hands everything to the operating system now.
  void flush();
  bool wanted() const noexcept { return !reader_gone_ && !failed_; }
  // flush(), and whether all of it arrived. Errors: io, no_space.
  Error finish();

 private:
  static constexpr std::size_t kBufferBytes = std::size_t{128} << 10;

  int descriptor_;
  std::string buffer_;
  bool reader_gone_ = false;
  bool failed_ = false;
  int reason_ = 0;
};

}  // namespace gs::cli
