// The C interface, last part: blobs, history, proofs and care.

#include "globalstorage/c.h"
#include "gs/api/c_support.h"

using gs::Error;
using gs::c::call;
using gs::c::from_digest;
using gs::c::need;
using gs::c::need_open;
using gs::c::to_id;

// --- blobs ---

gs_code gs_blob_put(gs_storage* storage, const uint8_t* bytes, size_t length, gs_blob_ref* blob,
                    gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    GS_TRY_OK(need(blob, "blob"));
    if (length > 0) GS_TRY_OK(need(bytes, "bytes"));
    GS_TRY(const gs::BlobRef made, storage->storage.put_blob(gs::Bytes(bytes, length)));
    *blob = gs_blob_ref{from_digest(made.digest), made.size};
    return {};
  });
}

gs_code gs_blob_get(const gs_storage* storage, const gs_blob_ref* blob, uint8_t** bytes,
                    size_t* length, gs_error** error) noexcept {
  gs::c::clear(bytes);
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    GS_TRY_OK(need(blob, "blob"));
    GS_TRY_OK(need(bytes, "bytes"));
    GS_TRY_OK(need(length, "length"));
    const gs::BlobRef wanted{gs::c::to_digest(blob->digest), blob->size};
    GS_TRY(const gs::Buffer content, storage->storage.get_blob(wanted));
    *bytes = static_cast<uint8_t*>(gs::c::allocate(content.size()));
    if (!content.empty()) std::memcpy(*bytes, content.data(), content.size());
    *length = content.size();
    return {};
  });
}

// --- history ---

namespace {

gs_change from_change(const gs::ChangeInfo& info) noexcept {
  gs_change change{};
  change.digest = from_digest(info.digest);
  change.writer = from_digest(info.writer);
  change.prev = from_digest(info.prev);
  change.sequence = info.sequence;
  change.time_ms = info.time_ms;
  change.bytes = info.bytes;
  change.offset = info.offset;
  change.segment = info.segment;
  change.parents = static_cast<uint32_t>(info.parents.size());
  change.transactions = info.transactions;
  change.operations = info.operations;
  return change;
}

}  // namespace

gs_code gs_log(const gs_storage* storage, uint64_t count_max, gs_change** changes, size_t* count,
               gs_error** error) noexcept {
  gs::c::clear(changes);
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    GS_TRY_OK(need(changes, "changes"));
    GS_TRY_OK(need(count, "count"));
    GS_TRY(const auto found, storage->storage.log(count_max));
    *changes = static_cast<gs_change*>(gs::c::allocate(found.size() * sizeof(gs_change)));
    for (size_t i = 0; i < found.size(); ++i) (*changes)[i] = from_change(found[i]);
    *count = found.size();
    return {};
  });
}

gs_code gs_find_change(const gs_storage* storage, const char* prefix, size_t length,
                       gs_change* change, gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    GS_TRY_OK(need(change, "change"));
    GS_TRY(const std::string_view begin, gs::c::text(prefix, length, "prefix"));
    GS_TRY(const gs::Digest digest, storage->storage.find_change(begin));
    GS_TRY(const gs::ChangeInfo info, storage->storage.change(digest));
    *change = from_change(info);
    return {};
  });
}

gs_code gs_state_digest(const gs_storage* storage, gs_digest* digest, gs_digest** heads,
                        size_t* head_count, gs_error** error) noexcept {
  gs::c::clear(heads);
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    GS_TRY_OK(need(digest, "digest"));
    if (heads != nullptr) GS_TRY_OK(need(head_count, "head_count"));
    GS_TRY(const gs::StateDigest state, storage->storage.digest());
    *digest = from_digest(state.digest);
    if (heads != nullptr) gs::c::give_digests(state.frontier, heads, head_count);
    return {};
  });
}

gs_code gs_verify(const gs_storage* storage, const gs_verify_options* options,
                  gs_verify_summary* summary, char** failures, size_t* failures_length,
                  gs_error** error) noexcept {
  gs::c::clear(failures);
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    GS_TRY_OK(need(summary, "summary"));
    gs::VerifyOptions wanted;
    if (options != nullptr) {
      wanted.full = !options->quick;
      wanted.incremental = options->incremental;
      if (options->head != nullptr) wanted.head = gs::c::to_digest(*options->head);
    }
    GS_TRY(const gs::VerifyReport report, storage->storage.verify(wanted));
    size_t failed = 0;
    std::string lines;
    for (const gs::VerifySection& section : report.sections) {
      if (section.ok) continue;
      ++failed;
      lines.append(section.name).append(": ").append(section.detail).append("\n");
    }
    for (const std::string& place : report.damage) lines.append(place).append("\n");
    *summary =
        gs_verify_summary{report.ok,     report.bytes, report.changes,       report.operations,
                          report.erased, failed,       report.damage.size(), report.dropped};
    gs::c::give_text(lines, failures, failures_length);
    return {};
  });
}

// --- proofs and erasure ---

gs_code gs_proof(const gs_storage* storage, const gs_id* id, char** json, size_t* length,
                 gs_error** error) noexcept {
  gs::c::clear(json);
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    GS_TRY_OK(need(id, "id"));
    GS_TRY_OK(need(json, "json"));
    GS_TRY(const std::string proof, storage->storage.proof(to_id(*id)));
    gs::c::give_text(proof, json, length);
    return {};
  });
}

gs_code gs_verify_proof(const char* proof, size_t proof_length, const gs_digest* log_root,
                        gs_proof_report* report, char** json, size_t* json_length,
                        gs_error** error) noexcept {
  gs::c::clear(json);
  return call(error, [&]() -> Error {
    GS_TRY_OK(need(report, "report"));
    GS_TRY(const std::string_view given, gs::c::text(proof, proof_length, "proof"));
    std::optional<gs::Digest> root;
    if (log_root != nullptr) root = gs::c::to_digest(*log_root);
    GS_TRY(const gs::ProofReport proven, gs::verify_proof(given, root));
    *report = gs_proof_report{from_digest(proven.storage),
                              from_digest(proven.change),
                              from_digest(proven.writer),
                              gs::c::from_id(proven.id),
                              proven.time_ms,
                              from_digest(proven.log_root),
                              from_digest(proven.log_signer),
                              proven.log_size};
    gs::c::give_text(proven.json, json, json_length);
    return {};
  });
}

gs_code gs_erase(gs_storage* storage, const gs_id* id, const char* reason, size_t reason_length,
                 uint64_t* payloads, gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    GS_TRY_OK(need(id, "id"));
    GS_TRY(const std::string_view why, gs::c::text(reason, reason_length, "reason"));
    GS_TRY(const std::uint64_t erased, storage->storage.erase(to_id(*id), why));
    if (payloads != nullptr) *payloads = erased;
    return {};
  });
}

// --- care ---

gs_code gs_storage_stats(const gs_storage* storage, gs_stats* stats, gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    GS_TRY_OK(need(stats, "stats"));
    GS_TRY(const gs::Stats found, storage->storage.stats());
    gs_stats out{};
    out.records = found.records;
    out.log_bytes = found.log_bytes;
    out.state_bytes = found.state_bytes;
    out.blob_bytes = found.blob_bytes;
    out.memory_bytes = found.memory_bytes;
    out.memory_records = found.memory_records;
    out.segments = found.segments;
    out.changes = found.changes;
    out.operations = found.operations;
    out.runs = found.runs;
    out.writers = found.writers;
    out.shapes = found.shapes;
    out.collections = found.collections.size();
    *stats = out;
    return {};
  });
}

gs_code gs_checkpoint(gs_storage* storage, gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    return storage->storage.checkpoint();
  });
}

gs_code gs_compact(gs_storage* storage, gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    return storage->storage.compact();
  });
}

gs_code gs_backup(const gs_storage* storage, const char* directory, size_t length,
                  gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    GS_TRY(const std::string target, gs::c::path(directory, length, "directory"));
    return storage->storage.backup(target);
  });
}

gs_code gs_restore(const char* backup, size_t backup_length, const char* directory,
                   size_t directory_length, gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY(const std::string source, gs::c::path(backup, backup_length, "backup"));
    GS_TRY(const std::string target, gs::c::path(directory, directory_length, "directory"));
    return gs::Storage::restore(source, target);
  });
}
