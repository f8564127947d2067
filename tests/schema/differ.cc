// Says of definitions and values what our schemas make of them, for a comparison with Metaschema.
//
// Reads lines of JSON from standard input (tagged.h), writes one line for each:
//   ["schema", name, [[name, definition], ...], definition, [[path or null, value], ...]]
//   ["model", types, [[name, definition], ...], [[entity, value], ...]]
// The third part of the first are schemas that the definition may embed.
#include <cstdio>
#include <iostream>
#include <string>

#include "gs/base/check.h"
#include "gs/core/record/json.h"
#include "gs/core/schema/js_text.h"
#include "gs/core/schema/model.h"
#include "tests/schema/table.h"
#include "tests/schema/tagged.h"

namespace gs::schema {
namespace {

Table table;

Value failed(const Error& error) {
  return Object{
      {error.code() == Code::invalid ? "thrown" : "refused", Value(std::string(error.message()))}};
}

Value words(const std::vector<std::string>& list) {
  Array out;
  for (const std::string& word : list) out.emplace_back(word);
  return Value(std::move(out));
}

Value text_or_failure(const Result<std::string>& text) {
  return text ? Value(*text) : failed(text.error());
}

Value checked(const Schema& schema, const Array& request) {
  const JsValue value = from_tagged(request.at(1));
  const std::string* const path = request.at(0).get<std::string>();
  const auto report =
      path == nullptr ? schema.check(value, &table) : schema.check(value, *path, &table);
  GS_CHECK(schema.accepts(value, &table) == (report.ok() && report->valid));
  if (!report) return failed(report.error());
  return Object{{"valid", Value(report->valid)}, {"errors", words(report->errors)}};
}

Value keys_of(const Schema& schema) {
  std::vector<std::string> keys;
  if (schema.structure() == nullptr) {
    keys.emplace_back("root");
    for (const Property& property : schema.field()->properties) keys.push_back(property.name);
    order_keys(keys, [](const std::string& key) -> std::string_view { return key; });
  } else {
    for (const Member& member : schema.structure()->members) keys.push_back(member.name);
  }
  return words(keys);
}

Value fields_of(const Schema& schema) {
  Array out;
  if (schema.structure() == nullptr) return Value(std::move(out));
  for (const Member& member : schema.structure()->members) {
    if (member.field == nullptr) continue;
    out.emplace_back(
        Array{Value(std::string(member.field->type_name())), Value(member.field->required)});
  }
  return Value(std::move(out));
}

Value relations_of(const Schema& schema) {
  Array out;
  for (const auto& relation : schema.relations()) {
    out.emplace_back(Array{relation->defined ? Value(relation->to) : Value(),
                           Value(std::string(relation->type()))});
  }
  return Value(std::move(out));
}

Value indexes_of(const Schema& schema) {
  Array out;
  for (const Index& index : schema.indexes()) {
    out.emplace_back(Array{Value(index.name), index.field != nullptr
                                                  ? Value(std::string(index.field->type_name()))
                                                  : to_tagged(index.definition)});
  }
  return Value(std::move(out));
}

Value options_of(const Options& options) {
  const auto number = [](const std::optional<std::uint32_t>& option) {
    return option ? Value(static_cast<double>(*option)) : Value();
  };
  return Array{number(options.validate), number(options.parse), number(options.serialize),
               number(options.format)};
}

Value described_schema(const Schema& schema) {
  JsValue custom;
  custom.kind = Kind::object;
  custom.members = schema.custom();
  return Object{{"kind", Value(schema.kind())},
                {"scope", Value(schema.scope())},
                {"store", Value(schema.store())},
                {"allow", Value(schema.allow())},
                {"parent", Value(schema.parent())},
                {"custom", to_tagged(custom)},
                {"keys", keys_of(schema)},
                {"fields", fields_of(schema)},
                {"references", words(schema.references())},
                {"relations", relations_of(schema)},
                {"indexes", indexes_of(schema)},
                {"options", options_of(schema.options())},
                {"warnings", words(schema.check_consistency())},
                {"json", text_or_failure(schema.to_json())},
                {"interface", text_or_failure(schema.to_interface())}};
}

Value run_schema(const Array& request) {
  std::vector<SchemaPtr> made;
  for (const Value& embedded : *request.at(2).get<Array>()) {
    const Array& parts = *embedded.get<Array>();
    auto schema = Schema::create(*parts.at(0).get<std::string>(), from_tagged(parts.at(1)), {},
                                 {&table, made});
    if (!schema) return failed(schema.error());
    made.push_back(*schema);
  }
  auto schema = Schema::create(*request.at(1).get<std::string>(), from_tagged(request.at(3)), {},
                               {&table, made});
  if (!schema) return failed(schema.error());
  Array all;
  for (const SchemaPtr& embedded : made) all.push_back(described_schema(*embedded));
  all.push_back(described_schema(**schema));
  Array checks;
  for (const Value& value : *request.at(4).get<Array>()) {
    checks.push_back(checked(**schema, *value.get<Array>()));
  }
  return Object{{"schemas", Value(std::move(all))}, {"checks", Value(std::move(checks))}};
}

Value types_of(const Model& model) {
  Array out;
  for (const TypePtr& type : model.types().all()) {
    JsValue metadata;
    metadata.kind = Kind::object;
    metadata.members = type->metadata;
    order_keys(metadata.members);
    out.emplace_back(Array{Value(type->name), Value(type->category), to_tagged(metadata)});
  }
  return Value(std::move(out));
}

Value run_model(const Array& request) {
  Definitions definitions;
  for (const Value& entity : *request.at(2).get<Array>()) {
    const Array& parts = *entity.get<Array>();
    definitions.emplace_back(*parts.at(0).get<std::string>(), from_tagged(parts.at(1)));
  }
  const auto model = Model::create(from_tagged(request.at(1)), definitions, {}, {&table, {}});
  if (!model) return failed(model.error());
  Array all;
  Array names;
  for (const Model::Entity& entity : (*model)->entities()) {
    names.emplace_back(entity.name);
    all.push_back(described_schema(*entity.schema));
  }
  Array checks;
  for (const Value& check : *request.at(3).get<Array>()) {
    const Array& parts = *check.get<Array>();
    const Schema* const schema = (*model)->find(*parts.at(0).get<std::string>());
    checks.push_back(schema == nullptr ? Value() : checked(*schema, {Value(), parts.at(1)}));
  }
  return Object{{"names", Value(std::move(names))},
                {"schemas", Value(std::move(all))},
                {"types", types_of(**model)},
                {"order", words((*model)->order())},
                {"warnings", words((*model)->warnings())},
                {"dts", text_or_failure((*model)->dts())},
                {"checks", Value(std::move(checks))}};
}

}  // namespace
}  // namespace gs::schema

int main() {
  std::ios::sync_with_stdio(false);
  std::string line;
  while (std::getline(std::cin, line)) {
    const auto request = gs::record::parse_json(line);
    GS_CHECK(request.ok());
    const gs::Array& parts = *request->get<gs::Array>();
    const bool is_model = *parts.at(0).get<std::string>() == "model";
    std::string out;
    gs::record::append_json(is_model ? gs::schema::run_model(parts) : gs::schema::run_schema(parts),
                            out);
    std::cout << out << '\n';
  }
  return 0;
}
