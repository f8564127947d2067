// Directories of schema files, and what to say of wrong ones.
#pragma once

#include <string>

#include "globalstorage/storage.h"

namespace gs::cli {

// The text of the schema there. Errors: those of Storage::read_schema.
Result<std::string> load_schema(const std::string& directory);
// The same of one that can be put in force. Errors: those of Storage::apply_schema as well.
Result<std::string> load_usable_schema(const std::string& directory);

// What is wrong with the text that was loaded from there: the file below its directory where the
// message names one, and what to do next.
Error about_schema(const std::string& directory, Error error);

}  // namespace gs::cli
