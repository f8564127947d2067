// The key pair of encrypted records, brought to the storage that they go to.
#pragma once

#include <string>

#include "cmd/gstore/upstream/private_key.h"
#include "globalstorage/error.h"

namespace gs::cli {

// Whether keys/ of the storage can hold that pair: it has none, or the same. Errors: conflict.
Error check_pair(const std::string& storage, const PrivateKey& key);
// Writes private.pem and public.pem, when they are not there; only their owner can read them.
Error copy_pair(const std::string& storage, const PrivateKey& key, const std::string& pem);

}  // namespace gs::cli
