// What records of a schema look like in TypeScript, for whom the npm package `globalstorage` asks.
//
// The interfaces that Metaschema prints are about forms: a relation is `countryId` there, a list is
// a string. These types are those of the records that the package reads and writes.
#pragma once

#include <string>

#include "gs/engine/catalog/catalog.h"

namespace gs::cli {

// An augmentation of the package: `declare module 'globalstorage' { interface Collections .. }`, by
// which `db.City` is a collection of cities. It makes the file that it stands in a module.
std::string collection_types(const engine::Catalog& catalog);

}  // namespace gs::cli
