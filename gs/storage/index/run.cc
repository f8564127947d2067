// Opens a run of an index and reads its blocks. Opening checks what reading relies on.

#include <limits>

#include "gs/base/crc32c.h"
#include "gs/storage/index/run_view.h"

namespace gs::index {
namespace {

Error check_run_header(const std::string& name, Bytes file, std::uint64_t number) {
  if (load_u32(file.data()) != kRunMagic)
    return damaged_index_run(name, "this is not a run of an index");
  if (load_u32(file.data() + 16) != crc32c(file.first(16))) {
    return damaged_index_run(name, "the header does not match its checksum");
  }
  const std::uint16_t version = load_u16(file.data() + 4);
  if (version > kRunVersion) {
    return Error(Code::newer_format, name + ": index run format " + std::to_string(version) +
                                         ", this version reads up to " +
                                         std::to_string(kRunVersion));
  }
  if (version < kRunVersion) return damaged_index_run(name, "its format is older");
  if (load_u64(file.data() + 8) != number)
    return damaged_index_run(name, "the file holds another run");
  return {};
}

bool sums_fit(const RunFooter& footer, std::uint64_t file_bytes) {
  const state::RunSection& sums = footer.sums;
  const std::uint64_t end = file_bytes - kRunFooterBytes;
  if (sums.offset < kRunHeaderBytes || sums.offset > end || sums.offset % 8 != 0) return false;
  const std::uint64_t bytes = align_up(state::run_block_count(sums.offset) * 4, std::uint64_t{8});
  return sums.bytes == bytes && sums.bytes == end - sums.offset;
}

bool footer_counts_fit(const RunFooter& footer) {
  if (footer.key_bytes_max > kKeyBytesMax || footer.levels > kBlockLevelsMax) return false;
  if (footer.removed_count > footer.pair_count) return false;
  if (footer.pair_count == 0) {
    return footer.levels == 0 && footer.root == 0 && footer.last == 0 &&
           footer.sums.offset == kRunHeaderBytes;
  }
  return footer.levels != 0;
}

}  // namespace

Run::~Run() = default;

Result<std::shared_ptr<const Run>> Run::open(platform::FileSystem& files, const std::string& path,
                                             std::uint64_t number) {
  const std::string name = files.display(path);
  GS_TRY(const std::unique_ptr<platform::File> file, files.open(path, platform::OpenMode::read));
  GS_TRY(const std::uint64_t bytes, file->size());
  if (bytes < kRunHeaderBytes + kRunFooterBytes)
    return damaged_index_run(name, "it is too short for a run");
  if (bytes % 8 != 0) return damaged_index_run(name, "its size is no multiple of 8");
  if (bytes > std::numeric_limits<std::size_t>::max() / 2) {
    return Error(Code::unsupported,
                 name + ": " + std::to_string(bytes) + " bytes do not fit in memory");
  }

  std::shared_ptr<Run> run(new Run());
  run->impl_ = std::make_unique<Impl>();
  Impl& impl = *run->impl_;
  impl.name = name;
  impl.file_bytes = bytes;
  GS_TRY(impl.mapping, file->map(bytes));
  const Bytes all = impl.mapping->bytes();
  impl.file = all.data();
  GS_TRY_OK(check_run_header(name, all, number));
  const std::uint8_t* const footer = all.data() + bytes - kRunFooterBytes;
  std::memcpy(&impl.footer, footer, kRunFooterBytes);
  if (impl.footer.magic != kRunFooterMagic || impl.footer.version != kRunVersion ||
      impl.footer.crc != crc32c({footer, offsetof(RunFooter, crc)})) {
    return damaged_index_run(name, "the footer does not match its checksum");
  }
  if (impl.footer.number != number || !sums_fit(impl.footer, bytes) ||
      !footer_counts_fit(impl.footer)) {
    return damaged_index_run(name, "the footer names what the file does not have");
  }
  impl.sums.watch(all, impl.footer.sums);
  BlockHead root;
  if (impl.footer.levels != 0 &&
      (!impl.read_head(impl.footer.root, root) || root.level != impl.footer.levels - 1)) {
    return damaged_index_run(name, "the root block is not where the footer says");
  }
  return std::shared_ptr<const Run>(std::move(run));
}

std::uint64_t Run::number() const noexcept { return impl_->footer.number; }
std::uint64_t Run::pair_count() const noexcept { return impl_->footer.pair_count; }
std::uint64_t Run::removed_count() const noexcept { return impl_->footer.removed_count; }
std::uint64_t Run::file_bytes() const noexcept { return impl_->file_bytes; }
std::size_t Run::key_bytes_max() const noexcept { return impl_->footer.key_bytes_max; }

bool Run::read(std::uint64_t at, std::uint32_t level, Block& out) const noexcept {
  BlockHead head;
  if (impl_->read_head(at, head) && head.level == level && impl_->sums.sound(at, head.bytes)) {
    out = Block(impl_->file + at, at);
    return true;
  }
  note_damage(at);
  return false;
}

bool Run::find(const Pair* pair, Block& out) const noexcept {
  std::uint64_t at = impl_->footer.root;
  for (std::uint32_t level = impl_->footer.levels; level-- > 0;) {
    if (!read(at, level, out)) return false;
    if (level == 0) return true;
    at = out.child(pair == nullptr ? out.count() - 1 : out.covering(*pair));
  }
  return false;
}

Run::Step Run::next(const Block& block, Block& out) const noexcept {
  if (block.at() == impl_->footer.last) return Step::end;  // what follows are blocks of bounds
  std::uint64_t at = block.at() + block.head().bytes;
  while (at < impl_->footer.sums.offset) {
    BlockHead head;
    if (!impl_->read_head(at, head)) {
      note_damage(at);
      return Step::damaged;
    }
    if (head.level == 0) return read(at, 0, out) ? Step::block : Step::damaged;
    at += head.bytes;
  }
  return Step::end;
}

Run::Step Run::previous(const Block& block, Block& out) const noexcept {
  const std::uint64_t back = block.head().back;
  if (back == 0) return Step::end;
  if (back > block.at()) {
    note_damage(block.at());
    return Step::damaged;
  }
  return read(block.at() - back, 0, out) ? Step::block : Step::damaged;
}

void Run::note_damage(std::uint64_t at) const noexcept {
  // An offset that a hostile file names may be anything but the "none" of a place.
  impl_->sums.note_damage(at == 0 ? kRunHeaderBytes : at);
}

bool Run::is_damaged() const noexcept { return impl_->sums.damaged_at() != 0; }

Error Run::damage() const {
  const std::uint64_t at = impl_->sums.damaged_at();
  if (at == 0) return {};
  return damaged_index_run(
      impl_->name, "what lies at offset " + std::to_string(at) + " is not what was written");
}

}  // namespace gs::index
