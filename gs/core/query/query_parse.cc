// JSON to a Query, key by key; an unknown key is an error that tells the known ones.
#include <algorithm>
#include <charconv>

#include "gs/core/query/forms.h"
#include "gs/core/query/json_walk.h"
#include "gs/core/query/query.h"
#include "gs/core/record/json.h"

namespace gs::query {
namespace {

constexpr std::string_view kGroupExample = R"({"by":["country"],"fields":{"n":{"$count":true}}})";

Result<Path> parse_path(std::string_view text, const Where& where) {
  auto path = Path::parse(text);
  if (!path) return at(where, std::move(path).error());
  return path;
}

Result<std::uint64_t> parse_number(std::string_view json, const Where& where) {
  std::uint64_t number = 0;
  const char* const end = json.data() + json.size();
  const auto [after, status] = std::from_chars(json.data(), end, number);
  if (status == std::errc() && after == end) return number;
  const auto value = record::parse_json(json);
  const auto* const integer = value ? value->get<std::int64_t>() : nullptr;
  if (integer != nullptr && *integer >= 0) return static_cast<std::uint64_t>(*integer);
  return invalid_at(where, kCountForm);
}

// --- sort ---

Result<bool> parse_direction(std::string_view word, const Where& where) {
  if (word == "asc") return false;
  if (word == "desc") return true;
  return invalid_at(where, "the order is asc or desc");
}

// "lat", "lat:asc" or "lat:desc".
Result<SortField> parse_sort_text(std::string_view text, const Where& where) {
  SortField field;
  const std::size_t colon = text.rfind(':');
  if (colon != std::string_view::npos) {
    auto descending = parse_direction(text.substr(colon + 1), where);
    if (!descending) {
      return invalid_at(where,
                        "behind the colon the order is asc or desc; a name with a colon is "
                        "given as \"a:b:asc\"");
    }
    field.descending = *descending;
    text = text.substr(0, colon);
  }
  GS_TRY(field.path, parse_path(text, where));
  return field;
}

Result<std::vector<SortField>> parse_sort(std::string_view json, const Where& where) {
  constexpr std::string_view kForms = R"(takes "name", ["name","lat:desc"] or {"lat":"desc"})";
  std::vector<SortField> fields;
  if (is_text(json)) {
    GS_TRY(SortField field, parse_sort_text(text_of(json), where));
    fields.push_back(std::move(field));
  } else if (is_array(json)) {
    std::size_t index = 0;
    for (const std::string_view each : elements_of(json)) {
      const Where here{&where, {}, index++, true};
      if (!is_text(each)) return invalid_at(here, kForms);
      GS_TRY(SortField field, parse_sort_text(text_of(each), here));
      fields.push_back(std::move(field));
    }
  } else if (is_object(json)) {
    for (const JsonMember& each : members_of(json)) {
      const Where here{&where, each.name};
      if (!is_text(each.value)) return invalid_at(here, "the order is asc or desc");
      GS_TRY(const bool descending, parse_direction(text_of(each.value), here));
      GS_TRY(Path path, parse_path(each.name, here));
      fields.push_back({std::move(path), descending});
    }
  } else {
    return invalid_at(where, kForms);
  }
  if (fields.size() > kSortFieldsMax) {
    return too_large_at(where, "fields", fields.size(), kSortFieldsMax);
  }
  return fields;
}

// --- lists of paths ---

Result<std::vector<Path>> parse_paths(std::string_view json, const Where& where,
                                      std::size_t paths_max) {
  constexpr std::string_view kForm = R"(takes an array of paths, for example ["name","at.lat"])";
  if (!is_array(json)) return invalid_at(where, kForm);
  const std::vector<std::string_view> elements = elements_of(json);
  if (elements.size() > paths_max) {
    return too_large_at(where, "paths", elements.size(), paths_max);
  }
  std::vector<Path> paths;
  std::vector<std::string> names;
  for (const std::string_view each : elements) {
    const Where here{&where, {}, paths.size(), true};
    if (!is_text(each)) return invalid_at(here, kForm);
    names.push_back(text_of(each));
    GS_TRY(Path path, parse_path(names.back(), here));
    paths.push_back(std::move(path));
  }
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice != names.end()) return invalid_at(where, "'" + *twice + "' is named twice");
  return paths;
}

// --- include ---

// Levels down to an include, and the names of parameters, null: none.
struct Around {
  std::size_t depth = 1;
  ParameterNames* parameters = nullptr;
};

Result<std::vector<Include>> parse_includes(std::string_view json, const Where& where,
                                            const Around& around);

Error parse_include_part(const JsonMember& member, const Where& where, const Around& around,
                         Include& out) {
  if (member.name == "filter") {
    GS_TRY(out.filter, parse_filter(member.value, where, around.parameters));
  } else if (member.name == "sort") {
    GS_TRY(out.sort, parse_sort(member.value, where));
  } else if (member.name == "limit") {
    GS_TRY(out.limit, parse_number(member.value, where));
  } else if (member.name == "select") {
    GS_TRY(out.select, parse_paths(member.value, where, kSelectMax));
  } else if (member.name == "include") {
    const Around inside{around.depth + 1, around.parameters};
    GS_TRY(out.include, parse_includes(member.value, where, inside));
  } else {
    return unknown_at(where, "key", member.name, {"select", "include", "filter", "sort", "limit"});
  }
  return {};
}

Result<Include> parse_include(const JsonMember& member, const Where& where, const Around& around) {
  Include include;
  include.field = member.name;
  if (member.value == "true") return include;
  if (!is_object(member.value)) {
    return invalid_at(where, "takes true, or an object with select, include, filter, sort, limit");
  }
  for (const JsonMember& each : members_of(member.value)) {
    const Where here{&where, each.name};
    GS_TRY_OK(parse_include_part(each, here, around, include));
  }
  return include;
}

Result<std::vector<Include>> parse_includes(std::string_view json, const Where& where,
                                            const Around& around) {
  if (around.depth > kIncludeDepthMax) {
    return too_large_at(where, "levels of include", around.depth, kIncludeDepthMax);
  }
  if (!is_object(json)) {
    return invalid_at(where, R"(takes an object, for example {"country":true})");
  }
  const std::vector<JsonMember> members = members_of(json);
  if (members.size() > kIncludesMax) {
    return too_large_at(where, "fields", members.size(), kIncludesMax);
  }
  std::vector<Include> includes;
  for (const JsonMember& each : members) {
    const Where here{&where, each.name};
    GS_TRY(Include include, parse_include(each, here, around));
    includes.push_back(std::move(include));
  }
  return includes;
}

// --- group ---

struct FunctionName {
  std::string_view name;
  Function function;
};
constexpr FunctionName kFunctions[] = {{"$count", Function::count},
                                       {"$sum", Function::sum},
                                       {"$avg", Function::avg},
                                       {"$min", Function::min},
                                       {"$max", Function::max}};

Result<Function> find_function(std::string_view name, const Where& where) {
  std::vector<std::string> known;
  for (const FunctionName& each : kFunctions) {
    if (each.name == name) return each.function;
    known.emplace_back(each.name);
  }
  return unknown_at(where, "function", name, known);
}

Result<GroupField> parse_group_field(const JsonMember& member, const Where& where) {
  GroupField field;
  field.name = member.name;
  const std::vector<JsonMember> parts =
      is_object(member.value) ? members_of(member.value) : std::vector<JsonMember>();
  if (parts.size() != 1) {
    return invalid_at(where, R"(takes one function, for example {"$sum":"population"})");
  }
  const Where here{&where, parts[0].name};
  GS_TRY(field.function, find_function(parts[0].name, here));
  if (field.function == Function::count) {
    if (parts[0].value != "true") return invalid_at(here, "takes true");
    return field;
  }
  if (!is_text(parts[0].value)) return invalid_at(here, "takes a path, for example \"population\"");
  GS_TRY(field.path, parse_path(text_of(parts[0].value), here));
  return field;
}

Error parse_group_fields(std::string_view json, const Where& where, Group& group) {
  if (!is_object(json)) {
    return invalid_at(where, R"(takes an object, for example {"n":{"$count":true}})");
  }
  const std::vector<JsonMember> members = members_of(json);
  if (members.size() > kGroupFieldsMax) {
    return too_large_at(where, "fields", members.size(), kGroupFieldsMax);
  }
  for (const JsonMember& each : members) {
    const Where here{&where, each.name};
    GS_TRY(GroupField field, parse_group_field(each, here));
    group.fields.push_back(std::move(field));
  }
  return {};
}

Result<Group> parse_group(std::string_view json, const Where& where) {
  if (!is_object(json)) {
    return invalid_at(where, "takes an object, for example " + std::string(kGroupExample));
  }
  Group group;
  for (const JsonMember& each : members_of(json)) {
    const Where here{&where, each.name};
    if (each.name == "by") {
      GS_TRY(group.by, parse_paths(each.value, here, kSortFieldsMax));
    } else if (each.name == "fields") {
      GS_TRY_OK(parse_group_fields(each.value, here, group));
    } else {
      return unknown_at(here, "key", each.name, {"by", "fields"});
    }
  }
  for (const GroupField& field : group.fields) {
    for (const Path& path : group.by) {
      if (path.text() != field.name) continue;
      return invalid_at(where, "'" + field.name + "' is a path of `by` and a name in `fields`");
    }
  }
  if (group.by.empty() && group.fields.empty()) {
    return invalid_at(where,
                      "has neither `by` nor `fields`; for example " + std::string(kGroupExample));
  }
  return group;
}

// --- the whole ---

// Whether this is a parameter; then `number` is its number.
Result<bool> take_parameter(std::string_view json, const Where& where, ParameterNames* names,
                            std::optional<std::uint32_t>& number) {
  if (!is_object(json)) return false;
  const std::vector<JsonMember> members = members_of(json);
  if (!is_parameter(members)) return false;
  GS_TRY(number, parameter_number(members, where, names));
  return true;
}

Error parse_count_of(std::string_view json, const Where& where, ParameterNames* names,
                     std::optional<std::uint32_t>& parameter, std::uint64_t& out) {
  GS_TRY(const bool is_later, take_parameter(json, where, names, parameter));
  if (is_later) return {};
  GS_TRY(out, parse_number(json, where));
  return {};
}

Error parse_cursor(std::string_view json, const Where& where, ParameterNames* names, Query& query) {
  GS_TRY(const bool is_later, take_parameter(json, where, names, query.cursor_parameter));
  if (is_later) return {};
  if (!is_text(json)) return invalid_at(where, kCursorForm);
  query.cursor = text_of(json);
  return {};
}

// `names`: of the parameters; null: there are none.
Error parse_part(const JsonMember& member, const Where& where, ParameterNames* names,
                 Query& query) {
  if (member.name == "collection") {
    if (!is_text(member.value)) return invalid_at(where, "takes the name of a collection");
    query.collection = text_of(member.value);
    if (query.collection.size() > record::kCollectionNameBytesMax) {
      return too_large_at(where, "bytes", query.collection.size(), record::kCollectionNameBytesMax);
    }
  } else if (member.name == "filter") {
    GS_TRY(query.filter, parse_filter(member.value, where, names));
  } else if (member.name == "sort") {
    GS_TRY(query.sort, parse_sort(member.value, where));
  } else if (member.name == "limit") {
    GS_TRY_OK(parse_count_of(member.value, where, names, query.limit_parameter, query.limit));
  } else if (member.name == "offset") {
    GS_TRY_OK(parse_count_of(member.value, where, names, query.offset_parameter, query.offset));
  } else if (member.name == "cursor") {
    GS_TRY_OK(parse_cursor(member.value, where, names, query));
  } else if (member.name == "select") {
    GS_TRY(query.select, parse_paths(member.value, where, kSelectMax));
  } else if (member.name == "include") {
    GS_TRY(query.include, parse_includes(member.value, where, {1, names}));
  } else if (member.name == "group") {
    GS_TRY(query.group, parse_group(member.value, where));
  } else {
    return unknown_at(where, "key", member.name,
                      {"collection", "filter", "sort", "limit", "offset", "cursor", "select",
                       "include", "group"});
  }
  return {};
}

Error check_group_alone(const Query& query) {
  if (!query.group) return {};
  constexpr std::string_view kWhy = "does not go with `group`";
  if (!query.sort.empty()) return invalid_at({nullptr, "sort"}, kWhy);
  if (query.select) return invalid_at({nullptr, "select"}, kWhy);
  if (!query.include.empty()) return invalid_at({nullptr, "include"}, kWhy);
  return {};
}

Result<std::vector<JsonMember>> read_members(std::string_view json) {
  if (json.size() > kQueryBytesMax) {
    return Error(Code::too_large, "a query of " + std::to_string(json.size()) +
                                      " bytes, the limit is " + std::to_string(kQueryBytesMax));
  }
  // Strict reading of all of it first: what follows may rely on its form.
  if (Error wrong = record::check_json(json)) return std::move(wrong).in("query");
  json = trimmed(json);
  if (!is_object(json)) {
    return Error(Code::invalid, R"(a query is a JSON object, for example {"collection":"City"})");
  }
  return members_of(json);
}

Result<Query> parse(std::string_view json, ParameterNames* names) {
  GS_TRY(const std::vector<JsonMember> members, read_members(json));
  Query query;
  for (const JsonMember& each : members) {
    GS_TRY_OK(parse_part(each, {nullptr, each.name}, names, query));
  }
  GS_TRY_OK(check_group_alone(query));
  return query;
}

}  // namespace

Result<Query> parse_query(std::string_view json) { return parse(json, nullptr); }

Result<Query> parse_prepared(std::string_view json) {
  ParameterNames names;
  GS_TRY(Query query, parse(json, &names));
  query.parameters = std::move(names);
  return query;
}

Result<Query> parse_count(std::string_view json) {
  GS_TRY(const std::vector<JsonMember> members, read_members(json));
  Query query;
  for (const JsonMember& each : members) {
    const Where where{nullptr, each.name};
    if (each.name != "collection" && each.name != "filter") {
      return unknown_at(where, "key of a count", each.name, {"collection", "filter"});
    }
    GS_TRY_OK(parse_part(each, where, nullptr, query));
  }
  return query;
}

}  // namespace gs::query
