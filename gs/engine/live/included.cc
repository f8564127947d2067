#include "gs/engine/live/included.h"

#include <algorithm>

#include "gs/engine/query/presenter.h"

namespace gs::engine {
namespace {

std::string_view text_of(const Id& id) noexcept { return as_text(Bytes(id.bytes)); }

std::string pair_of(const Id& included, const Id& row) {
  std::string pair(text_of(included));
  return pair += text_of(row);
}

// Where the presenter finds the value of an included field.
std::optional<record::ValueView> value_of(const query::Query& query, const query::Include& include,
                                          const record::RecordView& record) {
  if (query.select) {
    for (const query::Path& path : *query.select) {
      if (path.text() == include.field) return path.in(record);
    }
  }
  return record.find(include.field);
}

}  // namespace

std::vector<Id> Included::named_by(const record::RecordView& record) const {
  std::vector<Id> ids;
  const auto add = [&](const record::ValueView& value) {
    if (const auto id = named_id(value)) ids.push_back(*id);
  };
  for (const query::Include& include : query_.include) {
    const auto value = value_of(query_, include, record);
    if (!value) continue;
    add(*value);
    if (value->type != Type::array && value->type != Type::set) continue;
    for (std::uint32_t i = 0; i < value->count(); ++i) add(value->element(i));
  }
  return ids;
}

void Included::add(const Id& row, const record::RecordView& record) {
  for (const Id& id : named_by(record)) pairs_.insert(pair_of(id, row));
}

void Included::remove(const Id& row, const record::RecordView& record) {
  for (const Id& id : named_by(record)) pairs_.erase(pair_of(id, row));
}

bool Included::has(const Id& included) const noexcept {
  const std::size_t place = pairs_.rank(text_of(included));
  return place < pairs_.size() && pairs_.at(place).starts_with(text_of(included));
}

std::vector<Id> Included::rows_with(const Id& included) const {
  std::vector<Id> rows;
  for (std::size_t i = pairs_.rank(text_of(included)); i < pairs_.size(); ++i) {
    const std::string_view pair = pairs_.at(i);
    if (!pair.starts_with(text_of(included))) break;
    Id row;
    std::copy(pair.begin() + sizeof row.bytes, pair.end(), row.bytes.begin());
    rows.push_back(row);
  }
  return rows;
}

}  // namespace gs::engine
