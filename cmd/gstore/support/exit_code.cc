// Codes of the engine as exit statuses and sentences.
#include "cmd/gstore/support/exit_code.h"

#include <algorithm>
#include <cctype>

#include "cmd/gstore/support/json_text.h"

namespace gs::cli {

Exit exit_of(Code code) noexcept {
  switch (code) {
    case Code::ok:
      return Exit::ok;
    case Code::not_found:
    case Code::erased:
    case Code::dropped:
    case Code::not_a_storage:
      return Exit::not_found;
    case Code::conflict:
      return Exit::conflict;
    case Code::broken_chain:
    case Code::damaged:
    case Code::bad_signature:
      return Exit::unverified;
    case Code::unreachable:
      return Exit::unreachable;
    default:
      return Exit::failure;
  }
}

const char* next_step(Code code) noexcept {
  switch (code) {
    case Code::not_found:
      return "Look with `gstore scan` or `gstore log` for what is there.";
    case Code::conflict:
      return "Read the record again and retry.";
    case Code::invalid:
      return "Correct the input and try again.";
    case Code::too_large:
      return "Make it smaller, or store it with `gstore blob put`.";
    case Code::broken_chain:
    case Code::damaged:
    case Code::bad_signature:
      return "Run `gstore verify --full` to see the extent, then restore from a backup.";
    case Code::io:
      return "Check the disk and the permissions, then try again.";
    case Code::no_space:
      return "Free some space and try again.";
    case Code::read_only:
      return "Check the permissions of the directory, or work on a copy.";
    case Code::locked:
      return "Wait until that process is done, or stop it.";
    case Code::newer_format:
      return "Use a newer version of gstore.";
    case Code::exists:
      return "Choose another name, or use what is there.";
    case Code::failed:
      return "Check the disk, then run the command again.";
    case Code::erased:
      return "Its content is gone for good; the chain still verifies.";
    case Code::unsupported:
      return "Use another build or platform.";
    case Code::not_a_storage:
      return "Create one with `gstore init`, or name another directory with -d.";
    case Code::unreachable:
      return "Check the address and try again.";
    case Code::closed:
      return "Run the command again.";
    case Code::dropped:
      return "Ask a replica that has all of it.";
    case Code::ok:
      break;
  }
  return "";
}

const char* advice_name(Advice advice) noexcept {
  switch (advice) {
    case Advice::retry:
      return "retry";
    case Advice::reopen:
      return "reopen";
    case Advice::repair:
      return "repair";
    case Advice::none:
      break;
  }
  return "none";
}

namespace {

// What to do about a message that begins so, also behind a place: it knows more than its code.
struct StepOf {
  Code code;
  std::string_view beginning;
  const char* step;
};
constexpr const char* kSmallerQuery = "Simplify the query, or split it into several.";
constexpr StepOf kSteps[] = {
    {Code::too_large, "query: ", kSmallerQuery},
    {Code::too_large, "a query of ", kSmallerQuery},
    {Code::too_large, "a key of ", "Give the fields of that key shorter values."},
};

const char* next_step(const Error& error) noexcept {
  const std::string_view message = error.message();
  for (const StepOf& each : kSteps) {
    if (error.code() != each.code) continue;
    for (std::size_t at = message.find(each.beginning); at != std::string_view::npos;
         at = message.find(each.beginning, at + 1)) {
      if (at == 0 || message.substr(0, at).ends_with(": ")) return each.step;
    }
  }
  return gs::cli::next_step(error.code());
}

// Whether the message gives this advice already, after a comma or semicolon.
bool says(std::string_view message, std::string_view step) {
  const auto same = [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) ==
           std::tolower(static_cast<unsigned char>(b));
  };
  step = step.substr(0, step.size() - 1);  // without its full stop
  return std::search(message.begin(), message.end(), step.begin(), step.end(), same) !=
         message.end();
}

}  // namespace

std::string sentences(const Error& error) {
  std::string text(error.message());
  if (text.empty()) text = code_meaning(error.code());
  const char* const step = next_step(error);
  // A message of two sentences has its own next step, which knows more than the list above. So has
  // one about derived files: nothing has to be restored for them.
  const bool has_step = text.find(". ") != std::string::npos ||
                        text.find("rebuilt from the log") != std::string::npos || says(text, step);
  if (text.back() != '.' && text.back() != '!' && text.back() != '?') text += '.';
  if (!has_step) {
    text += ' ';
    text += step;
  }
  return text;
}

namespace {

std::string message_json(std::string_view name, std::string_view code, std::string_view message,
                         std::string_view advice) {
  JsonObject detail;
  detail.text("code", code).text("message", valid_utf8(message)).text("advice", advice);
  JsonObject whole;
  whole.raw(name, detail.take());
  return whole.take();
}

}  // namespace

std::string error_json(std::string_view code, std::string_view message, std::string_view advice) {
  return message_json("error", code, message, advice);
}

std::string warning_json(const Error& warning) {
  return message_json("warning", code_name(warning.code()), sentences(warning),
                      advice_name(code_advice(warning.code())));
}

std::string error_json(const Error& error) {
  return error_json(code_name(error.code()), sentences(error),
                    advice_name(code_advice(error.code())));
}

}  // namespace gs::cli
