// An open file of the simulated disk: dead after the life that it was opened in.
#pragma once

#include <memory>
#include <string>

#include "gs/platform/sim/sim_disk.h"
#include "gs/platform/sim/sim_file_system.h"

namespace gs::platform {

class SimFileSystem::SimFile final : public File {
 public:
  // With disk->mutex held.
  SimFile(std::shared_ptr<SimDisk> disk, std::shared_ptr<SimNode> node, std::string path,
          bool writable);
  ~SimFile() override;
  SimFile(const SimFile&) = delete;
  SimFile& operator=(const SimFile&) = delete;

  Error write(std::uint64_t offset, Bytes bytes) override;
  Result<std::size_t> read(std::uint64_t offset, MutableBytes out) override;
  Error sync() override;
  Result<std::uint64_t> size() override;
  Error resize(std::uint64_t bytes) override;
  Error allocate(std::uint64_t bytes) override;
  Result<std::unique_ptr<Mapping>> map(std::uint64_t bytes) override;

 private:
  Error check_writable() const;

  std::shared_ptr<SimDisk> disk_;
  std::shared_ptr<SimNode> node_;
  std::string path_;
  std::uint64_t life_;
  bool writable_;
};

}  // namespace gs::platform
