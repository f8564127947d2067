#include "gs/engine/catalog/review.h"

#include <algorithm>
#include <cctype>

#include "gs/base/nearest.h"
#include "gs/core/record/json.h"

namespace gs::engine {

namespace {

using rules::FieldRule;
using rules::Rule;
using rules::Rules;

const std::vector<std::string>& known_kinds() {
  static const std::vector<std::string> kinds = {"Entity",  "Registry", "Dictionary", "Journal",
                                                 "Details", "Relation", "View",       "Struct",
                                                 "Scalar",  "Form",     "Projection"};
  return kinds;
}

// What a field may say that means something, in any form of definition.
const std::vector<std::string>& known_attributes() {
  static const std::vector<std::string> attributes = {
      "type",   "required", "value",   "key",     "items", "schema", "one",       "many",
      "array",  "set",      "object",  "map",     "tuple", "enum",   "length",    "validate",
      "unique", "index",    "primary", "default", "min",   "max",    "pattern",   "note",
      "merge",  "was",      "convert", "root",    "kind",  "parse",  "serialize", "format"};
  return attributes;
}

bool is_in(const std::vector<std::string>& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::string in_front(const std::string& field) {
  return "put a kind in front, as in ({ Entity: {}, " + field + ": .. })";
}

// What Metaschema's forms make of fields whose names mean something else: they are lost.
std::optional<std::string> lost_fields(const Catalog& catalog, const Catalog::Definition& as) {
  const std::string& first = as.members.front();
  if (catalog.find(as.name) != nullptr) {
    if (!as.has_kind || as.has_options || is_in(known_kinds(), first)) return std::nullopt;
    return first + " begins with a capital letter, so it is taken for the kind and is no field: " +
           in_front(first);
  }
  const auto lost = std::find_if(as.members.begin(), as.members.end(), [](const auto& member) {
    return !is_in(known_attributes(), member);
  });
  if (lost == as.members.end() || as.name.starts_with('.')) return std::nullopt;
  const bool has_type = is_in(as.members, "type");
  return "it describes a value and no record, because it has a field " +
         (has_type ? std::string("type") : first) + ", so " + *lost +
         " is lost: " + in_front(*lost);
}

std::string meant(const std::optional<std::string>& word) {
  return word ? ". Did you mean " + *word + "?" : std::string();
}

class Reviewer {
 public:
  Reviewer(const Catalog& catalog, const Rules& rules, std::vector<Doubt>& out)
      : catalog_(catalog), rules_(rules), out_(out) {}

  Error run() {
    check_kind();
    if (const schema::Schema* const schema = catalog_.model().find(rules_.collection())) {
      if (schema->structure() != nullptr) attributes(*schema->structure(), {});
    }
    for (const FieldRule& field : rules_.fields()) {
      GS_TRY_OK(bounds(field.rule, field.name));
      relation(field.rule, field.name);
      const auto wrong = rules_.check_default(field, catalog_.functions());
      if (wrong.empty()) continue;
      return wrong_field(field.name, "its default does not fit: " + wrong.front().what());
    }
    return {};
  }

 private:
  void doubt(const std::string& field, std::string what) {
    out_.push_back({rules_.collection(), field, std::move(what)});
  }

  Error wrong_field(const std::string& path, const std::string& what) const {
    return Error(Code::invalid, rules_.collection() + ": field \"" + path + "\": " + what);
  }

  // Any word that begins with a large letter is a kind, and all but a few are kinds of what is not
  // stored.
  void check_kind() {
    std::string kind = rules_.kind();
    if (!kind.empty())
      kind[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(kind[0])));
    if (is_in(known_kinds(), kind)) return;
    const auto near = nearest(kind, known_kinds());
    if (near) {
      doubt({}, "the kind " + kind + " is none that is stored, so its records are in memory" +
                    meant(near));
    }
  }

  void attributes(const schema::Struct& fields, const std::string& before) {
    for (const schema::Member& member : fields.members) {
      if (member.field != nullptr) attributes(*member.field, before + member.name);
    }
  }

  // Others than those known may be there for other programs.
  void attributes(const schema::Field& field, const std::string& path) {
    const auto& known = known_attributes();
    for (const schema::Property& property : field.properties) {
      if (std::find(known.begin(), known.end(), property.name) != known.end()) continue;
      const auto near = nearest(property.name, known);
      if (near) doubt(path, "unknown attribute " + property.name + meant(near));
    }
    if (field.value != nullptr) attributes(*field.value, path + "[]");
    if (field.structure != nullptr) attributes(*field.structure, path + ".");
  }

  void relation(const Rule& rule, const std::string& path) {
    const bool is_link = rule.kind == Rule::Kind::link || rule.kind == Rule::Kind::links;
    if (is_link && catalog_.find(rule.target) == nullptr) {
      std::vector<std::string> names;
      for (const auto& each : catalog_.collections()) names.push_back(each->collection());
      doubt(path, "a relation to " + rule.target + ", which is no schema here" +
                      meant(nearest(rule.target, names)));
    }
    each_inside(rule, path, [this](const Rule& inside, const std::string& at) {
      relation(inside, at);
      return Error();
    }).ignore();
  }

  Error bounds(const Rule& rule, const std::string& path) const {
    if (rule.has_range && rule.min > rule.max) {
      return wrong_field(path, "its min is larger than its max");
    }
    if (rule.has_length && rule.length_max != 0 && rule.length_min > rule.length_max) {
      return wrong_field(path, "the min of its length is larger than the max");
    }
    return each_inside(rule, path, [this](const Rule& inside, const std::string& at) {
      return bounds(inside, at);
    });
  }

  template <typename Visit>
  static Error each_inside(const Rule& rule, const std::string& path, const Visit& visit) {
    if (rule.element != nullptr) GS_TRY_OK(visit(*rule.element, path + "[]"));
    for (const Rule& item : rule.items) GS_TRY_OK(visit(item, path + "[]"));
    for (const rules::NamedRule& member : rule.members) {
      GS_TRY_OK(visit(member.rule, path + "." + member.name));
    }
    return {};
  }

  const Catalog& catalog_;
  const Rules& rules_;
  std::vector<Doubt>& out_;
};

// "City.json:2:5: .." of "JSON line 2, column 5: ..".
Error in_file(const std::string& file, const Error& error) {
  constexpr std::string_view kLine = "JSON line ";
  constexpr std::string_view kColumn = ", column ";
  const std::string text(error.message());
  const std::size_t column = text.find(kColumn);
  const std::size_t end = text.find(": ", column);
  if (!text.starts_with(kLine) || column == std::string::npos || end == std::string::npos) {
    return error.copy().in(file);
  }
  const std::size_t after = column + kColumn.size();
  return Error(error.code(), file + ":" + text.substr(kLine.size(), column - kLine.size()) + ":" +
                                 text.substr(after, end - after) +
                                 ": JSON: " + text.substr(end + 2));
}

}  // namespace

Error review_files(const Bundle& bundle) {
  for (const auto& [file, text] : bundle.files) {
    if (!file.ends_with(".json")) continue;
    const std::string other = file.substr(0, file.size() - std::string_view("on").size());
    if (bundle.files.contains(other)) {
      return Error(Code::invalid,
                   file + ": " + other + " is there as well, and one of them counts. Remove one");
    }
    if (const Error error = record::check_json(text)) return in_file(file, error);
  }
  return {};
}

Result<std::vector<Doubt>> review(const Catalog& catalog) {
  std::vector<Doubt> doubts;
  for (const Catalog::Definition& definition : catalog.definitions()) {
    if (auto lost = lost_fields(catalog, definition)) {
      doubts.push_back({definition.name, {}, std::move(*lost)});
    }
  }
  for (const auto& rules : catalog.collections()) {
    GS_TRY_OK(Reviewer(catalog, *rules, doubts).run());
  }
  return doubts;
}

Result<std::shared_ptr<const Catalog>> compile_new(std::string_view json, platform::Clock* clock,
                                                   std::vector<Doubt>* doubts) {
  GS_TRY(const Bundle bundle, Bundle::parse(json));
  GS_TRY_OK(review_files(bundle));
  GS_TRY(auto catalog, Catalog::compile(bundle, clock));
  GS_TRY(auto found, review(*catalog));
  if (doubts != nullptr) *doubts = std::move(found);
  return catalog;
}

}  // namespace gs::engine
