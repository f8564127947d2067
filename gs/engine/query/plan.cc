#include "gs/engine/query/plan.h"

#include "gs/core/record/json.h"

namespace gs::engine {
namespace {

using query::Query;

std::uint64_t saturating_sum(std::uint64_t a, std::uint64_t b) noexcept {
  return a > query::kNoLimit - b ? query::kNoLimit : a + b;
}

// A step of a plan as JSON, member by member.
class PlanStep {
 public:
  explicit PlanStep(std::string_view name) : text_("{\"step\":\"" + std::string(name) + '"') {}
  PlanStep& number(std::string_view name, std::uint64_t value) {
    member(name);
    text_ += std::to_string(value);
    return *this;
  }
  PlanStep& text(std::string_view name, std::string_view value) {
    member(name);
    record::append_json_string(value, text_);
    return *this;
  }
  PlanStep& texts(std::string_view name, const std::vector<std::string>& values) {
    member(name);
    text_ += '[';
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (i != 0) text_ += ',';
      record::append_json_string(values[i], text_);
    }
    text_ += ']';
    return *this;
  }
  std::string done() const { return text_ + '}'; }

 private:
  void member(std::string_view name) { text_.append(",\"").append(name).append("\":"); }
  std::string text_;
};

std::vector<std::string> texts_of(const std::vector<query::Path>& paths) {
  std::vector<std::string> texts;
  texts.reserve(paths.size());
  for (const query::Path& path : paths) texts.push_back(path.text());
  return texts;
}

std::string access_step(const QueryContext& context, const Access& access) {
  const Query& query = context.query;
  PlanStep step(access.index != nullptr ? "index" : context.past ? "scan of the past" : "scan");
  if (!query.collection.empty()) step.text("collection", query.collection);
  if (access.index == nullptr) return step.done();
  step.texts("fields", access.index->definition.fields);
  step.number("ranges", access.keys.ranges.size());
  if (access.kind == Access::Kind::ordered) {
    step.text("order", access.backward ? "backward" : "forward");
  }
  return step.done();
}

void add_order(const Query& query, const Plan& plan, std::vector<std::string>& steps) {
  if (plan.rows == Plan::Rows::grouped) {
    PlanStep step("group");
    step.texts("by", texts_of(query.group->by));
    std::vector<std::string> names;
    for (const query::GroupField& field : query.group->fields) names.push_back(field.name);
    steps.push_back(step.texts("fields", names).done());
  }
  if (plan.rows != Plan::Rows::sorted) return;
  std::vector<std::string> by;
  for (const query::SortField& field : query.sort) {
    by.push_back(field.path.text() + (field.descending ? ":desc" : ""));
  }
  PlanStep step("sort");
  step.texts("by", by);
  if (plan.keep != query::kNoLimit) step.number("keep", plan.keep);
  steps.push_back(step.done());
}

void add_form(const Query& query, std::vector<std::string>& steps) {
  if (!query.include.empty()) {
    std::vector<std::string> fields;
    for (const query::Include& include : query.include) fields.push_back(include.field);
    steps.push_back(PlanStep("include").texts("fields", fields).done());
  }
  if (query.select) {
    steps.push_back(PlanStep("select").texts("paths", texts_of(*query.select)).done());
  }
}

}  // namespace

Error make_plan(const QueryContext& context, Plan& plan) {
  const Query& query = context.query;
  plan.rows = Plan::Rows::as_found;
  plan.from = {};
  plan.keep = query::kNoLimit;
  choose_access(context, plan.access);
  if (query.group) {
    plan.rows = Plan::Rows::grouped;
  } else if (plan.access.kind == Access::Kind::ordered) {
    plan.rows = Plan::Rows::in_order;
  } else if (!query.sort.empty()) {
    plan.rows = Plan::Rows::sorted;
    plan.keep = query.limit == 0 ? 0 : saturating_sum(query.offset, query.limit);
  } else if (context.after) {
    if (context.after->size() != plan.from.bytes.size()) {
      return Error(Code::invalid, "query: cursor: it names no record");
    }
    std::copy(context.after->begin(), context.after->end(), plan.from.bytes.begin());
  }
  return {};
}

std::string explain_json(const QueryContext& context, const Plan& plan, const QueryCounts& counts) {
  const Query& query = context.query;
  std::vector<std::string> steps;
  steps.push_back(access_step(context, plan.access));
  if (query.filter.condition_count() > 0) {
    steps.push_back(PlanStep("filter").number("conditions", query.filter.condition_count()).done());
  }
  add_order(query, plan, steps);
  if (context.after) steps.push_back(PlanStep("cursor").done());
  if (query.offset != 0) steps.push_back(PlanStep("offset").number("rows", query.offset).done());
  if (query.limit != query::kNoLimit) {
    steps.push_back(PlanStep("limit").number("rows", query.limit).done());
  }
  add_form(query, steps);
  std::string text = "{\"steps\":[";
  for (std::size_t i = 0; i < steps.size(); ++i) text += (i == 0 ? "" : ",") + steps[i];
  text += "],\"index\":";
  if (plan.access.index == nullptr) {
    text += "null";
  } else {
    record::append_json_string(plan.access.index->definition.text(), text);
  }
  return text + ",\"examined\":" + std::to_string(counts.examined) +
         ",\"matched\":" + std::to_string(counts.matched) +
         ",\"returned\":" + std::to_string(counts.returned) + '}';
}

}  // namespace gs::engine
