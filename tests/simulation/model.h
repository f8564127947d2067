// What a storage must hold, in the most naive way: a map of documents, and every transaction since
// the beginning, so that any earlier moment can be told.
//
// Pure values. One thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "globalstorage/id.h"

namespace gs::simulation {

// A field and its value as JSON text; nullopt: it was unset and keeps its place.
using Field = std::pair<std::string, std::optional<std::string>>;

struct Document {
  std::string collection;
  std::string key;
  std::vector<Field> fields;
  std::string mark;         // some bytes of it that nothing else has
  std::string json;         // of the fields that have a value
  std::size_t leading = 0;  // fields that were inserted or set, in that order

  static std::shared_ptr<const Document> make(std::string collection, std::string key,
                                              std::string mark, std::vector<Field> fields);
  // With the fields of `delta` written over it.
  std::shared_ptr<const Document> updated(const std::vector<Field>& delta) const;
};
using DocumentPtr = std::shared_ptr<const Document>;

std::string json_of(const std::vector<Field>& fields);

using Content = std::map<Id, DocumentPtr>;
// What a scan of the real thing shows.
using Found = std::map<Id, std::string>;

bool same(const Content& content, const Found& found);

// What a transaction did to one record; no document: there is none after it.
struct Effect {
  Id id;
  DocumentPtr document;
  bool erased = false;  // for certain
};
using Effects = std::vector<Effect>;

void take_effect(Content& content, const Effects& effects);

class Model {
 public:
  const Content& now() const noexcept { return now_; }
  std::size_t size() const noexcept { return history_.size(); }
  std::size_t acknowledged() const noexcept { return acknowledged_; }
  // A transaction of the history has named it, whatever became of it.
  bool knows(const Id& id) const { return known_.count(id) != 0; }
  const std::set<Id>& known() const noexcept { return known_; }

  // It happened; or, when nothing is certain any more, may have happened.
  void commit(Effects effects);
  // All that happened so far must be found after a crash.
  void acknowledge() noexcept { acknowledged_ = history_.size(); }
  // After a crash: the content must be that after some transaction not before the last
  // acknowledged one; later ones are forgotten. False when it is that of no such moment.
  bool settle(const Found& found);
  // The marks of all documents that a record ever was.
  std::set<std::string> marks(const Id& id) const;
  // What last happened to a record; null when nothing did.
  const Effect* last(const Id& id) const;

 private:
  std::vector<Effects> history_;
  std::size_t acknowledged_ = 0;
  Content now_;
  std::set<Id> known_;
};

}  // namespace gs::simulation
