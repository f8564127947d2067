#include "gs/core/merge/quick_update.h"

#include <algorithm>
#include <cstring>

#include "gs/core/merge/fields.h"

namespace gs::merge {

using record::RecordView;
using record::Shape;

namespace {

constexpr bool has_one_size(Type type) noexcept {
  return type == Type::boolean || type == Type::number || type == Type::integer ||
         type == Type::date || type == Type::id;
}

// Nothing is hidden, every field leads or not as it did, and no flags are set.
bool is_simple(const ImageView& image) noexcept {
  if (image.hidden_count() != 0 || image.base_flags() != 0) return false;
  const StampException* const begin = image.exceptions();
  return std::all_of(begin, begin + image.exception_count(),
                     [](const StampException& one) { return one.rule() == 0 && one.flags() == 0; });
}

}  // namespace

bool QuickUpdate::begin(const Stored& stored, const RecordView& delta) {
  const Shape& shape = **stored.shape;
  if (shape.self_describing() || delta.shape().self_describing()) return false;
  exceptions_ = {};
  if (stored.image != nullptr) {
    const ImageView image(stored.image);
    if (!is_simple(image)) return false;
    exceptions_ = {image.exceptions(), image.exception_count()};
  }
  stored_ = stored;
  delta_ = delta;
  record_ = RecordView(&shape, stored.record);
  places_.clear();
  const auto count = static_cast<std::uint32_t>(delta.shape().field_count());
  for (std::uint32_t i = first_field(delta.shape()); i < count; ++i) {
    if (!add(i)) return false;
  }
  return !places_.empty();
}

bool QuickUpdate::add(std::uint32_t written) {
  const record::Field& given = delta_.shape().fields()[written];
  if (!has_one_size(given.type)) return false;
  const int found = record_.shape().find(given.name);
  if (found < static_cast<int>(record_.shape().key_fields())) return false;
  const auto field = static_cast<std::uint32_t>(found);
  if (record_.shape().fields()[field].type != given.type) return false;
  const auto is_value = [](const RecordView& view, std::uint32_t number) {
    return view.present(number) && !view.is_null(number);
  };
  if (!is_value(delta_, written) || !is_value(record_, field)) return false;
  const auto at = std::find_if(exceptions_.begin(), exceptions_.end(),
                               [&](const StampException& one) { return one.field() == field; });
  places_.push_back({written, field, at != exceptions_.end() ? at->stamp() : stored_.base});
  return true;
}

void QuickUpdate::see(std::vector<Seen>& out) const {
  out.clear();
  for (const Place& one : places_) {
    if (one.stamp != stored_.base) out.push_back({one.written, 0, one.stamp});
  }
}

bool QuickUpdate::replaces(const Write& write) const {
  auto seen = write.seen.begin();
  for (const Place& one : places_) {
    bool is_named = false;
    bool is_seen = one.stamp == write.stamp;
    for (; seen != write.seen.end() && seen->field <= one.written; ++seen) {
      if (seen->rule != 0 || seen->field != one.written) return false;
      is_named = true;
      is_seen = is_seen || seen->stamp == one.stamp;
    }
    is_seen = is_seen || (!is_named && one.stamp == write.seen_base);
    if (!is_seen) return false;
  }
  return seen == write.seen.end();
}

bool QuickUpdate::encode(const LocalStamp& stamp, Buffer& image, std::size_t& record_at) const {
  if (stamp == stored_.base) return false;
  std::size_t count = exceptions_.size();
  for (const Place& one : places_) {
    const bool is_new = std::none_of(exceptions_.begin(), exceptions_.end(),
                                     [&](const auto& had) { return had.field() == one.field; });
    if (is_new) ++count;
  }
  record_at = kImageHeadBytes + count * sizeof(StampException);
  image.resize(record_at + record_.size());
  const std::uint32_t leading =
      stored_.image != nullptr ? ImageView(stored_.image).leading() : kAllLeading;
  store_u32(image.data(), static_cast<std::uint32_t>(count));
  store_u32(image.data() + 4, 0);
  store_u32(image.data() + 8, leading);
  store_u32(image.data() + 12, 0);
  auto* const exceptions = reinterpret_cast<StampException*>(image.data() + kImageHeadBytes);
  if (!exceptions_.empty()) {
    std::memcpy(exceptions, exceptions_.data(), exceptions_.size() * sizeof(StampException));
  }
  std::memcpy(image.data() + record_at, record_.start(), record_.size());
  std::size_t end = exceptions_.size();
  for (const Place& one : places_) {
    StampException* const at =
        std::find_if(exceptions, exceptions + end,
                     [&](const StampException& had) { return had.field() >= one.field; });
    const bool is_new = at == exceptions + end || at->field() != one.field;
    if (is_new) std::memmove(at + 1, at, (exceptions + end++ - at) * sizeof *at);
    *at = StampException::make(one.field, 0, 0, stamp);
    const Bytes value = delta_.field(one.written).content;
    const std::size_t offset = record_.field(one.field).content.data() - record_.start();
    std::memcpy(image.data() + record_at + offset, value.data(), value.size());
  }
  return true;
}

}  // namespace gs::merge
