// For tests of catalogs: schemas and records from text.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "gs/core/record/json.h"
#include "gs/engine/catalog/lifter.h"

namespace gs::engine::testing {

inline std::shared_ptr<const Catalog> catalog_of(std::map<std::string, std::string> files) {
  auto made = Catalog::compile(Bundle{std::move(files)}, nullptr);
  EXPECT_TRUE(made.ok()) << made.error().text();
  return made.ok() ? *made : nullptr;
}

inline std::string text_of(const record::RecordView& record) {
  std::string text;
  record::append_json(record, text);
  return text;
}

// A record that was written without a schema.
struct Stored {
  record::ShapePtr shape;
  Buffer bytes;

  static Stored of(record::Encoder& encoder, std::string_view collection, std::string_view json,
                   std::string_view key = {}) {
    const auto encoded = encoder.encode_json(collection, json, key);
    EXPECT_TRUE(encoded.ok()) << encoded.error().text();
    return {encoded->shape, {encoded->bytes.begin(), encoded->bytes.end()}};
  }
};

}  // namespace gs::engine::testing
