// Creating a storage: an empty directory gets a key, a log with the genesis, and last storage.json.

#include "gs/engine/database/keys.h"
#include "gs/engine/database/open.h"

namespace gs::engine {

namespace {

// The first change of a storage, in memory: its digest is the storage id.
Buffer make_genesis(platform::Environment& env, const crypto::KeyPair& key, Policy policy,
                    Digest& storage) {
  graph::Genesis genesis;
  genesis.policy = policy == Policy::closed ? 1 : 0;
  env.random->fill(genesis.nonce.bytes);
  genesis.owner = key.public_key();
  const Buffer payload = graph::encode_genesis(genesis);

  graph::ChangeBuilder::Open open;
  open.writer.bytes = key.public_key();
  open.hlc = id::hlc_of_ms(env.clock->wall_ms());
  env.random->fill(open.seed);
  const graph::Hlc hlc = open.hlc;
  Buffer space(4096);
  graph::ChangeBuilder builder;
  builder.begin(std::move(open), space);
  const auto appended =
      builder.append(static_cast<std::uint8_t>(graph::Kind::genesis), graph::kLastOfTransaction,
                     nullptr, nullptr, hlc, payload.size());
  std::memcpy(appended.payload, payload.data(), payload.size());
  const Bytes change = builder.close(key);
  storage = builder.digest();
  return Buffer(change.begin(), change.end());
}

Error remove_directory_files(platform::FileSystem& files, const std::string& directory) {
  auto names = files.list(directory);
  if (names.code() == Code::not_found) return {};
  if (!names.ok()) return names.error().copy();
  for (const std::string& name : names.value()) GS_TRY_OK(files.remove(directory + "/" + name));
  return {};
}

// Checkpoints of a log that is gone would be believed: the key beside them will be ours. Blobs
// stay, as their names say what they are.
Error forget_derived(platform::FileSystem& files) {
  GS_TRY_OK(files.remove_if_there(state::kManifestPath));
  GS_TRY_OK(remove_directory_files(files, kBaseDirectory));  // it is nothing without its log
  return remove_directory_files(files, kStateDirectory);
}

Error taken(const platform::FileSystem& files, const char* name) {
  return Error(Code::exists, files.display("") + " holds a storage already (" + name +
                                 "). Open it, or choose another directory");
}

// storage.json comes last: beside one the mark of a creation says only that it could not be
// removed, and the storage may have been written to since.
Error make_free(platform::FileSystem& files) {
  GS_TRY(const bool has_storage, files.exists(kStorageFile));
  if (has_storage) return taken(files, kStorageFile);
  GS_TRY(const bool interrupted, files.exists(kCreatingFile));
  if (interrupted) return remove_directory_files(files, kLogDirectory);
  GS_TRY(const bool has_log, files.exists(kLogDirectory));
  return has_log ? taken(files, kLogDirectory) : Error();
}

}  // namespace

Result<std::shared_ptr<Database>> Database::create(DatabaseSetup setup,
                                                   const CreateOptions& create) {
  GS_TRY_OK(check_options(setup.options));
  platform::Environment& env = setup.env;
  platform::FileSystem& files = *env.files;
  GS_TRY_OK(files.make_directory("", true));
  {
    GS_TRY(const auto lock, files.lock(kLockFile));
    GS_TRY_OK(make_free(files));
    GS_TRY_OK(forget_derived(files));  // for good with the next write, which syncs the directory
    GS_TRY_OK(files.write_whole(kCreatingFile, {}));
    GS_TRY(const crypto::KeyPair key, make_writer_key(env));
    Digest storage;
    const Buffer genesis = make_genesis(env, key, create.policy, storage);
    log::Recovery recovery;
    const auto ignore = [](log::Location, std::uint64_t, Bytes) { return Error(); };
    GS_TRY(const auto log, log::Log::open(files, kLogDirectory, storage, log_options(setup, false),
                                          0, 0, ignore, recovery));
    GS_TRY(const log::Log::Space space, log->begin(genesis.size()));
    std::memcpy(space.space.data(), genesis.data(), genesis.size());
    GS_TRY_OK(log->write(genesis.size()));
    GS_TRY_OK(log->sync());
    GS_TRY_OK(log->close());
    GS_TRY_OK(write_storage_file(env, storage));
    GS_TRY_OK(files.remove(kCreatingFile));
    GS_TRY_OK(files.sync_directory(""));
  }
  return open(std::move(setup));
}

}  // namespace gs::engine
