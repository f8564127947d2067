// Writing to standard output.
#include "cmd/gstore/support/output.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace gs::cli {

void Output::write(std::string_view text) {
  buffer_ += text;
  written();
}

void Output::line(std::string_view text) {
  buffer_ += text;
  buffer_ += '\n';
  written();
}

void Output::written() {
  if (buffer_.size() >= kBufferBytes) flush();
}

void Output::flush() {
  std::string_view rest = buffer_;
  while (!rest.empty() && wanted()) {
    const ssize_t put = ::write(descriptor_, rest.data(), rest.size());
    if (put >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(put));
      continue;
    }
    if (errno == EINTR) continue;
    if (errno == EAGAIN || errno == EWOULDBLOCK) {  // a terminal that another program set so
      pollfd wait{descriptor_, POLLOUT, 0};
      ::poll(&wait, 1, -1);
      continue;
    }
    reader_gone_ = errno == EPIPE;
    failed_ = !reader_gone_;
    reason_ = errno;
  }
  buffer_.clear();
}

Error Output::finish() {
  flush();
  if (!failed_) return {};
  return Error(reason_ == ENOSPC ? Code::no_space : Code::io,
               std::string("cannot write to standard output: ") + std::strerror(reason_) +
                   ". Check where it is redirected to; its content is incomplete.");
}

}  // namespace gs::cli
