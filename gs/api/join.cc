// Replicas that begin with a base: bundles that have one, and storages that are made of these.

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "globalstorage/storage.h"
#include "gs/api/bundle_files.h"
#include "gs/api/runtime.h"
#include "gs/engine/database/join.h"

namespace gs {

using engine::Database;

namespace {

using bundle::BaseFile;

Error add_file(platform::FileSystem& files, const std::string& path, BaseFile which,
               bundle::BundleWriter& writer) {
  GS_TRY(const auto file, files.open(path, platform::OpenMode::read));
  Buffer piece(bundle::kPieceBytesMax);
  for (std::uint64_t at = 0;;) {
    GS_TRY(const std::size_t got, file->read(at, piece));
    if (got == 0) return {};
    GS_TRY_OK(writer.add_piece({which, Bytes(piece).first(got)}));
    at += got;
  }
}

// A directory that this call may fill, and empties again when it fails.
Error check_empty(const std::string& directory) {
  std::error_code failed;
  const bool is_there = std::filesystem::exists(directory, failed);
  if (failed) return Error(Code::io, directory + ": " + failed.message());
  if (is_there && !std::filesystem::is_empty(directory, failed)) {
    return Error(Code::exists, directory + " is not empty. Choose a new directory");
  }
  return failed ? Error(Code::io, directory + ": " + failed.message()) : Error();
}

void empty(const std::string& directory) {
  std::error_code failed;
  for (const auto& one : std::filesystem::directory_iterator(directory, failed)) {
    std::filesystem::remove_all(one.path(), failed);
  }
}

// What comes before the cut. The rest of the block in which it ends is `behind`.
Error read_base(bundle::BundleReader& reader, engine::Joining& made, std::vector<Bytes>& behind,
                const std::function<void()>& progress) {
  for (;;) {
    GS_TRY(const auto piece, reader.next_piece());
    if (!piece) break;
    GS_TRY_OK(made.add_piece(static_cast<engine::Joining::Part>(piece->file), piece->bytes));
    progress();
  }
  while (!made.is_complete()) {
    GS_TRY(behind, reader.next());
    if (behind.empty()) break;
    auto next = behind.begin();
    for (; next != behind.end(); ++next) {
      GS_TRY_OK(made.add_change(*next));
      if (made.is_complete()) break;
    }
    if (next != behind.end()) behind.erase(behind.begin(), next + 1);
    progress();
  }
  return made.finish();
}

}  // namespace

Result<BundleInfo> Storage::create_checkpoint_bundle(const std::string& file,
                                                     const std::optional<Version>& before,
                                                     const Progress& progress) {
  Database& source = *database();
  GS_TRY(const api::BundlePath path, api::bundle_path(file));
  GS_TRY(std::vector<Digest> heads, this->heads());
  GS_TRY(const Stats stats, source.stats());
  const auto write = [&](bundle::BundleWriter& writer) -> Error {
    std::uint64_t done = 0;
    const auto add_base = [&](platform::FileSystem& files, const engine::Base& base) -> Error {
      GS_TRY_OK(add_file(files, engine::kBaseStatement, BaseFile::statement, writer));
      const std::uint64_t number = base.number();
      GS_TRY_OK(add_file(files, engine::base_path(number, ".gsp"), BaseFile::checkpoint, writer));
      return add_file(files, engine::base_path(number, ".gsr"), BaseFile::run, writer);
    };
    return source.give_checkpoint(before, add_base, [&](Bytes change) -> Error {
      GS_TRY_OK(writer.add(change));
      done += change.size();
      if (progress) progress(std::min(done, stats.log_bytes), stats.log_bytes);
      return {};
    });
  };
  return api::write_bundle_file(path, source.storage(), {}, std::move(heads), write);
}

Result<ApplyReport> Storage::join(const std::string& file, const std::string& directory,
                                  const Progress& progress) {
  GS_TRY(const api::BundlePath path, api::bundle_path(file));
  GS_TRY(bundle::BundleReader reader, api::open_bundle(path));
  if (!reader.header().has_base) {
    return Error(Code::invalid,
                 file +
                     " has changes and no state to begin with, so it is for replicas that are "
                     "there. Have a bundle made with --checkpoint, or clone a replica");
  }
  GS_TRY_OK(check_empty(directory));
  const std::uint64_t bytes = reader.header().file_bytes;
  GS_TRY_OK(reader.check([&](std::uint64_t done, std::uint64_t) {
    if (progress) progress(done, 2 * bytes);
  }));
  const auto tell = [&] {
    if (progress) progress(bytes + reader.offset(), 2 * bytes);
  };
  Options options;
  options.verify_on_open = true;
  engine::ReceiveReport received;
  const auto fill = [&]() -> Error {
    engine::DatabaseSetup setup = api::native_setup(directory, options);
    GS_TRY_OK(setup.env.files->make_directory("", true));
    engine::Joining made(setup.env, reader.header().storage);
    std::vector<Bytes> changes;
    GS_TRY_OK(read_base(reader, made, changes, tell));
    GS_TRY(const auto database, Database::open(std::move(setup)));
    if (!database->recovery().damage.empty()) {
      return Error(Code::damaged, database->recovery().damage.front());
    }
    const std::uint64_t before = database->base()->changes();
    if (changes.empty()) {
      GS_TRY(changes, reader.next());
    }
    while (!changes.empty()) {
      GS_TRY_OK(database->receive(changes, received));
      tell();
      GS_TRY(changes, reader.next());
    }
    received.known += before;
    return database->close();
  };
  if (Error error = fill()) {
    empty(directory);
    return std::move(error).in(file);
  }
  return api::report_of(reader.header(), received);
}

}  // namespace gs
