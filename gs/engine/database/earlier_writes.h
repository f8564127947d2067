// Writes of a record that are not shown because they stand under an earlier name of a field that
// the record has under a later one, or because they are hidden under such a name: who has an older
// schema wrote them (docs/SCHEMA.md, "Records of older shapes"). They are told under the name that
// the field has now, with the value that it would have by them.
//
// One thread at a time; the record outlives it.
#pragma once

#include <functional>
#include <string>

#include "gs/engine/catalog/catalog.h"
#include "gs/engine/database/merging.h"

namespace gs::engine {

class EarlierWrites {
 public:
  // `catalog` may be null: then there are no earlier names.
  EarlierWrites(const Catalog* catalog, const Current& current);

  bool is_earlier(std::string_view name) const noexcept {
    return rules_ != nullptr && rules_->is_earlier(name);
  }
  bool may_have() const noexcept { return rules_ != nullptr && rules_->has_earlier(); }

  // JSON; `shown` is empty when the field shows nothing.
  using Tell = std::function<void(const std::string& field, std::string value, std::string shown)>;
  // A write that the record hides under this name.
  void each_by_hidden(std::string_view name, const record::ValueView& value, const Tell& tell);
  // One that it shows under this name: of fields that have a later name in the record.
  void each_by_shown(std::string_view name, const record::ValueView& value, const Tell& tell);

 private:
  void tell_one(const rules::FieldRule& field, std::string_view name,
                const record::ValueView& value, const Tell& tell);
  // How the field would be read if the record had this value under this name only.
  std::string read_by(const rules::FieldRule& field, std::string_view name,
                      const record::ValueView& value);
  std::string read(const rules::FieldRule& field, const record::ShapePtr& shape,
                   const std::uint8_t* record) const;

  const Catalog* const catalog_;
  const Current current_;
  const rules::Rules* rules_ = nullptr;  // null: nothing to tell
  record::Encoder encoder_;
};

}  // namespace gs::engine
