// Writes of a record that are not shown, as the schema reads them.
//
// Who has an older schema may write a field under an earlier name. Such a write is not shown when
// the record has the field under its present name, or when it is hidden under the earlier one: it
// is told under the present name, with the value that the field would have by it
// (docs/SCHEMA.md, "Records of older shapes"). So is a hidden value that has to be converted.
//
// One thread at a time; the record outlives it.
#pragma once

#include <functional>
#include <string>

#include "gs/core/merge/field_writes.h"
#include "gs/engine/catalog/catalog.h"
#include "gs/engine/database/merging.h"

namespace gs::engine {

class EarlierWrites {
 public:
  // `catalog` may be null: then all is as it is stored.
  EarlierWrites(const Catalog* catalog, const Current& current);

  bool is_earlier(std::string_view name) const noexcept {
    return rules_ != nullptr && rules_->is_earlier(name);
  }
  bool may_have() const noexcept { return rules_ != nullptr && rules_->has_earlier(); }
  // As the field would have a hidden write of it; empty: as it is stored.
  std::string converted(std::string_view name, const record::ValueView& value);

  // JSON; `shown` is empty when the field shows nothing.
  using Tell = std::function<void(const std::string& field, std::string value, std::string shown)>;
  // A write that the record hides under this name.
  void each_by_hidden(std::string_view name, const record::ValueView& value, const Tell& tell);
  // One that it shows under this name: of fields that the record has under their present name, by
  // another transaction and with another value.
  void each_by_shown(const merge::FieldWrite& write, const Tell& tell);

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
