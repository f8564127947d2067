// The name of a blob on a command line: SHA256:SIZE, or the value as JSON. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "globalstorage/value.h"

namespace gs::cli {

// Empty: the text names no blob.
std::optional<BlobRef> parse_blob_ref(std::string_view text);

}  // namespace gs::cli
