// What bytes of others would be if they were compressed as ours are.
#pragma once

#include <string>

#include "globalstorage/bytes.h"

namespace gs::bench {

// How many there are after zstd -3, as bundles have it.
double compressed_bytes(Bytes raw);

// The program ends when it cannot be read.
std::string read_file(const std::string& path);

}  // namespace gs::bench
