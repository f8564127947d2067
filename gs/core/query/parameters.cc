#include "gs/core/query/parameters.h"

#include <algorithm>

#include "gs/core/query/limits.h"

namespace gs::query {
namespace {

constexpr std::string_view kParameterForm =
    R"(a parameter has a name, for example {"$param":"code"})";

}  // namespace

bool is_parameter(const std::vector<JsonMember>& members) noexcept {
  return !members.empty() && members[0].name == "$param";
}

Result<std::uint32_t> parameter_number(const std::vector<JsonMember>& members, const Where& where,
                                       ParameterNames* names) {
  if (members.size() != 1 || !is_text(members[0].value)) return invalid_at(where, kParameterForm);
  std::string name = text_of(members[0].value);
  if (name.empty()) return invalid_at(where, kParameterForm);
  if (name.size() > kParameterNameBytesMax) {
    return too_large_at(where, "bytes of a parameter's name", name.size(), kParameterNameBytesMax);
  }
  if (names == nullptr) {
    return invalid_at(where, "the parameter '" + name +
                                 "' has no value: only a prepared query (Storage::prepare) "
                                 "has parameters");
  }
  const auto known = std::find(names->begin(), names->end(), name);
  const auto number = static_cast<std::uint32_t>(known - names->begin());
  if (known != names->end()) return number;
  if (names->size() == kParametersMax) {
    return too_large_at(where, "parameters", kParametersMax + 1, kParametersMax);
  }
  names->push_back(std::move(name));
  return number;
}

}  // namespace gs::query
