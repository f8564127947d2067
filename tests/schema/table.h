// The functions that definitions of tests/schema/differ.cc may have; table.js has the same.
#pragma once

#include "gs/core/schema/js_value.h"

namespace gs::schema {

class Table : public Functions {
 public:
  Outcome call(std::uint32_t function, std::span<const JsValue> arguments) override;
};

}  // namespace gs::schema
