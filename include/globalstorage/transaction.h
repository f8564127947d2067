// Where a node of a tree is to be.
struct TreePlace {
  std::string_view parent{};  // its id; empty: below none
  std::string_view before{};  // a node below the same parent; empty: behind all of them
};

// A node of a tree as it is shown.
struct TreeNode {
  std::string id;
  std::string parent;     // empty: below none
  std::size_t depth = 0;  // how many nodes are above it
  std::string value;      // JSON
};

// Operations on several records that take effect all or none.
//
// Threads: one at a time. Errors: each call says which it can give, beside those that all calls of
// a storage can give (storage.h).
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "globalstorage/bytes.h"
#include "globalstorage/id.h"
#include "globalstorage/options.h"
#include "globalstorage/result.h"
#include "globalstorage/value.h"

namespace gs {

namespace engine {
struct TransactionState;
}  // namespace engine

struct ScanOptions {
  std::string collection;  // empty: every collection
  std::optional<Id> from;  // first id, inclusive
  std::uint64_t limit = ~std::uint64_t{0};
};

// Waits can be put off: commit lazily, keep the ticket, wait for many at once.
struct Ticket {
  std::uint64_t sequence = 0;
};

// Where a node of a tree is to be.
struct TreePlace {
  std::string_view parent{};  // its id; empty: below none
  std::string_view before{};  // a node below the same parent; empty: behind all of them
};

// Operations on several records that take effect all or none. Nothing happens before commit();
// destroying an uncommitted transaction forgets it. Reads through the storage do not see it.
// Where a mark of a text grows when somebody types beside it: bold does behind its end, a link
// nowhere.
enum class MarkGrowth : std::uint8_t { none, before, after, both };

struct TextMark {
  std::uint64_t from = 0;
  std::uint64_t to = 0;
  std::string key;
  std::string value_json;
};

// One edit of a text: takes out so many code points at a position and puts in others.
struct TextSplice {
  std::uint64_t position = 0;
  std::uint64_t deleted = 0;
  std::string_view inserted;
};

// Of a character, which side a place in a text is on.
enum class TextSide : std::uint8_t { before, after };

// An object as the record format has it inside of records (docs/FORMAT.md, "Types"): the content of
// an any value of type object. What programs in other languages make without a detour by text.
struct ObjectBytes {
  Bytes content;
};

class Transaction {
 public:
  ~Transaction();
  Transaction(Transaction&&) noexcept;
  Transaction& operator=(Transaction&&) noexcept;

  // JSON: one object (see docs/FORMAT.md "JSON" for dates, bytes, big numbers, ids and sets).
  Result<Id> insert(std::string_view collection, std::string_view json);
  Result<Id> insert(std::string_view collection, const Object& object);
  Result<Id> insert(std::string_view collection, ObjectBytes object);
  // With a foreign key: the record's id is derived from collection and key; replaces it if there.
  Result<Id> put(std::string_view collection, std::string_view key, std::string_view json);
  Result<Id> put(std::string_view collection, std::string_view key, ObjectBytes object);
  // Whole content replaced; not_found when there is no such record at commit.
  Error set(const Id& id, std::string_view json);
  Error set(const Id& id, const Object& object);
  Error set(const Id& id, ObjectBytes object);
  // The given fields replaced, others kept; {"$unset":true} as a value removes a field.
  Error update(const Id& id, std::string_view json);
  Error update(const Id& id, const Object& object);
  // A member of type 13 without content removes the field.
  Error update(const Id& id, ObjectBytes object);
  // Like update, but an object is given into the one that is there, member by member, as deep as it
  // goes: members that are not named stay, {"$unset":true} removes one. What others give to the
  // same object at the same time stays as well. A field that is not there, or holds no object,
  // becomes the one that is given. A whole object that update() writes counts as the members that
  // it gives and removes as well, unless the schema says that it is one value.
  Error patch(const Id& id, std::string_view json);
  // Adds to a number, up to 2^53 either way; one that is not there is 0. What others add at the
  // same time counts as well. Who writes the field instead writes a value to go on from.
  Error add(const Id& id, std::string_view field, std::int64_t addition);
  // Adds elements to an array or a set, or removes them; `elements` is a JSON array of them. What
  // others do at the same time counts as well, and who adds an element wins over who removes it. A
  // field that is not there is made by adding. Two elements are one when their values are.
  Error add_elements(const Id& id, std::string_view field, std::string_view elements);
  Error remove_elements(const Id& id, std::string_view field, std::string_view elements);
  // Edits a text: takes out `deleted` code points at `position` and puts in others. What others
  // type at the same time stays, wherever it was typed. A field that is not there is an empty text.
  // The position is one of the text that readers see when this is called, with what the transaction
  // did to it before. Errors: not_found, invalid (a position that is not in the text); of the
  // commit as well conflict (somebody replaced the text).
  Error splice(const Id& id, std::string_view field, std::uint64_t position, std::uint64_t deleted,
               std::string_view inserted);
  // Many edits at once, each in the text that the ones before have left. An error is one of the
  // first that is wrong, and nothing of them is staged.
  Error splice(const Id& id, std::string_view field, std::span<const TextSplice> edits);
  // Marks a text from a character up to another one, not including it: `value_json` is what the
  // mark says, null takes marks with this key away. Where marks with one key overlap the later one
  // counts, also of those that several write at the same time; marks with different keys stand
  // beside each other. What is typed between marked characters has the mark, and beside it where
  // that grows. Positions and errors are as those of splice.
  Error mark(const Id& id, std::string_view field, std::uint64_t from, std::uint64_t to,
             std::string_view key, std::string_view value_json = "true",
             MarkGrowth growth = MarkGrowth::after);
  // Edits a list: an array whose elements are inserted (`elements`: a JSON array of them), deleted,
  // moved (`to`: the position once the element is out) or set (`element`: its JSON). What others do
  // to it at the same time counts as well: an element that two move is there once, and one that is
  // moved and set is both. A field that is not there is an empty list. Positions and errors are as
  // those of splice, and count elements.
  Error list_insert(const Id& id, std::string_view field, std::uint64_t position,
                    std::string_view elements);
  Error list_delete(const Id& id, std::string_view field, std::uint64_t position,
                    std::uint64_t count = 1);
  Error list_move(const Id& id, std::string_view field, std::uint64_t from, std::uint64_t to);
  Error list_set(const Id& id, std::string_view field, std::uint64_t position,
                 std::string_view element);
  // Edits the tree that a field holds: an array of nodes, each shown as {"id":..,"parent":..,
  // "value":..}. A node is created (`value`: its JSON), moved with all that is below it, set, or
  // deleted with all that is below it. What others do to it at the same time counts as well: a node
  // that two move is there once, and moves never make a cycle. A field that is not there is an
  // empty tree. A new node's name is for what this transaction does to the field next; readers find
  // its id in the record. The commit says not_found of a node that is not there, and invalid of one
  // that would be moved below itself.
  Result<std::string> tree_create(const Id& id, std::string_view field, std::string_view value,
                                  const TreePlace& place = {});
  Error tree_move(const Id& id, std::string_view field, std::string_view node,
                  const TreePlace& place = {});
  Error tree_set(const Id& id, std::string_view field, std::string_view node,
                 std::string_view value);
  Error tree_delete(const Id& id, std::string_view field, std::string_view node);
  Error remove(const Id& id);
  // The commit fails with `conflict` unless the record has exactly this version then.
  Error expect(const Id& id, const Digest& version);
  Error expect_absent(const Id& id);

  std::size_t operations() const noexcept;

  // Errors: conflict, not_found, too_large, no_space: nothing of it took effect. After io or failed
  // it was visible here and may or may not be on disk; the next open tells.
  Result<Ticket> commit();
  Result<Ticket> commit(Durability durability);

 private:
  friend class Storage;
  explicit Transaction(std::unique_ptr<engine::TransactionState> state);
  std::unique_ptr<engine::TransactionState> state_;
};

}  // namespace gs
