// The outermost part of a definition: kind, options, indexes, then fields. For schema.cc only.
#pragma once

#include "gs/core/schema/builder.h"

namespace gs::schema {

class Root {
 public:
  Root(Schema& schema, const Host& host, Budget& budget)
      : schema_(schema), builder_(schema, host, budget) {}

  Error read(const JsValue& definition);

 private:
  Error read_struct(const Parsed& parsed);
  // What is no field goes into the schema; the rest is returned.
  Result<Entries> take_metadata(const Source& fields);
  Result<bool> take_index(std::string_view key, const Source& field);
  bool take_option(std::string_view key, const Source& field);
  // Sets kind, scope and so on; returns the fields that the kind adds.
  Result<Entries> take_kind(const std::string& kind, const Source& meta);
  Result<Entries> project(const Source& meta);

  Schema& schema_;
  Builder builder_;
};

}  // namespace gs::schema
