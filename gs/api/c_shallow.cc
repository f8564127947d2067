// The C interface: storages without what their records were before a version.

#include "globalstorage/c.h"
#include "gs/api/c_support.h"

using gs::Error;
using gs::c::call;
using gs::c::need;
using gs::c::need_open;

gs_code gs_make_shallow(gs_storage* storage, const gs_shallow_options* options,
                        gs_shallow_report* report, gs_digest** version, size_t* version_count,
                        gs_error** error) noexcept {
  gs::c::clear(version);
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    if (version != nullptr) GS_TRY_OK(need(version_count, "version_count"));
    gs::ShallowOptions wanted;
    if (options != nullptr) {
      wanted.preview = options->preview;
      if (options->before_count != 0) GS_TRY_OK(need(options->before, "before"));
      if (options->before != nullptr) wanted.before.emplace();
      for (size_t i = 0; i < options->before_count; ++i) {
        wanted.before->heads.push_back(gs::c::to_digest(options->before[i]));
      }
    }
    GS_TRY(const gs::ShallowReport made, storage->storage.make_shallow(wanted));
    if (report != nullptr) {
      *report = gs_shallow_report{made.changes, made.operations, made.log_bytes, made.base_bytes};
    }
    if (version == nullptr) return {};
    gs::c::give_digests(made.version, version, version_count);
    return {};
  });
}
