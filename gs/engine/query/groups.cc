#include "gs/engine/query/groups.h"

#include <algorithm>

#include "gs/core/record/json.h"
#include "gs/core/record/order_key.h"

namespace gs::engine {
namespace {

using query::Function;
using record::ValueView;

// What a map's node takes beside its content.
constexpr std::size_t kNodeBytes = 64;

void append_any(const Buffer& any, std::string& out) {
  if (any.empty()) {
    out += "null";
  } else {
    record::append_json(ValueView{static_cast<Type>(any[0]), Bytes(any).subspan(1)}, out);
  }
}

}  // namespace

std::vector<const query::Path*> group_paths(const query::Group& group) {
  std::vector<const query::Path*> paths;
  for (const query::Path& path : group.by) paths.push_back(&path);
  for (const query::GroupField& field : group.fields) {
    if (field.path) paths.push_back(&*field.path);
  }
  return paths;
}

Buffer any_of(const ValueView& value) {
  Buffer any;
  any.reserve(1 + value.content.size());
  any.push_back(static_cast<std::uint8_t>(value.type));
  any.insert(any.end(), value.content.begin(), value.content.end());
  return any;
}

Groups::Groups(const query::Group& group, std::size_t bytes_max)
    : group_(group), bytes_max_(bytes_max), reader_(group_paths(group)) {
  // One group of everything is there also when nothing is.
  if (group.by.empty()) groups_[std::string()].cells.resize(group.fields.size());
  at_ = groups_.end();
}

Error Groups::add(const record::RecordView& record) {
  reader_.use(record.shape());
  Entry& entry = find(record);
  ++entry.count;
  return add_to(entry, record);
}

Groups::Entry& Groups::find(const record::RecordView& record) {
  key_.clear();
  const std::size_t by = group_.by.size();
  for (std::size_t i = 0; i < by; ++i) {
    record::append_order_key(reader_.get(i, record).value_or(ValueView{}), key_);
  }
  auto place = groups_.find(as_text(key_));
  const bool is_new = place == groups_.end();
  if (is_new) {
    place = groups_.emplace(std::string(as_text(key_)), Entry{}).first;
    place->second.cells.resize(group_.fields.size());
    place->second.by.resize(by);
    bytes_ += kNodeBytes + sizeof(Entry) + key_.size() + by * sizeof(Buffer) +
              group_.fields.size() * sizeof(Cell);
  }
  for (std::size_t i = 0; i < by; ++i) {
    keep_least(reader_.get(i, record).value_or(ValueView{}), place->second.by[i]);
  }
  return place->second;
}

// Of equal values the one with the least bytes.
void Groups::keep_least(const ValueView& value, Buffer& kept) {
  if (!kept.empty()) {
    const auto type = static_cast<std::uint8_t>(value.type);
    const std::string_view content = as_text(Bytes(kept).subspan(1));
    if (type > kept[0] || (type == kept[0] && as_text(value.content) >= content)) return;
  }
  bytes_ -= kept.size();
  kept = any_of(value);
  bytes_ += kept.size();
}

Error Groups::add_to(Entry& entry, const record::RecordView& record) {
  std::size_t path = group_.by.size();
  for (std::size_t i = 0; i < group_.fields.size(); ++i) {
    if (!group_.fields[i].path) continue;
    const auto value = reader_.get(path++, record);
    if (value && !value->is_null()) add_value(group_.fields[i], *value, entry.cells[i]);
  }
  if (bytes_ <= bytes_max_) return {};
  return Error(Code::too_large, "query: group: " + std::to_string(groups_.size()) +
                                    " groups take more than " + std::to_string(bytes_max_ >> 20) +
                                    " MiB. Group by fewer or coarser fields, or give a filter");
}

void Groups::add_value(const query::GroupField& field, const ValueView& value, Cell& cell) {
  if (field.function == Function::min || field.function == Function::max) {
    return take_extreme(value, field.function == Function::max, cell.extreme);
  }
  bytes_ -= cell.sum.memory_bytes();
  cell.sum.add(value);
  bytes_ += cell.sum.memory_bytes();
}

void Groups::take_extreme(const ValueView& value, bool largest, Extreme& extreme) {
  key_.clear();
  record::append_order_key(value, key_);
  if (key_ == extreme.key) return keep_least(value, extreme.any);
  if (!extreme.key.empty() && (key_ > extreme.key) != largest) return;
  bytes_ -= extreme.key.size() + extreme.any.size();
  extreme.key = key_;
  extreme.any = any_of(value);
  bytes_ += extreme.key.size() + extreme.any.size();
}

void Groups::start(const std::optional<Buffer>& after) {
  at_ = after ? groups_.upper_bound(as_text(*after)) : groups_.cbegin();
}

Error Groups::append_json(std::string& out) const {
  const Entry& entry = at_->second;
  GroupView view;
  view.count = entry.count;
  for (const Buffer& by : entry.by) view.by.push_back(&by);
  for (const Cell& cell : entry.cells) view.cells.push_back({&cell.sum, &cell.extreme.any});
  return append_group_json(group_, view, out);
}

Error append_group_json(const query::Group& group, const GroupView& view, std::string& out) {
  out += '{';
  auto named = [&, first = true](std::string_view text) mutable {
    if (!first) out += ',';
    first = false;
    record::append_json_string(text, out);
    out += ':';
  };
  const auto append_result = [&](Result<Value> value) -> Error {
    GS_TRY(const Value made, std::move(value));
    record::append_json(made, out);
    return {};
  };

  for (std::size_t i = 0; i < group.by.size(); ++i) {
    named(group.by[i].text());
    append_any(*view.by[i], out);
  }
  for (std::size_t i = 0; i < group.fields.size(); ++i) {
    named(group.fields[i].name);
    const GroupView::Cell& cell = view.cells[i];
    switch (group.fields[i].function) {
      case Function::count:
        out += std::to_string(view.count);
        break;
      case Function::sum:
        GS_TRY_OK(append_result(cell.sum->sum()));
        break;
      case Function::avg:
        GS_TRY_OK(append_result(cell.sum->mean()));
        break;
      case Function::min:
      case Function::max:
        append_any(*cell.extreme, out);
        break;
    }
  }
  out += '}';
  return {};
}

}  // namespace gs::engine
