// Writes and reads checkpoints: the file of names and heads, and the slot that makes it valid.

#include "gs/storage/state/checkpoint.h"

#include <algorithm>
#include <array>

#include "gs/base/crc32c.h"
#include "gs/base/endian.h"
#include "gs/core/crypto/sha256_pieces.h"
#include "gs/storage/log/frame.h"
#include "gs/storage/state/checkpoint_codec.h"

namespace gs::state {
namespace {

constexpr std::uint32_t kMagic = 0x316d7367;  // "gsm1"
constexpr std::uint16_t kVersion = 1;
constexpr std::size_t kSlotBytes = 4096;  // one disk block: a torn write harms one slot only
constexpr std::size_t kCrcAt = 64;

struct Slot {
  std::uint64_t turn = 0;
  std::uint64_t number = 0;
  std::uint64_t bytes = 0;
  Digest digest;
};

std::array<std::uint8_t, kSlotBytes> encode_slot(const Slot& slot) {
  std::array<std::uint8_t, kSlotBytes> bytes{};
  store_u32(&bytes[0], kMagic);
  store_u16(&bytes[4], kVersion);
  store_u64(&bytes[8], slot.turn);
  store_u64(&bytes[16], slot.number);
  store_u64(&bytes[24], slot.bytes);
  std::copy(slot.digest.bytes.begin(), slot.digest.bytes.end(), &bytes[32]);
  store_u32(&bytes[kCrcAt], crc32c({bytes.data(), kCrcAt}));
  return bytes;
}

bool decode_slot(Bytes bytes, Slot& out) {
  if (load_u32(&bytes[0]) != kMagic || load_u16(&bytes[4]) != kVersion || load_u16(&bytes[6]) != 0)
    return false;
  if (load_u32(&bytes[kCrcAt]) != crc32c(bytes.first(kCrcAt))) return false;
  out.turn = load_u64(&bytes[8]);
  out.number = load_u64(&bytes[16]);
  out.bytes = load_u64(&bytes[24]);
  std::copy_n(&bytes[32], out.digest.bytes.size(), out.digest.bytes.begin());
  return true;
}

std::string state_path(std::uint64_t number, const char* suffix) {
  std::string digits = std::to_string(number);
  if (digits.size() < 8) digits.insert(0, 8 - digits.size(), '0');
  return std::string(kStateDirectory) + "/" + digits + suffix;
}

Error write_synced(platform::FileSystem& files, const std::string& path, Bytes bytes) {
  GS_TRY_OK(files.remove_if_there(path));  // of a crash before its slot was written
  GS_TRY(const auto file, files.open(path, platform::OpenMode::create));
  GS_TRY_OK(file->write(0, bytes));
  return file->sync();
}

Error write_slot(platform::FileSystem& files, const Slot& slot) {
  GS_TRY(const auto file, files.open(kManifestPath, platform::OpenMode::open_or_create));
  GS_TRY_OK(file->write(slot.turn % 2 * kSlotBytes, encode_slot(slot)));
  GS_TRY_OK(file->sync());
  // Also the name of state/, which somebody may have removed: it is safe to delete.
  return files.sync_directory("");
}

Result<Checkpoint> load_slot(platform::FileSystem& files, const Slot& slot, Tables& tables) {
  const std::string path = checkpoint_path(slot.number);
  GS_TRY(const Buffer bytes, files.read_whole(path, std::min(slot.bytes, kCheckpointBytesMax)));
  if (bytes.size() != slot.bytes || crypto::sha256(bytes) != slot.digest) {
    return Error(Code::damaged, files.display(path) + ": does not match the manifest");
  }
  GS_TRY(Checkpoint checkpoint, decode_checkpoint(bytes, tables));
  if (checkpoint.number != slot.number) {
    return Error(Code::damaged, files.display(path) + ": holds another checkpoint");
  }
  return checkpoint;
}

using Manifest = std::array<std::uint8_t, 2 * kSlotBytes>;

Result<Manifest> read_manifest(platform::FileSystem& files) {
  GS_TRY(const auto file, files.open(kManifestPath, platform::OpenMode::read));
  Manifest manifest{};  // a slot that is not there is zero
  GS_TRY(const std::size_t read, file->read(0, manifest));
  static_cast<void>(read);
  return manifest;
}

Result<bool> matches_slot(platform::FileSystem& files, const Slot& slot) {
  GS_TRY(const auto file, files.open(checkpoint_path(slot.number), platform::OpenMode::read));
  GS_TRY(const crypto::Hashed hashed,
         crypto::sha256_pieces(
             [&](std::uint64_t offset, MutableBytes out) { return file->read(offset, out); }));
  return hashed.bytes == slot.bytes && hashed.digest == slot.digest;
}

// Looks at the slots; the newest valid one becomes `newest`.
ManifestCheck check_slots(const Manifest& manifest, Slot& newest) {
  ManifestCheck check;
  for (std::size_t at = 0; at < manifest.size(); at += kSlotBytes) {
    const Bytes bytes = Bytes(manifest).subspan(at, kSlotBytes);
    if (log::is_zero(bytes)) continue;
    Slot slot;
    const bool valid = decode_slot(bytes, slot);
    check.usable = check.usable || valid;
    if (valid && slot.turn >= newest.turn) newest = slot;
    if (valid && log::is_zero(bytes.subspan(kCrcAt + 4))) {
      ++check.sound;
    } else if (check.fault.empty()) {
      check.fault = "the slot at " + std::to_string(at) + " does not match its checksum";
    }
  }
  return check;
}

}  // namespace

std::string run_path(std::uint64_t number) { return state_path(number, ".gsr"); }
std::string checkpoint_path(std::uint64_t number) { return state_path(number, ".gsp"); }

Error write_checkpoint(platform::FileSystem& files, const Checkpoint& checkpoint,
                       const Tables& tables, std::uint64_t manifest_turn) {
  GS_TRY(const Buffer bytes, encode_checkpoint(checkpoint, tables));
  const std::string path = checkpoint_path(checkpoint.number);
  GS_TRY_OK(files.make_directory(kStateDirectory, true));
  if (Error error = write_synced(files, path, bytes)) {
    files.remove(path).ignore();  // a partial file is a stray file, nobody will read it
    return std::move(error).in(files.display(path));
  }
  GS_TRY_OK(files.sync_directory(kStateDirectory));
  return write_slot(files, {manifest_turn, checkpoint.number, bytes.size(), crypto::sha256(bytes)})
      .in(files.display(kManifestPath));
}

Result<ManifestCheck> check_manifest(platform::FileSystem& files) {
  // A writer beside us replaces a checkpoint, then removes the one before: looking again finds it.
  constexpr int kTriesMax = 3;
  for (int attempt = 1;; ++attempt) {
    auto manifest = read_manifest(files);
    if (manifest.code() == Code::not_found) return ManifestCheck();
    if (!manifest.ok()) return std::move(manifest).error();
    Slot newest;
    ManifestCheck check = check_slots(*manifest, newest);
    if (!check.usable) return check;
    const std::string path = checkpoint_path(newest.number);
    const auto same = matches_slot(files, newest);
    if (same.code() == Code::not_found) {
      if (attempt < kTriesMax) continue;
      check.absent = path;
    } else if (!same.ok()) {
      return same.error().copy();
    } else if (*same) {
      ++check.sound;
    } else {
      check.usable = false;
      check.fault = path + " does not match the manifest";
    }
    return check;
  }
}

Result<Loaded> read_checkpoint(platform::FileSystem& files, Tables& tables) {
  GS_TRY(const Manifest manifest, read_manifest(files));

  std::vector<Slot> slots;
  for (std::size_t i = 0; i < 2; ++i) {
    Slot slot;
    if (decode_slot(Bytes(manifest).subspan(i * kSlotBytes, kSlotBytes), slot))
      slots.push_back(slot);
  }
  std::sort(slots.begin(), slots.end(),
            [](const Slot& a, const Slot& b) { return a.turn > b.turn; });
  // Whatever is wrong with the newer one, even an unreadable disk block: the older one is as good,
  // it only leaves more of the log to replay.
  std::string why;
  for (const Slot& slot : slots) {
    auto checkpoint = load_slot(files, slot, tables);
    if (checkpoint.ok()) return Loaded{std::move(*checkpoint), slot.turn};
    why += "; " + checkpoint.error().text();
  }
  return Error(Code::not_found, files.display(kManifestPath) +
                                    ": no usable checkpoint, state is rebuilt from the log" + why);
}

}  // namespace gs::state
