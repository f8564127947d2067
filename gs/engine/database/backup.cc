// Copies of a storage, and whether they lead to the state that it had.
//
// A backup is the log and no state, so it is worth what replay makes of it. Nobody finds out before
// it is needed; so backup() notes the state digest, and restoring compares it with that of what was
// replayed. It needs no more than reading the state once.

#include <algorithm>
#include <cstring>

#include "gs/core/crypto/sha256.h"
#include "gs/engine/database/branch_file.h"
#include "gs/engine/database/database.h"
#include "gs/engine/database/digest.h"
#include "gs/engine/database/keys.h"
#include "gs/engine/database/named_blobs.h"
#include "gs/engine/database/verify_files.h"
#include "gs/storage/log/mark.h"
#include "gs/storage/log/segment.h"

namespace gs::engine {

namespace {

constexpr const char* kNoteFile = "backup.json";
// A frontier of thousands of writers fits.
constexpr std::uint64_t kNoteBytesMax = std::uint64_t{4} << 20;

constexpr std::uint64_t kStorageFileBytesMax = 64 << 10;  // as docs/FORMAT.md says

// Piece in which files are copied.
constexpr std::size_t kCopyBytes = std::size_t{1} << 20;

// What a copy has done: it reads the log twice, to check and to copy it, and the blobs once.
struct Copied {
  const Progress& progress;
  std::uint64_t total = 0;
  std::uint64_t done = 0;

  void add(std::uint64_t bytes) {
    done += bytes;
    if (progress) progress(std::min(done, total), total);
  }
};

// Reads until `out` is full or there is no more, as platform::File::read does.
using Read = std::function<Result<std::size_t>(std::uint64_t offset, MutableBytes out)>;

Error copy_bytes(const Read& read, std::uint64_t size, platform::FileSystem& to,
                 const std::string& path, Copied& copied, crypto::Sha256* hash = nullptr) {
  GS_TRY(const auto target, to.open(path, platform::OpenMode::create));
  Buffer piece(static_cast<std::size_t>(std::min<std::uint64_t>(size, kCopyBytes)));
  for (std::uint64_t at = 0; at < size;) {
    GS_TRY(const std::size_t got, read(at, piece));
    if (got == 0) break;  // truncated meanwhile: only preallocated zeros can be
    const auto part = static_cast<std::size_t>(std::min<std::uint64_t>(got, size - at));
    GS_TRY_OK(target->write(at, Bytes(piece).first(part)));
    if (hash != nullptr) hash->add(Bytes(piece).first(part));
    at += part;
    copied.add(part);
  }
  return target->sync();
}

Error copy_file(platform::FileSystem& from, platform::FileSystem& to, const std::string& path,
                Copied& copied, std::uint64_t bytes_max = ~std::uint64_t{0},
                crypto::Sha256* hash = nullptr) {
  GS_TRY(const auto source, from.open(path, platform::OpenMode::read));
  GS_TRY(const std::uint64_t size, source->size());
  const auto read = [&](std::uint64_t at, MutableBytes out) { return source->read(at, out); };
  return copy_bytes(read, std::min(size, bytes_max), to, path, copied, hash);
}

// A copy that mixes with something else is none.
Error check_target(platform::FileSystem& target) {
  const std::string name = target.display("");
  GS_TRY(const bool has_storage, target.exists("storage.json"));
  if (has_storage) {
    return Error(Code::exists, name + " holds a storage already. Choose another directory");
  }
  GS_TRY(const bool has_log, target.exists("log"));
  if (has_log) {
    return Error(Code::exists, name +
                                   " holds a log without a storage.json, as a backup that was not "
                                   "finished leaves it. Remove it, or choose another directory");
  }
  const auto names = target.list("");
  if (!names.ok() && names.code() != Code::not_found) return names.error().copy();
  if (names.ok() && !names->empty()) {
    return Error(Code::exists, name + " is not empty. Choose a new directory");
  }
  return {};
}

// All of them, also what is damaged: half of a film is better than none. Notes it.
Error copy_blobs(platform::FileSystem& from, platform::FileSystem& to, const blob::BlobStore& blobs,
                 Copied& copied, BlobDamage& damage) {
  std::string group;  // the directory that is being filled
  const auto finish = [&] { return group.empty() ? Error() : to.sync_directory(group); };
  GS_TRY_OK(blobs.each([&](const std::string& path) -> Error {
    const std::size_t slash = path.rfind('/');
    if (path.substr(0, slash) != group) {
      GS_TRY_OK(finish());
      group = path.substr(0, slash);
      GS_TRY_OK(to.make_directory(group, true));
    }
    crypto::Sha256 hash;
    GS_TRY_OK(copy_file(from, to, path, copied, ~std::uint64_t{0}, &hash));
    if (hash.finish().text() != path.substr(slash + 1)) damage.add_changed(path);
    return {};
  }));
  return finish();
}

// From its file, where a bad sector is an error; when another process erases and has replaced it,
// from the mapping, which keeps the bytes of this moment.
Error copy_segment(platform::FileSystem& from, platform::FileSystem& to, const std::string& path,
                   Bytes mapped, std::uint64_t bytes, Copied& copied) {
  Error error = copy_file(from, to, path, copied, bytes);
  if (error.code() != Code::not_found) return error;
  const auto read = [&](std::uint64_t at, MutableBytes out) -> Result<std::size_t> {
    const Bytes rest = mapped.subspan(static_cast<std::size_t>(at));
    const std::size_t got = std::min(rest.size(), out.size());
    std::memcpy(out.data(), rest.data(), got);
    return got;
  };
  return copy_bytes(read, std::min<std::uint64_t>(bytes, mapped.size()), to, path, copied);
}

// The segments of this moment up to `end`: no other generation of one, and nothing of what lies
// behind the end.
Error copy_segments(platform::FileSystem& from, platform::FileSystem& to,
                    const log::Log::Snapshot& log, log::Location end, Copied& copied) {
  for (const log::Log::Snapshot::Segment& segment : log.segments) {
    if (segment.number > log::segment_of(end)) break;
    const bool last = segment.number == log::segment_of(end);
    const std::uint64_t bytes = last ? log::offset_of(end) : segment.end;
    if (bytes < log::kSegmentHeaderBytes) continue;
    const std::string path = "log/" + log::segment_name({segment.number, segment.generation});
    GS_TRY_OK(copy_segment(from, to, path, log.view->segment(segment.number), bytes, copied));
  }
  return {};
}

// Of the copy: the source's own mark is of another moment. Older, and a copy that loses its end
// later would not be noticed; newer, as beside a writer, and the copy would pass for damaged.
Error write_mark(platform::FileSystem& to, const log::Log::Snapshot& copied) {
  Buffer slots;
  for (const std::uint64_t turn : {2, 1}) {  // each in its slot: turn modulo 2
    const auto slot = log::encode_mark({turn, copied.end, copied.next_sequence});
    slots.insert(slots.end(), slot.begin(), slot.end());
  }
  return to.write_whole("log/mark", slots);
}

std::string place_of(const log::Damage& damage) {
  return "segment " + std::to_string(damage.segment) + " offset " + std::to_string(damage.offset) +
         ": " + damage.what;
}

Error check_runs(const state::Version& version) {
  for (const auto& run : version.runs) GS_TRY_OK(run->check_sums());
  return {};
}

// Its statement comes last: without it the copy has none, and nobody takes it for a whole one, as
// the storage file comes later still.
Error copy_base(platform::FileSystem& from, platform::FileSystem& to, const Base& base,
                Copied& copied) {
  GS_TRY_OK(to.make_directory(kBaseDirectory, true));
  for (const char* const suffix : {".gsr", ".gsp"}) {
    GS_TRY_OK(copy_file(from, to, base_path(base.number(), suffix), copied));
  }
  GS_TRY_OK(copy_file(from, to, kBaseStatement, copied));
  return to.sync_directory(kBaseDirectory);
}

Error damaged_before_cut(const std::string& place) {
  return Error(Code::damaged, "the log is damaged before the cut of this shallow storage (" +
                                  place +
                                  "): nothing was copied. Restore from an older backup, or clone "
                                  "another replica");
}

// The text of the note: what the state of this frontier is.
std::string note_text(const std::vector<Digest>& frontier, const Digest& digest) {
  std::string text = "{\"format\":" + std::to_string(kFormatVersion) + ",\"frontier\":[";
  for (const Digest& each : frontier) {
    if (text.back() != '[') text += ',';
    text += '"' + each.text() + '"';
  }
  return text + "],\"digest\":\"" + digest.text() + "\"}\n";
}

}  // namespace

// The copy of a storage, and the note in it of what its state is.
class Database::Copying {
 public:
  explicit Copying(Database& db) noexcept : db_(db) {}

  Error check_note();
  Error copy(platform::FileSystem& target, bool with_note, Error& lacking,
             const Progress& progress);

 private:
  Error note_state(const Settled& settled, platform::FileSystem& target) const;

  Database& db_;
};

Error Database::Copying::note_state(const Settled& settled, platform::FileSystem& target) const {
  GS_TRY(const Digest digest, state_digest_at(settled, db_.tables_));
  return target.write_whole(kNoteFile, as_bytes(note_text(settled.frontier, digest)));
}

Error Database::Copying::check_note() {
  auto note = db_.env_.files->read_whole(kNoteFile, kNoteBytesMax);
  if (note.code() == Code::not_found) return {};  // of a damaged storage, or no backup
  if (!note.ok()) return std::move(note).error();
  GS_TRY(const Settled settled, db_.settle());
  GS_TRY(const Digest digest, state_digest_at(settled, db_.tables_));
  const std::string expected = note_text(settled.frontier, digest);
  if (as_text(note.value()) == expected) return {};
  // Somebody went on with the backup: then the note is about another moment.
  const std::string_view about =
      std::string_view(expected).substr(0, expected.rfind(",\"digest\""));
  if (!as_text(note.value()).starts_with(about)) return {};
  return Error(Code::damaged,
               "the log of " + db_.env_.files->display("") +
                   " leads to another state than the storage had when this backup was made. "
                   "Restore another one, and run `gstore verify --full` on the original");
}

Error Database::backup(platform::FileSystem& target, const Progress& progress) {
  Error lacking;
  GS_TRY_OK(Copying(*this).copy(target, true, lacking, progress));
  return lacking;
}

Error Database::restore(platform::FileSystem& target, Error& lacking, const Progress& progress) {
  GS_TRY_OK(Copying(*this).check_note());
  return Copying(*this).copy(target, false, lacking, progress);
}

Error Database::Copying::copy(platform::FileSystem& target, bool with_note, Error& lacking,
                              const Progress& progress) {
  // Segments must not be rewritten while they are copied.
  std::lock_guard erase_lock(db_.erase_mutex_);
  GS_TRY_OK(check_target(target));
  // Restoring refuses damage, so nobody must take a copy of damage for a backup. What stands before
  // the first damage is a whole storage of its own, and worth having.
  std::vector<log::Damage> damage;
  Copied copied{progress};
  GS_TRY(copied.total, db_.blobs_->total_bytes());
  copied.total += 2 * db_.log_->bytes();
  GS_TRY_OK(db_.log_->verify({}, damage, [&](std::uint64_t done, std::uint64_t) {
    copied.add(done - std::min(done, copied.done));
  }));
  const bool damaged = !damage.empty() || !db_.recovery_.damage.empty();
  log::Location sound_end = ~log::Location{0};
  for (const log::Damage& each : damage) {
    const auto offset = static_cast<std::uint32_t>(each.offset);
    sound_end = std::min(sound_end, log::location(each.segment, offset));
  }
  if (sound_end <= db_.log_->first()) {
    return Error(Code::damaged, "the log is damaged from its beginning (" +
                                    place_of(damage.front()) +
                                    "): nothing was copied. Restore from an older backup");
  }
  // What is there now: a copy of more would be torn in the middle of a later change.
  GS_TRY(const Settled settled, db_.settle());
  GS_TRY_OK(db_.make_certain());
  if (settled.base != nullptr && !damage.empty()) {
    std::uint64_t sound = 0;  // changes before the first damage
    const auto count = [&](log::Location at, Bytes, bool& stop) -> Error {
      stop = at >= sound_end;
      sound += stop ? 0 : 1;
      return {};
    };
    db_.each_change(settled, count).ignore();  // it ends at the damage
    if (sound < settled.base->changes()) return damaged_before_cut(place_of(damage.front()));
  }
  GS_TRY_OK(target.make_directory("", true));
  GS_TRY_OK(target.make_directory("log", true));
  const log::Location end = std::min(settled.log.end, sound_end);
  GS_TRY_OK(copy_segments(*db_.env_.files, target, settled.log, end, copied));
  if (!damaged) GS_TRY_OK(write_mark(target, settled.log));
  if (!settled.branch.is_zero()) GS_TRY_OK(write_branch(target, settled.branch));
  GS_TRY_OK(target.sync_directory("log"));
  if (settled.base != nullptr) {
    GS_TRY_OK(copy_base(*db_.env_.files, target, *settled.base, copied));
  }
  BlobDamage blob_damage;
  GS_TRY_OK(copy_blobs(*db_.env_.files, target, *db_.blobs_, copied, blob_damage));
  // The digest of a damaged state would be wrong, and the backup be refused for it.
  const Error state_damage =
      db_.dropped_state_ ? db_.dropped_state_.copy() : check_runs(*settled.moment.version);
  if (!damaged && !state_damage) {
    GS_TRY_OK(check_named_blobs(settled.moment, db_.tables_, *db_.blobs_, blob_damage));
    if (with_note) GS_TRY_OK(note_state(settled, target));
  }
  // Last: without it the copy is no storage, so an interrupted backup cannot be taken for one.
  // Whole or not at all: half of it would be a storage that is damaged.
  GS_TRY(const Buffer storage_file, db_.env_.files->read_whole(kStorageFile, kStorageFileBytesMax));
  GS_TRY_OK(target.write_whole(kStorageFile, storage_file));
  if (!damaged && state_damage) {
    lacking =
        Error(Code::damaged,
              "files that are derived from the log are damaged (" +
                  std::string(without_step(state_damage.message())) + "); " + target.display("") +
                  " is a whole backup all the same, since it is made of the log. Remove the "
                  "directory state: the next command makes it again from the log");
  }
  if (!damaged && blob_damage.found()) {
    lacking = Error(Code::damaged,
                    "blobs are damaged: " + blob_damage.text() + "; " + target.display("") +
                        " holds everything else. Put them again with `gstore blob "
                        "put`, or copy their files from an older backup, which keep");
  }
  if (!damaged) return {};
  const std::string first =
      damage.empty() ? db_.recovery_.damage.front() : place_of(damage.front());
  return Error(Code::damaged,
               "the log is damaged (" + first + "): " + target.display("") +
                   " holds only what was written before that, which can be restored. Keep older "
                   "backups, and run `gstore verify` to see the extent");
}

}  // namespace gs::engine
