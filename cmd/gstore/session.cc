// Opening storages and reading arguments.
#include "cmd/gstore/session.h"

#include "cmd/gstore/support/input.h"
#include "cmd/gstore/support/json_text.h"
#include "cmd/gstore/support/words.h"

namespace gs::cli {
namespace {

constexpr std::size_t kPrefixCharactersMin = 4;  // fewer would name many changes
constexpr std::size_t kDigestCharacters = 64;

void tell_recovery(Session& session, const RecoveryReport& report) {
  if (report.torn_tail_cut) {
    session.terminal.note(
        "gstore: note: an unfinished write at the end of the log was cut: segment " +
        std::to_string(report.cut_segment) + ", offset " + std::to_string(report.cut_offset) +
        ", " + size_text(report.cut_bytes) + ". Nothing acknowledged was lost.");
  }
  if (report.damage.empty()) return;
  session.terminal.note("gstore: warning: " + report.damage.front() +
                        ". The storage is read-only; run `gstore verify --full`.");
}

}  // namespace

Result<Storage> open_storage(Session& session, Access access) {
  Options options;
  options.read_only = access == Access::read;
  // A single command is over before a background thread could help.
  options.threads = access == Access::bulk ? 1 : 0;
  auto opened = Storage::open(session.arguments.directory, options);
  if (!opened) {
    if (opened.code() != Code::not_found) return std::move(opened).error();
    return Error(Code::not_a_storage, std::string(opened.error().message()));
  }
  tell_recovery(session, opened->recovery());
  return opened;
}

Result<std::string> load_content(const std::string& argument) {
  if (argument == "-") return read_all("-", kRowBytesMax);
  if (argument.starts_with('@')) return read_all(argument.substr(1), kRowBytesMax);
  return argument;
}

Id id_of(const Arguments& arguments) {
  return Storage::resolve(arguments.id, arguments.collection);
}

Error about_record(Error error, const Arguments& arguments) {
  if (error.ok()) return error;
  const bool about_it = error.code() == Code::not_found || error.code() == Code::erased;
  if (!about_it || Id::parse(arguments.id)) return error;
  const std::string where =
      arguments.collection.empty() ? std::string() : " of " + arguments.collection;
  return std::move(error).in("key '" + arguments.id + "'" + where);
}

Result<Digest> change_of(const Storage& storage, std::string_view prefix) {
  const bool hex = prefix.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
  const bool long_enough = prefix.size() >= kPrefixCharactersMin;
  if (!hex || !long_enough || prefix.size() > kDigestCharacters) {
    return Error(Code::invalid, "'" + std::string(prefix) +
                                    "' names no change: give the first 4 to 64 hexadecimal "
                                    "characters of its digest. `gstore log` lists them.");
  }
  return storage.find_change(prefix);
}

std::string digests_json(const std::vector<Digest>& digests) {
  std::string out = "[";
  for (const Digest& digest : digests) {
    if (out.size() > 1) out += ',';
    out += '"' + digest.text() + '"';
  }
  return out + ']';
}

void append_record_line(const Record& record, std::string& out) {
  out += "{\"id\":\"";
  out += record.id().text();
  out += "\",\"collection\":";
  append_json_string(record.collection(), out);
  if (!record.key().empty()) {
    out += ",\"key\":";
    append_json_string(record.key(), out);
  }
  out += ",\"data\":";
  record.append_json(out);
  out += '}';
}

}  // namespace gs::cli
