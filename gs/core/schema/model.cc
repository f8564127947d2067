// Making a model from its definitions.
#include "gs/core/schema/model.h"

#include "gs/core/schema/js_text.h"
#include "gs/core/schema/limits.h"
#include "gs/core/schema/ordering.h"
#include "gs/core/schema/source.h"
#include "gs/core/schema/thrown.h"

namespace gs::schema {

Result<std::unique_ptr<Model>> Model::create(const JsValue& types, const Definitions& entities,
                                             JsValue database, Host host) {
  if (entities.size() > kEntitiesMax) {
    return Error(Code::too_large,
                 "model: number of entities exceeds " + std::to_string(kEntitiesMax));
  }
  GS_TRY_OK(measure(types));
  std::unique_ptr<Model> model(new Model);
  GS_TRY(model->types_, Types::with(types));
  model->database_ = std::move(database);
  Budget budget{kModelFieldsMax};
  std::vector<const std::pair<std::string, JsValue>*> projections;
  for (const auto& entity : entities) {
    if (is_nullish(entity.second)) return thrown_error(kNoObject);
    if (first_letter_key(Source(entity.second)) == "Projection") {
      projections.push_back(&entity);
    } else {
      GS_TRY_OK(model->add(entity.first, entity.second, host, budget));
    }
  }
  for (const auto* const entity : projections) {
    GS_TRY_OK(model->add(entity->first, entity->second, host, budget));
  }
  GS_TRY_OK(Ordering(*model).run());
  return model;
}

Error Model::add(const std::string& name, const JsValue& definition, const Host& host,
                 Budget& budget) {
  GS_TRY(SchemaPtr schema, Schema::create(name, definition, {this}, host, budget));
  const auto [place, added] = index_.emplace(name, entities_.size());
  if (added) {
    entities_.push_back({name, std::move(schema)});
  } else {
    entities_[place->second].schema = std::move(schema);
  }
  return {};
}

const Schema* Model::find(std::string_view name) const noexcept {
  const auto found = index_.find(std::string(name));
  return found == index_.end() ? nullptr : entities_[found->second].schema.get();
}

Result<std::string> Model::dts() const {
  std::string out;
  for (const std::string& name : order_) {
    if (!out.empty()) out.append("\n\n");
    GS_TRY(const std::string one, find(name)->to_interface());
    out.append(one);
    if (out.size() > kPrintedBytesMax) {
      return Error(Code::too_large, "model: text exceeds " + std::to_string(kPrintedBytesMax));
    }
  }
  out.push_back('\n');
  return out;
}

}  // namespace gs::schema
