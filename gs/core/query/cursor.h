// The text that says where a result ended, so that a later query goes on behind it.
//
//   offset  size  field
//        0     1  version = 1
//        1     8  first bytes of SHA-256(fingerprint of the query | key)
//        9     n  key: order keys of the sort fields, then the id of the row; of a group: the
//                 order keys of `by`
//
// as base64 without padding, with - and _ (RFC 4648, section 5). Opaque to users; a text of another
// query, or one that was changed, is refused. Pure. Errors: invalid, too_large.
#pragma once

#include "gs/core/query/query.h"

namespace gs::query {

Result<std::string> make_cursor(const Digest& fingerprint, Bytes key);
Result<Buffer> read_cursor(const Digest& fingerprint, std::string_view text);

}  // namespace gs::query
