// The C interface: replicas, bundles, and taking back.

#include "globalstorage/c.h"
#include "gs/api/c_support.h"

namespace {

using gs::Error;
using gs::c::call;
using gs::c::need;
using gs::c::need_open;

std::vector<gs::Digest> to_digests(const gs_digest* digests, size_t count) {
  std::vector<gs::Digest> made;
  for (size_t i = 0; i < count; ++i) made.push_back(gs::c::to_digest(digests[i]));
  return made;
}

void give_bundle(const gs::BundleInfo& made, gs_bundle* bundle) {
  if (bundle == nullptr) return;
  *bundle = gs_bundle{gs::c::from_digest(made.storage), made.changes, made.change_bytes,
                      made.file_bytes, made.has_checkpoint};
}

void give_applied(const gs::ApplyReport& report, gs_bundle_applied* applied) {
  if (applied == nullptr) return;
  *applied = gs_bundle_applied{report.changes, report.taken,      report.known,     report.waiting,
                               report.early,   report.incomplete, report.completed, report.refused};
}

std::string lines_of(const std::vector<gs::RefusedChange>& refusals) {
  std::string lines;
  for (const gs::RefusedChange& one : refusals) {
    lines.append(one.change.text()).append(": ").append(one.why).append("\n");
  }
  return lines;
}

// What is alike in all three ways to take something back.
template <typename Take>
gs_code take_back(gs_storage* storage, gs_reverted* report, gs_error** error, Take take) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    GS_TRY(const gs::Reverted done, take(storage->storage));
    if (report == nullptr) return {};
    *report = gs_reverted{gs::c::from_digest(done.change), done.time_ms, done.records.size(),
                          done.kept.size()};
    return {};
  });
}

}  // namespace

gs_code gs_revert(gs_storage* storage, const gs_digest* change, gs_reverted* report,
                  gs_error** error) noexcept {
  return take_back(storage, report, error, [&](gs::Storage& from) -> gs::Result<gs::Reverted> {
    GS_TRY_OK(need(change, "change"));
    return from.revert(gs::c::to_digest(*change));
  });
}

gs_code gs_undo(gs_storage* storage, gs_reverted* report, gs_error** error) noexcept {
  return take_back(storage, report, error, [](gs::Storage& from) { return from.undo(); });
}

gs_code gs_redo(gs_storage* storage, gs_reverted* report, gs_error** error) noexcept {
  return take_back(storage, report, error, [](gs::Storage& from) { return from.redo(); });
}

gs_code gs_clone(const char* directory, size_t length, const char* new_directory, size_t new_length,
                 gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY(const std::string from, gs::c::path(directory, length, "directory"));
    GS_TRY(const std::string to, gs::c::path(new_directory, new_length, "new_directory"));
    return gs::Storage::clone(from, to);
  });
}

gs_code gs_heads(const gs_storage* storage, gs_digest** heads, size_t* head_count,
                 gs_error** error) noexcept {
  gs::c::clear(heads);
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    GS_TRY_OK(need(heads, "heads"));
    GS_TRY_OK(need(head_count, "head_count"));
    GS_TRY(const std::vector<gs::Digest> found, storage->storage.heads());
    gs::c::give_digests(found, heads, head_count);
    return {};
  });
}

gs_code gs_twins(const gs_storage* storage, gs_twin** twins, size_t* twin_count,
                 gs_error** error) noexcept {
  gs::c::clear(twins);
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    GS_TRY_OK(need(twins, "twins"));
    GS_TRY_OK(need(twin_count, "twin_count"));
    GS_TRY(const std::vector<gs::TwinChanges> found, storage->storage.twins());
    std::vector<gs_twin> all;
    for (const gs::TwinChanges& set : found) {
      for (const gs::TwinChanges::Twin& twin : set.twins) {
        all.push_back({gs::c::from_digest(set.writer), set.sequence,
                       gs::c::from_digest(twin.change), twin.counts, twin.votes});
      }
    }
    gs::c::give_all(all, twins, twin_count);
    return {};
  });
}

gs_code gs_bundle_create(const gs_storage* storage, const char* file, size_t length,
                         const gs_digest* since, size_t since_count, gs_bundle* bundle,
                         gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    GS_TRY(const std::string name, gs::c::path(file, length, "file"));
    if (since_count != 0) GS_TRY_OK(need(since, "since"));
    GS_TRY(const gs::BundleInfo made,
           storage->storage.create_bundle(name, to_digests(since, since_count)));
    give_bundle(made, bundle);
    return {};
  });
}

gs_code gs_bundle_create_checkpoint(gs_storage* storage, const char* file, size_t length,
                                    const gs_digest* before, size_t before_count, gs_bundle* bundle,
                                    gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    GS_TRY(const std::string name, gs::c::path(file, length, "file"));
    std::optional<gs::Version> version;
    if (before_count != 0) {
      GS_TRY(version, gs::c::to_version(before, before_count));
    }
    GS_TRY(const gs::BundleInfo made, storage->storage.create_checkpoint_bundle(name, version));
    give_bundle(made, bundle);
    return {};
  });
}

gs_code gs_bundle_apply(gs_storage* storage, const char* file, size_t length,
                        gs_bundle_applied* applied, char** refusals, size_t* refusals_length,
                        gs_error** error) noexcept {
  gs::c::clear(refusals);
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    GS_TRY(const std::string name, gs::c::path(file, length, "file"));
    GS_TRY(const gs::ApplyReport report, storage->storage.apply_bundle(name));
    give_applied(report, applied);
    gs::c::give_text(lines_of(report.refusals), refusals, refusals_length);
    return {};
  });
}

gs_code gs_bundle_join(const char* file, size_t length, const char* directory,
                       size_t directory_length, gs_bundle_applied* applied,
                       gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY(const std::string name, gs::c::path(file, length, "file"));
    GS_TRY(const std::string to, gs::c::path(directory, directory_length, "directory"));
    GS_TRY(const gs::ApplyReport report, gs::Storage::join(name, to));
    give_applied(report, applied);
    return {};
  });
}
