// What several commands tell as JSON: one object on one line, as docs/COMMANDS.md has it.
#pragma once

#include <string>

#include "globalstorage/storage.h"

namespace gs::cli {

// An array of what `text` makes of each.
template <typename List, typename Text>
std::string json_list(const List& list, const Text& text) {
  std::string json = "[";
  for (const auto& one : list) {
    if (json.size() > 1) json += ',';
    json += text(one);
  }
  return json + ']';
}

std::string entry_json(const HistoryEntry& entry);  // history
std::string named_json(const NamedVersion& named, bool is_current,
                       const std::optional<Divergence>& apart);      // tag, branch
std::string conflict_json(const Conflict& conflict);                 // conflicts, merge
std::string stats_json(const Storage& storage, const Stats& stats);  // stats
std::string report_json(const VerifyReport& report);                 // verify

}  // namespace gs::cli
