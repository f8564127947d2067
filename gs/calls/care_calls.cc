// Looking after a storage: figures, verification, proofs, erasure, copies.
#include "gs/calls/methods.h"

namespace gs::calls {
namespace {

Made stats(Storage& storage, const Arguments&, const Progress&) {
  GS_TRY(const Stats stats, storage.stats());
  return stats_object(storage, stats, kSpelling)
      .number("memoryRecords", stats.memory_records)
      .number("operations", stats.operations)
      .take();
}

// What it found is the result, also when something is damaged.
Made verify(Storage& storage, const Arguments& arguments, const Progress& progress) {
  VerifyOptions options;
  options.full = !arguments.has("full") || arguments.flag("full");
  options.incremental = arguments.flag("incremental");
  options.head = arguments.digest("head");
  options.progress = progress;
  GS_TRY(const VerifyReport report, storage.verify(options));
  return verify_json(report, kSpelling);
}

Made proof(Storage& storage, const Arguments& arguments, const Progress&) {
  return storage.proof(arguments.id(storage));
}

Made erase(Storage& storage, const Arguments& arguments, const Progress& progress) {
  const Id id = arguments.id(storage);
  GS_TRY(const std::uint64_t payloads, storage.erase(id, arguments.text("reason"), progress));
  return erased_json(id, payloads, kSpelling);
}

Made digest(Storage& storage, const Arguments&, const Progress&) {
  GS_TRY(const StateDigest state, storage.digest());
  return digest_json(state, kSpelling);
}

Made sync(Storage& storage, const Arguments&, const Progress&) { return done(storage.sync()); }

Made checkpoint(Storage& storage, const Arguments&, const Progress&) {
  return done(storage.checkpoint());
}

Made compact(Storage& storage, const Arguments&, const Progress& progress) {
  GS_TRY(const Stats before, storage.stats());
  GS_TRY_OK(storage.compact(progress));
  GS_TRY(const Stats after, storage.stats());
  return compacted_json(before, after, kSpelling);
}

Made backup(Storage& storage, const Arguments& arguments, const Progress& progress) {
  GS_TRY_OK(storage.backup(arguments.path("directory"), progress));
  ReportObject line(kSpelling);
  return line.text("backup", arguments.text("directory")).take();
}

Made make_shallow(Storage& storage, const Arguments& arguments, const Progress& progress) {
  ShallowOptions options;
  GS_TRY(options.before, arguments.version(storage, "before"));
  options.preview = arguments.flag("preview");
  options.progress = progress;
  GS_TRY(const ShallowReport report, storage.make_shallow(options));
  return shallow_json(report, options.preview, kSpelling);
}

Made shallow_at(Storage& storage, const Arguments&, const Progress&) {
  const std::optional<Version> version = storage.shallow_at();
  return version ? digests_json(version->heads) : std::string(kNothing);
}

Made recovery(Storage& storage, const Arguments&, const Progress&) {
  return recovery_json(storage.recovery(), kSpelling);
}

}  // namespace

std::span<const StorageMethod> care_methods() {
  static constexpr StorageMethod kMethods[] = {
      {"stats", stats, {}},
      {"verify",
       verify,
       {optional("full", Kind::flag), optional("incremental", Kind::flag),
        optional("head", Kind::digest)}},
      {"proof", proof, {kId, kCollection}},
      {"erase", erase, {kId, kCollection, optional("reason", Kind::text)}},
      {"digest", digest, {}},
      {"sync", sync, {}},
      {"checkpoint", checkpoint, {}},
      {"compact", compact, {}},
      {"backup", backup, {kDirectory}},
      {"makeShallow",
       make_shallow,
       {optional("before", Kind::version), optional("preview", Kind::flag)}},
      {"shallowAt", shallow_at, {}},
      {"recovery", recovery, {}},
  };
  return kMethods;
}

}  // namespace gs::calls
