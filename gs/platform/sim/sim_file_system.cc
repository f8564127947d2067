#include "gs/platform/sim/sim_file_system.h"

#include <mutex>
#include <utility>

#include "gs/base/endian.h"
#include "gs/base/hex.h"
#include "gs/platform/path.h"
#include "gs/platform/sim/sim_file.h"

namespace gs::platform {

using Call = SimDisk::Call;

class SimFileSystem::SimLock final : public FileLock {
 public:
  SimLock(std::shared_ptr<SimDisk> disk, std::string path)
      : disk_(std::move(disk)), path_(std::move(path)), life_(disk_->life) {}
  ~SimLock() override {
    const std::lock_guard lock(disk_->mutex);
    if (life_ == disk_->life) disk_->locked.erase(path_);
  }

 private:
  std::shared_ptr<SimDisk> disk_;
  std::string path_;
  std::uint64_t life_;
};

SimFileSystem::SimFileSystem(std::uint64_t seed, const Faults& faults)
    : seed_(seed), disk_(std::make_shared<SimDisk>(seed, faults)) {}

SimFileSystem::~SimFileSystem() = default;

Result<SimDirectory*> SimFileSystem::parent(std::string_view path) const {
  SimDirectory* const directory = disk_->tree.directory(parent_path(path));
  if (directory != nullptr) return directory;
  return SimDisk::fail(Code::not_found, path, "no such directory; make_directory() first");
}

Result<std::shared_ptr<SimNode>> SimFileSystem::file(std::string_view path) const {
  SimEntry entry = disk_->tree.find(path);
  if (entry.directory) return SimDisk::fail(Code::invalid, path, "is a directory, not a file");
  if (!entry.file) return SimDisk::fail(Code::not_found, path, "no such file");
  return std::move(entry.file);
}

std::shared_ptr<SimNode> SimFileSystem::create(SimDirectory& directory, std::string_view name) {
  auto node = std::make_shared<SimNode>(++disk_->last_id);
  SimTree::set(directory, name, {node, nullptr});
  return node;
}

void SimFileSystem::unlink(SimDirectory& directory, std::string_view name, const SimEntry& entry) {
  if (entry.file) disk_->unlink(*entry.file);
  SimTree::set(directory, name, {});
}

Result<std::unique_ptr<File>> SimFileSystem::open(std::string_view path, OpenMode mode) {
  GS_TRY_OK(check_path(path));
  const std::lock_guard lock(disk_->mutex);
  SimDisk::Verdict verdict = disk_->judge(Call::name, path);
  if (!verdict.proceed) return std::move(verdict.error);
  const SimEntry entry = disk_->tree.find(path);
  if (!entry.empty() && mode == OpenMode::create) {
    return SimDisk::fail(Code::exists, path, "exists already");
  }
  std::shared_ptr<SimNode> node = entry.file;
  if (entry.empty() && (mode == OpenMode::create || mode == OpenMode::open_or_create)) {
    GS_TRY(SimDirectory* const directory, parent(path));
    node = create(*directory, last_name(path));
  } else if (!node) {
    return file(path).error().copy();
  }
  if (verdict.error) return std::move(verdict.error);
  return std::unique_ptr<File>(
      std::make_unique<SimFile>(disk_, std::move(node), std::string(path), mode != OpenMode::read));
}

Error SimFileSystem::remove(std::string_view path) {
  GS_TRY_OK(check_path(path));
  const std::lock_guard lock(disk_->mutex);
  SimDisk::Verdict verdict = disk_->judge(Call::name, path);
  if (!verdict.proceed) return std::move(verdict.error);
  const SimEntry entry = disk_->tree.find(path);
  if (entry.empty()) return SimDisk::fail(Code::not_found, path, "no such file");
  if (entry.directory && !entry.directory->entries.empty()) {
    return SimDisk::fail(Code::invalid, path, "is a directory that is not empty");
  }
  GS_TRY(SimDirectory* const directory, parent(path));
  unlink(*directory, last_name(path), entry);
  return std::move(verdict.error);
}

Result<std::vector<std::string>> SimFileSystem::list(std::string_view directory) {
  GS_TRY_OK(check_directory_path(directory));
  const std::lock_guard lock(disk_->mutex);
  GS_TRY_OK(disk_->judge(Call::other, directory).error);
  const SimDirectory* const found = disk_->tree.directory(directory);
  if (found == nullptr) return SimDisk::fail(Code::not_found, directory, "no such directory");
  std::vector<std::string> names;
  for (const auto& [name, entry] : found->entries) names.push_back(name);
  return names;
}

Answer SimFileSystem::exists(std::string_view path) {
  GS_TRY_OK(check_directory_path(path));
  const std::lock_guard lock(disk_->mutex);
  GS_TRY_OK(disk_->judge(Call::read, path).error);
  return path.empty() || !disk_->tree.find(path).empty();
}

Error SimFileSystem::make_directory(std::string_view path, bool) {
  GS_TRY_OK(check_directory_path(path));
  const std::lock_guard lock(disk_->mutex);
  GS_TRY_OK(disk_->judge(Call::other, path).error);
  SimDirectory* at = disk_->tree.directory("");
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    const std::string_view name = path.substr(0, slash);
    GS_TRY_OK(make_one(*at, name));
    at = at->entries.find(name)->second.directory.get();
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
  }
  return {};
}

// Makes the name and brings it to the disk, also one that is there and was not durable yet. Other
// names of the same directory stay as they are: nobody may rely on it that they get there as well.
Error SimFileSystem::make_one(SimDirectory& in, std::string_view name) {
  const auto found = in.entries.find(name);
  if (found == in.entries.end()) {
    SimDisk::Verdict makes = disk_->judge(Call::name, name);
    if (!makes.proceed) return std::move(makes.error);
    SimTree::set(in, name, {nullptr, std::make_shared<SimDirectory>()});
    GS_TRY_OK(std::move(makes.error));
  } else if (found->second.file) {
    return SimDisk::fail(Code::exists, name, "is a file, not a directory");
  }
  if (SimTree::is_durable(in, name)) return {};
  SimDisk::Verdict syncs = disk_->judge(Call::sync, name);
  if (syncs.proceed) SimTree::sync(in, name);
  return std::move(syncs.error);
}

Error SimFileSystem::sync_directory(std::string_view directory) {
  GS_TRY_OK(check_directory_path(directory));
  const std::lock_guard lock(disk_->mutex);
  SimDisk::Verdict verdict = disk_->judge(Call::sync, directory);
  if (!verdict.proceed) return std::move(verdict.error);
  SimDirectory* const found = disk_->tree.directory(directory);
  if (found == nullptr) return SimDisk::fail(Code::not_found, directory, "no such directory");
  SimTree::sync(*found);
  return std::move(verdict.error);
}

Error SimFileSystem::write_whole(std::string_view path, Bytes bytes, bool) {
  GS_TRY_OK(check_whole_path(path));
  const std::lock_guard lock(disk_->mutex);
  GS_TRY(SimDirectory* const directory, parent(path));
  if (disk_->tree.find(path).directory) {
    return SimDisk::fail(Code::invalid, path, "is a directory, not a file");
  }
  std::uint8_t unique[8];
  store_u64(unique, ++disk_->last_id);
  const std::string fresh = std::string(last_name(path)) + "." + to_hex(unique) + ".new";
  bool renamed = false;
  Error error = replace(*directory, path, bytes, fresh, renamed);
  if (error && disk_->powered && !renamed) {
    const auto left = directory->entries.find(fresh);
    if (left != directory->entries.end()) {
      const SimEntry entry = left->second;
      unlink(*directory, fresh, entry);
    }
  }
  return error;
}

Error SimFileSystem::replace(SimDirectory& directory, std::string_view path, Bytes bytes,
                             std::string_view fresh, bool& renamed) {
  SimDisk::Verdict creates = disk_->judge(Call::name, path);
  if (!creates.proceed) return std::move(creates.error);
  const std::shared_ptr<SimNode> node = create(directory, fresh);
  GS_TRY_OK(std::move(creates.error));
  GS_TRY_OK(disk_->write(*node, path, 0, bytes, disk_->judge(Call::write, path)));
  GS_TRY_OK(disk_->sync(*node, disk_->judge(Call::sync, path)));

  SimDisk::Verdict renames = disk_->judge(Call::name, path);
  if (!renames.proceed) return std::move(renames.error);
  const SimEntry old = disk_->tree.find(path);
  if (old.file) disk_->unlink(*old.file);
  SimTree::set(directory, last_name(path), {node, nullptr});
  SimTree::set(directory, fresh, {}, true);
  renamed = true;
  GS_TRY_OK(std::move(renames.error));

  SimDisk::Verdict syncs = disk_->judge(Call::sync, path);
  if (syncs.proceed) SimTree::sync(directory);
  return std::move(syncs.error);
}

Result<Buffer> SimFileSystem::read_whole(std::string_view path, std::uint64_t bytes_max) {
  GS_TRY_OK(check_path(path));
  const std::lock_guard lock(disk_->mutex);
  GS_TRY_OK(disk_->judge(Call::read, path).error);
  GS_TRY(const std::shared_ptr<SimNode> node, file(path));
  const Bytes bytes = node->bytes();
  if (bytes.size() > bytes_max) {
    return SimDisk::fail(Code::too_large, path,
                         "has more than " + std::to_string(bytes_max) + " bytes");
  }
  return Buffer(bytes.begin(), bytes.end());
}

Result<std::unique_ptr<FileLock>> SimFileSystem::lock(std::string_view path) {
  GS_TRY_OK(check_path(path));
  const std::lock_guard lock(disk_->mutex);
  GS_TRY_OK(disk_->judge(Call::other, path).error);
  GS_TRY(SimDirectory* const directory, parent(path));
  SimEntry entry = disk_->tree.find(path);
  if (entry.directory) return SimDisk::fail(Code::invalid, path, "is a directory, not a file");
  if (disk_->locked.find(path) != disk_->locked.end()) {
    return SimDisk::fail(
        Code::locked, path,
        "in use by process 1 on sim, which is this process; close the other handle");
  }
  if (!entry.file) entry.file = create(*directory, last_name(path));
  GS_TRY_OK(entry.file->resize(0));
  GS_TRY_OK(disk_->write(*entry.file, path, 0, as_bytes("1 sim\n"), {}));
  disk_->locked.emplace(path);
  return std::unique_ptr<FileLock>(std::make_unique<SimLock>(disk_, std::string(path)));
}

Result<bool> SimFileSystem::is_locked(std::string_view path) {
  GS_TRY_OK(check_path(path));
  const std::lock_guard lock(disk_->mutex);
  GS_TRY_OK(disk_->judge(Call::other, path).error);
  return disk_->locked.find(path) != disk_->locked.end();
}

Result<Buffer> SimFileSystem::identity(std::string_view path) {
  GS_TRY_OK(check_path(path));
  const std::lock_guard lock(disk_->mutex);
  GS_TRY_OK(disk_->judge(Call::other, path).error);
  GS_TRY(const std::shared_ptr<SimNode> node, file(path));
  Buffer mark(16);
  store_u64(mark.data(), seed_);
  store_u64(mark.data() + 8, node->id);
  return mark;
}

std::string SimFileSystem::display(std::string_view path) const {
  return "sim:/" + std::string(path);
}

}  // namespace gs::platform
