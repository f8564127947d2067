// Reading: a moment, a lookup, a view on the record's bytes. Nothing is decoded or copied.

#include "gs/base/check.h"
#include "gs/base/only_handle.h"
#include "gs/engine/catalog/lifter.h"
#include "gs/engine/database/open.h"

namespace gs::engine {

Moment Database::moment() const {
  // The sequence is loaded under the same lock as the version: a version published later may lack
  // older tables, one published earlier may lack the log's newest tail.
  std::lock_guard lock(version_mutex_);
  return {version_, visible_.load(std::memory_order_acquire), index_view_, schema_.catalog,
          published_.load(std::memory_order_relaxed)};
}

std::shared_ptr<RecordHold> Database::hold(const Moment& moment, const Found& found) const {
  auto hold = std::make_shared<RecordHold>();
  hold->db = shared_from_this();
  hold->version = moment.version;
  hold->found = found;
  const record::ShapePtr& shape = tables_.shape(found.entry.shape).shape;
  hold->shape = shape.get();
  if (moment.catalog == nullptr) return hold;
  LiftedRecord lifted(moment.catalog.get(), shape, found.record);
  if (!lifted.is_lifted()) return hold;
  hold->owned_shape = lifted.shape();
  hold->shape = hold->owned_shape.get();
  hold->owned = std::make_shared<const Buffer>(lifted.take_bytes());
  hold->found.record = hold->owned->data();
  return hold;
}

void Database::hold(const Moment& moment, const Found& found,
                    std::shared_ptr<RecordHold>& out) const {
  const bool is_plain = out != nullptr && out->owned == nullptr && out->db.get() == this;
  if (!is_plain || !is_only_handle(out)) {
    out = hold(moment, found);
    return;
  }
  const record::ShapePtr& shape = tables_.shape(found.entry.shape).shape;
  if (moment.catalog != nullptr) {
    const auto plan = moment.catalog->lift_plan(shape);
    if (plan != nullptr && !plan->is_current({shape.get(), found.record})) {
      out = hold(moment, found);
      return;
    }
  }
  if (out->version != moment.version) out->version = moment.version;
  out->found = found;
  out->shape = shape.get();
}

Error Database::watch(std::shared_ptr<Watcher> watcher) {
  std::lock_guard lock(commit_mutex_);
  return watchers_.add(std::move(watcher));
}

Result<std::shared_ptr<RecordHold>> Database::get(const Id& id) const {
  const Moment now = moment();
  Found found;
  GS_TRY_OK(find_now(now, id, found));
  return hold(now, found);
}

Error Database::find_now(const Moment& now, const Id& id, Found& out) const {
  if (closed_) return {Code::closed, "the storage is closed. Open it again"};
  const auto lookup = now.version->find(id, now.at, out);
  if (lookup == state::Version::Lookup::damaged) return state_damage(*now.version);
  if (lookup == state::Version::Lookup::none || out.entry.kind() == state::Entry::Kind::tombstone) {
    return {Code::not_found, "no record " + id.text() + " in this storage"};
  }
  return {};
}

bool Database::find_stored(const Moment& moment, const Id& id, Found& out) const {
  return moment.version->find(id, moment.at, out) == state::Version::Lookup::found &&
         out.entry.kind() != state::Entry::Kind::tombstone;
}

// What a lookup or a walk met in files that were derived from the log. Without them the next open
// derives them again; as long as they are there nobody looks.
Error Database::state_damage(const state::Version& version) const {
  Error damage = version.damage();
  if (read_only_ || closed_) return damage;  // else the directory may be another process's by now
  for (const auto& run : version.runs) {
    if (!run->is_damaged()) continue;
    const std::string path = state_path(run->number(), ".gsr");
    const Error removed = env_.files->remove(path);
    if (removed && removed.code() != Code::not_found) continue;
    if (!removed) report(Event::Level::error, "state_damaged", damage.text());
    damage = Error(Code::damaged, env_.files->display(path) +
                                      " was damaged and is removed. Open the storage again: its "
                                      "state is rebuilt from the log");
  }
  return damage;
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
