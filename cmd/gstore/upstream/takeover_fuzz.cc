// A directory of upstream from a stranger: its takeover ends, gives records that the engine can
// read, the same ones each time, and tells a reason for each that it does not give. An intact
// directory is given whole. Hashes are made to fit: bytes that merely differ are refused at once.
//
// The input is one step for each line; `!` in what is written stands for the hash of the newest
// block:
//
//   rID JSON     a record and its block       eID TEXT     the same of an encrypted one
//   dID          a block that deletes         bJSON        any block, which becomes the tail
//   uID JSON     a record that a crash left unfinished, with its block
//   xNAME TEXT   any file
#include <algorithm>
#include <map>

#include "cmd/gstore/support/json_text.h"
#include "cmd/gstore/upstream/plain_json.h"
#include "cmd/gstore/upstream/takeover.h"
#include "gs/base/check.h"
#include "gs/core/crypto/sha256.h"
#include "gs/core/record/encoder.h"
#include "gs/core/record/json.h"
#include "gs/platform/memory/memory_file_system.h"

namespace {

using namespace gs;       // NOLINT(google-build-using-namespace): a program of one file
using namespace gs::cli;  // NOLINT(google-build-using-namespace)

constexpr std::size_t kStepsMax = 32;

std::string hash_of(std::string_view text) { return crypto::sha256(as_bytes(text)).text(); }

// What stands before the first of these, which is taken away with it.
std::string_view cut_at(char end, std::string_view& rest) {
  const std::size_t size = std::min(rest.find(end), rest.size());
  const std::string_view part = rest.substr(0, size);
  rest.remove_prefix(std::min(size + 1, rest.size()));
  return part;
}

bool is_plain_name(std::string_view id) {
  const auto is_plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !id.empty() && id.size() < 32 && std::all_of(id.begin(), id.end(), is_plain);
}

// A directory as upstream writes one, and what a takeover has to find in it.
class Directory {
 public:
  Directory() {
    GS_CHECK(files.make_directory("blockchain").ok());
    GS_CHECK(files.make_directory("data").ok());
    GS_CHECK(files.make_directory("keys").ok());
    add_block("{}");
  }

  void step(std::string_view line) {
    if (line.empty()) return;
    const char what = line.front();
    line.remove_prefix(1);
    if (what == 'b') return add_any_block(line);
    const std::string id(cut_at(' ', line));
    if (what == 'r') save(id, std::string(line), false);
    if (what == 'e') save(id, quoted(line), true);
    if (what == 'd') add_block("{\"id\":" + quoted(id) + ",\"hash\":\"\",\"deleted\":true}");
    if (what == 'u') leave_unfinished(id, line);
    if (what == 'x') put(id, with_tail(line));
    if (what == 'd' || what == 'u' || what == 'x') is_usual = false;
  }

  platform::MemoryFileSystem files;
  // By id, as long as every step was one that upstream makes when nothing happens.
  std::map<std::string, std::string> saved;
  bool is_usual = true;

 private:
  static std::string quoted(std::string_view text) {
    std::string out;
    append_json_string(text, out);
    return out;
  }

  std::string with_tail(std::string_view text) const {
    std::string out;
    for (const char c : text) c == '!' ? out += tail_ : out += c;
    return out;
  }

  // Names that no directory can have are none.
  void put(std::string_view name, std::string_view content) {
    files.write_whole(name, as_bytes(content)).ignore();
  }

  void add_block(std::string_view data) {
    const std::string text = without_blanks(
        "{\"prev\":\"" + tail_ + "\",\"timestamp\":1,\"data\":" + std::string(data) + '}');
    tail_ = hash_of(text);
    put("blockchain/" + tail_ + ".json", text);
    put("blockchain/.blockchain.json", "{\"tailHash\":\"" + tail_ + "\"}");
  }

  void add_any_block(std::string_view data) {
    is_usual = false;
    add_block(with_tail(data));
  }

  std::string add_block_of(const std::string& id, std::string_view json) {
    const std::string hash = hash_of(without_blanks(json));
    add_block("{\"id\":" + quoted(id) + ",\"hash\":\"" + hash + "\"}");
    return "{\"data\":" + std::string(json) + ",\"timestamp\":1,\"block\":\"" + tail_ + '"';
  }

  void save(const std::string& id, const std::string& json, bool is_encrypted) {
    const std::string entry = add_block_of(id, json);
    put("data/" + id + ".json",
        entry + (is_encrypted ? ",\"encrypted\":true}" : ",\"encrypted\":false}"));
    // JSON.stringify writes a name like $type without escapes.
    const bool is_sound =
        is_plain_name(id) && json.find('\\') == std::string::npos &&
        record::check_json(without_forms(without_blanks(json), Outermost::value)).ok();
    is_usual = is_usual && is_sound && !is_encrypted;
    saved[id] = json;
  }

  void leave_unfinished(const std::string& id, std::string_view json) {
    const std::string entry = add_block_of(id, json);
    put("blockchain/.record.new", entry + ",\"encrypted\":false}");
  }

  std::string tail_ = "0";
};

void check_record(const TakenRecord& record) {
  record::Encoder encoder;
  const auto encoded = encoder.encode_json(record.collection, record.json, record.id);
  GS_CHECK(encoded.ok() || encoded.code() == Code::too_large);
}

void check_report(const TakeoverReport& report) {
  GS_CHECK(report.bad >= report.findings.size());
  for (const Finding& finding : report.findings) {
    GS_CHECK(!finding.reason.empty());
    GS_CHECK(finding.file.empty() != finding.block.empty());
    GS_CHECK(valid_utf8(finding.file + finding.block) == finding.file + finding.block);
  }
}

bool same(const std::optional<TakenRecord>& a, const std::optional<TakenRecord>& b) {
  if (!a || !b) return !a && !b;
  return a->json == b->json && a->collection == b->collection && a->encrypted == b->encrypted;
}

void check_takeover(Directory& directory, bool decrypt) {
  const auto opened = Takeover::open(directory.files, decrypt);
  if (!opened) {
    GS_CHECK(!directory.is_usual);
    GS_CHECK(!opened.error().message().empty());
    return;
  }
  Takeover& takeover = **opened;
  std::uint64_t given = 0;
  for (const std::string& id : takeover.ids()) {
    const std::uint64_t bad = takeover.report().bad;
    const auto record = takeover.read(id, false);
    GS_CHECK(takeover.report().bad == bad);
    GS_CHECK(same(record, takeover.read(id, true)));
    if (!record) continue;
    ++given;
    check_record(*record);
    if (directory.is_usual) GS_CHECK(directory.saved.count(id) == 1);
  }
  check_report(takeover.report());
  if (!directory.is_usual) return;
  GS_CHECK(given == directory.saved.size());
  GS_CHECK(takeover.report().bad == 0 && takeover.report().unreachable == 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  Directory directory;
  for (std::size_t steps = 0; steps < kStepsMax && !rest.empty(); ++steps) {
    directory.step(cut_at('\n', rest));
  }
  check_takeover(directory, false);
  check_takeover(directory, true);
  return 0;
}
