// Walks the rules of each collection, which know what is stored. Names of the package's own types
// (One, Many) need no import: an augmentation sees what it adds to.
#include "cmd/gstore/collection_types.h"

#include <algorithm>
#include <cctype>

#include "cmd/gstore/support/json_text.h"
#include "gs/core/schema/js_text.h"

namespace gs::cli {
namespace {

using rules::FieldRule;
using rules::NamedRule;
using rules::Rule;

// Words that are no names of parameters or types may well be names of members.
bool is_plain_name(std::string_view name) {
  const auto is_part = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$';
  };
  return !name.empty() && std::isdigit(static_cast<unsigned char>(name[0])) == 0 &&
         std::all_of(name.begin(), name.end(), is_part);
}

// A literal of JSON is one of TypeScript.
void append_literal(std::string_view text, std::string& out) { append_json_string(text, out); }

void append_name(std::string_view name, std::string& out) {
  if (is_plain_name(name)) {
    out.append(name);
  } else {
    append_literal(name, out);
  }
}

class Printer {
 public:
  explicit Printer(std::string& out) : out_(out) {}

  void member(std::string_view name, const Rule& rule, bool is_there) {
    out_.append(2 * depth_, ' ');
    append_name(name, out_);
    out_.append(is_there ? ": " : "?: ");
    type(rule);
    out_.append(rule.required ? ";\n" : " | null;\n");
  }

  void begin() {
    out_.append("{\n");
    ++depth_;
  }

  void end() {
    --depth_;
    out_.append(2 * depth_, ' ').append("}");
  }

  void type(const Rule& rule) {
    switch (rule.kind) {
      case Rule::Kind::string:
        out_.append("string");
        return;
      case Rule::Kind::number:
        out_.append("number");
        return;
      case Rule::Kind::bigint:
        out_.append("bigint");
        return;
      case Rule::Kind::boolean:
        out_.append("boolean");
        return;
      case Rule::Kind::enumeration:
        return words(rule);
      case Rule::Kind::array:
        return of_elements("Array<", rule);
      case Rule::Kind::set:
        return of_elements("Set<", rule);
      case Rule::Kind::object:
        return dictionary(rule);
      case Rule::Kind::map:
        // A Map is stored as its pairs, an object as it is.
        out_.append("Array<[").append(key_type(rule)).append(", ");
        element(rule);
        out_.append("]> | ");
        return dictionary(rule);
      case Rule::Kind::tuple:
        return tuple(rule);
      case Rule::Kind::structure:
        begin();
        for (const NamedRule& each : rule.members) {
          member(each.name, each.rule, each.rule.required);
        }
        return end();
      case Rule::Kind::link:
        return relation("One<", rule);
      case Rule::Kind::links:
        return relation("Many<", rule);
      case Rule::Kind::json:
      case Rule::Kind::custom:
        out_.append("any");
        return;
    }
  }

 private:
  void words(const Rule& rule) {
    if (rule.allowed.empty()) out_.append("never");
    for (const Value& each : rule.allowed) {
      if (&each != &rule.allowed.front()) out_.append(" | ");
      word(each);
    }
  }

  void word(const Value& value) {
    if (const std::string* const text = value.get<std::string>()) {
      append_literal(*text, out_);
    } else if (const double* const number = value.get<double>()) {
      out_.append(schema::number_text(*number));
    } else if (const bool* const truth = value.get<bool>()) {
      out_.append(*truth ? "true" : "false");
    } else {
      out_.append(value.get<std::nullptr_t>() != nullptr ? "null" : "any");
    }
  }

  void element(const Rule& rule) {
    type(*rule.element);
    if (!rule.element->required) out_.append(" | null");
  }

  void of_elements(const char* of, const Rule& rule) {
    out_.append(of);
    element(rule);
    out_.append(">");
  }

  static const char* key_type(const Rule& rule) {
    if (rule.key == "number" || rule.key == "boolean" || rule.key == "bigint") {
      return rule.key.c_str();
    }
    return rule.key.empty() ? "any" : "string";
  }

  void dictionary(const Rule& rule) {
    out_.append("{ [key: string]: ");
    element(rule);
    out_.append(" }");
  }

  // What comes behind the last one that is required may be missing.
  void tuple(const Rule& rule) {
    std::size_t needed = rule.items.size();
    while (needed > 0 && !rule.items[needed - 1].required) --needed;
    out_.append("[");
    for (std::size_t i = 0; i < rule.items.size(); ++i) {
      if (i > 0) out_.append(", ");
      if (i < needed) {
        type(rule.items[i]);
        if (!rule.items[i].required) out_.append(" | null");
      } else {
        out_.append("(");
        type(rule.items[i]);
        out_.append(" | null)?");
      }
    }
    out_.append("]");
  }

  void relation(const char* of, const Rule& rule) {
    out_.append(of);
    append_literal(rule.target, out_);
    out_.append(">");
  }

  std::string& out_;
  std::size_t depth_ = 2;
};

// As the file has them; the rules are sorted.
std::vector<const FieldRule*> fields_of(const engine::Catalog& catalog, const rules::Rules& rules) {
  std::vector<const FieldRule*> fields;
  const schema::Schema* const schema = catalog.model().find(rules.collection());
  for (const schema::Member& member : schema->structure()->members) {
    if (const FieldRule* const field = rules.find(member.name)) fields.push_back(field);
  }
  return fields;
}

void append_collection(const engine::Catalog& catalog, const rules::Rules& rules,
                       std::string& out) {
  out.append("    ");
  append_name(rules.collection(), out);
  out.append(": Collection<");
  Printer printer(out);
  printer.begin();
  std::string given;  // names of fields that get a value when a record comes without them
  for (const FieldRule* const field : fields_of(catalog, rules)) {
    const bool has_default = rules.find_default(field->name) != nullptr;
    printer.member(field->name, field->rule, field->rule.required || has_default);
    if (!has_default) continue;
    if (!given.empty()) given.append(" | ");
    append_literal(field->name, given);
  }
  printer.end();
  if (!given.empty()) out.append(", ").append(given);
  out.append(">;\n");
}

}  // namespace

std::string collection_types(const engine::Catalog& catalog) {
  std::string out =
      "import 'globalstorage';\n\n"
      "declare module 'globalstorage' {\n"
      "  interface Collections {\n";
  for (const auto& rules : catalog.collections()) append_collection(catalog, *rules, out);
  return out.append("  }\n}\n");
}

}  // namespace gs::cli
