// Which known word somebody meant who mistyped one. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gs {

// The known word that differs least: by one letter left out, put in, changed or swapped with its
// neighbour, by two in words of six letters or more; or one that begins with `word`. The first of
// several; nothing when all are further away.
std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& known);

}  // namespace gs
