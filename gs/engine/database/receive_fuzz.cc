// Changes of two honest writers and of strangers, as a hostile network may bring them: two copies
// of one storage get the same ones in two orders and must take the same, have the same state, be
// found right by verification, and take writes.
//
// The input edits the list of what comes: at most sixteen edits, four bytes each: what, and three
// values. Some harm bytes, whose digests and signatures then are wrong; `lie` adds a change of a
// stranger that is signed right and says to have seen what the values pick.
//
// Made inputs of a test: 500
#include "gs/engine/database/test_stranger.h"

namespace {

using namespace gs;                   // NOLINT(google-build-using-namespace): a program of one file
using namespace gs::engine;           // NOLINT(google-build-using-namespace)
using namespace gs::engine::testing;  // NOLINT(google-build-using-namespace)

constexpr std::size_t kEditBytes = 4;
// More leave nothing right, and each lie costs a signature.
constexpr std::size_t kEditsMax = 16;
constexpr std::size_t kChangesMax = 24;
constexpr std::size_t kLiesMax = 4;
constexpr std::size_t kVerifiedEvery = 3;  // of the lengths of inputs

struct WriteStamp {
  graph::Hlc hlc = 0;
  graph::Writer writer;
};

Error keep(std::vector<Buffer>& changes, Bytes change) {
  changes.emplace_back(change.begin(), change.end());
  return {};
}

void receive(const Store& store, const Buffer& change) {
  const Bytes bytes(change);
  ReceiveReport report;
  const Error error = store->receive({&bytes, 1}, report);
  GS_CHECK(error.ok() || !graph::ChangeView::parse(change).ok());
}

// From the last to the first, in one call, which takes changes only.
void receive_backwards(const Store& store, const std::vector<Buffer>& list) {
  std::vector<Bytes> changes;
  for (auto change = list.rbegin(); change != list.rend(); ++change) {
    if (graph::ChangeView::parse(*change).ok()) changes.emplace_back(*change);
  }
  ReceiveReport report;
  GS_CHECK(store->receive(changes, report).ok());
}

// What is right: two writers who write apart, and then one upon the other.
struct Honest {
  Files files;
  Digest storage;
  std::vector<Buffer> changes;
  std::vector<Digest> digests;  // of these, and before them the heads of what both copies have
  std::vector<WriteStamp> stamps;
  std::vector<Id> ids;

  Honest() {
    World world;
    Store first = world.create();
    storage = first->storage();
    ids.push_back(first.put("City", "kyiv", R"({"n":0,"m":0})").value());
    ids.push_back(first.insert("City", R"({"n":0})").value());
    GS_CHECK(first->sync().ok());
    for (const Digest& head : first->heads()) digests.push_back(head);
    files = read_files(world.memory);
    std::erase_if(files, [](const auto& file) { return file.first.starts_with("keys/"); });
    platform::MemoryFileSystem disk;
    write_files(disk, files);
    const Store second = world.open(disk);
    note(first, ids[0]);
    note(first, ids[1]);

    const auto base = first->heads();
    GS_CHECK(first.update(ids[0], R"({"n":1})").ok());
    note(first, ids[0]);
    ids.push_back(first.insert("City", R"({"n":2})").value());
    note(first, ids[2]);
    GS_CHECK(second.put("City", "kyiv", R"({"m":3})").ok());
    note(second, ids[0]);
    GS_CHECK(second.remove(ids[1]).ok());
    GS_CHECK(first->changes_since(base, [&](Bytes one) { return keep(changes, one); }).ok());
    for (const Buffer& change : changes) receive(second, change);
    GS_CHECK(second.update(ids[2], R"({"n":4})").ok());
    note(second, ids[2]);
    changes.clear();
    GS_CHECK(second->changes_since(base, [&](Bytes one) { return keep(changes, one); }).ok());
    for (const Buffer& change : changes) {
      digests.push_back(graph::ChangeView::parse(change).value().digest());
    }
  }

 private:
  void note(const Store& store, const Id& id) {
    const auto hold = store->get(id).value();
    stamps.push_back({hold->found.entry.hlc, store->tables().writer(hold->found.entry.writer)});
  }
};

class Network {
 public:
  explicit Network(const Honest& honest) : honest_(honest), list_(honest.changes) {}

  const std::vector<Buffer>& list() const { return list_; }

  void edit(const std::uint8_t* input) {
    if (list_.empty()) return;
    const std::size_t at = input[1] % list_.size();
    const std::size_t other = input[2] % list_.size();
    Buffer& change = list_[at];
    switch (input[0] % Edit::kEdits) {
      case Edit::swap:
        std::swap(list_[at], list_[other]);
        break;
      case Edit::drop:
        list_.erase(list_.begin() + static_cast<std::ptrdiff_t>(at));
        break;
      case Edit::twice:
        if (list_.size() < kChangesMax) list_.push_back(Buffer(change));
        break;
      case Edit::flip:
        change[(input[2] + std::size_t{256} * input[3]) % change.size()] ^= 1;
        break;
      case Edit::splice:
        join(change, list_[other], input[3] * std::size_t{8});
        break;
      case Edit::cut:
        change.resize(std::max<std::size_t>(8, change.size() / 256 * input[3]));
        break;
      default:
        if (lies_ < kLiesMax && list_.size() < kChangesMax) lie(input);
    }
  }

 private:
  enum Edit : std::uint8_t {
    swap,
    drop,
    twice,
    flip,
    splice,
    cut,
    lie_first,
    lie_last = 11,
    kEdits
  };

  // The head of one and the tail of the other, as long as it was: sizes mostly fit.
  static void join(Buffer& change, const Buffer& other, std::size_t from) {
    for (std::size_t i = from; i < std::min(change.size(), other.size()); ++i) change[i] = other[i];
  }

  // Upon one change, or two; with the stamp of any write, or one beside it; of any record.
  void lie(const std::uint8_t* input) {
    Stranger stranger(honest_.storage, static_cast<std::uint8_t>(100 + lies_++));
    const WriteStamp& seen = honest_.stamps[input[3] % honest_.stamps.size()];
    stranger.parents = {honest_.digests[input[2] % honest_.digests.size()]};
    const Digest& more = honest_.digests[input[2] / 16 % honest_.digests.size()];
    if (more != stranger.parents[0]) stranger.parents.push_back(more);
    stranger.hlc = honest_.stamps.back().hlc + (graph::Hlc{input[2]} << 8) + 1;
    if (input[1] >= 192) stranger.hlc = seen.hlc;
    const graph::Hlc off = input[3] / 64 % 4 == 3 ? 1 : 0;
    std::vector<StrangeOperation> operations = write(input, seen.hlc + off);
    stranger.writers = {seen.writer};
    if (operations.back().kind == static_cast<std::uint8_t>(graph::Kind::update) &&
        input[3] / 32 % 2 == 1) {
      see_beside_truth(operations.back(), stranger.writers);
    }
    list_.push_back(stranger.change(operations));
  }

  // The stamp as that of the first field, beside the base that the record had for everybody.
  void see_beside_truth(StrangeOperation& update, std::vector<graph::Writer>& writers) const {
    const WriteStamp& base = honest_.stamps[*update.id == honest_.ids[0] ? 0 : 1];
    const graph::Hlc seen = load_u64(update.payload.data());
    const bool is_same = writers[0] == base.writer;
    graph::put_overwritten(update.payload.data(), base.hlc, 0, 1);
    std::uint8_t exception[graph::kExceptionBytes];
    graph::put_exception(exception, {0, std::uint16_t(is_same ? 0 : 1), seen, 0});
    update.payload.insert(update.payload.begin() + graph::kOverwrittenBytes, exception,
                          exception + graph::kExceptionBytes);
    if (!is_same) writers.insert(writers.begin(), base.writer);
  }

  std::vector<StrangeOperation> write(const std::uint8_t* input, graph::Hlc seen) {
    using graph::Kind;
    const Id& id = honest_.ids[input[1] % honest_.ids.size()];
    const bool is_keyed = id == honest_.ids[0];
    const Kind kind = std::array{Kind::update, Kind::set, Kind::remove}[input[1] / 4 % 3];
    record::Encoder encoder(std::make_shared<record::ShapeCache>());
    std::vector<StrangeOperation> all(2);
    StrangeOperation& write = all[1];
    write.kind = static_cast<std::uint8_t>(kind);
    write.id = id;
    write.payload.resize(graph::kOverwrittenBytes);
    graph::put_overwritten(write.payload.data(), seen, 0, 0);
    if (kind == Kind::remove) return {write};
    const auto key = is_keyed ? std::optional<std::string_view>("kyiv") : std::nullopt;
    const std::string json =
        R"({"n":)" + std::to_string(input[3] % 8) + (input[1] / 16 % 2 == 0 ? "}" : R"(,"z":1})");
    const auto encoded = kind == Kind::update ? encoder.encode_delta_json({}, json)
                         : key
                             ? encoder.encode_json("City", json, *key)
                             : encoder.encode_json(input[1] / 32 % 4 == 3 ? "Town" : "City", json);
    StrangeOperation& define = all[0];
    define.kind = static_cast<std::uint8_t>(Kind::shape);
    define.shape = write.shape = encoded->shape->digest();
    const Bytes definition = encoded->shape->definition();
    define.payload.assign(definition.begin(), definition.end());
    write.payload.insert(write.payload.end(), encoded->bytes.begin(), encoded->bytes.end());
    return all;
  }

  const Honest& honest_;
  std::vector<Buffer> list_;
  std::size_t lies_ = 0;
};

struct Copy {
  platform::MemoryFileSystem disk;
  Store store;

  Copy(World& world, const Honest& honest) {
    write_files(disk, honest.files);
    store = world.open(disk);
  }
};

// With the state made anew from the log: all that is kept up to date beside it is compared.
std::string complaints(const Store& store) {
  VerifyOptions options;
  options.full = true;
  return store.complaints(options);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Honest honest;
  Network network(honest);
  const std::size_t edits = std::min(size / kEditBytes, kEditsMax);
  for (std::size_t i = 0; i < edits; ++i) network.edit(data + i * kEditBytes);

  World world;
  Copy forth(world, honest);
  Copy back(world, honest);
  for (const Buffer& change : network.list()) receive(forth.store, change);
  receive_backwards(back.store, network.list());
  // Of each one it would be a third of the time.
  const bool is_verified = size % kVerifiedEvery == 0;
  GS_CHECK(forth.store->heads() == back.store->heads());
  GS_CHECK(forth.store.digest() == back.store.digest());
  GS_CHECK(forth.store.content() == back.store.content());
  GS_CHECK(!is_verified || complaints(forth.store).empty());
  GS_CHECK(forth.store.put("City", "kyiv", R"({"n":9})").ok());
  return 0;
}
