#include "bindings/common/rows.h"

#include <cstring>
#include <utility>

#include "gs/base/endian.h"

namespace gs::bindings {

namespace {

constexpr std::size_t kChunkHeaderBytes = 16;

Bytes bytes_of_text(const std::string& text) noexcept {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace

void put_row(std::uint8_t* to, std::uint32_t shape, const Id& id, Bytes content) noexcept {
  store_u32(to, shape);
  store_u32(to + 4, static_cast<std::uint32_t>(content.size()));
  std::memcpy(to + 8, id.bytes.data(), id.bytes.size());
  if (!content.empty()) std::memcpy(to + kRowHeaderBytes, content.data(), content.size());
  const std::size_t end = kRowHeaderBytes + content.size();
  std::memset(to + end, 0, row_bytes(content.size()) - end);
}

void Chunks::begin() {
  bytes_.assign(kChunkHeaderBytes, 0);
  rows_ = 0;
}

void Chunks::append_u32(std::uint32_t number) {
  bytes_.resize(bytes_.size() + 4);
  store_u32(bytes_.data() + bytes_.size() - 4, number);
}

void Chunks::append(std::uint32_t shape, const Id& id, Bytes content) {
  const std::size_t begin = bytes_.size();
  bytes_.resize(begin + row_bytes(content.size()));
  put_row(bytes_.data() + begin, shape, id, content);
  ++rows_;
}

Error Chunks::add_row(const Row& row, const Id& id) {
  if (!as_json_ && row.is_record()) {
    const RawRecord raw = shapes_.raw(row.record());
    append(raw.shape, raw.id, raw.bytes);
    return {};
  }
  json_.clear();
  GS_TRY_OK(row.append_json(json_));
  append(kJsonRow, id, bytes_of_text(json_));
  return {};
}

Error Chunks::add(const Row& row) {
  return add_row(row, row.is_record() ? row.record().id() : Id{});
}

Error Chunks::add(const LiveChange& step) {
  append_u32(static_cast<std::uint32_t>(step.kind));
  append_u32(static_cast<std::uint32_t>(step.from));
  append_u32(static_cast<std::uint32_t>(step.at));
  append_u32(0);
  if (step.kind != LiveChange::Kind::removed) return add_row(step.row, step.id);
  append(kJsonRow, step.id, {});
  return {};
}

Buffer Chunks::end(bool is_last) {
  const auto definitions_at = static_cast<std::uint32_t>(bytes_.size());
  std::uint32_t definitions = 0;
  for (Bytes shape = shapes_.shape(shapes_told_); !shape.empty();
       shape = shapes_.shape(++shapes_told_)) {
    append_u32(static_cast<std::uint32_t>(shape.size()));
    bytes_.insert(bytes_.end(), shape.begin(), shape.end());
    ++definitions;
  }
  store_u32(bytes_.data(), rows_);
  store_u32(bytes_.data() + 4, is_last ? 1 : 0);
  store_u32(bytes_.data() + 8, definitions_at);
  store_u32(bytes_.data() + 12, definitions);
  return std::exchange(bytes_, {});
}

}  // namespace gs::bindings
