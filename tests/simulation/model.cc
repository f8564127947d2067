#include "tests/simulation/model.h"

#include <algorithm>

namespace gs::simulation {

std::string json_of(const std::vector<Field>& fields) {
  std::string json = "{";
  for (const auto& [name, value] : fields) {
    if (!value) continue;
    if (json.size() > 1) json += ',';
    json.append("\"").append(name).append("\":").append(*value);
  }
  return json + "}";
}

DocumentPtr Document::make(std::string collection, std::string key, std::string mark,
                           std::vector<Field> fields) {
  std::string json = json_of(fields);
  const std::size_t count = fields.size();
  return std::make_shared<const Document>(Document{std::move(collection), std::move(key),
                                                   std::move(fields), std::move(mark),
                                                   std::move(json), count});
}

// Fields of an insert or set keep their places; the others come behind them by name, and leave
// none.
DocumentPtr Document::updated(const std::vector<Field>& delta) const {
  std::vector<Field> merged = fields;
  const auto tail = [&] { return merged.begin() + static_cast<std::ptrdiff_t>(leading); };
  for (const Field& field : delta) {
    const auto named = [&](const Field& each) { return each.first == field.first; };
    const auto at = std::find_if(merged.begin(), merged.end(), named);
    if (at == merged.end()) {
      merged.push_back(field);
    } else {
      at->second = field.second;
    }
  }
  merged.erase(std::remove_if(tail(), merged.end(), [](const Field& each) { return !each.second; }),
               merged.end());
  std::sort(tail(), merged.end());
  auto made = std::make_shared<Document>(*make(collection, key, mark, std::move(merged)));
  made->leading = leading;
  return made;
}

bool same(const Content& content, const Found& found) {
  return std::equal(content.begin(), content.end(), found.begin(), found.end(),
                    [](const auto& a, const auto& b) {
                      return a.first == b.first && a.second->json == b.second;
                    });
}

void take_effect(Content& content, const Effects& effects) {
  for (const Effect& effect : effects) {
    if (effect.document) {
      content[effect.id] = effect.document;
    } else {
      content.erase(effect.id);
    }
  }
}

void Model::commit(Effects effects) {
  take_effect(now_, effects);
  for (const Effect& effect : effects) known_.insert(effect.id);
  history_.push_back(std::move(effects));
}

bool Model::settle(const Found& found) {
  Content content;
  for (std::size_t k = 0; k <= history_.size(); ++k) {
    if (k > 0) take_effect(content, history_[k - 1]);
    if (k < acknowledged_ || !same(content, found)) continue;
    history_.resize(k);
    acknowledged_ = k;
    now_ = std::move(content);
    known_.clear();
    for (const Effects& effects : history_) {
      for (const Effect& effect : effects) known_.insert(effect.id);
    }
    return true;
  }
  return false;
}

std::set<std::string> Model::marks(const Id& id) const {
  std::set<std::string> marks;
  for (const Effects& effects : history_) {
    for (const Effect& effect : effects) {
      if (effect.id == id && effect.document) marks.insert(effect.document->mark);
    }
  }
  return marks;
}

const Effect* Model::last(const Id& id) const {
  for (auto effects = history_.rbegin(); effects != history_.rend(); ++effects) {
    const auto at = std::find_if(effects->rbegin(), effects->rend(),
                                 [&](const Effect& each) { return each.id == id; });
    if (at != effects->rend()) return &*at;
  }
  return nullptr;
}

}  // namespace gs::simulation
