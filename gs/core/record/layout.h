// What a schema says about how records of a collection are stored: which fields hold ids of other
// records, and which have a value when none is given.
//
// JSON has no ids, so where the schema says that a field names a record, a text becomes an id: a
// UUID the id that it says, any other text the id of the record with that foreign key in the target
// collection. Values that are no text stay as they are: whoever checks the record refuses them.
//
// Structures, lists and maps have relations and defaults inside of them (Nest). A value is written
// as a whole, so these are filled in by an update, too.
//
// Immutable once filled; safe to share. Pure.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gs/core/record/record.h"

namespace gs::record {

struct Pieces;

class Layout {
 public:
  enum class Link : std::uint8_t { one, many };
  struct LinkField {
    std::string name;
    Link link = Link::one;
    CollectionId target;
  };
  struct Default {
    std::string name;
    Type type = Type::null;
    Buffer content;  // as in content.h
  };

  // What a value has inside of it; an empty one has nothing.
  struct Nest {
    std::string name;                    // of a field, or of a member
    std::optional<CollectionId> target;  // of a text, or of texts in a list, when it is_list
    bool is_list = false;
    bool is_map = false;            // an array of it is one of pairs
    std::unique_ptr<Nest> element;  // of lists; of objects the value of each member
    std::vector<Nest> items;        // of a tuple
    std::vector<Nest> members;      // of a structure
    Object defaults;                // the same

    bool is_empty() const noexcept {
      return !target && element == nullptr && items.empty() && members.empty() && defaults.empty();
    }
  };

  Layout() noexcept;
  Layout(Layout&&) noexcept = default;
  Layout& operator=(Layout&&) noexcept = default;
  Layout(const Layout&) = delete;
  Layout& operator=(const Layout&) = delete;
  ~Layout() = default;

  // Differs from those of all other layouts that this process made; an address may come again.
  std::uint64_t serial() const noexcept { return serial_; }

  // Each name once.
  void add_link(std::string name, Link link, std::string_view target_collection);
  Error add_default(std::string name, const Value& value);

  void add_nest(Nest nest);

  const LinkField* find_link(std::string_view name) const noexcept;
  const std::vector<Default>& defaults() const noexcept { return defaults_; }
  const Nest* find_nest(std::string_view name) const noexcept;
  bool is_empty() const noexcept { return links_.empty() && nests_.empty() && defaults_.empty(); }

  // Of what an encoder collected: texts become ids, what has defaults inside gets them; fields that
  // are not there get theirs.
  Error link(Pieces& pieces) const;
  void add_defaults(Pieces& pieces) const;
  // The same of values.
  Object applied(const Object& object, bool with_defaults) const;
  // Parts of objects, by the fields that they are in: with links inside of them, and no defaults.
  Object linked_inside(const Object& object) const;

 private:
  std::uint64_t serial_;
  std::vector<LinkField> links_;  // sorted by name
  std::vector<Nest> nests_;       // sorted by name
  std::vector<Default> defaults_;
};

// The id that a text names; nullopt: it names none, as no record can have this foreign key.
std::optional<Id> linked_id(const CollectionId& target, std::string_view text);
}  // namespace gs::record
