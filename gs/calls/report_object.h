// One object of what is told of a storage, in the two spellings that there are.
//
//   call      {"logBytes":1,"timeMs":1764547200000}                    gs::calls::call()
//   command   {"log_bytes":1,"time":"2025-12-01T00:00:00.000Z"}        gstore --json
//
// So each thing that is told has one printer. Names are given as calls have them. Pure.
#pragma once

#include "gs/calls/json_text.h"

namespace gs::calls {

enum class Spelling : std::uint8_t { call, command };

class ReportObject {
 public:
  explicit ReportObject(Spelling spelling) noexcept : spelling_(spelling) {}

  ReportObject& text(std::string_view name, std::string_view value);
  ReportObject& raw(std::string_view name, std::string_view json);
  ReportObject& number(std::string_view name, std::uint64_t value);
  ReportObject& boolean(std::string_view name, bool value);
  // Milliseconds since 1970: `timeMs`, or `time` as people read it.
  ReportObject& time(std::uint64_t time_ms);
  std::string take() { return object_.take(); }

 private:
  std::string spelled(std::string_view name) const;

  Spelling spelling_;
  JsonObject object_;
};

// An array of what `text` makes of each.
template <typename List, typename Text>
std::string json_list(const List& list, const Text& text) {
  std::string json = "[";
  for (const auto& one : list) {
    if (json.size() > 1) json += ',';
    json += text(one);
  }
  return json + ']';
}
template <typename List, typename Text>
std::string json_list(const List& list, const Text& text, Spelling spelling) {
  return json_list(list, [&](const auto& one) { return text(one, spelling); });
}

}  // namespace gs::calls
