#include "gs/core/merge/edits_log.h"

#include <algorithm>

#include "gs/base/check.h"
#include "gs/core/crdt/text/varint.h"

namespace gs::merge {

using crdt::append_varint;
using crdt::take_varint;

namespace {

constexpr std::size_t kHeadBytes = 16;
constexpr std::size_t kWriterBytes = 24;

// Differences of stamps have 64 bits.
constexpr std::uint64_t fold(std::uint64_t difference) noexcept {
  return (difference << 1) ^ (0 - (difference >> 63));
}
constexpr std::uint64_t unfold(std::uint64_t folded) noexcept {
  return (folded >> 1) ^ (0 - (folded & 1));
}

}  // namespace

EditsLog::EditsLog(Bytes content) {
  if (parse(content)) return;
  writers_.clear();
  heads_.clear();
  count_ = 0;
  operations_ = {};
}

bool EditsLog::parse(Bytes content) {
  if (content.size() < kHeadBytes) return false;
  const std::size_t writers = load_u32(content.data());
  const std::size_t heads = load_u32(content.data() + 4);
  count_ = load_u32(content.data() + 8);
  const std::size_t bytes = kHeadBytes + writers * kWriterBytes + heads * 4;
  if (bytes > content.size() || heads > count_ || writers > count_) return false;
  const std::uint8_t* at = content.data() + kHeadBytes;
  writers_.reserve(writers);
  for (std::size_t i = 0; i < writers; ++i, at += kWriterBytes) {
    writers_.push_back({load_u32(at), load_u32(at + 4), load_u64(at + 8), load_u64(at + 16)});
    if (writers_.back().last >= count_) return false;
  }
  heads_.reserve(heads);
  for (std::size_t i = 0; i < heads; ++i, at += 4) {
    heads_.push_back(load_u32(at));
    if (heads_.back() >= count_) return false;
  }
  operations_ = content.subspan(bytes);
  return true;
}

bool EditsLog::Cursor::next(Operation& operation) {
  if (left_ == 0) return false;
  --left_;
  const std::uint32_t number = number_++;
  std::uint32_t bytes = 0;
  if (!take_varint(rest_, bytes) || bytes > rest_.size()) return false;
  Bytes in = rest_.first(bytes);
  rest_ = rest_.subspan(bytes);
  std::uint64_t folded = 0;
  std::uint32_t parents = 0;
  if (!take_varint(in, operation.writer) || !crdt::take_varint64(in, folded) ||
      !take_varint(in, parents))
    return false;
  if (operation.writer >= writers_.size() || parents > number) return false;
  hlc_ += unfold(folded);
  operation.stamp = {hlc_, writers_[operation.writer].number};
  operation.parents.clear();
  for (std::uint32_t i = 0; i < parents; ++i) {
    std::uint32_t back = 0;
    if (!take_varint(in, back) || back == 0 || back > number) return false;
    operation.parents.push_back(number - back);
  }
  operation.edits = in;
  return true;
}

std::optional<std::uint32_t> EditsLog::find(const LocalStamp& stamp) const {
  const auto writer = std::find_if(writers_.begin(), writers_.end(),
                                   [&](const Writer& one) { return one.number == stamp.writer; });
  if (writer == writers_.end() || stamp.hlc > writer->hlc) return std::nullopt;
  if (stamp.hlc == writer->hlc) return writer->last;
  std::optional<std::uint32_t> found;
  Cursor cursor(*this);
  Operation operation;
  for (std::uint32_t i = 0; cursor.next(operation); ++i) {
    if (operation.stamp == stamp) found = i;
  }
  return found;
}

bool EditsLog::is_chain() const {
  if (heads_.size() > 1) return false;
  Cursor cursor(*this);
  Operation operation;
  for (std::uint32_t i = 0; cursor.next(operation); ++i) {
    const bool is_next = i == 0 ? operation.parents.empty()
                                : operation.parents.size() == 1 && operation.parents[0] == i - 1;
    if (!is_next) return false;
  }
  return true;
}

std::vector<LocalStamp> EditsLog::head_stamps() const {
  std::vector<LocalStamp> stamps(heads_.size());
  std::size_t found = 0;
  for (std::size_t i = 0; i < heads_.size(); ++i) {
    for (const Writer& one : writers_) {
      if (one.last != heads_[i]) continue;
      stamps[i] = one.stamp();
      ++found;
    }
  }
  if (found == heads_.size()) return stamps;
  // Of a writer who wrote at two places at once.
  Cursor cursor(*this);
  Operation operation;
  for (std::uint32_t i = 0; cursor.next(operation); ++i) {
    const auto at = std::lower_bound(heads_.begin(), heads_.end(), i);
    if (at != heads_.end() && *at == i) {
      stamps[static_cast<std::size_t>(at - heads_.begin())] = operation.stamp;
    }
  }
  return stamps;
}

void EditsLog::append(const LocalStamp& stamp, std::span<const std::uint32_t> parents,
                      Bytes edits) {
  if (own_.empty()) own_.assign(operations_.begin(), operations_.end());
  std::uint64_t before = 0;
  for (const Writer& one : writers_) {
    if (count_ != 0 && one.last == count_ - 1) before = one.hlc;
  }
  auto writer = std::find_if(writers_.begin(), writers_.end(),
                             [&](const Writer& one) { return one.number == stamp.writer; });
  if (writer == writers_.end()) {
    writer = writers_.insert(writers_.end(), {stamp.writer, 0, 0, 0});
  }
  Buffer one;
  append_varint(one, static_cast<std::uint32_t>(writer - writers_.begin()));
  crdt::append_varint64(one, fold(stamp.hlc - before));
  append_varint(one, static_cast<std::uint32_t>(parents.size()));
  for (const std::uint32_t parent : parents) append_varint(one, count_ - parent);
  one.insert(one.end(), edits.begin(), edits.end());
  append_varint(own_, static_cast<std::uint32_t>(one.size()));
  own_.insert(own_.end(), one.begin(), one.end());
  operations_ = own_;
  writer->last = count_;
  writer->hlc = stamp.hlc;
  std::erase_if(heads_, [&](std::uint32_t head) {
    return std::binary_search(parents.begin(), parents.end(), head);
  });
  heads_.push_back(count_++);
}

void EditsLog::cover(SeenUpTo& seen) {
  for (const LocalStamp& stamp : seen.by_writer()) {
    for (Writer& one : writers_) {
      if (one.number == stamp.writer) one.covered = std::max(one.covered, stamp.hlc);
    }
  }
}

void EditsLog::leave_out(SeenUpTo& seen) {
  constexpr std::uint32_t kOut = 0xffffffff;
  EditsLog rest;
  std::vector<std::uint32_t> number_in_rest;
  Cursor cursor(*this);
  for (Operation operation; cursor.next(operation);) {
    bool is_out = seen.has(operation.stamp);
    std::vector<std::uint32_t> parents;
    for (const std::uint32_t parent : operation.parents) {
      is_out = is_out || number_in_rest[parent] == kOut;
      parents.push_back(number_in_rest[parent]);
    }
    number_in_rest.push_back(is_out ? kOut : rest.count_);
    if (is_out) continue;
    rest.append(operation.stamp, parents, operation.edits);
  }
  for (Writer& one : rest.writers_) {
    const auto had = std::find_if(writers_.begin(), writers_.end(),
                                  [&](const Writer& all) { return all.number == one.number; });
    one.covered = had->covered;
  }
  writers_ = std::move(rest.writers_);
  heads_ = std::move(rest.heads_);
  count_ = rest.count_;
  own_ = std::move(rest.own_);
  operations_ = own_;
}

void EditsLog::write(Buffer& content) const {
  Buffer made(kHeadBytes + writers_.size() * kWriterBytes + heads_.size() * 4);
  store_u32(made.data(), static_cast<std::uint32_t>(writers_.size()));
  store_u32(made.data() + 4, static_cast<std::uint32_t>(heads_.size()));
  store_u32(made.data() + 8, count_);
  std::uint8_t* at = made.data() + kHeadBytes;
  for (const Writer& one : writers_) {
    store_u32(at, one.number);
    store_u32(at + 4, one.last);
    store_u64(at + 8, one.hlc);
    store_u64(at + 16, one.covered);
    at += kWriterBytes;
  }
  for (const std::uint32_t head : heads_) {
    store_u32(at, head);
    at += 4;
  }
  made.insert(made.end(), operations_.begin(), operations_.end());
  content = std::move(made);
}

bool has_open_writer(Bytes content) {
  const EditsLog log(content);
  return std::any_of(log.writers().begin(), log.writers().end(),
                     [](const EditsLog::Writer& one) { return one.is_open(); });
}

}  // namespace gs::merge
