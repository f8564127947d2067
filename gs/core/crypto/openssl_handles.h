// How OpenSSL's EVP is used here: what it gives is freed, and what fails inside leaves no trace in
// the queue of errors of the calling thread, which belongs to the program around us. Native only.
#pragma once

#include <memory>

#include <openssl/err.h>

namespace gs::crypto {

template <auto Free>
struct Freed {
  template <typename T>
  void operator()(T* held) const noexcept {
    Free(held);
  }
};
template <typename T, auto Free>
using Handle = std::unique_ptr<T, Freed<Free>>;

class ErrorQueueKept {
 public:
  ErrorQueueKept() noexcept { ERR_set_mark(); }
  ErrorQueueKept(const ErrorQueueKept&) = delete;
  ErrorQueueKept& operator=(const ErrorQueueKept&) = delete;
  ~ErrorQueueKept() { ERR_pop_to_mark(); }
};

}  // namespace gs::crypto
