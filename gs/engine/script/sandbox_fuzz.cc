// Scripts of strangers: whatever they say they end within their bounds, the same script ends the
// same way twice, and the sandbox serves the next one.
//
// The input is JavaScript. Functions in its value are called, with what a host may give them.
#include <cstdlib>

#include "gs/engine/script/sandbox.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using namespace gs;                  // NOLINT(google-build-using-namespace)
using namespace gs::engine::script;  // NOLINT(google-build-using-namespace)
using Kind = schema::JsValue::Kind;

constexpr Limits kLimits{.memory_bytes = std::uint64_t{4} << 20,
                         .steps = 20'000,
                         .values = 10'000,
                         .depth = 64,
                         .text_bytes = std::size_t{1} << 20,
                         .functions = 256};

// What came of a script, as a text to compare.
class Story {
 public:
  void tell(std::string_view text) { text_.append(text).push_back('\n'); }
  void tell(const schema::JsValue& value) {
    tell(std::to_string(static_cast<int>(value.kind)));
    tell(value.text);
    for (const auto& item : value.items) tell(item);
    for (const auto& [name, member] : value.members) {
      tell(name);
      tell(member);
    }
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

void call_functions(Sandbox& sandbox, const schema::JsValue& value, Story& story) {
  constexpr std::size_t kCallsMax = 4;
  std::vector<const schema::JsValue*> functions;
  if (value.kind == Kind::function) functions.push_back(&value);
  for (const auto& [name, member] : value.members) {
    if (member.kind == Kind::function && functions.size() < kCallsMax) functions.push_back(&member);
  }
  for (const auto* const function : functions) {
    const schema::JsValue arguments[] = {value, {}};
    const schema::Outcome outcome = sandbox.call(function->function, arguments);
    if (outcome.threw) {
      story.tell(outcome.thrown);
    } else {
      story.tell(outcome.value);
    }
  }
}

void run_as_typed(Sandbox& sandbox, std::string_view source, std::uint32_t finish, Story& story) {
  const bool parses = sandbox.parses(source);
  const auto value = sandbox.run(source, "typed", finish);
  if (value.ok() && !parses) std::abort();
  if (value.ok()) {
    story.tell(*value);
  } else {
    story.tell(value.error().message());
  }
}

std::string story_of(std::string_view source) {
  auto sandbox = Sandbox::create(kLimits);
  if (!sandbox) std::abort();
  const auto same = (*sandbox)->evaluate("(x) => x", "same");
  const auto add = (*sandbox)->evaluate("() => 1 + 1", "add");
  if (!same || !add) std::abort();
  Story story;
  const auto value = (*sandbox)->evaluate(source, "Fuzz.js");
  if (value) {
    story.tell(*value);
    call_functions(**sandbox, *value, story);
  } else {
    if (value.code() != Code::invalid && value.code() != Code::too_large) std::abort();
    story.tell(value.error().message());
  }
  run_as_typed(**sandbox, source, same->function, story);
  const schema::Outcome two = (*sandbox)->call(add->function, {});
  // A script may have kept what memory there is.
  if (!two.threw && two.value.number != 2) std::abort();
  return story.text();
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view source(reinterpret_cast<const char*>(data), size);
  if (story_of(source) != story_of(source)) std::abort();
  return 0;
}
