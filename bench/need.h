// What GlobalStorage answers, or the end of the program: see fail() in subject.h.
#pragma once

#include <string>
#include <utility>

#include "bench/subject.h"
#include "globalstorage/result.h"

namespace gs::bench {

inline void need(const Error& error, const char* what) {
  if (!error.ok()) fail(std::string(kOurs) + ": " + what + ": " + error.text());
}

template <typename T>
T need(Result<T> result, const char* what) {
  need(result.error(), what);
  return std::move(result).value();
}

}  // namespace gs::bench
