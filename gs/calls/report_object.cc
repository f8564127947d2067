#include "gs/calls/report_object.h"

#include "gs/base/dates.h"

namespace gs::calls {

// "logBytes" is "log_bytes" on the command line.
std::string ReportObject::spelled(std::string_view name) const {
  if (spelling_ == Spelling::call) return std::string(name);
  std::string out;
  for (const char letter : name) {
    const bool is_capital = letter >= 'A' && letter <= 'Z';
    if (is_capital) out += '_';
    out += is_capital ? static_cast<char>(letter - 'A' + 'a') : letter;
  }
  return out;
}

ReportObject& ReportObject::text(std::string_view name, std::string_view value) {
  object_.text(spelled(name), value);
  return *this;
}

ReportObject& ReportObject::raw(std::string_view name, std::string_view json) {
  object_.raw(spelled(name), json);
  return *this;
}

ReportObject& ReportObject::number(std::string_view name, std::uint64_t value) {
  object_.number(spelled(name), value);
  return *this;
}

ReportObject& ReportObject::boolean(std::string_view name, bool value) {
  object_.boolean(spelled(name), value);
  return *this;
}

ReportObject& ReportObject::time(std::uint64_t time_ms) {
  if (spelling_ == Spelling::call) return number("timeMs", time_ms);
  return text("time", time_text(time_ms));
}

}  // namespace gs::calls
