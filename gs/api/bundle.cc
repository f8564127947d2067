// Exchange by files: what a replica has is written into a bundle, and taken from one.

#include <algorithm>
#include <optional>

#include "globalstorage/storage.h"
#include "gs/api/bundle_files.h"
#include "gs/api/copies.h"
#include "gs/api/runtime.h"
#include "gs/engine/database/database.h"
#include "gs/engine/database/join.h"
#include "gs/storage/bundle/reader.h"
#include "gs/storage/bundle/writer.h"

namespace gs {

using engine::Database;

namespace {

// How far writing is: the log is the most that there can be.
class WriteProgress {
 public:
  WriteProgress(const Progress& progress, std::uint64_t total)
      : progress_(progress), total_(total) {}
  void add(std::uint64_t bytes) {
    done_ += bytes;
    if (progress_) progress_(std::min(done_, total_), total_);
  }
  void finish() {
    if (progress_) progress_(total_, total_);
  }

 private:
  const Progress& progress_;
  std::uint64_t total_;
  std::uint64_t done_ = 0;
};

Error check_storage(const bundle::Header& header, const Database& database,
                    const std::string& name) {
  if (header.storage == database.storage()) return {};
  return Error(Code::invalid, name + " holds changes of another storage, " + header.storage.text() +
                                  "; this one is " + database.storage().text() +
                                  ". Replicas of one storage are made with `gstore clone`");
}

// What comes before the cut of the bundle's base has no contents in it: whoever lacks some of it
// cannot take it from there.
Error check_not_below(bundle::BundleReader& reader, Database& target) {
  Buffer stated;
  for (;;) {
    GS_TRY(const auto piece, reader.next_piece());
    if (!piece || piece->file != bundle::BaseFile::statement) break;
    if (stated.size() + piece->bytes.size() > engine::kBaseStatementBytesMax) break;
    stated.insert(stated.end(), piece->bytes.begin(), piece->bytes.end());
  }
  GS_TRY(const auto statement, engine::BaseStatement::decode(stated));
  const Error missing = target.check_known(statement.heads);
  if (missing.code() != Code::not_found) return missing.copy();
  return Error(Code::dropped,
               "this storage lacks changes whose contents are not in the bundle any more (" +
                   std::string(missing.message()) +
                   "). Begin anew: apply the bundle where no storage is yet, then bring there what "
                   "was written here, by a bundle of this storage");
}

// What the erase operations of the whole file say: they stand behind what they are about, perhaps
// blocks behind it.
Error read_vouchers(const api::BundlePath& path, Database& target, engine::Vouchers& vouchers) {
  GS_TRY(auto reader, api::open_bundle(path));
  for (;;) {
    GS_TRY(const auto changes, reader.next());
    if (changes.empty()) return {};
    GS_TRY_OK(target.add_vouchers(changes, vouchers));
  }
}

}  // namespace

Result<std::vector<Digest>> Storage::heads() const {
  if (!read_only()) GS_TRY_OK(database()->sync());
  return database()->heads();
}

Result<std::vector<TwinChanges>> Storage::twins() const {
  GS_TRY(const auto found, database()->twins());
  return api::twins_of(found);
}

// Heads are asked for before the changes are written: what is committed meanwhile may be in the
// file, and is then written once more the next time.
Result<BundleInfo> Storage::create_bundle(const std::string& file, std::span<const Digest> since,
                                          const Progress& progress) const {
  Database& source = *database();
  GS_TRY(const api::BundlePath path, api::bundle_path(file));
  GS_TRY_OK(source.check_known(since));
  GS_TRY(std::vector<Digest> heads, this->heads());
  GS_TRY(const Stats stats, source.stats());
  WriteProgress written(progress, stats.log_bytes);
  const auto write = [&](bundle::BundleWriter& writer) -> Error {
    GS_TRY_OK(source.changes_since(since, [&](Bytes change) -> Error {
      GS_TRY_OK(writer.add(change));
      written.add(change.size());
      return {};
    }));
    written.finish();
    return {};
  };
  return api::write_bundle_file(path, source.storage(), since, std::move(heads), write);
}

Result<ApplyReport> Storage::apply_bundle(const std::string& file, const Progress& progress) {
  Database& target = *database();
  GS_TRY(const api::BundlePath path, api::bundle_path(file));
  const std::string name = path.text();
  GS_TRY(auto reader, api::open_bundle(path));
  GS_TRY_OK(check_storage(reader.header(), target, name));
  // Twice through the file: first whether it is whole, then its changes.
  const std::uint64_t bytes = reader.header().file_bytes;
  GS_TRY_OK(reader.check([&](std::uint64_t done, std::uint64_t) {
    if (progress) progress(done, 2 * bytes);
  }));
  if (reader.header().has_base) GS_TRY_OK(check_not_below(reader, target));
  engine::ReceiveReport received;
  GS_TRY_OK(target.receive({}, received));   // what waited for time; and says what waits
  std::optional<engine::Vouchers> vouchers;  // read when they are needed
  for (;;) {
    GS_TRY(const auto changes, reader.next());
    if (changes.empty()) break;
    if (!vouchers && target.wants_vouchers(changes)) {
      if (Error error = read_vouchers(path, target, vouchers.emplace())) return error;
    }
    Error error = target.receive(changes, received, vouchers ? &*vouchers : nullptr);
    if (error) return std::move(error).in(name);
    if (progress) progress(bytes + reader.offset(), 2 * bytes);
  }
  return api::report_of(reader.header(), received);
}

Error Storage::clone(const std::string& directory, const std::string& new_directory,
                     const Progress& progress) {
  const auto damaged = [&](const std::string& first) {
    return Error(Code::damaged, "the storage " + directory + " is damaged: " + first +
                                    ". Clone another replica; `gstore -d " + directory +
                                    " verify` shows the extent of the damage");
  };
  return api::copy_with_new_writer(directory, new_directory, damaged, progress);
}

}  // namespace gs
