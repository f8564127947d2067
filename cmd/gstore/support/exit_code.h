// What the exit status of gstore means, and what to say when something failed.
//
//   0 ok   1 failure   2 usage   3 damage, or verification failed   4 conflict   5 not reachable
//   6 not found
//   130 stopped by Ctrl-C or SIGTERM (import and shell only; what was acknowledged stays)
//
// Usage means that an argument could not be understood; input that has the wrong form, such as
// malformed JSON, is a failure. Scripts rely on these numbers: append, never renumber.
#pragma once

#include <string>

#include "globalstorage/error.h"

namespace gs::cli {

enum class Exit : int {
  ok = 0,
  failure = 1,
  usage = 2,
  unverified = 3,
  conflict = 4,
  unreachable = 5,
  not_found = 6,
  interrupted = 130,
};

Exit exit_of(Code code) noexcept;

// What a person can do about it, one sentence; empty when the message has to say it.
const char* next_step(Code code) noexcept;
const char* advice_name(Advice advice) noexcept;

// The message as sentences: "<what>: <where>. <next step>".
std::string sentences(const Error& error);

// {"error":{"code":..,"message":..,"advice":..}} on one line.
std::string error_json(const Error& error);
std::string error_json(std::string_view code, std::string_view message, std::string_view advice);
// The same under "warning": the command goes on, or is done.
std::string warning_json(const Error& warning);

}  // namespace gs::cli
