// The side of SimFileSystem that tests use: power, faults, and what happened.
#include <mutex>

#include "gs/base/check.h"
#include "gs/platform/path.h"
#include "gs/platform/sim/sim_file_system.h"

namespace gs::platform {
namespace {

constexpr std::uint64_t kHashStart = 0xcbf29ce484222325u;

std::uint64_t mix(std::uint64_t hash, Bytes bytes) noexcept {
  for (const std::uint8_t byte : bytes) hash = (hash ^ byte) * 0x100000001b3u;  // FNV-1a
  return (hash ^ bytes.size()) * 0x100000001b3u;
}

}  // namespace

void SimFileSystem::cut_power() {
  const std::lock_guard lock(disk_->mutex);
  disk_->cut_power();
}

void SimFileSystem::restart() {
  const std::lock_guard lock(disk_->mutex);
  disk_->restart();
}

void SimFileSystem::kill_process() {
  const std::lock_guard lock(disk_->mutex);
  GS_CHECK(disk_->powered);  // a machine without power runs no process; restart() comes first
  disk_->restart();
}

bool SimFileSystem::powered() const {
  const std::lock_guard lock(disk_->mutex);
  return disk_->powered;
}

const Faults& SimFileSystem::faults() const noexcept { return disk_->faults; }

void SimFileSystem::set_faults(const Faults& faults) {
  const std::lock_guard lock(disk_->mutex);
  disk_->faults = faults;
  disk_->counts.calls = 0;
  disk_->counts.writes = 0;
}

Error SimFileSystem::flip_bit(std::string_view path, std::uint64_t offset, unsigned bit) {
  GS_TRY_OK(check_path(path));
  GS_CHECK(bit < 8);
  const std::lock_guard lock(disk_->mutex);
  GS_TRY(const std::shared_ptr<SimNode> node, file(path));
  return node->rot(offset, static_cast<std::uint8_t>(1u << bit)).in(path);
}

SimCounts SimFileSystem::counts() const {
  const std::lock_guard lock(disk_->mutex);
  return disk_->counts;
}

std::uint64_t SimFileSystem::used_bytes() const {
  const std::lock_guard lock(disk_->mutex);
  return disk_->used_bytes;
}

std::uint64_t SimFileSystem::digest() const {
  const std::lock_guard lock(disk_->mutex);
  std::uint64_t hash = kHashStart;
  disk_->tree.each_file([&hash](const std::string& path, SimNode& file) {
    hash = mix(mix(hash, as_bytes(path)), file.bytes());
  });
  return hash;
}

std::string SimFileSystem::text() const {
  const std::lock_guard lock(disk_->mutex);
  return "seed=" + std::to_string(seed_) + " life=" + std::to_string(disk_->life) +
         " calls=" + std::to_string(disk_->counts.calls) + " " + disk_->faults.text();
}

}  // namespace gs::platform
