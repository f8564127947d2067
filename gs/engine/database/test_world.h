// A database in RAM that tests can talk to in JSON: one world has files, a clock, random numbers
// from a seed, and no threads. Each call is one transaction unless a Batch says otherwise.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gs/core/record/json.h"
#include "gs/engine/database/database.h"
#include "gs/engine/database/scan.h"
#include "gs/engine/database/staging.h"
#include "gs/platform/memory/manual_clock.h"
#include "gs/platform/memory/memory_file_system.h"
#include "gs/platform/memory/seeded_random.h"

namespace gs::engine::testing {

using Content = std::map<Id, std::string>;
using Files = std::map<std::string, Buffer>;

// Larger than any file of a test.
inline constexpr std::uint64_t kFileBytesMax = std::uint64_t{1} << 30;

inline std::string json_of(const record::RecordView& record) {
  std::string text;
  record::append_json(record, text);
  return text;
}

inline Id id_of_key(std::string_view collection, std::string_view key) {
  return record::keyed_id(record::collection_id(collection), key);
}

// Operations that take effect all or none.
class Batch {
 public:
  explicit Batch(std::shared_ptr<Database> db) : db_(std::move(db)), state_(db_->begin()) {}
  ~Batch() { db_->recycle(std::move(state_)); }
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;

  Result<Id> insert(std::string_view collection, std::string_view json) {
    GS_TRY(const record::Encoded encoded, state_->encoder.encode_json(collection, json));
    Id id;
    GS_TRY_OK(Staging(*state_).stage_insert(encoded, id));
    return id;
  }
  Result<Id> put(std::string_view collection, std::string_view key, std::string_view json) {
    GS_TRY(const record::Encoded encoded, state_->encoder.encode_json(collection, json, key));
    const Id id = id_of_key(collection, key);
    GS_TRY_OK(Staging(*state_).stage_keyed(encoded, id));
    return id;
  }
  Error set(const Id& id, std::string_view collection, std::string_view json) {
    GS_TRY(const record::Encoded encoded, state_->encoder.encode_json(collection, json));
    return Staging(*state_).stage(graph::Kind::set, id, encoded);
  }
  Error update(const Id& id, std::string_view json) {
    GS_TRY(const record::Encoded encoded, state_->encoder.encode_delta_json({}, json));
    return Staging(*state_).stage(graph::Kind::update, id, encoded);
  }
  Error add(const Id& id, std::string_view field, double addition) {
    return Staging(*state_).stage_add(id, nullptr, field, addition);
  }
  // `elements`: a JSON array.
  Error change(const Id& id, const std::string& field, merge::Rule change,
               const std::string& elements) {
    const std::string json = "{\"" + field + "\":" + elements + "}";
    GS_TRY(const record::Encoded encoded, state_->encoder.encode_delta_json({}, json));
    return Staging(*state_).stage_elements(id, nullptr, field, change, encoded);
  }
  // `change`: what is given, or an array of that and what is removed, as JSON.
  Error give_members(const Id& id, const std::string& field, const std::string& change) {
    const std::string json = "{\"" + field + "\":" + change + "}";
    GS_TRY(const record::Encoded encoded, state_->encoder.encode_delta_json({}, json));
    return Staging(*state_).stage_members(id, nullptr, encoded);
  }
  Error splice(const Id& id, std::string_view field, const TextEdit& edit) {
    return Staging(*state_).stage_edits(id, nullptr, field, std::span(&edit, 1));
  }
  Error mark(const Id& id, std::string_view field, StagedMark mark) {
    return Staging(*state_).stage_mark(id, nullptr, field, std::move(mark));
  }
  Error edit_list(const Id& id, std::string_view field, const ListEdit& edit) {
    return Staging(*state_).stage_list_edit(id, nullptr, field, edit);
  }
  Error edit_tree(const Id& id, std::string_view field, merge::TreeEdit edit) {
    return Staging(*state_).stage_tree_edit(id, nullptr, field, std::move(edit)).error();
  }
  Error remove(const Id& id) { return Staging(*state_).stage_remove(id); }
  Error expect(const Id& id, const Digest& version) {
    return Staging(*state_).stage_expect(id, version);
  }
  Error expect_absent(const Id& id) { return Staging(*state_).stage_expect(id, Digest{}); }
  // Whether there will be something in the log.
  bool writes() const {
    const auto& all = state_->operations;
    return std::any_of(all.begin(), all.end(),
                       [](const auto& one) { return one.kind != graph::Kind::expect; });
  }
  Error commit(Durability durability = Durability::batch) {
    GS_TRY([[maybe_unused]] const Sequence sequence, db_->commit(*state_, durability));
    return {};
  }

 private:
  std::shared_ptr<Database> db_;
  std::unique_ptr<TransactionState> state_;
};

// An open database with the calls that tests repeat.
struct Store {
  std::shared_ptr<Database> db;

  Database* operator->() const { return db.get(); }

  Result<Id> insert(std::string_view collection, std::string_view json) const {
    Batch batch(db);
    GS_TRY(const Id id, batch.insert(collection, json));
    GS_TRY_OK(batch.commit());
    return id;
  }
  Result<Id> put(std::string_view collection, std::string_view key, std::string_view json) const {
    Batch batch(db);
    GS_TRY(const Id id, batch.put(collection, key, json));
    GS_TRY_OK(batch.commit());
    return id;
  }
  Error set(const Id& id, std::string_view collection, std::string_view json) const {
    Batch batch(db);
    GS_TRY_OK(batch.set(id, collection, json));
    return batch.commit();
  }
  Error update(const Id& id, std::string_view json) const {
    Batch batch(db);
    GS_TRY_OK(batch.update(id, json));
    return batch.commit();
  }
  Error remove(const Id& id) const {
    Batch batch(db);
    GS_TRY_OK(batch.remove(id));
    return batch.commit();
  }
  // The record as JSON, or the name of the error in angle brackets.
  std::string text(const Id& id) const {
    const auto hold = db->get(id);
    return hold.ok() ? json_of(hold.value()->view())
                     : std::string("<") + code_name(hold.code()) + ">";
  }
  std::string text_at(const Id& id, const Version& version) const {
    const auto hold = db->get_at(id, version);
    return hold.ok() ? json_of(hold.value()->view())
                     : std::string("<") + code_name(hold.code()) + ">";
  }
  std::string text_in(const Moment& moment, const Id& id) const {
    Found found;
    if (moment.version->find(id, moment.at, found) != state::Version::Lookup::found)
      return "<not_found>";
    if (found.entry.kind() == state::Entry::Kind::tombstone) return "<not_found>";
    return json_of(db->hold(moment, found)->view());
  }
  Digest version(const Id& id) const {
    return version_digest(db->get(id).value()->found, db->tables());
  }
  Digest head() const { return db->log(1).value().front().digest; }
  Digest digest() const { return db->digest().value().digest; }
  Content content(const Moment& moment) const {
    ScanState scan(db, moment, {}, Id{}, ~std::uint64_t{0});
    Content content;
    while (const state::Met* const met = scan.next()) {
      content[met->entry->id] = json_of(scan.hold(*met)->view());
    }
    return content;
  }
  Content content() const { return content(db->moment()); }
  // What a verification complains about; empty when it is content.
  std::string complaints(const VerifyOptions& options = {}) const {
    const auto report = db->verify(options);
    if (!report.ok()) return report.error().text();
    std::string all;
    for (const VerifySection& section : report->sections) {
      if (!section.ok) all += section.name + ": " + section.detail + "\n";
    }
    return all;
  }
};

inline void read_files(platform::FileSystem& from, const std::string& directory, Files& out) {
  const auto names = from.list(directory);
  for (const std::string& name : names.ok() ? names.value() : std::vector<std::string>()) {
    const std::string path = directory.empty() ? name : directory + "/" + name;
    auto bytes = from.read_whole(path, kFileBytesMax);
    if (bytes.ok()) {
      out[path] = std::move(bytes).value();
    } else {
      read_files(from, path, out);
    }
  }
}

inline Files read_files(platform::FileSystem& from) {
  Files files;
  read_files(from, "", files);
  return files;
}

inline void write_files(platform::FileSystem& to, const Files& files) {
  for (const auto& [path, bytes] : files) {
    const std::size_t slash = path.rfind('/');
    if (slash != std::string::npos) to.make_directory(path.substr(0, slash)).ignore();
    to.write_whole(path, bytes).ignore();
  }
}

// The files as if they had been written here: a copy gets a new writer, and its state is not read.
inline void write_files_at_home(platform::FileSystem& to, const Files& files) {
  write_files(to, files);
  const auto identity = to.identity("keys/writer");
  if (identity.ok() && to.exists("keys/instance").value()) {
    to.write_whole("keys/instance", identity.value()).ignore();
  }
}

// Leaves only what cannot be made again.
inline void lose_state(platform::FileSystem& files) {
  for (const auto& [path, bytes] : read_files(files)) {
    if (path.starts_with("state/") || path == "manifest") files.remove(path).ignore();
  }
}

// The paths of all files that hold these bytes.
inline std::vector<std::string> files_with(platform::FileSystem& files, std::string_view marker) {
  std::vector<std::string> found;
  for (const auto& [path, bytes] : read_files(files)) {
    if (as_text(bytes).find(marker) != std::string_view::npos) found.push_back(path);
  }
  return found;
}

// `FileSystem` is MemoryFileSystem or anything that is handed in by reference.
struct World {
  platform::MemoryFileSystem memory;
  platform::ManualClock clock;
  platform::SeededRandom random;
  platform::FileSystem* files = &memory;
  platform::Executor* background = nullptr;
  Options options;
  std::size_t change_bytes = 4096;
  std::size_t erased_at_once = DatabaseSetup().erased_at_once;
  std::size_t numbers_max = DatabaseSetup().numbers_max;
  std::size_t table_keys_bytes_max = DatabaseSetup().table_keys_bytes_max;
  std::size_t image_bytes_max = DatabaseSetup().image_bytes_max;
  std::size_t references_bytes_max = DatabaseSetup().references_bytes_max;

  explicit World(std::uint64_t seed = 1) : random(seed) {
    options.memory_bytes = std::uint64_t{1} << 20;
    options.checkpoint_log_bytes = std::uint64_t{1} << 20;
    options.segment_bytes = std::uint32_t{64} << 10;
    options.cache_bytes = std::uint64_t{1} << 40;  // runs point into the log
  }

  DatabaseSetup setup(platform::FileSystem& on) {
    DatabaseSetup setup;
    setup.env.files = &on;
    setup.env.clock = &clock;
    setup.env.random = &random;
    setup.env.background = background;
    setup.options = options;
    setup.change_bytes = change_bytes;
    setup.erased_at_once = erased_at_once;
    setup.numbers_max = numbers_max;
    setup.table_keys_bytes_max = table_keys_bytes_max;
    setup.image_bytes_max = image_bytes_max;
    setup.references_bytes_max = references_bytes_max;
    return setup;
  }
  Result<Store> try_create() {
    GS_TRY(auto db, Database::create(setup(*files), {}));
    return Store{std::move(db)};
  }
  Result<Store> try_open(platform::FileSystem& on) {
    GS_TRY(auto db, Database::open(setup(on)));
    return Store{std::move(db)};
  }
  Result<Store> try_open() { return try_open(*files); }
  Store create() { return try_create().value(); }
  Store open(platform::FileSystem& on) { return try_open(on).value(); }
  Store open() { return open(*files); }
};

}  // namespace gs::engine::testing
