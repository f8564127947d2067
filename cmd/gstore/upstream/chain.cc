// Reading blocks.
#include "cmd/gstore/upstream/chain.h"

#include "cmd/gstore/support/json_text.h"
#include "cmd/gstore/upstream/plain_json.h"
#include "gs/core/crypto/sha256.h"
#include "gs/core/record/json.h"

namespace gs::cli {
namespace {

constexpr std::string_view kFolder = "blockchain";
constexpr std::string_view kBlockSuffix = ".json";
// What the engine takes as one value, and the members around it.
constexpr std::uint64_t kFileBytesMax = record::kJsonBytesMax + 4096;

std::string block_path(std::string_view name) {
  return std::string(kFolder) + '/' + std::string(name);
}

// Digest::parse() reads capitals, which no name of a block has.
bool is_hash(std::string_view text) {
  const auto digest = Digest::parse(text);
  return digest && digest->text() == text;
}

std::optional<std::string> text_member(std::string_view json, std::string_view name) {
  const auto raw = find_member(json, name);
  return raw ? unquote(*raw) : std::nullopt;
}

Block block_of(std::string_view json) {
  Block block;
  block.prev = text_member(json, "prev").value_or(std::string());
  const auto data = find_member(json, "data");
  if (!data) return block;
  block.id = text_member(*data, "id");
  block.data_hash = text_member(*data, "hash").value_or(std::string());
  block.deleted = find_member(*data, "deleted") == "true";
  return block;
}

std::string hash_of(std::string_view json) { return crypto::sha256(as_bytes(json)).text(); }

}  // namespace

Result<std::string> read_json(platform::FileSystem& files, const std::string& path,
                              const std::string& what) {
  GS_TRY(const Buffer bytes, files.read_whole(path, kFileBytesMax));
  std::string json = without_blanks(as_text(bytes));
  if (record::check_json(without_forms(json)).ok()) return json;
  return Error(Code::damaged, what + " is no JSON");
}

Result<Chain> Chain::open(platform::FileSystem& files) {
  Chain chain(files);
  if (auto names = files.list(kFolder); !names) return std::move(names).error();
  const std::string path = block_path(".blockchain.json");
  auto json = read_json(files, path, files.display(path));
  if (json.code() == Code::not_found) {
    return Error(Code::broken_chain, files.display(path) + " is missing");
  }
  if (!json) return std::move(json).error();
  chain.tail_ = text_member(*json, "tailHash").value_or(std::string());
  if (is_hash(chain.tail_)) return chain;
  return Error(Code::damaged, files.display(path) + " names no block");
}

Result<std::string> Chain::text_of(const std::string& hash) const {
  const std::string what = "The block " + hash;
  auto json = read_json(*files_, block_path(hash + std::string(kBlockSuffix)), what);
  if (json.code() != Code::not_found) return json;
  auto unfinished = read_json(*files_, block_path(".block.new"), what);
  if (unfinished.ok() && hash_of(*unfinished) == hash) return unfinished;
  return json;
}

Result<Block> Chain::read(const std::string& hash) const {
  constexpr std::size_t kShown = 80;
  Error missing(Code::not_found, "Block not found: " + valid_utf8(hash.substr(0, kShown)));
  if (!is_hash(hash)) return missing;
  auto json = text_of(hash);
  if (json.code() == Code::not_found) return missing;
  if (!json) return std::move(json).error();
  if (json->starts_with('{') && hash_of(*json) == hash) return block_of(*json);
  return Error(Code::broken_chain, "The block " + hash + " does not match its hash");
}

Result<std::vector<std::string>> Chain::list() const {
  GS_TRY(const std::vector<std::string> names, files_->list(kFolder));
  std::vector<std::string> hashes;
  for (const std::string& name : names) {
    if (!name.ends_with(kBlockSuffix)) continue;
    std::string hash = name.substr(0, name.size() - kBlockSuffix.size());
    if (is_hash(hash)) hashes.push_back(std::move(hash));
  }
  return hashes;
}

std::optional<Chain::Unfinished> Chain::unfinished() const {
  auto json = read_json(*files_, block_path(".record.new"), "The unfinished record");
  if (!json || text_member(*json, "block") != tail_) return std::nullopt;
  auto block = read(tail_);
  if (!block || !block->id) return std::nullopt;
  return Unfinished{*block->id, block->deleted, std::move(json).value()};
}

}  // namespace gs::cli
