#include "gs/engine/query/presenter.h"

#include <algorithm>

#include "gs/core/query/matcher.h"
#include "gs/core/record/content.h"
#include "gs/core/record/json.h"
#include "gs/engine/query/sorter.h"

namespace gs::engine {
namespace {

using query::Include;
using query::Path;
using record::RecordView;
using record::ValueView;
using Includes = std::vector<Include>;
using Selected = std::optional<std::vector<Path>>;

const Include* find_include(const Includes& includes, std::string_view field) {
  for (const Include& include : includes) {
    if (include.field == field) return &include;
  }
  return nullptr;
}

// Calls visit(name, value) for each present field in order, until it returns an error.
template <typename Visit>
Error each_field(const RecordView& record, const Visit& visit) {
  const record::Shape& shape = record.shape();
  const std::size_t first = shape.key_fields();
  if (!shape.self_describing()) {
    for (std::size_t i = first; i < shape.field_count(); ++i) {
      if (record.present(i)) GS_TRY_OK(visit(shape.fields()[i].name, record.field(i)));
    }
    return {};
  }
  const ValueView object = record.field(first);
  for (std::uint32_t i = 0; i < object.count(); ++i) {
    const ValueView value = object.member(i);
    if (value.type != record::kAbsentMember) GS_TRY_OK(visit(object.member_name(i), value));
  }
  return {};
}

class Presenter {
 public:
  Presenter(const QueryContext& context, std::string& out)
      : context_(context), out_(out), start_(out.size()) {}

  Error append(const RecordView& record, const Selected& selected, const Includes& includes) {
    if (!selected && includes.empty()) {
      record::append_json(record, out_);
      return check_size();
    }
    out_ += '{';
    bool first = true;
    const auto member = [&](std::string_view name, const ValueView& value) -> Error {
      if (!first) out_ += ',';
      first = false;
      record::append_json_string(name, out_);
      out_ += ':';
      const Include* const include = find_include(includes, name);
      if (include != nullptr) return append_included(value, *include);
      record::append_json(value, out_);
      return check_size();
    };
    GS_TRY_OK(selected ? each_selected(record, *selected, includes, member)
                       : each_field(record, member));
    out_ += '}';
    return {};
  }

 private:
  // What is selected, then what is included without being selected.
  template <typename Visit>
  Error each_selected(const RecordView& record, const std::vector<Path>& selected,
                      const Includes& includes, const Visit& visit) {
    for (const Path& path : selected) {
      if (const auto value = path.in(record)) GS_TRY_OK(visit(path.text(), *value));
    }
    for (const Include& include : includes) {
      const bool shown = std::any_of(selected.begin(), selected.end(), [&](const Path& path) {
        return path.text() == include.field;
      });
      if (shown) continue;
      if (const auto value = record.find(include.field)) {
        GS_TRY_OK(visit(include.field, *value));
      }
    }
    return {};
  }

  Error append_included(const ValueView& value, const Include& include) {
    if (value.type == Type::array || value.type == Type::set) {
      return append_many(value, include);
    }
    const auto id = named_id(value);
    if (!id) {
      record::append_json(value, out_);
      return check_size();
    }
    query::Matcher matcher(include.filter);
    GS_TRY(const std::optional<Found> found, find(*id, matcher));
    if (found) return append(context_.record(*found).view(), include.select, include.include);
    out_ += "null";
    return {};
  }

  Error append_many(const ValueView& values, const Include& include) {
    const std::uint32_t count = values.count();
    std::vector<Id> ids;
    for (std::uint32_t i = 0; i < count; ++i) {
      const auto id = named_id(values.element(i));
      if (!id) {  // no list of records: it stays
        record::append_json(values, out_);
        return check_size();
      }
      ids.push_back(*id);
    }
    GS_TRY(std::vector<Found> found, find_all(ids, include));
    out_ += '[';
    for (std::size_t i = 0; i < found.size(); ++i) {
      if (i != 0) out_ += ',';
      GS_TRY_OK(append(context_.record(found[i]).view(), include.select, include.include));
    }
    out_ += ']';
    return {};
  }

  Result<std::vector<Found>> find_all(const std::vector<Id>& ids, const Include& include) {
    query::Matcher matcher(include.filter);
    SortKeys keys(include.sort);
    struct Ranked {
      Buffer key;
      Found found;
    };
    std::vector<Ranked> rows;
    for (const Id& id : ids) {
      if (include.sort.empty() && rows.size() >= include.limit) break;
      GS_TRY(const std::optional<Found> found, find(id, matcher));
      if (!found) continue;
      Buffer key;
      if (!include.sort.empty()) {
        const Bytes made = keys.of(context_.record(*found).view(), id);
        key.assign(made.begin(), made.end());
      }
      rows.push_back({std::move(key), *found});
    }
    std::stable_sort(rows.begin(), rows.end(),
                     [](const Ranked& a, const Ranked& b) { return a.key < b.key; });
    std::vector<Found> found;
    for (const Ranked& row : rows) {
      if (found.size() >= include.limit) break;
      found.push_back(row.found);
    }
    return found;
  }

  // The record that an id names, if it is there and passes.
  Result<std::optional<Found>> find(const Id& id, query::Matcher& matcher) {
    if (++included_ > context_.bounds.included) {
      return Error(Code::too_large, "query: include: a row names more than " +
                                        std::to_string(context_.bounds.included) +
                                        " records. Give `limit` in the include, or fewer levels");
    }
    Found found;
    const auto lookup = context_.moment.version->find(id, context_.moment.at, found);
    if (lookup == state::Version::Lookup::damaged) {
      return context_.db->state_damage(*context_.moment.version);
    }
    const bool is_there = lookup == state::Version::Lookup::found &&
                          found.entry.kind() != state::Entry::Kind::tombstone;
    if (!is_there || !matcher.matches(context_.record(found).view())) return std::optional<Found>();
    return std::optional<Found>(found);
  }

  Error check_size() const {
    if (out_.size() - start_ <= context_.bounds.row_bytes) return {};
    return Error(Code::too_large,
                 "query: a row has more than " + std::to_string(context_.bounds.row_bytes >> 20) +
                     " MiB of text. Select fewer fields, or include fewer records");
  }

  const QueryContext& context_;
  std::string& out_;
  const std::size_t start_;
  std::size_t included_ = 0;
};

}  // namespace

std::optional<Id> named_id(const ValueView& value) {
  if (value.type == Type::id) return value.id();
  if (value.type == Type::string) return Id::parse(value.text());
  return std::nullopt;
}

Error append_row_json(const QueryContext& context, const RecordView& record, std::string& out) {
  const std::size_t size = out.size();
  Error error = Presenter(context, out).append(record, context.query.select, context.query.include);
  if (error) out.resize(size);
  return error;
}

}  // namespace gs::engine
