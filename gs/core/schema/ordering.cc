// A walk over references that keeps Metaschema's warnings and their order.
#include "gs/core/schema/ordering.h"

#include "gs/core/schema/thrown.h"

namespace gs::schema {

Error Ordering::run() {
  for (const Model::Entity& entity : model_.entities_) {
    if (entity.name.starts_with(".")) continue;
    for (std::string& warning : entity.schema->check_consistency()) {
      model_.warnings_.push_back(std::move(warning));
    }
  }
  if (model_.find("Identifier") != nullptr) {
    done_.emplace("Identifier");
    model_.order_.emplace_back("Identifier");
  }
  for (const Model::Entity& entity : model_.entities_) {
    if (entity.name.starts_with(".") || done_.contains(entity.name)) continue;
    GS_TRY_OK(visit(entity.name));
  }
  return {};
}

Error Ordering::visit(const std::string& name) {
  push(name);
  while (!stack_.empty()) {
    Step& step = stack_.back();
    const std::vector<std::string>& references = step.entity->schema->references();
    if (step.next < references.size()) {
      GS_TRY_OK(follow(references[step.next++]));
      continue;
    }
    const std::string& done = step.entity->name;
    if (done_.insert(done).second) model_.order_.push_back(done);
    open_.erase(done);
    stack_.pop_back();
  }
  return {};
}

Error Ordering::follow(const std::string& reference) {
  const std::string& name = stack_.back().entity->name;
  if (reference == name) return {};
  if (stack_.size() > 1 && reference == stack_.front().entity->name) {
    model_.warnings_.push_back("Recursive dependency: " + name + "." + reference);
    return {};
  }
  if (done_.contains(reference)) return {};
  // Somebody on the way is needed again before it is done: Metaschema goes round until its stack
  // is full.
  if (open_.contains(reference)) return thrown_error(kFullStack);
  push(reference);
  return {};
}

void Ordering::push(const std::string& name) {
  const auto found = model_.index_.find(name);
  if (found == model_.index_.end()) return;
  const Model::Entity& entity = model_.entities_[found->second];
  open_.insert(entity.name);
  stack_.push_back({&entity, 0});
}

}  // namespace gs::schema
