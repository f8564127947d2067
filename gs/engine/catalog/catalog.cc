#include "gs/engine/catalog/catalog.h"

#include <algorithm>
#include <cctype>

#include "gs/core/crypto/sha256.h"

namespace gs::engine {

namespace {

constexpr std::string_view kMakePattern =
    "(source, flags) => { const pattern = new RegExp(source, flags.replace(/[gy]/g, '')); "
    "return (text) => pattern.test(text); }";

// Of before any file could change what these are.
constexpr std::string_view kSourceOf =
    "((apply, text) => (f) => apply(text, f, []))(Reflect.apply, Function.prototype.toString)";

// "City" of "City.js".
std::string entity_name(const std::string& file) { return file.substr(0, file.rfind('.')); }

// As Metaschema tells a kind: the first name that begins with a letter begins with a large one.
bool names_kind(const schema::JsValue& definition) {
  for (const auto& [name, member] : definition.members) {
    const auto first = static_cast<unsigned char>(name.empty() ? 0 : name.front());
    if (std::isalpha(first) != 0) return std::isupper(first) != 0;
  }
  return false;
}

Catalog::Definition as_written(const std::string& name, const schema::JsValue& value) {
  Catalog::Definition made{name, names_kind(value), false, {}};
  made.has_options = value.members.front().second.kind == schema::JsValue::Kind::object;
  for (const auto& [member, ignored] : value.members) made.members.push_back(member);
  return made;
}

// `{ name: 'string' }` alone is a block of statements for JavaScript: its value is a text, or it is
// no script at all.
bool is_block(std::string_view source) noexcept {
  const std::size_t at = source.find_first_not_of(" \t\r\n");
  return at != std::string_view::npos && source[at] == '{';
}

Error no_parentheses(const std::string& file) {
  return Error(Code::invalid, file +
                                  ": put the object in parentheses, as in ({ name: 'string' }): "
                                  "without them braces are a block of statements");
}

Error no_definition(const std::string& file, std::string_view source) {
  if (is_block(source)) return no_parentheses(file);
  return Error(Code::invalid,
               file + ": one object with fields is expected, for example ({ name: 'string' })");
}

bool has_fields(const schema::JsValue& value) {
  return value.kind == schema::JsValue::Kind::object && !value.members.empty();
}

// Of a file that is no script, but would be one in parentheses, the error says so.
Result<schema::JsValue> value_of(script::Sandbox& sandbox, const std::string& file,
                                 const std::string& source) {
  const std::string in_parentheses = "(" + source + "\n)";
  // JSON is an expression of JavaScript, but where a statement begins braces are a block.
  const bool is_json = file.ends_with(".json");
  auto value = sandbox.evaluate(is_json ? in_parentheses : source, file);
  const bool is_meant = !value.ok() && !is_json && !sandbox.parses(source);
  if (is_meant && sandbox.parses(in_parentheses)) return no_parentheses(file);
  return value;
}

// The one that is wrong in the same way when it is all that the definition has; empty: none.
std::string wrong_field(const Error& error, const schema::JsValue& types,
                        const std::pair<std::string, schema::JsValue>& definition,
                        const schema::Host& host) {
  const bool has_kind = names_kind(definition.second);
  constexpr std::size_t kLookedAt = 1000;  // each is a model of its own
  std::size_t count = 0;
  for (const auto& member : definition.second.members) {
    if (++count > kLookedAt) break;
    schema::JsValue one;
    one.kind = definition.second.kind;
    one.text = definition.second.text;
    if (has_kind) one.members.emplace_back("Entity", one);
    one.members.push_back(member);
    const auto alone = schema::Model::create(types, {{definition.first, one}}, {}, host);
    if (!alone.ok() && alone.error().message() == error.message()) return member.first;
  }
  return {};
}

// What Metaschema says of a definition names no entity. That of one which is wrong by itself in the
// same way is known; of others, as of relations that lead nowhere, the error says enough.
Error in_its_file(Error error, const schema::JsValue& types, const schema::Definitions& definitions,
                  const Bundle& bundle, const schema::Host& host) {
  if (error.code() != Code::invalid) return error;  // all of them were within the limits together
  for (const auto& definition : definitions) {
    const auto alone = schema::Model::create(types, {definition}, {}, host);
    if (alone.ok() || alone.error().message() != error.message()) continue;
    const bool is_json = !bundle.files.contains(definition.first + ".js");
    const std::string file = definition.first + (is_json ? ".json" : ".js");
    const std::string field = wrong_field(error, types, definition, host);
    return std::move(error).in(field.empty() ? file : file + ": field \"" + field + "\"");
  }
  return error;
}

}  // namespace

schema::Outcome Catalog::Locked::call(std::uint32_t function,
                                      std::span<const schema::JsValue> arguments) {
  return call(function, arguments, nullptr);
}

schema::Outcome Catalog::Locked::call(std::uint32_t function,
                                      std::span<const schema::JsValue> arguments,
                                      const std::atomic<bool>* stop) {
  const std::lock_guard lock(mutex);
  return sandbox->call(function, arguments, stop);
}

Result<std::shared_ptr<const Catalog>> Catalog::compile(std::string_view json,
                                                        platform::Clock* clock,
                                                        const std::atomic<bool>* stop) {
  GS_TRY(const Bundle bundle, Bundle::parse(json));
  return compile(bundle, clock, stop);
}

Result<std::shared_ptr<const Catalog>> Catalog::compile(const Bundle& bundle,
                                                        platform::Clock* clock,
                                                        const std::atomic<bool>* stop) {
  const std::shared_ptr<Catalog> made(new Catalog(stop));
  made->bundle_ = bundle;
  GS_TRY_OK(made->evaluate(clock));
  GS_TRY_OK(made->compile_rules());
  made->sandbox_->seal();
  return std::shared_ptr<const Catalog>(made);
}

Error Catalog::evaluate(platform::Clock* clock) {
  GS_TRY(sandbox_, script::Sandbox::create({}, clock));
  locked_.sandbox = sandbox_.get();
  GS_TRY(make_pattern_, sandbox_->evaluate(kMakePattern, "pattern"));
  GS_TRY(source_of_, sandbox_->evaluate(kSourceOf, "source"));
  schema::Definitions definitions;
  schema::JsValue types;
  types.kind = schema::JsValue::Kind::object;
  schema::JsValue database;
  for (const auto& [file, source] : bundle_.files) {
    GS_TRY(schema::JsValue value, value_of(*sandbox_, file, source));
    const std::string name = entity_name(file);
    if (name == ".types") {
      types = std::move(value);
    } else if (name == ".database") {
      database = std::move(value);
    } else {
      if (!has_fields(value)) return no_definition(file, source);
      definitions_.push_back(as_written(name, value));
      definitions.emplace_back(name, std::move(value));
    }
  }
  const schema::Host host{.functions = &locked_};
  auto model = schema::Model::create(types, definitions, std::move(database), host);
  if (!model.ok()) {
    return in_its_file(std::move(model).error(), types, definitions, bundle_, host);
  }
  model_ = std::move(*model);
  return {};
}

Error Catalog::compile_rules() {
  const rules::Rules::Host host{&locked_, &make_pattern_, &source_of_,
                                crypto::sha256(as_bytes(bundle_.json()))};
  for (const schema::Model::Entity& entity : model_->entities()) {
    if (entity.name.starts_with('.') || entity.schema->structure() == nullptr) continue;
    GS_TRY(auto rules, rules::Rules::compile(*entity.schema, has_kind(entity.name), host));
    may_lift_ = may_lift_ || rules->may_lift();
    by_name_.emplace(rules->collection(), rules.get());
    rules_.push_back(std::move(rules));
  }
  return {};
}

bool Catalog::has_kind(std::string_view name) const {
  const auto at = std::find_if(definitions_.begin(), definitions_.end(),
                               [&](const Definition& each) { return each.name == name; });
  return at != definitions_.end() && at->has_kind;
}

const rules::Rules* Catalog::find(std::string_view collection) const noexcept {
  const auto at = by_name_.find(collection);
  return at == by_name_.end() ? nullptr : at->second;
}

std::shared_ptr<const rules::LiftPlan> Catalog::lift_plan(const record::ShapePtr& shape) const {
  if (!may_lift_) return nullptr;
  // Neighbours lie at least this far apart.
  const auto place = reinterpret_cast<std::uintptr_t>(shape.get()) / alignof(record::Shape);
  std::atomic<const Planned*>& slot = slots_[(place ^ place / kSlots) % kSlots];
  const Planned* const quick = slot.load(std::memory_order_acquire);
  if (quick != nullptr && quick->shape == shape) return quick->plan;
  const std::lock_guard lock(planned_mutex_);
  auto found = planned_.find(shape.get());
  if (found == planned_.end()) {
    const rules::Rules* const rules = find(shape->collection());
    auto made = rules == nullptr ? nullptr : rules::LiftPlan::make(*rules, shape);
    if (planned_.size() >= kPlannedMax) return made;
    found = planned_.emplace(shape.get(), Planned{shape, std::move(made)}).first;
  }
  slot.store(&found->second, std::memory_order_release);
  return found->second.plan;
}

}  // namespace gs::engine
