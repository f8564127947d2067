// How columns that are not whole are told. Internal to gs/core/columns.
#pragma once

#include <string>

#include "globalstorage/result.h"

namespace gs::columns {

inline Error damaged_columns(std::string_view what) {
  return Error(Code::damaged, "the block's columns are not whole: " + std::string(what));
}

}  // namespace gs::columns
