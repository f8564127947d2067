#include "gs/engine/catalog/difference.h"

#include <algorithm>

#include "gs/engine/catalog/catalog.h"

namespace gs::engine {

using rules::FieldRule;
using rules::Rule;
using rules::Rules;
using Risk = Difference::Risk;

namespace {

class Comparison {
 public:
  Comparison(const Rules& before, const Rules& after, std::vector<Difference>& out)
      : before_(before), after_(after), out_(out) {}

  void run() {
    headers();
    for (const FieldRule& field : after_.fields()) {
      const FieldRule* const old = before_.find(field.name);
      if (old == nullptr) {
        added(field);
      } else {
        kept(*old, field);
      }
    }
    for (const FieldRule& field : before_.fields()) {
      if (after_.find(field.name) == nullptr) removed(field.name);
    }
    indexes();
  }

 private:
  void add(Risk risk, const std::string& field, std::string what) {
    out_.push_back({risk, after_.collection(), field, std::move(what)});
  }

  void headers() {
    if (before_.kind() != after_.kind()) {
      add(Risk::safe, {},
          "was of the kind " + before_.kind() + " and is of the kind " + after_.kind());
    }
    if (before_.allow() != after_.allow()) add(Risk::safe, {}, "allows other operations");
    if (before_.scope() != after_.scope()) add(Risk::safe, {}, "has another scope");
    if (before_.removal() != after_.removal())
      add(Risk::safe, {}, "merges removals in another way");
    if (before_.in_memory() != after_.in_memory()) {
      add(Risk::unsafe, {},
          after_.in_memory()
              ? "is in memory only: what is inserted from now on is lost when the storage is closed"
              : "is persistent: its records in memory are forgotten");
    }
    validates(before_.has_validate(), after_.has_validate(),
              before_.validate_text() == after_.validate_text(), {});
  }

  // Conversions are not asked about what `validate` refuses.
  void validates(bool before, bool after, bool is_same, const std::string& path) {
    if (after && !before) {
      add(Risk::unsafe, path, "has a validate now: records that are there may not pass it");
    } else if (after && !is_same) {
      add(Risk::unsafe, path, "has another validate: records that are there may not pass it");
    } else if (before && !after) {
      add(Risk::safe, path, "has no validate any more");
    }
  }

  // Of a field that both have.
  void kept(const FieldRule& old, const FieldRule& now) {
    values(old.rule, now.rule, now.name, now.convert.has_value());
    if (old.merge != now.merge) add(Risk::safe, now.name, "merges in another way");
    for (const std::string& name : now.was) {
      const FieldRule* const other = before_.find(name);
      if (other == nullptr) continue;
      add(Risk::migrated, now.name,
          "was " + name + " in records that do not have it" + converted(now));
      values(other->rule, now.rule, now.name, now.convert.has_value());
    }
    conversions(old, now);
    earlier_names(old, now);
    defaults(old, now);
  }

  static std::string converted(const FieldRule& field) {
    return field.convert ? ", its values are converted" : "";
  }

  void conversions(const FieldRule& old, const FieldRule& now) {
    if (old.convert && !now.convert) {
      add(Risk::unsafe, now.name,
          "has no conversion any more: records that were converted may not fit");
    } else if (now.convert && old.convert_text != now.convert_text) {
      add(Risk::migrated, now.name,
          old.convert ? "is converted in another way" : "is converted where it does not fit");
    }
  }

  // Records that are there may have the field under a name that it had before the schema before.
  void earlier_names(const FieldRule& old, const FieldRule& now) {
    for (const std::string& name : old.was) {
      if (std::find(now.was.begin(), now.was.end(), name) != now.was.end()) continue;
      add(Risk::unsafe, now.name,
          "has no earlier name " + name + " any more: records that have it there lose it");
    }
  }

  void defaults(const FieldRule& old, const FieldRule& now) {
    const auto* const before = before_.find_default(old.name);
    const auto* const after = after_.find_default(now.name);
    if (before == nullptr && after == nullptr) return;
    if (after == nullptr) {
      add(now.rule.required ? Risk::unsafe : Risk::safe, now.name,
          "has no default any more: records that lack it have no value then");
    } else if (before == nullptr) {
      add(Risk::safe, now.name, "has a default now");
    } else if (before->type != after->type || before->content != after->content) {
      add(Risk::safe, now.name, "has another default");
    }
  }

  void added(const FieldRule& field) {
    for (const std::string& name : field.was) {
      const FieldRule* const old = before_.find(name);
      if (old == nullptr) continue;
      add(Risk::migrated, field.name, "was " + name + converted(field));
      values(old->rule, field.rule, field.name, field.convert.has_value());
      earlier_names(*old, field);
      return;
    }
    const bool has_default = after_.find_default(field.name) != nullptr;
    if (!field.rule.required || has_default) {
      add(Risk::safe, field.name, "is new");
    } else if (field.convert) {
      add(Risk::migrated, field.name, "is new, its values are converted");
    } else {
      add(Risk::unsafe, field.name,
          "is new, required and without a default: records that are there do not have it");
    }
  }

  void removed(const std::string& name) {
    const bool is_read = std::any_of(after_.fields().begin(), after_.fields().end(),
                                     [&](const FieldRule& field) { return reads(field, name); });
    if (is_read) return;
    add(Risk::unsafe, name, "is gone: records that have it keep it, but it is no longer known");
  }

  // Whether the field shows what records have under the earlier name. What was a field before has
  // its own values, and of several names that records may have at once the first one counts; a
  // conversion gets the whole record.
  bool reads(const FieldRule& field, const std::string& name) const {
    if (before_.find(field.name) != nullptr) return false;
    const auto first = std::find_if(field.was.begin(), field.was.end(), [&](const auto& each) {
      return before_.find(each) != nullptr;
    });
    if (first == field.was.end()) return false;
    return *first == name ||
           (field.convert && std::find(first, field.was.end(), name) != field.was.end());
  }

  void values(const Rule& old, const Rule& now, const std::string& path, bool converts) {
    if (old.kind != now.kind || old.target != now.target) {
      add(converts ? Risk::migrated : Risk::unsafe, path,
          "was " + old.expected() + " and is " + now.expected() +
              (converts ? ": values are converted" : ": records that are there do not fit"));
      return;
    }
    if (now.required && !old.required) {
      add(converts ? Risk::migrated : Risk::unsafe, path,
          "is required now: records that are there may not have it");
    } else if (old.required && !now.required) {
      add(Risk::safe, path, "is optional now");
    }
    bounds(old, now, path, converts);
    validates(old.validate.has_value(), now.validate.has_value(),
              old.validate_text == now.validate_text, path);
    if (now.check_type_text != old.check_type_text) {
      add(Risk::unsafe, path, "has a type that checks otherwise: records may not fit it");
    }
    if (now.key != old.key && !now.key.empty()) {
      add(Risk::unsafe, path, "has keys of type " + now.key + ": records may have others");
    }
    if (old.element && now.element) values(*old.element, *now.element, path + "[]", converts);
    members(old, now, path, converts);
    const std::size_t both = std::min(old.items.size(), now.items.size());
    for (std::size_t i = 0; i < both; ++i) {
      values(old.items[i], now.items[i], path + "[" + std::to_string(i) + "]", converts);
    }
    if (now.items.size() < old.items.size()) add(Risk::unsafe, path, "is a shorter tuple now");
  }

  void members(const Rule& old, const Rule& now, const std::string& path, bool converts) {
    for (const rules::NamedRule& each : now.members) {
      const Rule* const before = old.member(each.name);
      if (before != nullptr) {
        values(*before, each.rule, path + "." + each.name, converts);
      } else if (each.rule.required) {
        add(converts ? Risk::migrated : Risk::unsafe, path + "." + each.name,
            "is new and required: records that are there do not have it");
      } else {
        add(Risk::safe, path + "." + each.name, "is new");
      }
    }
    for (const rules::NamedRule& each : old.members) {
      if (now.member(each.name) == nullptr) {
        add(converts ? Risk::migrated : Risk::unsafe, path + "." + each.name,
            "is gone: records that have it do not fit");
      }
    }
  }

  // A conversion is asked for what does not fit, functions aside.
  void bounds(const Rule& old, const Rule& now, const std::string& path, bool converts) {
    const Risk risk = converts ? Risk::migrated : Risk::unsafe;
    const auto told = [&](std::string_view what, std::string_view otherwise) {
      return std::string(what) + ": " + std::string(converts ? "others are converted" : otherwise);
    };
    const auto narrower_max = [](double before, double after) {
      return after != 0 && (before == 0 || after < before);
    };
    if (now.length_min > old.length_min || narrower_max(old.length_max, now.length_max)) {
      add(risk, path, told("has a narrower length", "records that are there may not fit"));
    }
    if (now.has_range && (!old.has_range || now.min > old.min || now.max < old.max)) {
      add(risk, path, told("has a narrower range", "records that are there may not fit"));
    }
    if (now.pattern && now.pattern_text != old.pattern_text) {
      add(Risk::unsafe, path, "has another pattern: records that are there may not match it");
    }
    const bool allows_all =
        std::all_of(old.allowed.begin(), old.allowed.end(), [&](const Value& v) {
          return std::find(now.allowed.begin(), now.allowed.end(), v) != now.allowed.end();
        });
    if (!allows_all) add(risk, path, told("allows fewer values", "records may have another"));
  }

  void indexes() {
    const auto has = [](const Rules& in, const rules::IndexDefinition& index) {
      return std::any_of(in.indexes().begin(), in.indexes().end(),
                         [&](const auto& each) { return each.text() == index.text(); });
    };
    for (const rules::IndexDefinition& index : after_.indexes()) {
      if (has(before_, index)) continue;
      if (!index.unique) add(Risk::safe, {}, "has a new index " + index.text());
      if (index.unique) add(Risk::checked, {}, new_unique(index));
    }
    for (const rules::IndexDefinition& index : before_.indexes()) {
      if (!has(after_, index)) add(Risk::safe, {}, "has no index " + index.text() + " any more");
    }
  }

  const Rules& before_;
  const Rules& after_;
  std::vector<Difference>& out_;
};

}  // namespace

std::string new_unique(const rules::IndexDefinition& index) {
  return "has a new index " + index.text() +
         ": when records have the same value the schema does not come into force";
}

std::vector<Difference> differences(const Catalog* before, const Catalog& after) {
  std::vector<Difference> found;
  for (const auto& rules : after.collections()) {
    const Rules* const old = before == nullptr ? nullptr : before->find(rules->collection());
    if (old == nullptr) {
      found.push_back({Risk::safe, rules->collection(), {}, "is new"});
    } else {
      Comparison(*old, *rules, found).run();
    }
  }
  if (before == nullptr) return found;
  for (const auto& rules : before->collections()) {
    if (after.find(rules->collection()) != nullptr) continue;
    found.push_back({Risk::unsafe,
                     rules->collection(),
                     {},
                     "is gone: its records may be anything from now on"});
  }
  return found;
}

}  // namespace gs::engine
