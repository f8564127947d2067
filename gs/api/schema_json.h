// How two schemas differ, as JSON: the same text for C, for calls by name and for commands.
#pragma once

#include <string>
#include <vector>

#include "globalstorage/exchange.h"

namespace gs::api {

const char* risk_word(SchemaDifference::Risk risk) noexcept;
// [{"risk":"safe","collection":"City","field":"name","what":".."}]; of a collection without `field`
std::string differences_json(const std::vector<SchemaDifference>& differences);

}  // namespace gs::api
