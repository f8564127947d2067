#include "gs/api/bundle_files.h"

#include <array>
#include <filesystem>
#include <system_error>

#include "gs/api/runtime.h"
#include "gs/base/hex.h"
#include "gs/platform/posix/system_random.h"

namespace gs::api {

namespace {

// As FileSystem::write_whole() has it: whoever finds one that was left may remove it.
std::string unfinished_name(const std::string& name) {
  std::array<std::uint8_t, 8> number;
  platform::SystemRandom().fill(number);
  return name + '.' + to_hex(number) + ".new";
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

}  // namespace

Result<BundlePath> bundle_path(const std::string& file) {
  const std::filesystem::path path(file);
  const std::string name = path.filename().string();
  BundlePath result{native_files(path.parent_path().string()), name, unfinished_name(name)};
  if (result.name.empty() || result.name == "." || result.name == "..") {
    return Error(Code::invalid, "'" + file + "' names no file. Give the path of a file");
  }
  return result;
}

Result<bundle::BundleReader> open_bundle(const BundlePath& path) {
  GS_TRY(auto opened, path.files->open(path.name, platform::OpenMode::read));
  return bundle::BundleReader::open(std::move(opened), path.text());
}

Result<BundleInfo> write_bundle_file(const BundlePath& path, const Digest& storage,
                                     std::span<const Digest> since, std::vector<Digest> heads,
                                     const WriteBundle& write) {
  GS_TRY_OK(check_replaceable(path));
  const auto make = [&]() -> Result<bundle::Header> {
    GS_TRY(auto file, path.files->open(path.unfinished, platform::OpenMode::create));
    bundle::BundleWriter writer(std::move(file), storage, {since.begin(), since.end()});
    GS_TRY_OK(write(writer));
    return writer.finish();
  };
  auto header = make();
  Error error = header.ok() ? publish(path) : header.error().copy();
  if (error) {
    path.files->remove_if_there(path.unfinished).ignore();  // the first failure is told
    return error;
  }
  BundleInfo info;
  info.heads = std::move(heads);
  info.storage = header->storage;
  info.changes = header->changes;
  info.change_bytes = header->change_bytes;
  info.file_bytes = header->file_bytes;
  info.since = header->since;
  info.has_checkpoint = header->has_base;
  return info;
}

std::vector<TwinChanges> twins_of(const std::vector<engine::TwinsFound>& found) {
  std::vector<TwinChanges> all;
  for (const engine::TwinsFound& one : found) {
    TwinChanges& told = all.emplace_back(TwinChanges{one.writer, one.sequence, {}});
    for (const engine::TwinsFound::Twin& twin : one.twins) {
      told.twins.push_back({twin.change, twin.counts, twin.votes});
    }
  }
  return all;
}

ApplyReport report_of(const bundle::Header& header, engine::ReceiveReport& received) {
  ApplyReport report;
  report.changes = header.changes;
  report.taken = received.applied;
  report.known = received.known;
  report.waiting = received.waiting;
  report.incomplete = received.incomplete;
  report.early = received.early_count;
  for (const engine::Early& one : received.early) {
    report.early_changes.push_back({one.change, one.writer, id::hlc_ms(one.hlc)});
  }
  report.completed = received.completed;
  report.refused = received.refused;
  for (const engine::Refusal& one : received.refusals) {
    report.refusals.push_back(
        {one.change, one.writer, one.sequence, one.why.code(), std::string(one.why.message())});
  }
  report.twins = twins_of(received.twins);
  return report;
}

}  // namespace gs::api
