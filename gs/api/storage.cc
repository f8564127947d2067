// The public Storage over engine::Database: argument checks, JSON in, handles out.

#include "globalstorage/storage.h"

#include <algorithm>
#include <mutex>

#include "gs/api/copies.h"
#include "gs/api/handle.h"
#include "gs/api/runtime.h"
#include "gs/api/staging.h"
#include "gs/api/tree_json.h"
#include "gs/core/record/json.h"
#include "gs/engine/database/keys.h"
#include "gs/engine/database/staging.h"

namespace gs {

using engine::Database;
using graph::Kind;

namespace {

Error check_collection(std::string_view name) {
  if (name.size() <= record::kCollectionNameBytesMax) return {};
  return Error(Code::too_large, "a collection name of " + std::to_string(name.size()) +
                                    " bytes; the limit is " +
                                    std::to_string(record::kCollectionNameBytesMax));
}

// Without a name: in any.
bool is_in(std::string_view collection, const state::Tables& tables, const engine::Found& found) {
  return collection.empty() || tables.shape(found.entry.shape).shape->collection() == collection;
}

Result<std::shared_ptr<Database>> opened(Result<std::shared_ptr<Database>> database,
                                         const Options& options,
                                         std::shared_ptr<api::Ticker>& ticker) {
  if (database.ok() && options.threads > 0 && !options.read_only) {
    ticker = std::make_shared<api::Ticker>(database.value());
  }
  return database;
}

}  // namespace

struct Storage::Impl {
  std::shared_ptr<Database> database;
  std::mutex closing;  // whoever closes at the same time waits, and finds nothing left to do
  std::shared_ptr<api::Ticker> ticker;  // destroyed first: it uses the database
};

const std::shared_ptr<engine::Database>& Storage::database() const noexcept {
  return impl_->database;
}

Storage::Storage(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Storage::Storage(Storage&&) noexcept = default;
Storage& Storage::operator=(Storage&& other) noexcept {
  if (this == &other) return *this;
  const Storage replaced(std::move(impl_));  // closes, also when a Record keeps its database alive
  impl_ = std::move(other.impl_);
  return *this;
}
Storage::~Storage() {
  if (impl_ && impl_->database) close().ignore();  // close() is there for those who want to know
}

Result<Storage> Storage::create(const std::string& directory, const CreateOptions& create,
                                const Options& options) {
  auto impl = std::make_unique<Impl>();
  GS_TRY(impl->database, opened(Database::create(api::native_setup(directory, options), create),
                                options, impl->ticker));
  return Storage(std::move(impl));
}

Result<Storage> Storage::open(const std::string& directory, const Options& options) {
  auto impl = std::make_unique<Impl>();
  GS_TRY(impl->database,
         opened(Database::open(api::native_setup(directory, options)), options, impl->ticker));
  return Storage(std::move(impl));
}

Result<Storage> Storage::open_or_create(const std::string& directory, const Options& options) {
  auto storage = open(directory, options);
  if (storage.code() != Code::not_a_storage || options.read_only) return storage;
  return create(directory, {}, options);
}

Error Storage::close() {
  const std::lock_guard lock(impl_->closing);
  impl_->ticker.reset();
  return impl_->database->close();
}

Digest Storage::id() const { return impl_->database->storage(); }
Digest Storage::writer() const { return impl_->database->writer(); }
const RecoveryReport& Storage::recovery() const { return impl_->database->recovery(); }
bool Storage::read_only() const { return impl_->database->read_only(); }

Transaction Storage::begin() { return Transaction(impl_->database->begin()); }

Result<Id> Storage::insert(std::string_view collection, std::string_view json) {
  Transaction tx = begin();
  GS_TRY(const Id id, tx.insert(collection, json));
  GS_TRY([[maybe_unused]] const Ticket ticket, tx.commit());
  return id;
}

Result<Id> Storage::insert(std::string_view collection, const Object& object) {
  Transaction tx = begin();
  GS_TRY(const Id id, tx.insert(collection, object));
  GS_TRY([[maybe_unused]] const Ticket ticket, tx.commit());
  return id;
}

Result<Id> Storage::put(std::string_view collection, std::string_view key, std::string_view json) {
  Transaction tx = begin();
  GS_TRY(const Id id, tx.put(collection, key, json));
  GS_TRY([[maybe_unused]] const Ticket ticket, tx.commit());
  return id;
}

Error Storage::set(const Id& id, std::string_view json) {
  Transaction tx = begin();
  GS_TRY_OK(tx.set(id, json));
  GS_TRY([[maybe_unused]] const Ticket ticket, tx.commit());
  return {};
}

Error Storage::update(const Id& id, std::string_view json) {
  Transaction tx = begin();
  GS_TRY_OK(tx.update(id, json));
  GS_TRY([[maybe_unused]] const Ticket ticket, tx.commit());
  return {};
}

Error Storage::remove(const Id& id) {
  Transaction tx = begin();
  GS_TRY_OK(tx.remove(id));
  GS_TRY([[maybe_unused]] const Ticket ticket, tx.commit());
  return {};
}

// A value that only the schema gives is written on condition that nobody wrote since; who loses
// that race looks again.
Error Storage::add(const Id& id, std::string_view field, std::int64_t addition) {
  Error lost;
  for (int i = 0; i < api::kTriesMax; ++i) {
    Transaction tx = begin();
    GS_TRY_OK(tx.add(id, field, addition));
    auto committed = tx.commit();
    if (committed.ok()) return {};
    if (committed.code() != Code::conflict) return std::move(committed).error();
    lost = std::move(committed).error();
  }
  return lost;
}

Result<Record> Storage::get(const Id& id) const {
  GS_TRY(auto hold, impl_->database->get(id));
  return api::make_record(std::move(hold));
}

Result<Record> Storage::get(const Id& id, const Version& version) const {
  GS_TRY(auto hold, impl_->database->get_at(id, version));
  return api::make_record(std::move(hold));
}

Result<std::vector<TreeNode>> Storage::tree_nodes(const Id& id, std::string_view field) const {
  GS_TRY(const std::string array, impl_->database->tree_array(id, field));
  return api::tree_nodes_of(array);
}

bool Storage::has(const Id& id) const {
  const engine::Moment now = impl_->database->moment();
  engine::Found found;
  return now.version->find(id, now.at, found) == state::Version::Lookup::found &&
         found.entry.kind() != state::Entry::Kind::tombstone;
}

Id Storage::resolve(std::string_view text, std::string_view collection) {
  if (const auto id = record::said_id(text)) return *id;
  return record::keyed_id(record::collection_id(collection), text);
}

Id Storage::find_id(std::string_view text, std::string_view collection) const {
  const std::optional<Id> said = record::said_id(text);
  const Database& database = *impl_->database;
  const engine::Moment now = database.moment();
  engine::Found found;
  const bool is_there = said && database.find_stored(now, *said, found);
  if (is_there && is_in(collection, database.tables(), found)) return *said;
  const Id keyed = record::keyed_id(record::collection_id(collection), text);
  // A record of another collection is not the one that is meant; one that was deleted may be.
  const bool is_key =
      !said || is_there || now.version->find(keyed, now.at, found) == state::Version::Lookup::found;
  return is_key ? keyed : *said;
}

std::vector<std::string> Storage::collections() const {
  const state::Tables& tables = impl_->database->tables();
  std::vector<std::string> names;
  for (std::uint32_t i = 0; i < tables.collection_count(); ++i) {
    if (!tables.collection(i).name.empty()) names.push_back(tables.collection(i).name);
  }
  const auto catalog = impl_->database->catalog();
  if (catalog == nullptr) return names;
  for (const auto& rules : catalog->collections()) {
    const std::string& name = rules->collection();
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  return names;
}

bool Storage::is_in_memory(std::string_view collection) const {
  const auto catalog = impl_->database->catalog();
  const rules::Rules* const rules = catalog == nullptr ? nullptr : catalog->find(collection);
  return rules != nullptr && rules->in_memory();
}

Error Storage::wait(Ticket ticket) { return impl_->database->wait(ticket.sequence); }
Error Storage::sync() { return impl_->database->sync(); }

Result<BlobRef> Storage::put_blob(Bytes bytes) { return impl_->database->put_blob(bytes); }
Result<Buffer> Storage::get_blob(const BlobRef& blob) const {
  return impl_->database->get_blob(blob);
}

Result<std::vector<ChangeInfo>> Storage::log(std::uint64_t newest_first_count) const {
  return impl_->database->log(newest_first_count);
}
Error Storage::log(std::uint64_t newest_first_count, const TakeChangeInfo& take,
                   const std::optional<Version>& version) const {
  return impl_->database->log(newest_first_count, take, version);
}
Result<Blame> Storage::blame(const Id& id, const std::optional<Version>& version) const {
  return impl_->database->blame(id, version);
}
Result<Reverted> Storage::revert(const Digest& change) { return impl_->database->revert(change); }
Result<Reverted> Storage::undo() { return impl_->database->undo(); }
Result<Reverted> Storage::redo() { return impl_->database->redo(); }
Error Storage::diff(const Version& before, const std::optional<Version>& after,
                    const DiffOptions& options, const TakeDifference& take) const {
  return impl_->database->diff(before, after, options, take);
}
Result<ChangeInfo> Storage::change(const Digest& digest,
                                   std::vector<OperationInfo>* operations) const {
  return impl_->database->change(digest, operations);
}
Result<std::vector<HistoryEntry>> Storage::history(const Id& id,
                                                   std::uint64_t newest_first_count) const {
  return impl_->database->history(id, newest_first_count);
}
Result<Conflict> Storage::conflicts(const Id& id) const { return impl_->database->conflicts(id); }
Result<std::vector<Conflict>> Storage::conflicts(std::uint64_t most) const {
  return impl_->database->conflicts(most);
}
Result<Digest> Storage::find_change(std::string_view prefix) const {
  return impl_->database->find_change(prefix);
}
Result<Version> Storage::find_version(std::string_view text) const {
  return impl_->database->find_version(text);
}
Result<Divergence> Storage::divergence(const Version& version, const Version& other) const {
  return impl_->database->divergence(version, other);
}
Result<std::vector<NamedVersion>> Storage::named_versions() const {
  return impl_->database->references();
}
Error Storage::name_version(NamedVersion::Kind kind, std::string_view name,
                            const std::optional<Version>& version, Naming naming) {
  return impl_->database->name_version(kind, name, version, naming);
}
Error Storage::rename_version(NamedVersion::Kind kind, std::string_view from, std::string_view to) {
  return impl_->database->rename_version(kind, from, to);
}
Error Storage::remove_version_name(NamedVersion::Kind kind, std::string_view name) {
  return impl_->database->remove_version_name(kind, name);
}
Result<std::string> Storage::branch() const { return impl_->database->branch(); }
Error Storage::checkout(std::string_view name) { return impl_->database->checkout(name); }
Result<MergeReport> Storage::merge(std::string_view what, const MergeOptions& options) {
  return impl_->database->merge(what, options);
}
Result<VerifyReport> Storage::verify(const VerifyOptions& options) const {
  return impl_->database->verify(options);
}
Result<std::string> Storage::proof(const Id& id) const { return impl_->database->proof(id); }
Result<std::uint64_t> Storage::erase(const Id& id, std::string_view reason,
                                     const Progress& progress) {
  return impl_->database->erase(id, reason, progress);
}
Result<StateDigest> Storage::digest() const { return impl_->database->digest(); }

Result<Stats> Storage::stats() const { return impl_->database->stats(); }
Error Storage::checkpoint() { return impl_->database->checkpoint(); }
Error Storage::compact(const Progress& progress) { return impl_->database->compact(progress); }

Error Storage::backup(const std::string& directory, const Progress& progress) const {
  const auto target = api::native_files(directory);
  return impl_->database->backup(*target, progress);
}

Error api::copy_with_new_writer(const std::string& from, const std::string& to,
                                const TellDamage& damaged, const Progress& progress) {
  Options read_only;
  read_only.read_only = true;
  Error lacking;
  {
    // Opening checks that it is a storage whose log can be read, and replays it.
    GS_TRY(const auto source, Database::open(native_setup(from, read_only)));
    if (!source->recovery().damage.empty()) return damaged(source->recovery().damage.front());
    const auto target = native_files(to);
    Error error = source->restore(*target, lacking, progress);
    GS_TRY_OK(source->close());
    if (error) return error;
  }
  // The first open of the copy mints its own writer, as it finds no keys.
  GS_TRY(Storage copy, Storage::open(to));
  GS_TRY_OK(copy.close());
  return lacking;
}

Error Storage::restore(const std::string& backup, const std::string& directory,
                       const Progress& progress) {
  const auto damaged = [&](const std::string& first) {
    return Error(Code::damaged, "the backup " + backup + " is damaged: " + first +
                                    ". Restore another one; `gstore -d " + backup +
                                    " verify` shows the extent of the damage");
  };
  return api::copy_with_new_writer(backup, directory, damaged, progress);
}

const char* version() noexcept { return engine::kEngineVersion; }

// --- Transaction ---

Transaction::Transaction(std::unique_ptr<engine::TransactionState> state)
    : state_(std::move(state)) {}
Transaction::Transaction(Transaction&&) noexcept = default;
Transaction& Transaction::operator=(Transaction&& other) noexcept = default;
Transaction::~Transaction() {
  if (state_ == nullptr || state_->db == nullptr) return;
  const auto database = state_->db;  // recycle() lets go of it
  database->recycle(std::move(state_));
}

namespace {

using api::layout_of;
using engine::TransactionState;

Result<record::Encoded> encode(TransactionState& tx, std::string_view collection,
                               std::string_view key, const record::Layout* layout,
                               std::string_view json) {
  return tx.encoder.encode_json(collection, json, key, layout);
}
Result<record::Encoded> encode(TransactionState& tx, std::string_view collection,
                               std::string_view key, const record::Layout* layout,
                               const Object& object) {
  return tx.encoder.encode(collection, object, key, layout);
}
Result<record::Encoded> encode(TransactionState& tx, std::string_view collection,
                               std::string_view key, const record::Layout* layout,
                               const ObjectBytes& object) {
  return tx.encoder.encode_object(collection, object.content, key, layout);
}
Result<record::Encoded> encode_delta(TransactionState& tx, const record::Layout* layout,
                                     const ObjectBytes& object) {
  return tx.encoder.encode_delta_object({}, object.content, layout);
}
Result<record::Encoded> encode_delta(TransactionState& tx, const record::Layout* layout,
                                     std::string_view json) {
  return tx.encoder.encode_delta_json({}, json, layout);
}
Result<record::Encoded> encode_delta(TransactionState& tx, const record::Layout* layout,
                                     const Object& object) {
  return tx.encoder.encode_delta({}, object, layout);
}

// A whole record as its schema lays it out, and as it wants it.
template <typename Content>
Result<record::Encoded> encode_record(TransactionState& tx, std::string_view collection,
                                      std::string_view key, const Content& content) {
  const rules::Rules* const rules = tx.db->rules_of(tx, collection);
  auto encoded = encode(tx, collection, key, layout_of(rules), content);
  if (encoded.ok()) GS_TRY_OK(tx.db->check_record(tx, rules, *encoded));
  return encoded;
}

template <typename Content>
Result<Id> insert_record(TransactionState& tx, std::string_view collection,
                         const Content& content) {
  GS_TRY_OK(check_collection(collection));
  GS_TRY(const record::Encoded encoded, encode_record(tx, collection, {}, content));
  Id id;
  GS_TRY_OK(engine::Staging(tx).stage_insert(encoded, id));
  return id;
}

template <typename Content>
Result<Id> put_record(TransactionState& tx, std::string_view collection, std::string_view key,
                      const Content& content) {
  GS_TRY_OK(check_collection(collection));
  if (!record::is_foreign_key(key)) {
    return Error(Code::invalid,
                 "a key of " + std::to_string(key.size()) + " bytes; keys have 1 to 1024 bytes");
  }
  GS_TRY(const record::Encoded encoded, encode_record(tx, collection, key, content));
  const Id id = record::keyed_id(encoded.shape->collection_id(), key);
  GS_TRY_OK(engine::Staging(tx).stage_keyed(encoded, id));
  return id;
}

// Where a record that is going to be replaced belongs: its collection and key never change.
struct Home {
  std::string collection;
  std::string key;
};

Result<Home> home_of(TransactionState& tx, const Id& id) {
  const engine::StagedOperation* staged = engine::Staging(tx).staged_content(id);
  if (staged != nullptr && staged->shape != nullptr) {
    const record::RecordView record(staged->shape->get(), tx.record(*staged));
    return Home{(*staged->shape)->collection(), std::string(record.key())};
  }
  const engine::Moment now = tx.db->moment();
  engine::Found found;
  GS_TRY_OK(tx.db->find_now(now, id, found));
  const record::Shape* const shape = tx.db->tables().shape(found.entry.shape).shape.get();
  const record::RecordView record(shape, found.record);
  return Home{shape->collection(), std::string(record.key())};
}

template <typename Content>
Error set_record(TransactionState& tx, const Id& id, const Content& content) {
  GS_TRY(const Home home, home_of(tx, id));
  GS_TRY(const record::Encoded encoded, encode_record(tx, home.collection, home.key, content));
  return engine::Staging(tx).stage(Kind::set, id, encoded);
}

// Without a schema nothing is asked about the record: the commit finds it, or not.
template <typename Content>
Error update_record(TransactionState& tx, const Id& id, const Content& content) {
  const rules::Rules* rules = nullptr;
  if (tx.catalog != nullptr) {
    GS_TRY(rules, api::rules_of_record(tx, id));
  }
  GS_TRY(const record::Encoded encoded, encode_delta(tx, layout_of(rules), content));
  return engine::Staging(tx).stage_update(id, rules, encoded);
}

Error add_to_record(TransactionState& tx, const Id& id, std::string_view field,
                    std::int64_t addition) {
  constexpr std::int64_t kAdditionMax = std::int64_t{1} << 53;
  if (addition < -kAdditionMax || addition > kAdditionMax) {
    return Error(Code::too_large, "at most 9,007,199,254,740,992 is added at once, either way");
  }
  if (field.empty()) return Error(Code::invalid, "a field has a name");
  const rules::Rules* rules = nullptr;
  if (tx.catalog != nullptr) {
    GS_TRY(rules, api::rules_of_record(tx, id));
  }
  return engine::Staging(tx).stage_add(id, rules, field, static_cast<double>(addition));
}

}  // namespace

Result<const rules::Rules*> api::rules_of_record(TransactionState& tx, const Id& id) {
  GS_TRY(const Home home, home_of(tx, id));
  return tx.db->rules_of(tx, home.collection);
}

Result<Id> Transaction::insert(std::string_view collection, std::string_view json) {
  return insert_record(*state_, collection, json);
}

Result<Id> Transaction::insert(std::string_view collection, const Object& object) {
  return insert_record(*state_, collection, object);
}

Result<Id> Transaction::insert(std::string_view collection, ObjectBytes object) {
  return insert_record(*state_, collection, object);
}

Result<Id> Transaction::put(std::string_view collection, std::string_view key,
                            std::string_view json) {
  return put_record(*state_, collection, key, json);
}
Result<Id> Transaction::put(std::string_view collection, std::string_view key, ObjectBytes object) {
  return put_record(*state_, collection, key, object);
}

Error Transaction::set(const Id& id, std::string_view json) {
  return set_record(*state_, id, json);
}
Error Transaction::set(const Id& id, const Object& object) {
  return set_record(*state_, id, object);
}
Error Transaction::set(const Id& id, ObjectBytes object) { return set_record(*state_, id, object); }
Error Transaction::update(const Id& id, std::string_view json) {
  return update_record(*state_, id, json);
}
Error Transaction::update(const Id& id, const Object& object) {
  return update_record(*state_, id, object);
}

Error Transaction::update(const Id& id, ObjectBytes object) {
  return update_record(*state_, id, object);
}

Error Transaction::add(const Id& id, std::string_view field, std::int64_t addition) {
  return add_to_record(*state_, id, field, addition);
}

Error Transaction::remove(const Id& id) { return engine::Staging(*state_).stage_remove(id); }
Error Transaction::expect(const Id& id, const Digest& version) {
  return engine::Staging(*state_).stage_expect(id, version);
}
Error Transaction::expect_absent(const Id& id) {
  return engine::Staging(*state_).stage_expect(id, Digest{});
}

std::size_t Transaction::operations() const noexcept { return state_->size(); }

Result<Ticket> Transaction::commit() { return commit(state_->db->default_durability()); }

Result<Ticket> Transaction::commit(Durability durability) {
  GS_TRY(const engine::Sequence sequence, state_->db->commit(*state_, durability));
  return Ticket{sequence};
}

}  // namespace gs
