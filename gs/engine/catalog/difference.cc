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
        values(old->rule, field.rule, field.name, field.convert.has_value());
        if (old->merge != field.merge) add(Risk::safe, field.name, "merges in another way");
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
  }

  void added(const FieldRule& field) {
    for (const std::string& name : field.was) {
      const FieldRule* const old = before_.find(name);
      if (old == nullptr) continue;
      const bool converts = field.convert.has_value();
      add(Risk::migrated, field.name,
          "was " + name + (converts ? ", its values are converted" : ""));
      values(old->rule, field.rule, field.name, converts);
      return;
    }
    const auto& defaults = after_.layout().defaults();
    const bool has_default = std::any_of(defaults.begin(), defaults.end(),
                                         [&](const auto& each) { return each.name == field.name; });
    if (!field.rule.required || has_default) {
      add(Risk::safe, field.name, "is new");
    } else {
      add(Risk::unsafe, field.name,
          "is new, required and without a default: records that are there do not have it");
    }
  }

  void removed(const std::string& name) {
    for (const FieldRule& field : after_.fields()) {
      if (std::find(field.was.begin(), field.was.end(), name) != field.was.end()) return;
    }
    add(Risk::unsafe, name, "is gone: records that have it keep it, but it is no longer known");
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
      if (!has(before_, index)) add(Risk::safe, {}, "has a new index " + index.text());
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
