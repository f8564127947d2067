// An external sort whose parts are runs.

#include "gs/storage/index/sorter.h"

#include <algorithm>
#include <utility>

namespace gs::index {

Sorter::Sorter(platform::FileSystem& files, std::string path, std::uint64_t number,
               std::size_t bytes_in_memory)
    : files_(files), path_(std::move(path)), number_(number), bytes_in_memory_(bytes_in_memory) {}

Sorter::~Sorter() { drop_parts(); }

Error Sorter::add(Bytes key, const Id& id) {
  if (key.size() > kKeyBytesMax)
    return Error(Code::too_large, files_.display(path_) + ": a key has at most 16 MiB");
  const std::size_t more = sizeof(Held) + sizeof(Id) + key.size();
  if (!pairs_.empty() && held_bytes_ + more > bytes_in_memory_) GS_TRY_OK(add_part({}));
  if (!arena_) arena_ = std::make_unique<Arena>();
  auto* const at = static_cast<std::uint8_t*>(arena_->take(sizeof(Id) + key.size(), alignof(Id)));
  std::memcpy(at, id.bytes.data(), sizeof(Id));
  if (!key.empty()) std::memcpy(at + sizeof(Id), key.data(), key.size());
  pairs_.push_back({key_prefix(key), at, key.size()});
  held_bytes_ += more;
  return {};
}

Pair Sorter::pair_of(const Held& held) noexcept {
  return {
      held.prefix, {held.at + sizeof(Id), held.key_bytes}, reinterpret_cast<const Id*>(held.at)};
}

// Sorts what is held and writes it.
Error Sorter::write(const std::string& path, std::uint64_t number) {
  std::sort(pairs_.begin(), pairs_.end(), [](const Held& a, const Held& b) {
    if (a.prefix != b.prefix) return a.prefix < b.prefix;
    return compare(pair_of(a), pair_of(b)) < 0;
  });
  GS_TRY(const auto writer, RunWriter::create(files_, path, number));
  for (std::size_t i = 0; i < pairs_.size(); ++i) {
    const Pair pair = pair_of(pairs_[i]);
    if (i != 0 && same_pair(pair, pair_of(pairs_[i - 1]))) continue;
    GS_TRY_OK(writer->add(pair.key, *pair.id, false));
  }
  GS_TRY_OK(writer->finish());
  pairs_.clear();
  arena_.reset();
  held_bytes_ = 0;
  return {};
}

Error Sorter::add_part(const MergeOptions& options) {
  if (parts_.size() == kPartsMax) {
    const std::uint64_t number = next_part_++;
    GS_TRY_OK(merge_parts(part_path(number), number, options));
    GS_TRY_OK(open_part(part_path(number), number));
  }
  const std::uint64_t number = next_part_++;
  GS_TRY_OK(write(part_path(number), number));
  return open_part(part_path(number), number);
}

Error Sorter::open_part(std::string path, std::uint64_t number) {
  auto run = Run::open(files_, path, number);
  if (!run.ok()) {
    files_.remove(path).ignore();  // as good as unfinished
    return std::move(run.error());
  }
  parts_.push_back(std::move(*run));
  part_paths_.push_back(std::move(path));
  return {};
}

Error Sorter::merge_parts(const std::string& path, std::uint64_t number,
                          const MergeOptions& options) {
  GS_TRY_OK(merge_runs(files_, path, number, parts_, options));
  drop_parts();
  return {};
}

Error Sorter::finish(const MergeOptions& options) {
  if (parts_.empty()) return write(path_, number_);
  GS_TRY_OK(add_part(options));
  pairs_ = std::vector<Held>();  // all of them are in the parts
  return merge_parts(path_, number_, options);
}

void Sorter::drop_parts() noexcept {
  parts_.clear();
  for (const std::string& path : part_paths_) {
    files_.remove(path).ignore();  // what stays is removed as a stray file at the next open
  }
  part_paths_.clear();
}

std::string Sorter::part_path(std::uint64_t number) const {
  return path_ + "." + std::to_string(number) + ".part";
}

}  // namespace gs::index
