// Elements as words of the command line give them: JSON, or texts that are none.
#pragma once

#include <string>
#include <vector>

namespace gs::cli {

// The JSON array of them. Whether it is valid, the library says.
std::string json_of_words(const std::vector<std::string>& words);

}  // namespace gs::cli
