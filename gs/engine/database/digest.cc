#include "gs/engine/database/digest.h"

#include <algorithm>

#include "gs/core/crypto/merkle.h"
#include "gs/core/crypto/sha256.h"
#include "gs/engine/database/database.h"

namespace gs::engine {

namespace {

class StampHash {
 public:
  explicit StampHash(const state::Tables& tables) : tables_(tables) {
    hash_.add(as_bytes("gs version"));
  }
  void add_u32(std::uint32_t number) {
    std::uint8_t bytes[4];
    store_u32(bytes, number);
    hash_.add(bytes);
  }
  void add(std::uint8_t byte) { hash_.add(Bytes(&byte, 1)); }
  void add(const LocalStamp& stamp) {
    std::uint8_t bytes[8];
    store_u64(bytes, stamp.hlc);
    hash_.add(bytes);
    hash_.add(tables_.writer(stamp.writer).bytes);
  }
  void add(std::string_view text) { add(as_bytes(text)); }
  void add(Bytes bytes) {
    add_u32(static_cast<std::uint32_t>(bytes.size()));
    hash_.add(bytes);
  }
  // How a field was edited, whatever order it came in: the latest of each writer.
  void add_edits(Bytes content) {
    const merge::EditsLog log(content);
    std::vector<std::pair<Digest, merge::EditsLog::Writer>> all;
    for (const merge::EditsLog::Writer& one : log.writers()) {
      all.emplace_back(tables_.writer(one.number), one);
    }
    std::sort(all.begin(), all.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    add_u32(static_cast<std::uint32_t>(all.size()));
    for (const auto& [key, one] : all) {
      add(one.stamp());
      add(one.is_open() ? std::uint8_t{0} : std::uint8_t{merge::kCovered});
    }
  }
  Digest finish() { return hash_.finish(); }

 private:
  const state::Tables& tables_;
  crypto::Sha256 hash_;
};

void add_edits_of(StampHash& hash, const merge::HiddenView& edits) {
  if (edits.stamp().hlc != 0) hash.add(edits.stamp());  // of the value
  hash.add_edits(edits.content());
}

// What is more than stamps of fields: rules, places of removed fields, hidden writes.
void add_merge(StampHash& hash, const state::ImageView& image) {
  hash.add(std::string_view("gs merge"));
  hash.add_u32(image.leading());
  hash.add(image.base_flags());
  for (std::uint32_t i = 0; i < image.exception_count(); ++i) {
    hash.add(image.exceptions()[i].rule());
    hash.add(image.exceptions()[i].flags());
  }
  merge::HiddenView hidden = image.first_hidden();
  for (std::uint32_t i = 0; i < image.hidden_count(); ++i, hidden = hidden.next()) {
    hash.add(static_cast<std::uint8_t>(hidden.kind()));
    hash.add(hidden.type());
    hash.add(hidden.declared());
    hash.add(hidden.rule());
    hash.add(hidden.flags());
    hash.add_u32(hidden.field());
    if (is_edits(hidden.kind())) {
      add_edits_of(hash, hidden);
      continue;
    }
    if (hidden.kind() != merge::HiddenKind::place) hash.add(hidden.stamp());
    hash.add(hidden.content());
  }
}

// Leaves held at once, 48 bytes each: bounds the memory of a digest over a large storage.
constexpr std::size_t kLeavesMax = std::size_t{1} << 20;

struct Leaf {
  std::uint16_t bucket;
  Id id;
  Digest digest;
};

// Deleted records count when they hide what their removal has not seen.
bool counts(const state::Met& met) noexcept {
  if (met.record != nullptr) return true;
  return met.image != nullptr && merge::has_unseen(state::ImageView(met.image));
}

Digest leaf_of(const Found& found, const state::Tables& tables) {
  const record::Shape& shape = *tables.shape(found.entry.shape).shape;
  const record::RecordView record(
      &shape, found.record != nullptr ? found.record : state::ImageView(found.image).record());
  return crypto::sha256({as_bytes("gs record"), found.entry.id.bytes, shape.digest().bytes,
                         version_digest(found, tables).bytes, record.bytes()});
}

void digest_buckets(std::vector<Leaf>& leaves, std::vector<Digest>& buckets) {
  std::sort(leaves.begin(), leaves.end(), [](const Leaf& a, const Leaf& b) {
    return a.bucket != b.bucket ? a.bucket < b.bucket : a.id < b.id;
  });
  for (auto begin = leaves.begin(); begin != leaves.end();) {
    crypto::Sha256 hash;
    auto end = begin;
    for (; end != leaves.end() && end->bucket == begin->bucket; ++end) hash.add(end->digest.bytes);
    buckets[begin->bucket] = hash.finish();
    begin = end;
  }
}

}  // namespace

Digest version_digest(const Found& found, const state::Tables& tables) {
  StampHash hash(tables);
  hash.add(LocalStamp{found.entry.hlc, found.entry.writer});
  if (found.image == nullptr) return hash.finish();
  const state::ImageView image(found.image);
  const record::RecordView record(tables.shape(found.entry.shape).shape.get(), image.record());
  bool is_more =
      image.leading() != merge::kAllLeading || image.base_flags() != 0 || image.hidden_count() != 0;
  for (std::uint32_t i = 0; i < image.exception_count(); ++i) {
    const state::StampException& exception = image.exceptions()[i];
    hash.add(merge::name_of_field(record, exception.field()));
    hash.add(exception.stamp());
    is_more = is_more || exception.rule() != 0 || exception.flags() != 0;
  }
  if (is_more) add_merge(hash, image);
  return hash.finish();
}

Result<Digest> state_digest(const std::shared_ptr<const state::Version>& version, Sequence at,
                            const state::Tables& tables, const state::References& references,
                            const BucketSet& dirty, std::vector<Digest>& buckets) {
  buckets.resize(kBuckets);
  std::size_t records = 0;
  for (const auto& table : version->tables) records += table->row_count();
  for (const auto& run : version->runs) records += run->entry_count();
  // Ids are spread evenly by construction, so a share of the buckets holds that share of records.
  const std::size_t passes = std::min(kBuckets, records / kLeavesMax + 1);
  const std::size_t share = (kBuckets + passes - 1) / passes;
  std::vector<Leaf> leaves;
  for (std::size_t first = 0; dirty.any() && first < kBuckets; first += share) {
    const std::size_t end = std::min(kBuckets, first + share);
    leaves.clear();
    for (std::uint32_t collection = 0; collection < tables.collection_count(); ++collection) {
      state::Cursor cursor(version, at, {.collection = collection, .with_tombstones = true});
      while (const state::Met* const met = cursor.next()) {
        const std::size_t bucket = bucket_of(met->entry->id);
        if (bucket < first || bucket >= end || !dirty.test(bucket) || !counts(*met)) continue;
        leaves.push_back(
            {static_cast<std::uint16_t>(bucket), met->entry->id, leaf_of(met->found(), tables)});
      }
      if (cursor.is_cut_short()) return version->damage();
    }
    for (std::size_t bucket = first; bucket < end; ++bucket) {
      if (dirty.test(bucket)) buckets[bucket] = Digest{};
    }
    digest_buckets(leaves, buckets);
  }
  std::vector<Digest> tree = buckets;
  const Digest root = crypto::merkle_root_in_place(tree);
  if (references.empty()) return root;
  return crypto::sha256({as_bytes("gs state"), root.bytes, references.digest().bytes});
}

Result<Digest> state_digest_at(const Settled& settled, const state::Tables& tables) {
  std::vector<Digest> buckets;
  BucketSet all;
  all.set();
  const Moment& moment = settled.moment;
  return state_digest(moment.version, moment.at, tables, *settled.references, all, buckets);
}

Result<StateDigest> Database::digest() {
  std::lock_guard digest_lock(digest_mutex_);
  GS_TRY(const Settled settled, settle());
  BucketSet dirty;
  {
    std::lock_guard lock(commit_mutex_);
    // Commits after settle() may have dirtied more; those buckets stay marked for the next time.
    dirty = applier_.dirty();
    if (last_logged_ == settled.last_logged) applier_.dirty().reset();
  }
  StateDigest result;
  result.frontier = settled.frontier;
  auto digest = state_digest(settled.moment.version, settled.moment.at, tables_,
                             *settled.references, dirty, bucket_digests_);
  if (!digest.ok()) {
    std::lock_guard lock(commit_mutex_);
    applier_.dirty() |= dirty;  // nobody has read them: the next time has to
    return std::move(digest).error();
  }
  result.digest = digest.value();
  return result;
}

}  // namespace gs::engine
