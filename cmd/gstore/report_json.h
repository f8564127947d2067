// What several commands tell as JSON: one object on one line, as docs/COMMANDS.md has it. The
// printers are those of gs/calls, in the spelling of the command line.
#pragma once

#include "gs/calls/report_json.h"

namespace gs::cli {

inline constexpr calls::Spelling kSpelling = calls::Spelling::command;

// What mends that which verification found (proof.cc).
std::string_view step_of(const VerifySection& section);

}  // namespace gs::cli
