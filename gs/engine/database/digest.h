// The digest of a state: equal on every replica with the same frontier, on every platform.
//
//   leaf of a record   SHA-256("gs record" | id 16 | shape digest 32 | version digest 32 | record
//   bytes)
//   bucket             the low 12 bits of the id (bytes 14 and 15); its digest is SHA-256 of its
//                      records' leaves in id order, zeros when it has none
//   records            RFC 6962 root over the 4,096 bucket digests
//   state digest       that of the records; once there was a reference,
//                      SHA-256("gs state" | records 32 | digest of the table of references 32)
//
// Only dirty buckets are computed again. Records of `store: memory` collections and local settings
// are outside. Pure over a Version; safe from any thread.
#pragma once

#include "gs/engine/database/apply.h"
#include "gs/engine/database/settled.h"

namespace gs::engine {

// Brings `buckets` (kBuckets digests) up to date for the buckets in `dirty`, and returns the state
// digest.
Result<Digest> state_digest(const std::shared_ptr<const state::Version>& version, Sequence at,
                            const state::Tables& tables, const state::References& references,
                            const BucketSet& dirty, std::vector<Digest>& buckets);
// The same of what was settled, from its first bucket.
Result<Digest> state_digest_at(const Settled& settled, const state::Tables& tables);

}  // namespace gs::engine
