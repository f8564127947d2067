// Encodes and decodes a checkpoint file; decoding trusts no count and no number.

#include "gs/storage/state/checkpoint_codec.h"

#include <algorithm>
#include <functional>
#include <string>

#include "gs/base/endian.h"

namespace gs::state {
namespace {

constexpr std::uint32_t kCheckpointMagic = 0x31707367;  // "gsp1"
constexpr std::uint16_t kPlainVersion = 1;              // neither schema, index nor reference
constexpr std::uint16_t kSchemaVersion = 2;             // no reference
constexpr std::uint16_t kReferencesVersion = 3;         // references, and perhaps the others
constexpr std::uint16_t kBranchesVersion = 4;           // the same, and branches
constexpr std::size_t kHeadBytes = 88;
constexpr std::size_t kCollectionBytes = 24;  // without the name
constexpr std::size_t kShapeBytes = 8;        // without the definition
constexpr std::size_t kWriterHeadBytes = 80;
constexpr std::size_t kIndexBytes = 40;         // without the run numbers
constexpr std::size_t kReferenceBytes = 48;     // without name and heads
constexpr std::size_t kReferenceHeadBytes = 8;  // of its payload: what it has, and how much
constexpr std::size_t kChainBytes = 48;

class Output {
 public:
  template <typename T>
  void number(T value) {
    std::uint8_t bytes[sizeof value];
    store(bytes, value);
    raw(bytes);
  }
  void raw(Bytes bytes) { buffer.insert(buffer.end(), bytes.begin(), bytes.end()); }
  void pad() { buffer.resize(align_up<std::size_t>(buffer.size(), 8)); }

  Buffer buffer;
};

// Reads forward; after the first thing that does not fit everything is zero and ok() is false.
class Input {
 public:
  explicit Input(Bytes bytes) : rest_(bytes) {}

  Bytes raw(std::size_t size) {
    if (size > rest_.size()) {
      ok_ = false;
      rest_ = {};
      return {};
    }
    const Bytes bytes = rest_.first(size);
    rest_ = rest_.subspan(size);
    return bytes;
  }
  template <typename T>
  T number() {
    const Bytes bytes = raw(sizeof(T));
    return bytes.empty() ? T{} : load<T>(bytes.data());
  }
  template <typename T>
  void fixed(T& out) {
    const Bytes bytes = raw(out.bytes.size());
    if (!bytes.empty()) std::memcpy(out.bytes.data(), bytes.data(), bytes.size());
  }
  void zeros(std::size_t size) {
    for (const std::uint8_t byte : raw(size)) ok_ = ok_ && byte == 0;
  }
  // Whether `count` things of at least `bytes` each can follow; asked before memory is taken.
  bool fits(std::uint32_t count, std::size_t bytes) {
    ok_ = ok_ && count <= rest_.size() / bytes;
    return ok_;
  }
  Bytes ahead(std::size_t size) const { return rest_.first(std::min(size, rest_.size())); }
  bool ok() const { return ok_; }
  bool at_end() const { return ok_ && rest_.empty(); }

 private:
  Bytes rest_;
  bool ok_ = true;
};

Error damaged(const char* what) {
  return Error(Code::damaged,
               std::string("checkpoint: ") + what + "; state is rebuilt from the log");
}

struct Counts {
  std::uint32_t collections, shapes, writers, runs, heads, frontier, live, indexes;
};

// What becomes Tables once everything is known to be right.
struct Names {
  std::vector<Tables::Collection> collections;
  std::vector<record::ShapePtr> shapes;
  std::vector<id::Writer> writers;
};

template <typename T, typename Less>
bool all_different(std::vector<T> values, Less less) {
  std::sort(values.begin(), values.end(), less);
  return std::adjacent_find(values.begin(), values.end(), [&](const T& a, const T& b) {
           return !less(a, b) && !less(b, a);
         }) == values.end();
}

Error read_collections(Input& in, std::uint32_t count, Names& names) {
  if (!in.fits(count, kCollectionBytes)) return damaged("collections are cut off");
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::size_t bytes = in.number<std::uint16_t>();
    in.zeros(6);
    Tables::Collection collection;
    in.fixed(collection.id);
    collection.name = as_text(in.raw(bytes));
    in.zeros(align_up<std::size_t>(bytes, 8) - bytes);
    if (!in.ok() || bytes > record::kCollectionNameBytesMax)
      return damaged("a collection is malformed");
    names.collections.push_back(std::move(collection));
  }
  std::vector<Id> ids;
  for (const auto& collection : names.collections) ids.push_back(collection.id);
  if (!all_different(std::move(ids), std::less<Id>()))
    return damaged("a collection is there twice");
  return {};
}

Error read_shapes(Input& in, std::uint32_t count, Names& names) {
  if (!in.fits(count, kShapeBytes)) return damaged("shapes are cut off");
  std::vector<Digest> digests;
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto collection = in.number<std::uint32_t>();
    const Bytes definition = in.raw(in.number<std::uint32_t>());
    if (!in.ok() || collection >= names.collections.size()) return damaged("a shape is malformed");
    auto shape = record::Shape::decode(definition);
    if (!shape.ok()) return damaged("a shape's definition is malformed");
    if ((*shape)->collection_id() != names.collections[collection].id) {
      return damaged("a shape belongs to another collection");
    }
    digests.push_back((*shape)->digest());
    names.shapes.push_back(std::move(*shape));
  }
  if (!all_different(std::move(digests), std::less<Digest>()))
    return damaged("a shape is there twice");
  return {};
}

Error read_writers(Input& in, std::uint32_t count, Names& names) {
  if (!in.fits(count, sizeof(Digest))) return damaged("writers are cut off");
  names.writers.resize(count);
  for (auto& writer : names.writers) in.fixed(writer);
  if (!all_different(names.writers, std::less<Digest>())) return damaged("a writer is there twice");
  return {};
}

Error read_digests(Input& in, std::uint32_t count, std::vector<Digest>& out, const char* what) {
  if (!in.fits(count, sizeof(Digest))) return damaged(what);
  out.resize(count);
  for (auto& digest : out) in.fixed(digest);
  for (std::size_t i = 1; i < out.size(); ++i) {
    if (!(out[i - 1] < out[i])) return damaged(what);
  }
  return {};
}

Error read_rest(Input& in, const Counts& counts, Checkpoint& out) {
  if (!in.fits(counts.runs, 8)) return damaged("runs are cut off");
  out.runs.resize(counts.runs);
  for (auto& run : out.runs) run = in.number<std::uint64_t>();

  if (!in.fits(counts.heads, kWriterHeadBytes)) return damaged("writers' heads are cut off");
  out.heads.resize(counts.heads);
  for (auto& head : out.heads) {
    head.writer = in.number<std::uint32_t>();
    in.zeros(4);
    head.sequence = in.number<std::uint64_t>();
    head.hlc = in.number<std::uint64_t>();
    head.mint_next = in.number<std::uint64_t>();
    in.fixed(head.mint_last);
    in.fixed(head.change);
    if (!in.ok() || head.writer >= counts.writers) return damaged("a writer's head is malformed");
  }

  GS_TRY_OK(read_digests(in, counts.frontier, out.frontier, "the frontier is wrong"));

  if (counts.live > counts.collections || !in.fits(counts.live, 8)) {
    return damaged("live counts are cut off");
  }
  out.live_records.resize(counts.live);
  for (auto& count : out.live_records) count = in.number<std::uint64_t>();
  return {};
}

Error read_schema(Input& in, SchemaEntry& schema) {
  schema.hlc = in.number<std::uint64_t>();
  in.fixed(schema.writer);
  in.fixed(schema.digest);
  const std::size_t bytes = in.number<std::uint32_t>();
  in.zeros(4);
  schema.source = as_text(in.raw(bytes));
  in.zeros(align_up<std::size_t>(bytes, 8) - bytes);
  if (!in.ok()) return damaged("the schema is cut off");
  const bool is_zero = schema.hlc == 0 && schema.writer.is_zero() && schema.digest.is_zero();
  if (!schema.is_there() && !is_zero) return damaged("the schema is malformed");
  return {};
}

Error read_indexes(Input& in, std::uint32_t count, std::vector<IndexRuns>& indexes) {
  if (!in.fits(count, kIndexBytes)) return damaged("indexes are cut off");
  for (std::uint32_t i = 0; i < count; ++i) {
    IndexRuns index;
    in.fixed(index.definition);
    const auto runs = in.number<std::uint32_t>();
    in.zeros(4);
    if (!in.fits(runs, 8)) return damaged("runs of an index are cut off");
    index.runs.resize(runs);
    for (auto& run : index.runs) run = in.number<std::uint64_t>();
    if (!indexes.empty() && !(indexes.back().definition < index.definition)) {
      return damaged("indexes are out of order");
    }
    indexes.push_back(std::move(index));
  }
  return {};
}

// How long the payload is that begins here: the numbers in front of it say so.
std::size_t reference_bytes(Bytes begin) {
  if (begin.size() < kReferenceHeadBytes) return kReferenceHeadBytes;
  const std::size_t name = load_u16(begin.data() + 2);
  const std::size_t heads = load_u32(begin.data() + 4);
  const std::size_t id = begin[1] != 0 ? sizeof(graph::BranchId) : 0;
  return align_up<std::size_t>(kReferenceHeadBytes + heads * sizeof(Digest) + id + name, 8);
}

Error read_branches(Input& in, Branches& branches) {
  in.fixed(branches.branch);
  const auto heads = in.number<std::uint32_t>();
  const auto chains = in.number<std::uint32_t>();
  GS_TRY_OK(read_digests(in, heads, branches.log_heads, "the heads of the log are wrong"));
  if (!in.fits(chains, kChainBytes)) return damaged("chains are cut off");
  for (std::uint32_t i = 0; i < chains; ++i) {
    Branches::Chain chain;
    in.fixed(chain.writer);
    in.fixed(chain.branch);
    if (!in.ok() || chain.branch.is_zero()) return damaged("a chain is malformed");
    if (i != 0 && !(branches.chains.back() < chain)) return damaged("chains are out of order");
    branches.chains.push_back(chain);
  }
  return {};
}

void write_branches(Output& out, const Branches& branches) {
  out.raw(branches.branch.bytes);
  out.number(static_cast<std::uint32_t>(branches.log_heads.size()));
  out.number(static_cast<std::uint32_t>(branches.chains.size()));
  for (const Digest& head : branches.log_heads) out.raw(head.bytes);
  for (const Branches::Chain& chain : branches.chains) {
    out.raw(chain.writer.bytes);
    out.raw(chain.branch.bytes);
  }
}

Error read_references(Input& in, References& references) {
  const auto count = in.number<std::uint32_t>();
  in.zeros(4);
  if (!in.fits(count, kReferenceBytes)) return damaged("references are cut off");
  std::string last;
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto hlc = in.number<std::uint64_t>();
    id::Writer writer;
    in.fixed(writer);
    const auto reference = graph::parse_reference(in.raw(reference_bytes(in.ahead(8))));
    if (!in.ok() || !reference.ok()) return damaged("a reference is malformed");
    if (i != 0 && reference->name <= last) return damaged("references are out of order");
    last = reference->name;
    references.put(*reference, hlc, writer);
  }
  return {};
}

void write_references(Output& out, const References& references) {
  out.number(static_cast<std::uint32_t>(references.all().size()));
  out.number(std::uint32_t{0});
  for (const auto& [name, reference] : references.all()) {
    out.raw(References::encode(name, reference));
  }
}

void write_schema(Output& out, const SchemaEntry& schema) {
  out.number(schema.hlc);
  out.raw(schema.writer.bytes);
  out.raw(schema.digest.bytes);
  out.number(static_cast<std::uint32_t>(schema.source.size()));
  out.number(std::uint32_t{0});
  out.raw(as_bytes(schema.source));
  out.pad();
}

void write_indexes(Output& out, const std::vector<IndexRuns>& indexes) {
  for (const IndexRuns& index : indexes) {
    out.raw(index.definition.bytes);
    out.number(static_cast<std::uint32_t>(index.runs.size()));
    out.number(std::uint32_t{0});
    for (const std::uint64_t run : index.runs) out.number(run);
  }
}

std::uint16_t version_of(const Checkpoint& checkpoint) {
  if (!checkpoint.branches.empty()) return kBranchesVersion;
  if (checkpoint.has_references()) return kReferencesVersion;
  const bool is_plain = !checkpoint.schema.is_there() && checkpoint.indexes.empty();
  return is_plain ? kPlainVersion : kSchemaVersion;
}

}  // namespace

Result<Buffer> encode_checkpoint(const Checkpoint& checkpoint, const Tables& tables) {
  // In this order: a shape's collection is added before the shape.
  const auto known = [](std::uint32_t limit, std::size_t count) {
    return std::min(limit, static_cast<std::uint32_t>(count));
  };
  const std::uint32_t writers = known(checkpoint.writer_count, tables.writer_count());
  const std::uint32_t shapes = known(checkpoint.shape_count, tables.shape_count());
  const std::uint32_t collections = known(checkpoint.collection_count, tables.collection_count());
  Output out;
  const std::uint16_t version = version_of(checkpoint);
  out.number(kCheckpointMagic);
  out.number(version);
  out.number(std::uint16_t{0});
  out.number(checkpoint.number);
  out.number(checkpoint.log_location);
  out.number(checkpoint.log_sequence);
  out.number(checkpoint.log_generation_sum);
  out.number(checkpoint.log_tree_size);
  out.number(checkpoint.next_file);
  for (const std::size_t count :
       {std::size_t{collections}, std::size_t{shapes}, std::size_t{writers}, checkpoint.runs.size(),
        checkpoint.heads.size(), checkpoint.frontier.size(), checkpoint.live_records.size(),
        checkpoint.indexes.size()}) {
    out.number(static_cast<std::uint32_t>(count));
  }

  for (std::uint32_t i = 0; i < collections; ++i) {
    const Tables::Collection& collection = tables.collection(i);
    out.number(static_cast<std::uint16_t>(collection.name.size()));
    out.number(std::uint16_t{0});
    out.number(std::uint32_t{0});
    out.raw(collection.id.bytes);
    out.raw(as_bytes(collection.name));
    out.pad();
  }
  for (std::uint32_t i = 0; i < shapes; ++i) {
    const ShapeRow& row = tables.shape(i);
    const Bytes definition = row.shape->definition();
    out.number(row.collection);
    out.number(static_cast<std::uint32_t>(definition.size()));
    out.raw(definition);
  }
  for (std::uint32_t i = 0; i < writers; ++i) out.raw(tables.writer(i).bytes);
  for (const std::uint64_t run : checkpoint.runs) out.number(run);
  for (const WriterHead& head : checkpoint.heads) {
    out.number(head.writer);
    out.number(std::uint32_t{0});
    out.number(head.sequence);
    out.number(head.hlc);
    out.number(head.mint_next);
    out.raw(head.mint_last.bytes);
    out.raw(head.change.bytes);
  }
  for (const Digest& digest : checkpoint.frontier) out.raw(digest.bytes);
  for (const std::uint64_t count : checkpoint.live_records) out.number(count);
  if (version != kPlainVersion) {
    write_schema(out, checkpoint.schema);
    write_indexes(out, checkpoint.indexes);
  }
  if (version >= kReferencesVersion) {
    write_references(out, checkpoint.references ? *checkpoint.references : References());
  }
  if (version == kBranchesVersion) write_branches(out, checkpoint.branches);
  if (out.buffer.size() > kCheckpointBytesMax) {
    return Error(Code::too_large, "checkpoint: more than 1 GiB of shapes, writers and collections");
  }
  return std::move(out.buffer);
}

Result<Checkpoint> decode_checkpoint(Bytes file, Tables& tables) {
  Input in(file);
  if (!in.fits(1, kHeadBytes) || in.number<std::uint32_t>() != kCheckpointMagic)
    return damaged("it is none");
  const auto version = in.number<std::uint16_t>();
  if (version < kPlainVersion || version > kBranchesVersion)
    return damaged("its format version is unknown");
  in.zeros(2);
  Checkpoint out;
  out.number = in.number<std::uint64_t>();
  out.log_location = in.number<std::uint64_t>();
  out.log_sequence = in.number<std::uint64_t>();
  out.log_generation_sum = in.number<std::uint64_t>();
  out.log_tree_size = in.number<std::uint64_t>();
  out.next_file = in.number<std::uint64_t>();
  Counts counts{};
  for (std::uint32_t* const count :
       {&counts.collections, &counts.shapes, &counts.writers, &counts.runs, &counts.heads,
        &counts.frontier, &counts.live, &counts.indexes}) {
    *count = in.number<std::uint32_t>();
  }

  Names names;
  GS_TRY_OK(read_collections(in, counts.collections, names));
  GS_TRY_OK(read_shapes(in, counts.shapes, names));
  GS_TRY_OK(read_writers(in, counts.writers, names));
  GS_TRY_OK(read_rest(in, counts, out));
  if (version != kPlainVersion) {
    GS_TRY_OK(read_schema(in, out.schema));
    GS_TRY_OK(read_indexes(in, counts.indexes, out.indexes));
  }
  if (version >= kReferencesVersion) {
    auto references = std::make_shared<References>();
    GS_TRY_OK(read_references(in, *references));
    out.references = std::move(references);
  }
  if (version == kBranchesVersion) GS_TRY_OK(read_branches(in, out.branches));
  if (version != version_of(out) || (version == kPlainVersion && counts.indexes != 0))
    return damaged("its format version does not fit what it holds");
  if (!in.at_end()) return damaged("there are bytes behind its end");

  if (std::max({counts.collections, counts.shapes, counts.writers}) > tables.numbers_max()) {
    return damaged("there are more names than numbers");
  }
  for (const auto& collection : names.collections) {
    tables.add_collection(collection.id, collection.name);
  }
  for (auto& shape : names.shapes) tables.add_shape(std::move(shape));
  for (const auto& writer : names.writers) tables.add_writer(writer);
  return out;
}

}  // namespace gs::state
