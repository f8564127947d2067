#include "gs/calls/calls.h"

#include "gs/calls/methods.h"

namespace gs::calls {
namespace {

using Lists = std::span<const StorageMethod>;

// In the order of docs/CALLS.md.
std::array<Lists, 8> storage_lists() {
  return {history_methods(), version_methods(),  query_methods(),  branch_methods(),
          care_methods(),    exchange_methods(), schema_methods(), place_methods()};
}

const StorageMethod* storage_method(std::string_view name) {
  for (const Lists list : storage_lists()) {
    for (const StorageMethod& method : list) {
      if (method.name == name) return &method;
    }
  }
  return nullptr;
}

const FreeMethod* free_method(std::string_view name) {
  for (const FreeMethod& method : free_methods()) {
    if (method.name == name) return &method;
  }
  return nullptr;
}

Error no_method(std::string_view name) {
  const std::vector<std::string> known(names().begin(), names().end());
  return Error(Code::invalid, "there is no method `" + shown(name) + '`' + meant(name, known));
}

std::vector<std::string_view> all_names_of_methods() {
  std::vector<std::string_view> all;
  for (const Lists list : storage_lists()) {
    for (const StorageMethod& method : list) all.push_back(method.name);
  }
  for (const FreeMethod& method : free_methods()) all.push_back(method.name);
  return all;
}

}  // namespace

std::span<const std::string_view> names() {
  static const std::vector<std::string_view> all = all_names_of_methods();
  return all;
}

Result<std::string> call(Storage& storage, std::string_view method, std::string_view arguments_json,
                         const Progress& progress) {
  const StorageMethod* const found = storage_method(method);
  if (found != nullptr) {
    GS_TRY(const Arguments arguments,
           Arguments::parse(found->name, found->parameters, arguments_json));
    return found->run(storage, arguments, progress);
  }
  if (free_method(method) == nullptr) return no_method(method);
  return Error(Code::invalid, std::string(method) + ": it is called without a storage");
}

Result<std::string> call(std::string_view method, std::string_view arguments_json,
                         const Progress& progress) {
  const FreeMethod* const found = free_method(method);
  if (found != nullptr) {
    GS_TRY(const Arguments arguments,
           Arguments::parse(found->name, found->parameters, arguments_json));
    return found->run(arguments, progress);
  }
  if (storage_method(method) == nullptr) return no_method(method);
  return Error(Code::invalid, std::string(method) + ": it is called with an open storage");
}

}  // namespace gs::calls
