// Checks records against the chain, and brings them into the form of Storage.saveData.
#include "cmd/gstore/upstream/takeover.h"

#include <algorithm>
#include <utility>

#include "cmd/gstore/support/json_text.h"
#include "cmd/gstore/upstream/plain_json.h"
#include "gs/core/crypto/sha256.h"
#include "gs/core/record/json.h"

namespace gs::cli {
namespace {

constexpr std::string_view kRecordSuffix = ".json";
// As js/lib/disk/names.js has it: a file of a longer name could not be replaced.
constexpr std::size_t kIdBytesMax = 229;
// As js/lib/compatible/saved_data.js puts a value into a record that is no object, or is encrypted.
constexpr std::string_view kValue = "$value";
constexpr std::string_view kEncrypted = "$encrypted";

std::string record_file(std::string_view id) {
  return "data/" + std::string(id) + std::string(kRecordSuffix);
}

struct Entry {
  std::string_view data;  // as JSON
  bool encrypted = false;
  std::string block;
};

// Views into `json`.
std::optional<Entry> entry_of(std::string_view json) {
  const auto data = find_member(json, "data");
  const auto encrypted = find_member(json, "encrypted");
  const auto block = find_member(json, "block");
  const auto hash = block ? unquote(*block) : std::nullopt;
  if (!data || !encrypted || !hash) return std::nullopt;
  if (*encrypted != "true" && *encrypted != "false") return std::nullopt;
  const Entry entry{*data, *encrypted == "true", *hash};
  if (entry.encrypted && !entry.data.starts_with('"')) return std::nullopt;
  return entry;
}

std::string member_of(std::string_view name, std::string_view json) {
  JsonObject object;
  object.raw(name, json);
  return object.take();
}

// Whether the member is the only one; `json` has no blanks.
bool has_only(std::string_view json, std::string_view name) {
  const auto value = find_member(json, name);
  return value && json == member_of(name, *value);
}

// The object without its `$type`; none: its name is written in a way that JSON.stringify has not.
std::optional<std::string> without_type(std::string_view json, std::string_view type) {
  constexpr std::string_view kName = "\"$type\":";
  const auto at = static_cast<std::size_t>(type.data() - json.data());
  if (at < kName.size() || json.substr(at - kName.size(), kName.size()) != kName) {
    return std::nullopt;
  }
  std::size_t begin = at - kName.size();
  std::size_t end = at + type.size();
  if (json[end] == ',') {
    ++end;
  } else if (json[begin - 1] == ',') {
    --begin;
  }
  return std::string(json.substr(0, begin)) + std::string(json.substr(end));
}

// Storage.saveData of js/lib/compatible/saved_data.js; `$type` names the collection.
Error shape(std::string_view json, TakenRecord& record) {
  const bool is_object = json.starts_with('{');
  if (!is_object || has_only(json, kValue) || has_only(json, kEncrypted)) {
    record.json = member_of(kValue, json);
  } else {
    record.json = json;
    const auto type = find_member(json, "$type");
    std::string collection = type ? unquote(*type).value_or(std::string()) : std::string();
    if (!collection.empty()) {
      auto rest = without_type(json, *type);
      if (!rest) return Error(Code::damaged, "The $type of the record cannot be read");
      record.json = *std::move(rest);
      record.collection = std::move(collection);
    }
  }
  record.json = without_forms(record.json);
  return {};
}

// A text as js/lib/disk/names.js takes it for the id of a record.
bool is_id(std::string_view id) {
  const bool has_controls = std::any_of(id.begin(), id.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F || c == '/' || c == '\\';
  });
  return !id.empty() && id.size() <= kIdBytesMax && !has_controls && id != "." && id != ".." &&
         valid_utf8(id) == id;
}

}  // namespace

void TakeoverReport::add(Finding finding) {
  ++bad;
  if (findings.size() < kFindingsMax) findings.push_back(std::move(finding));
}

Result<std::unique_ptr<Takeover>> Takeover::open(platform::FileSystem& files, bool decrypt) {
  std::unique_ptr<Takeover> takeover(new Takeover(files, decrypt));
  GS_TRY_OK(takeover->look());
  return takeover;
}

Error Takeover::look() {
  GS_TRY(Chain chain, Chain::open(files_));
  chain_ = std::move(chain);
  unfinished_ = chain_->unfinished();
  load_key();
  walk();
  GS_TRY(const std::vector<std::string> blocks, chain_->list());
  for (const std::string& hash : blocks) {
    if (reachable_.count(hash) == 0) ++report_.unreachable;
  }
  return list_records();
}

void Takeover::load_key() {
  const auto pem = files_.read_whole("keys/private.pem", kKeyFileBytesMax);
  if (!pem) {
    no_key_ = pem.code() == Code::not_found
                  ? "The record is encrypted, and keys/private.pem is missing"
                  : std::string(pem.error().message());
    return;
  }
  key_pem_ = as_text(*pem);
  auto key = PrivateKey::parse(key_pem_);
  if (key.ok()) {
    key_ = std::move(key).value();
  } else {
    no_key_ =
        "The record is encrypted, and keys/private.pem is " + std::string(key.error().message());
  }
}

// Names of blocks are their hashes, so the way back cannot come round.
void Takeover::walk() {
  std::string hash = chain_->tail();
  while (hash != kNoBlock) {
    auto block = chain_->read(hash);
    if (!block) {
      report_.add({valid_utf8(hash), {}, std::string(block.error().message())});
      break;
    }
    if (block->id) newest_.try_emplace(*block->id, Newest{hash, block->deleted});
    std::string prev = std::exchange(block->prev, {});
    reachable_.emplace(std::exchange(hash, std::move(prev)), std::move(block).value());
  }
  report_.blocks = reachable_.size();
}

Result<Block> Takeover::block(const std::string& hash) const {
  const auto found = reachable_.find(hash);
  if (found != reachable_.end()) return found->second;
  return chain_->read(hash);
}

Error Takeover::list_records() {
  auto names = files_.list("data");
  if (!names && names.code() != Code::not_found) return std::move(names).error();
  if (names) {
    for (const std::string& name : *names) {
      if (name.ends_with(kRecordSuffix))
        ids_.push_back(name.substr(0, name.size() - kRecordSuffix.size()));
    }
  }
  if (unfinished_) ids_.push_back(unfinished_->id);
  std::sort(ids_.begin(), ids_.end());
  ids_.erase(std::unique(ids_.begin(), ids_.end()), ids_.end());
  return {};
}

std::optional<TakenRecord> Takeover::read(const std::string& id, bool notes) {
  auto record = [&]() -> Result<std::optional<TakenRecord>> {
    GS_TRY(const std::optional<std::string> json, text_of(id));
    if (!json) return std::optional<TakenRecord>();
    return checked(id, *json, notes);
  }();
  if (record.ok()) return std::move(record).value();
  if (notes) report_.add({{}, valid_utf8(record_file(id)), std::string(record.error().message())});
  return std::nullopt;
}

void Takeover::note(const TakenRecord& record, const Error& why) {
  report_.add({{}, record.file, std::string(why.message())});
}

Result<std::optional<std::string>> Takeover::text_of(const std::string& id) {
  if (!is_id(id)) return Error(Code::invalid, "The id of a record is no name of a file");
  if (unfinished_ && unfinished_->id == id) {
    if (unfinished_->deleted) return std::optional<std::string>();
    return std::optional<std::string>(unfinished_->json);
  }
  GS_TRY(std::string json, read_json(files_, record_file(id), "The file of record " + id));
  return std::optional<std::string>(std::move(json));
}

Result<std::optional<TakenRecord>> Takeover::checked(const std::string& id, const std::string& json,
                                                     bool notes) {
  const auto entry = entry_of(json);
  if (!entry) return Error(Code::damaged, "The file of record " + id + " holds no record");
  GS_TRY(const Block written, block(entry->block));
  if (written.id != id || written.data_hash != crypto::sha256(as_bytes(entry->data)).text()) {
    return Error(Code::broken_chain, "Storage record " + id + " is invalid");
  }
  TakenRecord record{id, record_file(id), {}, {}, entry->encrypted};
  const auto newest = newest_.find(id);
  if (newest != newest_.end() && newest->second.hash != entry->block) {
    const bool deleted = newest->second.deleted;
    const Error old(Code::conflict, deleted ? "the chain says that this record was deleted"
                                            : "the chain has a newer version of this record");
    if (notes) note(record, old);
    if (deleted) return std::optional<TakenRecord>();
  }
  std::string plain(entry->data);
  if (entry->encrypted) {
    GS_TRY(plain, decrypted(entry->data));
  }
  if (entry->encrypted && !decrypt_) {
    record.json = member_of(kEncrypted, entry->data);
  } else {
    GS_TRY_OK(shape(plain, record));
  }
  return std::optional<TakenRecord>(std::move(record));
}

Result<std::string> Takeover::decrypted(std::string_view text) const {
  if (!key_) return Error(Code::not_found, no_key_);
  GS_TRY(const std::string json, key_->decrypt(unquote(text).value_or(std::string())));
  std::string plain = without_blanks(json);
  if (record::check_json(without_forms(plain, Outermost::value)).ok()) return plain;
  return Error(Code::damaged, "The decrypted value is no JSON");
}

}  // namespace gs::cli
