#include "gs/engine/database/base.h"

#include <algorithm>

#include "gs/base/endian.h"
#include "gs/core/crypto/sha256_pieces.h"
#include "gs/core/merge/image_check.h"
#include "gs/engine/database/digest.h"
#include "gs/storage/state/checkpoint_codec.h"

namespace gs::engine {

namespace {

constexpr std::uint32_t kStatementMagic = 0x31737367;  // "gss1"
constexpr std::uint16_t kStatementVersion = 1;
constexpr std::size_t kStatementHead = 248;
constexpr std::size_t kStatementBytesMax =
    kStatementHead + 32 * BaseStatement::kHeadsMax + crypto::kEd25519SignatureBytes;
constexpr std::string_view kSigned{"gs base 1\0", 10};

Error wrong_statement(const char* what) {
  return Error(Code::damaged, std::string("the statement of the base ") + what);
}

Buffer message_of(Bytes stated) {
  Buffer message(kSigned.begin(), kSigned.end());
  const Digest digest = crypto::sha256(stated);
  message.insert(message.end(), digest.bytes.begin(), digest.bytes.end());
  return message;
}

void put_digest(std::uint8_t* at, const Digest& digest) {
  std::copy(digest.bytes.begin(), digest.bytes.end(), at);
}
Digest digest_at(const std::uint8_t* at) {
  Digest digest;
  std::copy_n(at, digest.bytes.size(), digest.bytes.begin());
  return digest;
}
void put_file(std::uint8_t* at, const BaseStatement::NamedFile& file) {
  store_u64(at, file.bytes);
  put_digest(at + 8, file.digest);
}
BaseStatement::NamedFile file_at(const std::uint8_t* at) {
  return {load_u64(at), digest_at(at + 8)};
}

Error not_as_stated(platform::FileSystem& files, const std::string& path) {
  return Error(Code::damaged, files.display(path) +
                                  " is not the file that the statement of the "
                                  "base names");
}

Error check_file(platform::FileSystem& files, const std::string& path,
                 const BaseStatement::NamedFile& named) {
  GS_TRY(const auto file, files.open(path, platform::OpenMode::read));
  GS_TRY(const crypto::Hashed hashed,
         crypto::sha256_pieces(
             [&](std::uint64_t offset, MutableBytes out) { return file->read(offset, out); }));
  const bool is_same = hashed.bytes == named.bytes && hashed.digest == named.digest;
  return is_same ? Error() : not_as_stated(files, path);
}

// What somebody lost or changed who does not know what it is.
Error lost_base(Error error) {
  if (error.code() == Code::newer_format || error.code() == Code::io) return error;
  return Error(Code::damaged, "the base of this shallow storage is damaged (" +
                                  std::string(error.message()) +
                                  "). Restore a backup, or clone another replica");
}

}  // namespace

std::string base_path(std::uint64_t number, const char* suffix) {
  std::string digits = std::to_string(number);
  if (digits.size() < 8) digits.insert(0, 8 - digits.size(), '0');
  return std::string(kBaseDirectory) + "/" + digits + suffix;
}

// --- statement ---

Buffer BaseStatement::encode(const crypto::KeyPair& key) const {
  Buffer bytes(kStatementHead + 32 * heads.size());
  store_u32(&bytes[0], kStatementMagic);
  store_u16(&bytes[4], kStatementVersion);
  bytes[6] = static_cast<std::uint8_t>(crypto::Algorithm::ed25519);
  store_u64(&bytes[8], number);
  store_u64(&bytes[16], changes);
  store_u64(&bytes[24], records);
  put_digest(&bytes[32], storage);
  put_digest(&bytes[64], state);
  put_file(&bytes[96], run);
  put_file(&bytes[136], checkpoint);
  put_digest(&bytes[176], writer);
  put_digest(&bytes[208], left);
  store_u32(&bytes[240], static_cast<std::uint32_t>(heads.size()));
  for (std::size_t i = 0; i < heads.size(); ++i) {
    put_digest(bytes.data() + kStatementHead + 32 * i, heads[i]);
  }
  const crypto::Signature signature = key.sign(message_of(bytes));
  bytes.insert(bytes.end(), signature.begin(), signature.end());
  return bytes;
}

Result<BaseStatement> BaseStatement::decode(Bytes bytes) {
  if (bytes.size() < kStatementHead || load_u32(bytes.data()) != kStatementMagic) {
    return wrong_statement("does not begin as one");
  }
  if (load_u16(&bytes[4]) > kStatementVersion ||
      bytes[6] != static_cast<std::uint8_t>(crypto::Algorithm::ed25519)) {
    return Error(Code::newer_format, "the statement of the base was made by a newer version");
  }
  const std::size_t count = load_u32(&bytes[240]);
  if (load_u16(&bytes[4]) == 0 || bytes[7] != 0 || load_u32(&bytes[244]) != 0) {
    return wrong_statement("breaks the rules of its form");
  }
  const std::size_t stated = kStatementHead + 32 * count;
  if (count == 0 || count > kHeadsMax || bytes.size() != stated + crypto::kEd25519SignatureBytes) {
    return wrong_statement("has another size than it says");
  }
  BaseStatement one;
  one.number = load_u64(&bytes[8]);
  one.changes = load_u64(&bytes[16]);
  one.records = load_u64(&bytes[24]);
  one.storage = digest_at(&bytes[32]);
  one.state = digest_at(&bytes[64]);
  one.run = file_at(&bytes[96]);
  one.checkpoint = file_at(&bytes[136]);
  one.writer = digest_at(&bytes[176]);
  one.left = digest_at(&bytes[208]);
  for (std::size_t i = 0; i < count; ++i) {
    one.heads.push_back(digest_at(bytes.data() + kStatementHead + 32 * i));
    if (i != 0 && !(one.heads[i - 1] < one.heads[i])) return wrong_statement("has unsorted heads");
  }
  if (one.changes == 0 || one.changes > graph::kChangesMax) {
    return wrong_statement("names a number of changes that no log has");
  }
  GS_TRY_OK(crypto::verify(crypto::Algorithm::ed25519, one.writer.bytes,
                           message_of(bytes.first(stated)), bytes.subspan(stated))
                .in("the statement of the base"));
  return one;
}

// --- opening ---

Result<std::shared_ptr<const Base>> Base::open(platform::FileSystem& files, const Digest& storage) {
  auto bytes = files.read_whole(kBaseStatement, kStatementBytesMax);
  if (bytes.code() == Code::not_found) return std::move(bytes).error();
  const auto read = [&]() -> Result<std::shared_ptr<const Base>> {
    GS_TRY(const Buffer stated, std::move(bytes));
    std::shared_ptr<Base> base(new Base());
    GS_TRY(base->statement_, BaseStatement::decode(stated));
    if (base->statement_.storage != storage) return wrong_statement("is of another storage");
    GS_TRY(base->checkpoint_, base->read_checkpoint(files, base->tables_));
    const std::string run = base_path(base->number(), ".gsr");
    GS_TRY(base->run_, state::Run::open(files, run, base->number()));
    if (base->run_->file_bytes() != base->statement_.run.bytes) return not_as_stated(files, run);
    return std::shared_ptr<const Base>(std::move(base));
  };
  auto base = read();
  if (!base.ok()) return lost_base(std::move(base).error());
  return base;
}

Result<state::Checkpoint> Base::read_checkpoint(platform::FileSystem& files,
                                                state::Tables& tables) const {
  const std::string path = base_path(number(), ".gsp");
  const std::uint64_t bytes_max = std::min(statement_.checkpoint.bytes, state::kCheckpointBytesMax);
  GS_TRY(const Buffer bytes, files.read_whole(path, bytes_max));
  const bool is_same = bytes.size() == statement_.checkpoint.bytes &&
                       crypto::sha256(bytes) == statement_.checkpoint.digest;
  if (!is_same) return not_as_stated(files, path);
  GS_TRY(state::Checkpoint checkpoint, state::decode_checkpoint(bytes, tables));
  const bool is_right = checkpoint.number == number() && checkpoint.runs.size() == 1 &&
                        checkpoint.runs.front() == number() &&
                        checkpoint.log_tree_size == statement_.changes &&
                        checkpoint.log_sequence == 0 && checkpoint.frontier == statement_.heads;
  if (!is_right) return not_as_stated(files, path);
  return checkpoint;
}

bool Base::leads_to(const state::Tables& tables) const {
  if (tables.shape_count() < tables_.shape_count()) return false;
  if (tables.writer_count() < tables_.writer_count()) return false;
  if (tables.collection_count() < tables_.collection_count()) return false;
  for (std::uint32_t i = 0; i < tables_.shape_count(); ++i) {
    if (tables.shape(i).shape->digest() != tables_.shape(i).shape->digest()) return false;
  }
  for (std::uint32_t i = 0; i < tables_.writer_count(); ++i) {
    if (tables.writer(i) != tables_.writer(i)) return false;
  }
  for (std::uint32_t i = 0; i < tables_.collection_count(); ++i) {
    if (tables.collection(i).id != tables_.collection(i).id) return false;
  }
  return true;
}

// --- what is in it ---

namespace {

Result<bool> find_in(const state::Run& run, const Id& id, Found& out) {
  const state::Entry* const entry = run.find(id, state::Run::hash(id));
  if (entry == nullptr) {
    if (run.is_damaged()) return run.damage();
    return false;
  }
  out = {*entry};
  if (entry->kind() == state::Entry::Kind::record) {
    out.record = run.images(state::Run::Pattern::random).record_at(entry->position());
  } else if (entry->has_image()) {
    out.image = run.image_at(entry->image_position());
    if (out.image != nullptr && entry->kind() == state::Entry::Kind::image) {
      out.record = state::ImageView(out.image).record();
    }
  }
  const bool is_there = out.record != nullptr || out.image != nullptr ||
                        (entry->kind() == state::Entry::Kind::tombstone && !entry->has_image());
  if (is_there) return true;
  run.note_damage(*entry);
  return run.damage();
}

}  // namespace

std::shared_ptr<const state::Version> Base::begin(std::shared_ptr<const log::View> log) const {
  auto version = std::make_shared<state::Version>();
  version->tables.push_back(std::make_shared<state::RowTable>());
  version->runs.push_back(run_);
  version->log = std::move(log);
  return version;
}

Result<bool> Base::find(const Id& id, Found& out) const { return find_in(*run_, id, out); }

bool Base::has(const graph::Writer& writer, graph::Hlc hlc) const {
  return std::any_of(checkpoint_.heads.begin(), checkpoint_.heads.end(), [&](const auto& head) {
    return hlc <= head.hlc && tables_.writer(head.writer) == writer;
  });
}

// --- checking ---

Error check_stored(const state::Entry& entry, const std::uint8_t* record, const std::uint8_t* image,
                   const state::Tables& tables) {
  const auto wrong = [&](const std::string& what) {
    return Error(Code::damaged, "record " + entry.id.text() + ": " + what);
  };
  if (entry.kind() == state::Entry::Kind::log) return wrong("it is not in the run");
  if (entry.shape >= tables.shape_count() || entry.writer >= tables.writer_count()) {
    return wrong("it has a shape or a writer that nobody knows");
  }
  const record::Shape& shape = *tables.shape(entry.shape).shape;
  Error error;
  if (image != nullptr) {
    error = merge::check_image(shape, state::ImageView(image), WritersByKey(tables),
                               tables.writer_count());
  } else if (record != nullptr) {
    error = record::validate(shape, {record, load_u32(record)});
  }
  return error ? wrong(std::string(error.message())) : Error();
}

Result<std::uint64_t> check_base_records(const state::Run& run, const state::Tables& tables) {
  std::uint64_t live = 0;
  for (std::size_t i = 0; i < run.collection_count(); ++i) {
    const std::uint32_t collection = run.collection_number(i);
    if (collection >= tables.collection_count()) {
      return Error(Code::damaged, "a collection that nobody knows");
    }
    const state::Run::Range range = run.collection(collection);
    for (const state::Entry* entry = range.begin; entry != range.end; ++entry) {
      Found found;
      GS_TRY([[maybe_unused]] const bool is_there, find_in(run, entry->id, found));
      GS_TRY_OK(check_stored(*entry, found.record, found.image, tables));
      if (tables.shape(entry->shape).collection != collection) {
        return Error(Code::damaged, "record " + entry->id.text() + " is in another collection");
      }
      live += found.record != nullptr ? 1 : 0;
    }
  }
  return live;
}

Error Base::check(platform::FileSystem& files) const {
  GS_TRY_OK(check_file(files, base_path(number(), ".gsr"), statement_.run));
  GS_TRY_OK(run_->check());
  GS_TRY(const std::uint64_t live, check_base_records(*run_, tables_));
  if (live != statement_.records) return wrong_statement("counts other records");
  std::vector<Digest> buckets;
  BucketSet all;
  all.set();
  const state::References none;
  const state::References& references =
      checkpoint_.has_references() ? *checkpoint_.references : none;
  GS_TRY(const Digest digest, state_digest(begin(std::make_shared<const log::View>()), 0, tables_,
                                           references, all, buckets));
  return digest == statement_.state ? Error() : wrong_statement("is of another state");
}

std::vector<std::uint32_t> contents_of(const graph::ChangeView& change) {
  std::vector<std::uint32_t> indexes;
  auto cursor = change.operations();
  for (graph::OperationView operation; cursor.next(operation);) {
    if (graph::is_erasable(operation.kind) && !operation.erased()) {
      indexes.push_back(cursor.index());
    }
  }
  return indexes;
}

Result<Bytes> without_contents(const graph::ChangeView& change, Buffer& memory) {
  const std::vector<std::uint32_t> contents = contents_of(change);
  if (contents.empty()) return change.bytes();
  GS_TRY(memory, graph::erase_operations(change, contents));
  return Bytes(memory);
}

Error history_dropped(const BaseStatement& base) {
  std::string version = base.heads.front().text();
  if (base.heads.size() > 1) version += " with others";
  return Error(Code::dropped,
               "history before " + version +
                   " was dropped here: this storage is shallow. Ask a replica that has all of it, "
                   "or, to have it here, clone that one");
}

}  // namespace gs::engine
