// The one walk over a definition before anything is built from it.
#include "gs/core/schema/limits.h"

#include <string>
#include <string_view>

namespace gs::schema {
namespace {

Error beyond(std::string_view what, std::size_t limit) {
  return Error(Code::too_large,
               "definition: " + std::string(what) + " exceeds " + std::to_string(limit));
}

class Walk {
 public:
  Error value(const JsValue& value, std::size_t depth) {
    if (depth > kDefinitionNestingMax) return beyond("nesting", kDefinitionNestingMax);
    if (++nodes_ > kDefinitionNodesMax) return beyond("number of values", kDefinitionNodesMax);
    GS_TRY_OK(text(value.text));
    GS_TRY_OK(text(value.flags));
    for (const auto& [key, member] : value.members) {
      if (key.size() > kNameBytesMax) return beyond("length of a name in bytes", kNameBytesMax);
      GS_TRY_OK(text(key));
      GS_TRY_OK(this->value(member, depth + 1));
    }
    for (const JsValue& item : value.items) GS_TRY_OK(this->value(item, depth + 1));
    return {};
  }

 private:
  Error text(std::string_view text) {
    bytes_ += text.size();
    if (bytes_ > kDefinitionTextBytesMax) return beyond("text in bytes", kDefinitionTextBytesMax);
    return {};
  }

  std::size_t nodes_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace

Error measure(const JsValue& definition) { return Walk().value(definition, 0); }

}  // namespace gs::schema
