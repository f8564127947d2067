// Reading: a moment, a lookup, a view on the record's bytes. Nothing is decoded or copied.

#include "gs/base/check.h"
#include "gs/engine/database/database.h"

namespace gs::engine {

Moment Database::moment() const {
  // The sequence is loaded under the same lock as the version: a version published later may lack
  // older tables, one published earlier may lack the log's newest tail.
  std::lock_guard lock(version_mutex_);
  return {version_, visible_.load(std::memory_order_acquire)};
}

std::shared_ptr<const RecordHold> Database::hold(std::shared_ptr<const state::Version> version,
                                                 const Found& found) const {
  auto hold = std::make_shared<RecordHold>();
  hold->db = shared_from_this();
  hold->version = std::move(version);
  hold->found = found;
  hold->shape = tables_.shape(found.entry.shape).shape.get();
  return hold;
}

Result<std::shared_ptr<const RecordHold>> Database::get(const Id& id) const {
  const Moment now = moment();
  if (closed_) return Error(Code::closed, "the storage is closed. Open it again");
  Found found;
  if (!now.version->find(id, now.at, found) ||
      found.entry.kind() == state::Entry::Kind::tombstone) {
    return Error(Code::not_found, "no record " + id.text() + " in this storage");
  }
  return hold(now.version, found);
}

Result<BlobRef> Database::put_blob(Bytes bytes) {
  {
    std::lock_guard lock(commit_mutex_);
    GS_TRY_OK(writable());
  }
  return blobs_->put(bytes);
}

Result<Buffer> Database::get_blob(const BlobRef& blob) const { return blobs_->get(blob); }

}  // namespace gs::engine
