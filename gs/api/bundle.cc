// Exchange by files: what a replica has is written into a bundle, and taken from one.

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <system_error>

#include "globalstorage/storage.h"
#include "gs/api/copies.h"
#include "gs/api/runtime.h"
#include "gs/base/hex.h"
#include "gs/engine/database/database.h"
#include "gs/platform/posix/system_random.h"
#include "gs/storage/bundle/reader.h"
#include "gs/storage/bundle/writer.h"

namespace gs {

using engine::Database;

namespace {

// A file as its directory and its name there: a FileSystem begins with a directory.
struct BundlePath {
  std::unique_ptr<platform::FileSystem> files;
  std::string name;
  std::string unfinished;  // while it is written; of this call alone
};

// As FileSystem::write_whole() has it: whoever finds one that was left may remove it.
std::string unfinished_name(const std::string& name) {
  std::array<std::uint8_t, 8> number;
  platform::SystemRandom().fill(number);
  return name + '.' + to_hex(number) + ".new";
}

Result<BundlePath> bundle_path(const std::string& file) {
  const std::filesystem::path path(file);
  const std::string name = path.filename().string();
  BundlePath result{api::native_files(path.parent_path().string()), name, unfinished_name(name)};
  if (result.name.empty() || result.name == "." || result.name == "..") {
    return Error(Code::invalid, "'" + file + "' names no file. Give the path of a file");
  }
  return result;
}

// What somebody keeps under this name is not replaced, but for an earlier bundle.
Error check_replaceable(const BundlePath& path) {
  GS_TRY(const bool is_there, path.files->exists(path.name));
  if (!is_there) return {};
  auto file = path.files->open(path.name, platform::OpenMode::read);
  Buffer begin(bundle::kMagicBytes);
  if (file.ok()) {
    GS_TRY(const std::size_t got, (*file)->read(0, begin));
    if (bundle::mark_at(Bytes(begin).first(got)) == bundle::Mark::header) return {};
  }
  return Error(Code::exists,
               path.files->display(path.name) + " is there and is no bundle. Choose another name");
}

// Durable under its name, or gone.
Error publish(const BundlePath& path) {
  const std::string from = path.files->display(path.unfinished);
  const std::string to = path.files->display(path.name);
  std::error_code failed;
  std::filesystem::rename(from, to, failed);
  if (failed) return Error(Code::io, to + ": cannot replace: " + failed.message());
  return path.files->sync_directory("");
}

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

Result<bundle::Header> write_bundle(Database& database, const BundlePath& path,
                                    std::span<const Digest> since, const Progress& progress) {
  GS_TRY(const Stats stats, database.stats());
  GS_TRY(auto file, path.files->open(path.unfinished, platform::OpenMode::create));
  bundle::BundleWriter writer(std::move(file), database.storage(), {since.begin(), since.end()});
  WriteProgress written(progress, stats.log_bytes);
  GS_TRY_OK(database.changes_since(since, [&](Bytes change) -> Error {
    GS_TRY_OK(writer.add(change));
    written.add(change.size());
    return {};
  }));
  GS_TRY(bundle::Header header, writer.finish());
  written.finish();
  return header;
}

Error check_storage(const bundle::Header& header, const Database& database,
                    const std::string& name) {
  if (header.storage == database.storage()) return {};
  return Error(Code::invalid, name + " holds changes of another storage, " + header.storage.text() +
                                  "; this one is " + database.storage().text() +
                                  ". Replicas of one storage are made with `gstore clone`");
}

ApplyReport report_of(const bundle::Header& header, engine::ReceiveReport& received) {
  ApplyReport report;
  report.changes = header.changes;
  report.taken = received.applied;
  report.known = received.known;
  report.waiting = received.waiting;
  report.incomplete = received.incomplete;
  report.completed = received.completed;
  report.refused = received.refused;
  for (const engine::Refusal& one : received.refusals) {
    report.refusals.push_back(
        {one.change, one.writer, one.sequence, one.why.code(), std::string(one.why.message())});
  }
  return report;
}

// What the erase operations of the whole file say: they stand behind what they are about, perhaps
// blocks behind it.
Error read_vouchers(const BundlePath& path, Database& target, engine::Vouchers& vouchers) {
  GS_TRY(auto file, path.files->open(path.name, platform::OpenMode::read));
  GS_TRY(auto reader, bundle::BundleReader::open(std::move(file), path.files->display(path.name)));
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

Result<BundleInfo> Storage::create_bundle(const std::string& file, std::span<const Digest> since,
                                          const Progress& progress) const {
  Database& source = *database();
  GS_TRY(const BundlePath path, bundle_path(file));
  GS_TRY_OK(check_replaceable(path));
  GS_TRY_OK(source.check_known(since));
  BundleInfo info;
  // Before the changes are written: what is committed meanwhile may be in the file, and is then
  // written once more the next time.
  GS_TRY(info.heads, heads());
  auto header = write_bundle(source, path, since, progress);
  Error error = header.ok() ? publish(path) : header.error().copy();
  if (error) {
    path.files->remove_if_there(path.unfinished).ignore();  // the first failure is told
    return error;
  }
  info.storage = header->storage;
  info.changes = header->changes;
  info.change_bytes = header->change_bytes;
  info.file_bytes = header->file_bytes;
  info.since = header->since;
  return info;
}

Result<ApplyReport> Storage::apply_bundle(const std::string& file, const Progress& progress) {
  Database& target = *database();
  GS_TRY(const BundlePath path, bundle_path(file));
  const std::string name = path.files->display(path.name);
  GS_TRY(auto opened, path.files->open(path.name, platform::OpenMode::read));
  GS_TRY(auto reader, bundle::BundleReader::open(std::move(opened), name));
  GS_TRY_OK(check_storage(reader.header(), target, name));
  // Twice through the file: first whether it is whole, then its changes.
  const std::uint64_t bytes = reader.header().file_bytes;
  GS_TRY_OK(reader.check([&](std::uint64_t done, std::uint64_t) {
    if (progress) progress(done, 2 * bytes);
  }));
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
  return report_of(reader.header(), received);
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
