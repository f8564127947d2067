#include "gs/engine/database/keys.h"

#include <cstdio>
#include <cstring>

#include "gs/base/crc32c.h"
#include "gs/base/endian.h"
#include "gs/base/hex.h"
#include "gs/core/record/json.h"

namespace gs::engine {

namespace {

constexpr const char* kKeyFile = "keys/writer";
constexpr const char* kInstanceFile = "keys/instance";
constexpr std::uint64_t kSmallFileBytesMax = 64 << 10;

constexpr std::uint8_t kKeyMagic[8] = {'g', 's', 'k', 'e', 'y', '1', 0, 0};
constexpr std::size_t kKeyCheckedBytes = 48;
constexpr std::size_t kKeyFileBytes = 52;

std::string iso_time(std::uint64_t ms) {
  std::string text;
  record::append_json(Value(Date{static_cast<std::int64_t>(ms)}), text);
  // {"$date":"..."} without its wrapping: the text between the last two quotes.
  const std::size_t end = text.rfind('"');
  const std::size_t begin = text.rfind('"', end - 1);
  return text.substr(begin + 1, end - begin - 1);
}

const Value* member(const Object& object, std::string_view name) {
  for (const Member& each : object) {
    if (each.first == name) return &each.second;
  }
  return nullptr;
}

// A log that belongs to no creation under way: the rest of a storage, or of an unfinished backup.
Result<bool> has_log(platform::FileSystem& files) {
  GS_TRY(const bool is_there, files.exists("log"));
  if (!is_there) return false;
  GS_TRY(const bool creating, files.exists(kCreatingFile));
  return !creating;
}

Error not_readable(platform::FileSystem& files, const std::string& why) {
  GS_TRY(const bool lost, has_log(files));
  return Error(
      lost ? Code::damaged : Code::not_a_storage,
      files.display(kStorageFile) + " " + why + ". Restore the file from a backup of this storage");
}

Error no_storage_file(platform::FileSystem& files) {
  GS_TRY(const bool lost, has_log(files));
  if (lost) {
    return Error(Code::damaged, files.display("") +
                                    " has a log, but no storage.json: the file was lost, or a "
                                    "backup was not finished. Restore the file, or make the "
                                    "backup again");
  }
  return Error(Code::not_a_storage, files.display("") +
                                        " holds no storage (no storage.json). Create one with "
                                        "`gstore init`, or give its directory with -d");
}

}  // namespace

Error write_storage_file(platform::Environment& env, const Digest& storage) {
  const std::string text = "{\"format\":" + std::to_string(kFormatVersion) + ",\"storage\":\"" +
                           storage.text() + "\",\"created\":\"" + iso_time(env.clock->wall_ms()) +
                           "\",\"engine\":\"" + kEngineVersion + "\"}\n";
  return env.files->write_whole(kStorageFile, as_bytes(text));
}

Result<StorageFile> read_storage_file(platform::FileSystem& files) {
  auto bytes = files.read_whole(kStorageFile, kSmallFileBytesMax);
  if (bytes.code() == Code::not_found) return no_storage_file(files);
  if (!bytes.ok()) return std::move(bytes).error();
  auto parsed = record::parse_json(as_text(bytes.value()));
  if (!parsed.ok())
    return not_readable(files, "is not valid JSON: " + std::string(parsed.error().message()));
  const Object* object = parsed->get<Object>();
  if (object == nullptr) return not_readable(files, "is not a JSON object");
  const Value* format = member(*object, "format");
  const Value* storage = member(*object, "storage");
  const double* number = format != nullptr ? format->get<double>() : nullptr;
  if (number == nullptr) return not_readable(files, "names no format");
  if (*number > kFormatVersion) {
    std::string newer;
    record::append_json_number(*number, newer);
    return Error(Code::newer_format, files.display(kStorageFile) + " says format " + newer +
                                         ", this engine reads up to " +
                                         std::to_string(kFormatVersion) + ". Update GlobalStorage");
  }
  if (*number != kFormatVersion) return not_readable(files, "names an unknown format");
  const std::string* text = storage != nullptr ? storage->get<std::string>() : nullptr;
  const auto digest = text != nullptr ? Digest::parse(*text) : std::nullopt;
  if (!digest) return not_readable(files, "names no storage id");
  return StorageFile{*digest, kFormatVersion};
}

namespace {

std::span<const std::uint8_t, 32> seed_of(Bytes key_file) noexcept {
  return key_file.subspan<16, 32>();
}

// The bytes of keys/writer, compared with their checksum; nullopt when there is no such file.
Result<std::optional<Buffer>> read_key_file(platform::FileSystem& files) {
  using Maybe = std::optional<Buffer>;
  auto file = files.read_whole(kKeyFile, kSmallFileBytesMax);
  if (file.code() == Code::not_found) return Maybe();
  if (!file.ok()) return std::move(file).error();
  if (file->size() != kKeyFileBytes ||
      std::memcmp(file->data(), kKeyMagic, sizeof kKeyMagic) != 0 ||
      load_u32(file->data() + kKeyCheckedBytes) != crc32c(Bytes(*file).first(kKeyCheckedBytes))) {
    return Error(Code::damaged,
                 files.display(kKeyFile) +
                     " is damaged. Move it away; a new writer is made at the next open");
  }
  return Maybe(std::move(file).value());
}

crypto::KeyPair take_pair(Buffer key_file) {
  crypto::KeyPair pair = crypto::KeyPair::from_seed(seed_of(key_file));
  std::memset(key_file.data(), 0, key_file.size());
  return pair;
}

// A secret key cannot be made again, and it may be the only one that its storage admits. So the one
// that is there stays beside the one that takes its place.
Error keep_old_key(platform::FileSystem& files) {
  constexpr std::size_t kNameBytes = 8;
  GS_TRY(std::optional<Buffer> file, read_key_file(files));
  if (!file) return {};
  const auto writer = crypto::KeyPair::from_seed(seed_of(*file)).public_key();
  const std::string name = std::string(kKeyFile) + "." + to_hex(Bytes(writer).first(kNameBytes));
  Error error = files.write_whole(name, *file, true);
  std::memset(file->data(), 0, file->size());
  return error;
}

Error note_instance(platform::FileSystem& files) {
  GS_TRY(const Buffer identity, files.identity(kKeyFile));
  return files.write_whole(kInstanceFile, identity, true);
}

}  // namespace

Result<crypto::KeyPair> make_writer_key(platform::Environment& env) {
  std::uint8_t file[kKeyFileBytes] = {};
  std::memcpy(file, kKeyMagic, sizeof kKeyMagic);
  file[8] = static_cast<std::uint8_t>(crypto::Algorithm::ed25519);
  env.random->fill({file + 16, 32});
  store_u32(file + kKeyCheckedBytes, crc32c({file, kKeyCheckedBytes}));
  GS_TRY_OK(env.files->make_directory(kKeyDirectory, true));
  GS_TRY_OK(keep_old_key(*env.files));
  GS_TRY_OK(env.files->write_whole(kKeyFile, file, true));
  GS_TRY_OK(note_instance(*env.files));
  auto pair = crypto::KeyPair::from_seed(std::span<const std::uint8_t, 32>(file + 16, 32));
  std::memset(file, 0, sizeof file);
  return pair;
}

Result<std::optional<crypto::KeyPair>> read_writer_key(platform::FileSystem& files) {
  using Maybe = std::optional<crypto::KeyPair>;
  GS_TRY(std::optional<Buffer> file, read_key_file(files));
  if (!file) return Maybe();
  const auto noted = files.read_whole(kInstanceFile, kSmallFileBytesMax);
  const bool crashed = noted.code() == Code::not_found;  // between the two files
  if (!noted.ok() && !crashed && noted.code() != Code::too_large) return noted.error().copy();
  GS_TRY(const Buffer identity, files.identity(kKeyFile));
  if (!noted.ok() || noted.value() != identity) return Maybe();
  return Maybe(take_pair(*std::move(file)));
}

Result<std::optional<crypto::KeyPair>> keep_writer_key(platform::FileSystem& files) {
  using Maybe = std::optional<crypto::KeyPair>;
  GS_TRY(std::optional<Buffer> file, read_key_file(files));
  if (!file) return Maybe();
  GS_TRY_OK(note_instance(files));
  return Maybe(take_pair(*std::move(file)));
}

Result<bool> has_writer_key(platform::FileSystem& files) { return files.exists(kKeyFile); }

bool is_at_home(platform::FileSystem& files) {
  const auto key = read_writer_key(files);
  if (!key.ok() || !key.value()) return false;
  const auto identity = files.identity(kKeyFile);
  return identity.ok() && !identity.value().empty();  // every file would have the empty one
}

}  // namespace gs::engine
