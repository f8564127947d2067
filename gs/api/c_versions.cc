// Versions, their names and branches for C.

#include "gs/api/c_support.h"
#include "gs/core/record/json.h"

namespace {

using gs::Error;
using gs::NamedVersion;
using gs::c::call;
using gs::c::need;
using gs::c::need_open;

gs::Result<NamedVersion::Kind> to_kind(gs_version_kind kind) {
  if (kind == GS_VERSION_TAG) return NamedVersion::Kind::tag;
  if (kind == GS_VERSION_BRANCH) return NamedVersion::Kind::branch;
  return Error(gs::Code::invalid, "`kind` must be GS_VERSION_TAG or GS_VERSION_BRANCH");
}

void append_named(const NamedVersion& named, std::string& out) {
  if (out.size() > 1) out += ',';
  out += "{\"name\":";
  gs::record::append_json_string(named.name, out);
  out += named.kind == NamedVersion::Kind::tag ? ",\"kind\":\"tag\"" : ",\"kind\":\"branch\"";
  out += ",\"heads\":[";
  for (const gs::Digest& head : named.heads) {
    if (out.back() != '[') out += ',';
    out += '"' + head.text() + '"';
  }
  out += "],\"writer\":\"" + named.writer.text() +
         "\",\"time_ms\":" + std::to_string(named.time_ms) + '}';
}

}  // namespace

gs_code gs_find_version(const gs_storage* storage, const char* text, size_t length,
                        gs_digest** heads, size_t* head_count, gs_error** error) noexcept {
  gs::c::clear(heads);
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    GS_TRY_OK(need(heads, "heads"));
    GS_TRY_OK(need(head_count, "head_count"));
    GS_TRY(const std::string_view named, gs::c::text(text, length, "text"));
    GS_TRY(const gs::Version version, storage->storage.find_version(named));
    gs::c::give_digests(version.heads, heads, head_count);
    return {};
  });
}

gs_code gs_divergence(const gs_storage* storage, const gs_digest* heads, size_t head_count,
                      const gs_digest* other_heads, size_t other_count, uint64_t* ahead,
                      uint64_t* behind, gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    GS_TRY_OK(need(ahead, "ahead"));
    GS_TRY_OK(need(behind, "behind"));
    GS_TRY(const gs::Version version, gs::c::to_version(heads, head_count));
    GS_TRY(const gs::Version other, gs::c::to_version(other_heads, other_count));
    GS_TRY(const gs::Divergence apart, storage->storage.divergence(version, other));
    *ahead = apart.ahead;
    *behind = apart.behind;
    return {};
  });
}

gs_code gs_name_version(gs_storage* storage, gs_version_kind kind, const char* name, size_t length,
                        const gs_digest* heads, size_t head_count, bool move,
                        gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    GS_TRY(const NamedVersion::Kind what, to_kind(kind));
    GS_TRY(const std::string_view given, gs::c::text(name, length, "name"));
    std::optional<gs::Version> version;
    if (head_count != 0) {
      GS_TRY(version, gs::c::to_version(heads, head_count));
    }
    const auto naming = move ? gs::Naming::move : gs::Naming::create;
    return storage->storage.name_version(what, given, version, naming);
  });
}

gs_code gs_rename_version(gs_storage* storage, gs_version_kind kind, const char* from,
                          size_t from_length, const char* to, size_t to_length,
                          gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    GS_TRY(const NamedVersion::Kind what, to_kind(kind));
    GS_TRY(const std::string_view old_name, gs::c::text(from, from_length, "from"));
    GS_TRY(const std::string_view new_name, gs::c::text(to, to_length, "to"));
    return storage->storage.rename_version(what, old_name, new_name);
  });
}

gs_code gs_remove_version_name(gs_storage* storage, gs_version_kind kind, const char* name,
                               size_t length, gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    GS_TRY(const NamedVersion::Kind what, to_kind(kind));
    GS_TRY(const std::string_view given, gs::c::text(name, length, "name"));
    return storage->storage.remove_version_name(what, given);
  });
}

gs_code gs_named_versions(const gs_storage* storage, char** names, size_t* names_length,
                          gs_error** error) noexcept {
  gs::c::clear(names);
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    GS_TRY_OK(need(names, "names"));
    GS_TRY(const std::vector<NamedVersion> all, storage->storage.named_versions());
    std::string json = "[";
    for (const NamedVersion& named : all) append_named(named, json);
    gs::c::give_text(json + ']', names, names_length);
    return {};
  });
}

gs_code gs_branch(const gs_storage* storage, char** name, size_t* name_length,
                  gs_error** error) noexcept {
  gs::c::clear(name);
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    GS_TRY_OK(need(name, "name"));
    GS_TRY(const std::string branch, storage->storage.branch());
    gs::c::give_text(branch, name, name_length);
    return {};
  });
}

gs_code gs_checkout(gs_storage* storage, const char* name, size_t length,
                    gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    GS_TRY(const std::string_view given, gs::c::text(name, length, "name"));
    return storage->storage.checkout(given);
  });
}

gs_code gs_merge(gs_storage* storage, const char* what, size_t length,
                 const gs_merge_options* options, gs_merge_report* report,
                 gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    GS_TRY(const std::string_view given, gs::c::text(what, length, "what"));
    gs::MergeOptions how;
    if (options != nullptr) how = {options->preview, options->strict};
    GS_TRY(const gs::MergeReport merged, storage->storage.merge(given, how));
    if (report == nullptr) return {};
    *report = {merged.is_up_to_date, merged.is_fast_forward, merged.changes,
               merged.conflicts.size()};
    return {};
  });
}
