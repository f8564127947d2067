// A place in a query, for messages: filter.$or[1].lat.$gt. Made on the stack while reading, turned
// into text only when something is wrong. Also what is said of names that nobody knows.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "globalstorage/result.h"

namespace gs::query {

struct Where {
  const Where* around = nullptr;
  std::string_view name{};
  std::size_t index = 0;  // of an element; its name is empty
  bool is_element = false;
  bool is_whole = false;  // the name is the text of a place

  std::string text() const;
};

Error invalid_at(const Where& where, std::string_view what);
Error too_large_at(const Where& where, std::string_view what, std::size_t count, std::size_t most);
// Puts the place before what a value is said to have wrong.
Error at(const Where& where, Error error);
// "unknown operator '$gtt'. Did you mean '$gt'? Known: $eq, $gt."
Error unknown_at(const Where& where, std::string_view what, std::string_view name,
                 const std::vector<std::string>& known);

}  // namespace gs::query
