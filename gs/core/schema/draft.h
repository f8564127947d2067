// A field while it is being made: its properties are still pieces of the definition. For the files
// of the builder only.
#pragma once

#include "gs/core/schema/builder.h"

namespace gs::schema {

struct Builder::Draft {
  std::unique_ptr<Field> field;
  const Entries* defs = nullptr;
  Entries properties;
  bool own_root = true;  // false: the definition has a property `root` of its own
  bool null_root = false;

  Source get(std::string_view name) const { return defs->get(name); }
  void set(std::string_view name, Source value) { properties.set(name, std::move(value)); }
};

}  // namespace gs::schema
