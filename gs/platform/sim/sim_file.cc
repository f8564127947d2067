#include "gs/platform/sim/sim_file.h"

#include <mutex>
#include <utility>

namespace gs::platform {

using Call = SimDisk::Call;

namespace {

// Holds the file's space, also when the file has no name and no handle any more.
class SimMapping final : public Mapping {
 public:
  // With disk->mutex held.
  SimMapping(std::unique_ptr<Mapping> mapping, std::shared_ptr<SimDisk> disk,
             std::shared_ptr<SimNode> node)
      : mapping_(std::move(mapping)),
        disk_(std::move(disk)),
        node_(std::move(node)),
        life_(disk_->life) {
    ++node_->holders;
  }
  ~SimMapping() override {
    const std::lock_guard lock(disk_->mutex);
    disk_->let_go(*node_, life_);
  }
  SimMapping(const SimMapping&) = delete;
  SimMapping& operator=(const SimMapping&) = delete;

  Bytes bytes() const noexcept override { return mapping_->bytes(); }
  void advise(Pattern pattern) noexcept override { mapping_->advise(pattern); }

 private:
  std::unique_ptr<Mapping> mapping_;
  std::shared_ptr<SimDisk> disk_;
  std::shared_ptr<SimNode> node_;
  std::uint64_t life_;
};

}  // namespace

SimFileSystem::SimFile::SimFile(std::shared_ptr<SimDisk> disk, std::shared_ptr<SimNode> node,
                                std::string path, bool writable)
    : disk_(std::move(disk)),
      node_(std::move(node)),
      path_(std::move(path)),
      life_(disk_->life),
      writable_(writable) {
  ++node_->holders;
}

SimFileSystem::SimFile::~SimFile() {
  const std::lock_guard lock(disk_->mutex);
  disk_->let_go(*node_, life_);
}

Error SimFileSystem::SimFile::check_writable() const {
  if (writable_) return {};
  return SimDisk::fail(Code::read_only, path_, "was opened for reading");
}

Error SimFileSystem::SimFile::write(std::uint64_t offset, Bytes bytes) {
  const std::lock_guard lock(disk_->mutex);
  GS_TRY_OK(check_writable());
  return disk_->write(*node_, path_, offset, bytes, disk_->judge(Call::write, path_, life_));
}

Result<std::size_t> SimFileSystem::SimFile::read(std::uint64_t offset, MutableBytes out) {
  const std::lock_guard lock(disk_->mutex);
  GS_TRY_OK(disk_->judge(Call::read, path_, life_).error);
  const std::size_t got = node_->read(offset, out);
  if (got == 0 || !disk_->random.chance(disk_->faults.read_short)) return got;
  ++disk_->counts.reads_short;
  return static_cast<std::size_t>(disk_->random.below(got));
}

Error SimFileSystem::SimFile::sync() {
  const std::lock_guard lock(disk_->mutex);
  SimDisk::Verdict verdict = disk_->judge(Call::sync, path_, life_);
  if (!writable_) return std::move(verdict.error);  // promises nothing about others' writes
  return disk_->sync(*node_, std::move(verdict));
}

Result<std::uint64_t> SimFileSystem::SimFile::size() {
  const std::lock_guard lock(disk_->mutex);
  GS_TRY_OK(disk_->judge(Call::other, path_, life_).error);
  return node_->size();
}

Error SimFileSystem::SimFile::resize(std::uint64_t bytes) {
  const std::lock_guard lock(disk_->mutex);
  GS_TRY_OK(check_writable());
  SimDisk::Verdict verdict = disk_->judge(Call::name, path_, life_);
  if (!verdict.proceed) return std::move(verdict.error);
  GS_TRY_OK(node_->resize(bytes).in(path_));
  disk_->give_back(*node_, bytes);  // growing leaves a hole, which takes no space
  return std::move(verdict.error);
}

Error SimFileSystem::SimFile::allocate(std::uint64_t bytes) {
  const std::lock_guard lock(disk_->mutex);
  GS_TRY_OK(check_writable());
  SimDisk::Verdict verdict = disk_->judge(Call::name, path_, life_);
  if (!verdict.proceed) return std::move(verdict.error);
  const std::uint64_t before = node_->charged_bytes;
  if (bytes > kContentBytesMax || disk_->charge(*node_, bytes) < bytes) {
    disk_->give_back(*node_, before);
    ++disk_->counts.disk_full;
    return SimDisk::fail(Code::no_space, path_, "the disk is full");
  }
  if (bytes > node_->size()) GS_TRY_OK(node_->resize(bytes).in(path_));
  return std::move(verdict.error);
}

Result<std::unique_ptr<Mapping>> SimFileSystem::SimFile::map(std::uint64_t bytes) {
  const std::lock_guard lock(disk_->mutex);
  GS_TRY_OK(disk_->judge(Call::other, path_, life_).error);
  GS_TRY(std::unique_ptr<Mapping> mapping, node_->map(bytes));
  return std::unique_ptr<Mapping>(std::make_unique<SimMapping>(std::move(mapping), disk_, node_));
}

}  // namespace gs::platform
