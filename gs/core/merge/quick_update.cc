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

// A value that lost against another one, and nothing else.
bool is_plain(const HiddenView& hidden) noexcept {
  return hidden.kind() == HiddenKind::value && hidden.rule() == 0 && hidden.flags() == 0;
}

// Every field leads or not as it did, no flags are set, and only values are hidden.
bool is_simple(const ImageView& image) noexcept {
  if (image.base_flags() != 0) return false;
  HiddenView hidden = image.first_hidden();
  for (std::uint32_t i = image.hidden_count(); i != 0; --i, hidden = hidden.next()) {
    if (!is_plain(hidden)) return false;
  }
  const StampException* const begin = image.exceptions();
  return std::all_of(begin, begin + image.exception_count(),
                     [](const StampException& one) { return one.rule() == 0 && one.flags() == 0; });
}

std::size_t bytes_of_hidden(Bytes content) noexcept {
  return kHiddenBytes + align_up(content.size(), std::size_t{8});
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
  count_ = 0;
  const auto count = static_cast<std::uint32_t>(delta.shape().field_count());
  for (std::uint32_t i = first_field(delta.shape()); i < count; ++i) {
    if (!add(i)) return false;
  }
  return count_ != 0 && add_hidden();
}

QuickUpdate::Place& QuickUpdate::add_place() {
  if (count_ == places_.size()) places_.emplace_back();
  Place& place = places_[count_++];
  place.hidden.clear();
  place.is_changed = false;
  return place;
}

// Names of an update come in an order of their own.
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
  Place& place = add_place();
  place.written = written;
  place.field = field;
  place.has_exception = at != exceptions_.end();
  place.shown = {place.has_exception ? at->stamp() : stored_.base, record_.field(field).content};
  for (std::size_t i = count_ - 1; i != 0 && places_[i].field < places_[i - 1].field; --i) {
    std::swap(places_[i], places_[i - 1]);
  }
  return true;
}

std::uint32_t QuickUpdate::hidden_before() const noexcept {
  return stored_.image == nullptr ? 0 : ImageView(stored_.image).hidden_count();
}

// Of the fields that are written. What would be shown in place of another value has to be of its
// type.
bool QuickUpdate::add_hidden() {
  if (hidden_before() == 0) return true;
  HiddenView hidden = ImageView(stored_.image).first_hidden();
  for (std::uint32_t i = hidden_before(); i != 0; --i, hidden = hidden.next()) {
    Place* const end = places_.data() + count_;
    Place* const place = std::find_if(
        places_.data(), end, [&](const Place& one) { return one.field == hidden.field(); });
    if (place == end) continue;
    const auto type = static_cast<std::uint8_t>(record_.shape().fields()[place->field].type);
    if (hidden.type() != type || hidden.declared() != type) return false;
    place->hidden.push_back({hidden.stamp(), hidden.content()});
  }
  return true;
}

// A field that shows the base write again would lose its exception.
bool QuickUpdate::change(Place& place, const Given& shown) {
  place.is_changed = true;
  place.shown = shown;
  return shown.stamp != stored_.base &&
         shown.content.size() == record_.field(place.field).content.size();
}

bool QuickUpdate::replace(const LocalStamp& stamp, std::vector<Seen>& out) {
  out.clear();
  for (std::size_t i = 0; i < count_; ++i) {
    Place& place = places_[i];
    if (!place.hidden.empty()) return false;
    if (place.shown.stamp != stored_.base) out.push_back({place.written, 0, place.shown.stamp});
    if (!change(place, {stamp, delta_.field(place.written).content})) return false;
  }
  std::sort(out.begin(), out.end(), [](const Seen& a, const Seen& b) { return a.field < b.field; });
  return true;
}

bool QuickUpdate::merge(const Write& write, const WriterOrder& order) {
  std::size_t told = 0;  // of what it has seen
  for (std::size_t i = 0; i < count_; ++i) {
    const auto [begin, end] =
        std::equal_range(write.seen.begin(), write.seen.end(), Seen{places_[i].written, 0, {}},
                         [](const Seen& a, const Seen& b) { return a.field < b.field; });
    const std::span<const Seen> seen(begin, end);
    told += seen.size();
    if (!merge(places_[i], write, seen, order)) return false;
  }
  return told == write.seen.size();  // else it says something of the record
}

// As MergedRecord::write_field and show_best: of all that was not seen the latest is shown.
bool QuickUpdate::merge(Place& place, const Write& write, std::span<const Seen> seen,
                        const WriterOrder& order) {
  if (std::any_of(seen.begin(), seen.end(), [](const Seen& one) { return one.rule != 0; })) {
    return false;
  }
  const auto is_seen = [&](const LocalStamp& stamp) {
    if (stamp == write.stamp || (seen.empty() && stamp == write.seen_base)) return true;
    return std::any_of(seen.begin(), seen.end(),
                       [&](const Seen& one) { return one.stamp == stamp; });
  };
  const auto less = [&](const Given& a, const Given& b) {
    if (a.stamp.hlc != b.stamp.hlc) return a.stamp.hlc < b.stamp.hlc;
    return order.before(a.stamp.writer, b.stamp.writer);
  };
  unseen_.clear();
  const bool may_stay = !is_seen(place.shown.stamp);
  if (may_stay) unseen_.push_back(place.shown);
  for (const Given& one : place.hidden) {
    if (!is_seen(one.stamp)) unseen_.push_back(one);
  }
  unseen_.push_back({write.stamp, delta_.field(place.written).content});
  std::sort(unseen_.begin(), unseen_.end(), less);
  const Given shown = unseen_.back();
  unseen_.pop_back();
  place.hidden.assign(unseen_.begin(), unseen_.end());
  const bool stays = may_stay && shown.stamp == place.shown.stamp;
  return stays || change(place, shown);
}

// By field, then by stamp: calls take_other(bytes) for what stays hidden in other fields, and
// take(place, given) for what is hidden now in those that were written.
template <typename TakeOther, typename Take>
void QuickUpdate::each_hidden(const TakeOther& take_other, const Take& take) const {
  auto place = places().begin();
  const auto give = [&] {
    for (const Given& one : place->hidden) take(*place, one);
    ++place;
  };
  if (hidden_before() != 0) {
    HiddenView hidden = ImageView(stored_.image).first_hidden();
    for (std::uint32_t i = hidden_before(); i != 0; --i) {
      const HiddenView next = hidden.next();
      while (place != places().end() && place->field < hidden.field()) give();
      const bool is_written = place != places().end() && place->field == hidden.field();
      if (!is_written) take_other(Bytes(hidden.at, next.at));
      hidden = next;
    }
  }
  while (place != places().end()) give();
}

bool QuickUpdate::encode(Buffer& image, std::size_t& record_at) const {
  std::size_t exceptions = exceptions_.size();
  for (const Place& one : places()) exceptions += one.is_changed && !one.has_exception ? 1 : 0;
  std::uint32_t hidden_count = 0;
  std::size_t hidden_bytes = 0;
  const auto measure = [&](std::size_t bytes) {
    ++hidden_count;
    hidden_bytes += bytes;
  };
  each_hidden([&](Bytes other) { measure(other.size()); },
              [&](const Place&, const Given& one) { measure(bytes_of_hidden(one.content)); });
  record_at = kImageHeadBytes + exceptions * sizeof(StampException);
  const std::size_t hidden_at = record_at + record_.size();
  if (hidden_at + hidden_bytes > kImageBytesMax) return false;
  image.resize(hidden_at + hidden_bytes);
  const std::uint32_t leading =
      stored_.image != nullptr ? ImageView(stored_.image).leading() : kAllLeading;
  store_u32(image.data(), static_cast<std::uint32_t>(exceptions));
  store_u32(image.data() + 4, hidden_count);
  store_u32(image.data() + 8, leading);
  store_u32(image.data() + 12, static_cast<std::uint32_t>(hidden_bytes));
  put_exceptions(image.data());
  put_record(image.data() + record_at);
  std::uint8_t* to = image.data() + hidden_at;
  each_hidden(
      [&](Bytes other) {
        std::memcpy(to, other.data(), other.size());
        to += other.size();
      },
      [&](const Place& place, const Given& one) { to = put_hidden(to, place, one); });
  return true;
}

void QuickUpdate::put_record(std::uint8_t* to) const {
  std::memcpy(to, record_.start(), record_.size());
  for (const Place& one : places()) {
    if (!one.is_changed) continue;
    const std::size_t offset = record_.field(one.field).content.data() - record_.start();
    std::memcpy(to + offset, one.shown.content.data(), one.shown.content.size());
  }
}

// Returns where it ends.
std::uint8_t* QuickUpdate::put_hidden(std::uint8_t* to, const Place& place,
                                      const Given& given) const {
  const std::size_t bytes = bytes_of_hidden(given.content);
  const auto type = static_cast<std::uint8_t>(record_.shape().fields()[place.field].type);
  std::memset(to, 0, bytes);
  to[0] = static_cast<std::uint8_t>(HiddenKind::value);
  to[1] = type;
  to[2] = type;
  store_u32(to + 4, place.field);
  store_u64(to + 8, given.stamp.hlc);
  store_u32(to + 16, given.stamp.writer);
  store_u32(to + 20, static_cast<std::uint32_t>(given.content.size()));
  std::memcpy(to + kHiddenBytes, given.content.data(), given.content.size());
  return to + bytes;
}

// Those of before, and of the fields that show something else.
void QuickUpdate::put_exceptions(std::uint8_t* image) const {
  auto* to = reinterpret_cast<StampException*>(image + kImageHeadBytes);
  auto place = places().begin();
  const auto put = [&](const Place& one) {
    *to++ = StampException::make(one.field, 0, 0, one.shown.stamp);
  };
  for (const StampException& had : exceptions_) {
    for (; place != places().end() && place->field < had.field(); ++place) {
      if (place->is_changed) put(*place);
    }
    const bool is_written = place != places().end() && place->field == had.field();
    if (is_written && place->is_changed) {
      put(*place);
    } else {
      *to++ = had;
    }
    if (is_written) ++place;
  }
  for (; place != places().end(); ++place) {
    if (place->is_changed) put(*place);
  }
}

}  // namespace gs::merge
