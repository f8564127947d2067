// From a schema of Metaschema to the rules of a collection.

#include <algorithm>
#include <limits>

#include "gs/core/rules/check.h"
#include "gs/core/rules/rules.h"
#include "gs/core/schema/js_text.h"

namespace gs::rules {

using schema::Field;
using schema::JsValue;
using schema::TypeKind;
using Js = JsValue::Kind;

namespace {

Error wrong(std::string_view path, std::string_view what) {
  return Error(Code::invalid, "field \"" + std::string(path) + "\": " + std::string(what));
}

template <typename Word>
bool find_word(std::string_view text, std::initializer_list<std::pair<const char*, Word>> words,
               Word& out) {
  for (const auto& [word, value] : words) {
    if (text != word) continue;
    out = value;
    return true;
  }
  return false;
}

Rule::Kind kind_of(TypeKind kind, bool many) noexcept {
  switch (kind) {
    case TypeKind::string:
      return Rule::Kind::string;
    case TypeKind::number:
      return Rule::Kind::number;
    case TypeKind::bigint:
      return Rule::Kind::bigint;
    case TypeKind::boolean:
      return Rule::Kind::boolean;
    case TypeKind::enumeration:
      return Rule::Kind::enumeration;
    case TypeKind::object:
      return Rule::Kind::object;
    case TypeKind::map:
      return Rule::Kind::map;
    case TypeKind::array:
      return Rule::Kind::array;
    case TypeKind::set:
      return Rule::Kind::set;
    case TypeKind::reference:
      return many ? Rule::Kind::links : Rule::Kind::link;
    case TypeKind::schema:
      return Rule::Kind::structure;
    case TypeKind::tuple:
      return Rule::Kind::tuple;
    case TypeKind::json:
      return Rule::Kind::json;
    case TypeKind::custom:
      return Rule::Kind::custom;
  }
  return Rule::Kind::json;
}

}  // namespace

class Compiler {
 public:
  Compiler(const schema::Schema& schema, const Rules::Host& host)
      : schema_(schema), host_(host), made_(new Rules) {}

  Result<std::shared_ptr<const Rules>> run(bool has_kind) {
    made_->collection_ = schema_.name();
    made_->kind_ = schema_.kind();
    made_->validate_ = schema_.options().validate;
    if (made_->validate_) made_->validate_text_ = source_of(*made_->validate_);
    GS_TRY_OK(read_header(has_kind));
    for (const schema::Member& member : schema_.structure()->members) {
      if (member.field == nullptr) continue;
      GS_TRY_OK(add_field(member.name, *member.field));
    }
    std::sort(made_->fields_.begin(), made_->fields_.end(),
              [](const FieldRule& a, const FieldRule& b) { return a.name < b.name; });
    GS_TRY_OK(add_composites());
    GS_TRY_OK(add_past());
    return std::shared_ptr<const Rules>(std::move(made_));
  }

 private:
  Error read_header(bool has_kind) {
    const auto one_of = [&](const char* what, const std::string& given, const char* known) {
      return Error(Code::invalid, std::string(what) + " \"" + given + "\" is none of " + known);
    };
    if (!find_word<Allow>(
            schema_.allow(),
            {{"write", Allow::write}, {"append", Allow::append}, {"read", Allow::read}},
            made_->allow_)) {
      return one_of("allow", schema_.allow(), "write, append, read");
    }
    if (!find_word<Scope>(schema_.scope(),
                          {{"application", Scope::application},
                           {"global", Scope::global},
                           {"local", Scope::local}},
                          made_->scope_)) {
      return one_of("scope", schema_.scope(), "application, global, local");
    }
    if (schema_.store() != "persistent" && schema_.store() != "memory") {
      return one_of("store", schema_.store(), "persistent, memory");
    }
    made_->in_memory_ = has_kind && schema_.store() == "memory";
    for (const auto& [name, value] : schema_.custom()) {
      if (name != "removal") continue;
      if (!find_word<Removal>(value.text,
                              {{"delete-wins", Removal::delete_wins},
                               {"update-wins", Removal::update_wins},
                               {"archive", Removal::archive}},
                              made_->removal_)) {
        return one_of("removal", value.text, "delete-wins, update-wins, archive");
      }
    }
    return {};
  }

  Error add_field(const std::string& name, const Field& field) {
    FieldRule made;
    made.name = name;
    GS_TRY_OK(read(field, name, made.rule));
    GS_TRY_OK(read_merge(field, made));
    GS_TRY_OK(read_past(field, made));
    const Rule::Kind kind = made.rule.kind;
    if (kind == Rule::Kind::link || kind == Rule::Kind::links) {
      using Link = record::Layout::Link;
      made_->layout_.add_link(name, kind == Rule::Kind::link ? Link::one : Link::many,
                              made.rule.target);
    } else {
      record::Layout::Nest nest;
      GS_TRY_OK(read_nest(field, made.rule, nest));
      nest.name = name;
      if (!nest.is_empty()) made_->layout_.add_nest(std::move(nest));
    }
    if (const JsValue* given = field.data("default"); given != nullptr) {
      GS_TRY_OK(add_default(name, *given));
    }
    GS_TRY_OK(add_indexes(field, made.rule, name));
    made_->fields_.push_back(std::move(made));
    return {};
  }

  Error add_default(const std::string& name, const JsValue& given) {
    if (given.kind == Js::function) return {};  // JavaScript's own; records get none
    const std::optional<Value> value = from_js(given);
    if (!value) return wrong(name, "its default cannot be stored");
    if (Error error = made_->layout_.add_default(name, *value)) return std::move(error).in(name);
    return {};
  }

  // --- one value ---

  Error read(const Field& field, const std::string& path, Rule& rule) {
    rule.kind = kind_of(field.type->kind, field.many);
    rule.required = field.required;
    rule.has_length = field.has_length;
    rule.length_min = field.length_min;
    rule.length_max = field.length_max;
    rule.target = field.target;
    rule.check_type = field.type->check_type;
    if (field.odd_length) return wrong(path, "its length is not made of numbers");
    if (field.validate == schema::Validate::not_callable) {
      return wrong(path, "its validate is no function");
    }
    if (field.validate == schema::Validate::function) {
      rule.validate = field.validate_function;
      rule.validate_text = source_of(field.validate_function);
    }
    if (rule.kind == Rule::Kind::custom) rule.check_type_text = source_of(rule.check_type);
    GS_TRY_OK(read_range(field, path, rule));
    GS_TRY_OK(read_pattern(field, path, rule));
    switch (rule.kind) {
      case Rule::Kind::enumeration:
        return read_allowed(field, path, rule);
      case Rule::Kind::object:
      case Rule::Kind::map:
        if (const schema::JsValue* const key = field.data("key")) rule.key = key->text;
        [[fallthrough]];
      case Rule::Kind::array:
      case Rule::Kind::set:
        if (field.value == nullptr) return wrong(path, "it does not say what its elements are");
        rule.element = std::make_unique<Rule>();
        return read(*field.value, path + "[]", *rule.element);
      case Rule::Kind::tuple:
        for (const auto& item : field.items) {
          GS_TRY_OK(read(*item, path + "[]", rule.items.emplace_back()));
        }
        return {};
      case Rule::Kind::structure:
        return read_structure(field, path, rule);
      case Rule::Kind::link:
      case Rule::Kind::links:
        return field.has_target && !field.target.empty()
                   ? Error()
                   : wrong(path, "it does not say what it refers to");
      default:
        return {};
    }
  }

  Error read_structure(const Field& field, const std::string& path, Rule& rule) {
    if (field.structure == nullptr) return wrong(path, "it has no fields");
    for (const schema::Member& member : field.structure->members) {
      if (member.field == nullptr) continue;
      NamedRule made{member.name, {}};
      GS_TRY_OK(read(*member.field, path + "." + member.name, made.rule));
      rule.members.push_back(std::move(made));
    }
    std::sort(rule.members.begin(), rule.members.end(),
              [](const NamedRule& a, const NamedRule& b) { return a.name < b.name; });
    return {};
  }

  Error read_allowed(const Field& field, const std::string& path, Rule& rule) {
    const JsValue* const given = field.data("enum");
    if (given == nullptr || given->kind != Js::array) return wrong(path, "its enum is no array");
    for (const JsValue& each : given->items) {
      std::optional<Value> value = from_js(each);
      if (!value) return wrong(path, "its enum has a value that cannot be stored");
      rule.allowed.push_back(std::move(*value));
    }
    return {};
  }

  static Error read_range(const Field& field, const std::string& path, Rule& rule) {
    const JsValue* const min = field.data("min");
    const JsValue* const max = field.data("max");
    rule.min = -std::numeric_limits<double>::infinity();
    rule.max = std::numeric_limits<double>::infinity();
    for (const auto& [given, bound] : {std::pair(min, &rule.min), std::pair(max, &rule.max)}) {
      if (given == nullptr) continue;
      if (given->kind != Js::number) return wrong(path, "its min and max have to be numbers");
      *bound = given->number;
      rule.has_range = true;
    }
    return {};
  }

  Error read_pattern(const Field& field, const std::string& path, Rule& rule) {
    const JsValue* const given = field.data("pattern");
    if (given == nullptr) return {};
    if (given->kind != Js::regexp && given->kind != Js::string) {
      return wrong(path, "its pattern is neither a regular expression nor a text");
    }
    if (host_.make_pattern == nullptr || host_.functions == nullptr) {
      return wrong(path, "patterns need JavaScript, which is not here");
    }
    JsValue source;
    source.kind = Js::string;
    source.text = given->text;
    JsValue flags = source;
    flags.text = given->flags;
    const JsValue arguments[] = {source, flags};
    const schema::Outcome outcome = host_.functions->call(host_.make_pattern->function, arguments);
    if (outcome.threw || outcome.value.kind != Js::function) {
      return wrong(path, "its pattern is wrong: " + outcome.thrown);
    }
    rule.pattern = outcome.value.function;
    rule.pattern_text = "/" + given->text + "/" + given->flags;
    return {};
  }

  std::string source_of(std::uint32_t function) const {
    if (host_.source_of == nullptr || host_.functions == nullptr) return {};
    JsValue argument;
    argument.kind = Js::function;
    argument.function = function;
    return host_.functions->call(host_.source_of->function, {&argument, 1}).value.text;
  }

  // --- what a field says about merging and about its past ---

  static Error read_merge(const Field& field, FieldRule& made) {
    const JsValue* const given = field.data("merge");
    if (given == nullptr) return {};
    constexpr std::string_view kContract = "contract:";
    if (given->text.starts_with(kContract) && given->text.size() > kContract.size()) {
      made.merge = Merge::contract;
      made.contract = given->text.substr(kContract.size());
      return {};
    }
    const bool is_known = find_word<Merge>(given->text,
                                           {{"lww", Merge::lww},
                                            {"counter", Merge::counter},
                                            {"set", Merge::set},
                                            {"list", Merge::list},
                                            {"text", Merge::text},
                                            {"tree", Merge::tree},
                                            {"object", Merge::object},
                                            {"max", Merge::max},
                                            {"min", Merge::min},
                                            {"first", Merge::first},
                                            {"conflict", Merge::conflict}},
                                           made.merge);
    if (!is_known) {
      return wrong(made.name, "merge \"" + given->text +
                                  "\" is none of lww, counter, set, list, text, tree, object, max, "
                                  "min, first, conflict, contract:<name>");
    }
    const Rule::Kind kind = made.rule.kind;
    const bool is_number = kind == Rule::Kind::number || kind == Rule::Kind::bigint;
    if (made.merge == Merge::counter && !is_number) {
      return wrong(made.name, "only a number can be a counter");
    }
    const bool is_collection = kind == Rule::Kind::array || kind == Rule::Kind::set ||
                               kind == Rule::Kind::links || kind == Rule::Kind::json ||
                               kind == Rule::Kind::custom;
    if (made.merge == Merge::set && !is_collection) {
      return wrong(made.name, "only an array, a set or a list of relations can merge as a set");
    }
    if (made.merge == Merge::list && (!is_collection || kind == Rule::Kind::set)) {
      return wrong(made.name, "only an array or a list of relations can merge as a list");
    }
    if (made.merge == Merge::tree && (!is_collection || kind == Rule::Kind::set)) {
      return wrong(made.name, "only an array can merge as a tree");
    }
    const bool is_object = kind == Rule::Kind::structure || kind == Rule::Kind::object ||
                           kind == Rule::Kind::json || kind == Rule::Kind::custom;
    if (made.merge == Merge::object && !is_object) {
      return wrong(made.name, "only an object can merge as an object");
    }
    const bool is_one_value = made.merge == Merge::lww || made.merge == Merge::conflict;
    if (is_object && is_one_value) made.merge = Merge::whole;
    if (made.merge == Merge::text && kind != Rule::Kind::string) {
      return wrong(made.name, "only a string can merge as text");
    }
    return {};
  }

  Error read_past(const Field& field, FieldRule& made) {
    if (const JsValue* was = field.data("was"); was != nullptr) {
      if (was->kind == Js::string) made.was.push_back(was->text);
      for (const JsValue& each : was->items) {
        if (each.kind != Js::string) return wrong(made.name, "its earlier names have to be texts");
        made.was.push_back(each.text);
      }
      if (made.was.empty()) return wrong(made.name, "its earlier names have to be texts");
    }
    if (const JsValue* convert = field.data("convert"); convert != nullptr) {
      if (convert->kind != Js::function) return wrong(made.name, "its convert is no function");
      made.convert = convert->function;
      made.convert_text = source_of(convert->function);
    }
    return {};
  }

  // --- indexes ---

  Error add_indexes(const Field& field, const Rule& rule, const std::string& path) {
    const bool is_link = rule.kind == Rule::Kind::link || rule.kind == Rule::Kind::links;
    if (field.unique || field.primary || field.index || is_link) {
      IndexDefinition made{made_->collection_, {path}, field.unique || field.primary};
      if (is_many(rule)) made.many = 0;
      GS_TRY_OK(add_index(std::move(made)));
    }
    if (rule.kind != Rule::Kind::structure || field.structure == nullptr) return {};
    for (const schema::Member& member : field.structure->members) {
      if (member.field == nullptr) continue;
      const Rule* const nested = rule.member(member.name);
      if (nested != nullptr)
        GS_TRY_OK(add_indexes(*member.field, *nested, path + "." + member.name));
    }
    return {};
  }

  Error add_composites() {
    for (const schema::Index& index : schema_.indexes()) {
      if (index.field != nullptr) continue;
      for (const char* const word : {"unique", "primary", "index"}) {
        const JsValue* const fields = schema::find_member(index.definition, word);
        if (fields == nullptr || fields->kind != Js::array) continue;
        IndexDefinition made{made_->collection_, {}, std::string_view(word) != "index"};
        for (const JsValue& each : fields->items) {
          if (each.kind != Js::string || find_rule(each.text) == nullptr) {
            return Error(Code::invalid, "index \"" + index.name + "\" names a field \"" +
                                            schema::described(each) + "\" that is not there");
          }
          if (const Rule* const rule = find_rule(each.text); is_many(*rule)) {
            if (made.many) {
              return Error(Code::invalid, "index \"" + index.name +
                                              "\" has two lists: " + made.fields[*made.many] +
                                              " and " + each.text + ". An index can have one");
            }
            made.many = static_cast<std::uint32_t>(made.fields.size());
          }
          made.fields.push_back(each.text);
        }
        if (!made.fields.empty()) GS_TRY_OK(add_index(std::move(made)));
      }
    }
    return {};
  }

  // --- what the fields' past says together ---

  Error add_past() {
    std::vector<std::string>& earlier = made_->earlier_;
    for (const FieldRule& field : made_->fields_) {
      for (const std::string& name : field.was) {
        if (made_->find(name) != nullptr) {
          return wrong(field.name, "its earlier name \"" + name + "\" is that of a field");
        }
        earlier.push_back(name);
      }
      made_->may_lift_ = made_->may_lift_ || field.convert;
      const bool has_default = made_->find_default(field.name) != nullptr;
      made_->converts_missing_ =
          made_->converts_missing_ || (field.convert && field.rule.required && !has_default);
    }
    std::sort(earlier.begin(), earlier.end());
    earlier.erase(std::unique(earlier.begin(), earlier.end()), earlier.end());
    made_->may_lift_ = made_->may_lift_ || !earlier.empty() || !made_->layout_.defaults().empty();
    for (IndexDefinition& index : made_->indexes_) {
      index.lift = lift_digest(*made_, index, host_.source);
    }
    return {};
  }

  static bool is_many(const Rule& rule) {
    return rule.kind == Rule::Kind::array || rule.kind == Rule::Kind::set ||
           rule.kind == Rule::Kind::links;
  }

  // Null: no field has this path.
  const Rule* find_rule(std::string_view path) const {
    const std::size_t dot = path.find('.');
    if (const FieldRule* const whole = made_->find(path)) return &whole->rule;
    const FieldRule* const top = made_->find(path.substr(0, dot));
    const Rule* rule = top == nullptr ? nullptr : &top->rule;
    while (rule != nullptr && path.find('.') != std::string_view::npos) {
      path = path.substr(path.find('.') + 1);
      rule = rule->member(path.substr(0, path.find('.')));
    }
    return rule;
  }

  Error add_index(IndexDefinition index) {
    for (const IndexDefinition& each : made_->indexes_) {
      if (each.fields == index.fields && (each.unique || !index.unique)) return {};
    }
    if (index.fields.size() > kIndexFieldsMax) {
      return Error(Code::too_large, "an index of " + std::to_string(index.fields.size()) +
                                        " fields; the limit is " + std::to_string(kIndexFieldsMax));
    }
    for (const std::string& path : index.fields) {
      if (path.size() <= kIndexPathBytesMax) continue;
      return Error(Code::too_large, "an index of a field whose path has " +
                                        std::to_string(path.size()) + " bytes; the limit is " +
                                        std::to_string(kIndexPathBytesMax));
    }
    if (made_->indexes_.size() == kIndexesMax) {
      return Error(Code::too_large, "more than " + std::to_string(kIndexesMax) +
                                        " indexes, with those of relations");
    }
    made_->indexes_.push_back(std::move(index));
    return {};
  }

  const schema::Schema& schema_;
  const Rules::Host& host_;
  std::unique_ptr<Rules> made_;
};

Result<std::shared_ptr<const Rules>> Rules::compile(const schema::Schema& schema, bool has_kind,
                                                    const Host& host) {
  if (schema.structure() == nullptr) {
    return Error(Code::invalid, schema.name() + " has no fields, so no record can be one");
  }
  auto made = Compiler(schema, host).run(has_kind);
  if (!made.ok()) return std::move(made).error().in(schema.name());
  return made;
}

}  // namespace gs::rules
