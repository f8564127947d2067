// Takes a block apart: which records and shapes there are, and the entries of those that are new.
#include "gs/core/columns/encode.h"

#include <algorithm>

#include "gs/base/endian.h"
#include "gs/core/columns/operation_parts.h"
#include "gs/core/columns/packing.h"

namespace gs::columns {

using graph::ChangeView;

namespace {

// That the writer table follows from what the operations name, which a stranger's may not.
class WriterOrder {
 public:
  bool add(std::uint16_t index) noexcept {
    if (index >= graph::kThisWriter) return true;
    if (index == next_) ++next_;
    return index < next_;
  }
  bool add(const graph::OverwrittenView& overwritten) noexcept {
    if (!add(overwritten.writer)) return false;
    for (std::uint32_t i = 0; i < overwritten.exceptions; ++i) {
      if (!add(overwritten.exception(i).writer)) return false;
    }
    return true;
  }
  std::uint32_t count() const noexcept { return next_; }

 private:
  std::uint32_t next_ = 0;
};

bool names_follow(const ChangeView& change) {
  WriterOrder order;
  auto cursor = change.operations();
  for (OperationView operation; cursor.next(operation);) {
    if (!has_overwritten(operation)) continue;
    Bytes rest;
    const auto overwritten = graph::parse_overwritten(operation.payload, rest);
    if (!overwritten.ok() || !order.add(*overwritten)) return false;
  }
  return order.count() == change.writer_count();
}

}  // namespace

Encoder::State::State(const Digest& storage) : past_(storage) {}

void Encoder::State::forget() {
  past_.forget();
  named_ = false;
}

bool Encoder::State::encode(std::span<const Bytes> changes, std::vector<Buffer>& streams) {
  if (past_.begin_block()) named_ = false;
  for (auto& column : sheet_.numbers) column.clear();
  for (Buffer& column : sheet_.bytes) column.clear();
  sheet_.tables.clear();
  std::vector<BlockChange> views;
  std::size_t bytes = 0;
  for (const Bytes change : changes) {
    bytes += kLengthBytes + change.size();
    if (bytes > kBlockBytesMax) return false;
    auto parsed = ChangeView::parse(change);
    BlockChange one{change, std::nullopt, {}, {}};
    if (parsed.ok() && names_follow(*parsed)) one.view = *parsed;
    views.push_back(std::move(one));
  }
  classes_.clear();
  last_record_ = kNobody;
  collect(views);
  put_entries();
  for (const BlockChange& change : views) put_change(change);
  if (classes_.size() > kClassesMax || !pack(sheet_, streams)) return false;
  std::size_t packed = 0;
  for (const Buffer& stream : streams) packed += stream.size();
  return packed <= bytes;
}

// Names begin anew with what is known. Ids are chosen by whoever writes, who cannot know the digest
// of somebody's change: so nobody can prepare ids that collide in the table.
void Encoder::State::begin_names(const ChangeView& first) {
  named_ = true;
  minters_.forget();
  writer_names_.begin(first.digest().bytes.data());
  shape_names_.begin(first.digest().bytes.data());
  id_names_.begin(first.digest().bytes.data());
  record_of_.clear();
}

std::uint32_t Encoder::State::writer_number(const Writer& writer) {
  const std::uint32_t number = writer_names_.add(writer);
  if (number == past_.writers().size()) {
    past_.writers().push_back({.id = writer});
    put_digest(writer);
  }
  return number;
}

void Encoder::State::put_digest(const Digest& digest) { put_bytes(kDigests, digest.bytes); }

void Encoder::State::put_bytes(ByteColumn column, Bytes bytes) {
  sheet_.bytes[column].insert(sheet_.bytes[column].end(), bytes.begin(), bytes.end());
}

// Which records and shapes there are, before anything is written about them.
void Encoder::State::collect(std::vector<BlockChange>& changes) {
  fresh_.clear();
  sizes_.assign(sizes_.size(), {});
  for (BlockChange& change : changes) {
    if (!change.view) continue;
    if (!named_) begin_names(*change.view);
    collect_change(change);
  }
}

void Encoder::State::collect_change(BlockChange& change) {
  const ChangeView& view = *change.view;
  minters_.add_writer(view.writer());
  for (std::uint16_t i = 0; i < view.writer_count(); ++i) minters_.add_writer(view.writer_at(i));
  for (std::uint32_t i = 0; i < view.id_count(); ++i) {
    const std::uint32_t name = id_names_.add(view.id(i));
    change.ids.push_back(name);
    if (name < record_of_.size()) continue;
    record_of_.push_back(kNobody);
    fresh_.push_back({view.id(i), name, false, std::nullopt, std::nullopt});
  }
  for (std::uint16_t i = 0; i < view.shape_count(); ++i) {
    change.shapes.push_back(shape_names_.add(view.shape(i)));
  }
  if (sizes_.size() < shape_names_.size()) sizes_.resize(shape_names_.size());
  auto cursor = view.operations();
  for (OperationView operation; cursor.next(operation);) collect_operation(change, operation);
}

void Encoder::State::collect_operation(const BlockChange& change, const OperationView& operation) {
  if (operation.erased()) return;
  if (operation.shape != graph::kNoShape && has_record(operation)) {
    sizes_[change.shapes[operation.shape]].add(body_of(operation).size());
  }
  if (operation.id_index == graph::kNoId) return;
  if (!has_mint(operation) && !has_overwritten(operation)) return;
  const std::uint32_t name = change.ids[operation.id_index];
  if (record_of_[name] != kNobody) return;
  FreshRecord& fresh = fresh_[name - (record_of_.size() - fresh_.size())];
  if (fresh.seen) return;
  fresh.seen = true;
  if (has_mint(operation)) {
    fresh.said = Minting{change.view->writer(), load_u64(operation.payload.data())};
  }
  Bytes rest;
  if (!has_overwritten(operation)) return;
  const auto overwritten = graph::parse_overwritten(operation.payload, rest);
  if (!overwritten.ok() || overwritten->writer == graph::kNoWriter) return;
  const bool own = overwritten->writer == graph::kThisWriter;
  fresh.base = graph::Stamp{
      overwritten->hlc, own ? change.view->writer() : change.view->writer_at(overwritten->writer)};
}

void Encoder::State::put_entries() {
  std::sort(fresh_.begin(), fresh_.end(),
            [](const FreshRecord& a, const FreshRecord& b) { return a.id < b.id; });
  minters_.begin_block(fresh_.size());
  NumberedStamp last_base;
  for (const FreshRecord& fresh : fresh_) put_entry(fresh, last_base);
}

void Encoder::State::put_entry(const FreshRecord& fresh, NumberedStamp& last_base) {
  PastRecord record{.id = fresh.id};
  std::uint64_t bits = 0;
  const auto minting = minters_.find(fresh.id, fresh.said);
  if (minting) {
    bits |= kEntryMinted;
    record.mint = minting->mint;
    const std::uint32_t number = writer_number(minting->writer);
    PastWriter& minter = past_.writers()[number];
    const std::uint64_t gap = minting->mint - minter.next_mint;
    const std::uint64_t head = head_of_id(fresh.id);
    put(kEntryMinter, number);
    put(kEntryGap, gap);
    if (head != minter.minted_head + gap + 1) {
      bits |= kEntryHeadGiven;
      put(kEntryHead, head - minter.minted_head);
    }
    minter.next_mint = minting->mint + 1;
    minter.minted_head = head;
  } else {
    put_bytes(kIds, fresh.id.bytes);
  }
  NumberedStamp base;
  if (fresh.base) {
    base = {fresh.base->hlc, writer_number(fresh.base->writer)};
    bits |= base == last_base ? kEntryBaseSame : kEntryBaseGiven;
    if (base != last_base) {
      put(kEntryBaseWriter, base.writer);
      put(kEntryBaseHlc, base.hlc);
      last_base = base;
    }
  }
  put(kEntryBits, bits);
  record_of_[fresh.name] = static_cast<std::uint32_t>(past_.records().size());
  past_.add_record(record, base);
}

Encoder::Encoder(const Digest& storage) : state_(std::make_unique<State>(storage)) {}
Encoder::~Encoder() = default;
bool Encoder::encode(std::span<const Bytes> changes, std::vector<Buffer>& streams) {
  return state_->encode(changes, streams);
}
void Encoder::forget() { state_->forget(); }

}  // namespace gs::columns
