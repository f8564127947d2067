// What a stranger's definition or value may cost at most. Each limit has its reason here.
//
// Definitions come from files of other people and from peers; everything that is done with them is
// bounded by these numbers. Errors: too_large, with the limit in the message.
#pragma once

#include <cstddef>

#include "globalstorage/result.h"
#include "gs/core/schema/js_value.h"

namespace gs::schema {

// As deep as JSON text may be (gs/core/record/json.h), so that every record can have a definition.
inline constexpr std::size_t kDefinitionNestingMax = 128;
inline constexpr std::size_t kValueNestingMax = 128;
// Relations may lead from schema to schema without a step into the value; together with the steps
// into it this is the depth of recursion of a check. Metaschema ends with a full stack.
inline constexpr std::size_t kCheckDepthMax = 384;
// Fields of one schema, nested ones included: six times the widest table in use, some 30 MiB.
inline constexpr std::size_t kFieldsMax = 65'536;
// Fields of one model.
inline constexpr std::size_t kModelFieldsMax = 2 * kFieldsMax;
inline constexpr std::size_t kEntitiesMax = 16'384;
// Values in one definition, which may hold data of any kind beside fields.
inline constexpr std::size_t kDefinitionNodesMax = 1'000'000;
inline constexpr std::size_t kDefinitionTextBytesMax = std::size_t{16} << 20;
inline constexpr std::size_t kNameBytesMax = 1024;
// A string where an object belongs becomes one field for each of its characters.
inline constexpr std::size_t kSpreadUnitsMax = 4096;
// What a check may report about one value.
inline constexpr std::size_t kErrorsMax = 100'000;
inline constexpr std::size_t kErrorBytesMax = std::size_t{16} << 20;
// Text of a schema or model. Schemas may share parts, so that text can be larger than they are.
inline constexpr std::size_t kPrintedBytesMax = std::size_t{16} << 20;

// Walks a definition once and refuses what is beyond the limits.
Error measure(const JsValue& definition);

}  // namespace gs::schema
