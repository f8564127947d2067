// Transactions at random, of every kind there is, and what takes them back. For tests of laws.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "gs/core/merge/tree_nodes.h"
#include "gs/engine/database/test_world.h"

namespace gs::engine::testing {

inline constexpr const char* kRandomKeys[] = {"kyiv", "lviv", "odesa"};

// Of cities it says nothing.
inline constexpr const char* kRandomSchema =
    R"g({"files":{"Game.js":"({ Registry: {}, name: '?string', )g"
    R"g(best: { type: '?number', merge: 'max' }, worst: { type: '?number', merge: 'min' }, )g"
    R"g(found: { type: '?string', merge: 'first' }, said: { type: '?string', merge: 'conflict' }, )g"
    R"g(score: { type: '?number', merge: 'counter' } })",)g"
    R"g("Kept.js":"({ Registry: { removal: 'update-wins' }, name: '?string' })",)g"
    R"g("Filed.js":"({ Registry: { removal: 'archive' }, name: '?string' })"}})g";

// On stores that hold the same schema.
class RandomWrites {
 public:
  explicit RandomWrites(std::uint64_t seed) : random_(seed) {}

  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

  // Of a call in which the disk failed, or that comes after it. What such a disk forgets before it
  // was synced reads as damage until the storage is opened again.
  bool is_of_disk(const Error& error) const {
    if (!disk_fails_) return false;
    return error.code() == Code::io || error.code() == Code::failed ||
           error.code() == Code::no_space || error.code() == Code::damaged;
  }

  // `lasts`: whether it was committed and is on the disk for certain.
  void write(const Store& store, bool& lasts) {
    const Id id = below(2) == 0 ? ids_[below(ids_.size())]
                                : id_of_key("City", kRandomKeys[below(std::size(kRandomKeys))]);
    const std::string n = std::to_string(below(100));
    Batch batch(store.db);
    bool is_new = false;
    Id made;
    for (std::uint64_t left = 1 + below(3); left != 0; --left) {
      switch (below(30)) {
        case 0: {
          auto inserted = batch.insert("City", R"({"name":"b","y":)" + n + "}");
          ASSERT_TRUE(inserted.ok());
          made = *inserted;
          is_new = true;
          break;
        }
        case 1:
          ASSERT_TRUE(batch
                          .put("City", kRandomKeys[below(std::size(kRandomKeys))],
                               R"({"name":"c","z)" + n.substr(0, 1) + R"(":)" + n + "}")
                          .ok());
          break;
        case 2:
          ASSERT_TRUE(batch.remove(id).ok());
          break;
        case 3:
          ASSERT_TRUE(batch.update(id, R"({"name":{"$unset":true},"n":)" + n + "}").ok());
          break;
        case 4:
          ASSERT_TRUE(batch.update(id, R"({"new)" + n.substr(0, 1) + R"(":"x"})").ok());
          break;
        case 5:
          ASSERT_TRUE(batch.expect(id, Digest{}).ok());
          break;
        case 6:
        case 7:
          ASSERT_TRUE(batch.add(id, below(2) == 0 ? "n" : "sum", 1).ok());
          break;
        case 8:
        case 9:
        case 10:
          change_tags(batch, id, n);
          break;
        case 11:
        case 12:
        case 13:
          type(batch, id, n);
          break;
        case 14:
        case 15:
        case 16:
          edit_list(batch, id, n);
          break;
        case 17:
        case 18:
        case 19:
          edit_tree(store, batch, id, n);
          break;
        case 20:
        case 21:
        case 22:
        case 23:
          change_object(batch, id, n);
          break;
        case 24:
        case 25:
        case 26:
        case 27:
          write_by_rules(batch, n);
          break;
        default:
          ASSERT_TRUE(batch.update(id, R"({"n":)" + n + "}").ok());
      }
    }
    const Durability durability = below(3) == 0 ? Durability::lazy : Durability::batch;
    lasts = durability == Durability::batch && batch.writes();
    const Error error = batch.commit(durability);
    lasts = lasts && error.ok();
    // What is not there cannot be changed, nor a text behind its end; nothing else may fail.
    if (error && !is_of_disk(error))
      EXPECT_TRUE(error.code() == Code::not_found || error.code() == Code::conflict ||
                  error.code() == Code::invalid)
          << error.text();
    if (error.ok() && is_new) ids_.push_back(made);
  }

  // What this writer did last, that once more, or what anybody did last. Where there is nothing, or
  // it is written over, that is said.
  void take_back(const Store& store) {
    Result<Reverted> reverted = Error(Code::not_found, "");
    switch (below(3)) {
      case 0:
        reverted = store->undo();
        break;
      case 1:
        reverted = store->redo();
        break;
      default:
        reverted = store->revert(store->heads()[0]);
    }
    taken_back_ += reverted.ok();
    if (reverted.ok() || is_of_disk(reverted.error())) return;
    EXPECT_TRUE(reverted.code() == Code::not_found || reverted.code() == Code::conflict ||
                reverted.code() == Code::invalid || reverted.code() == Code::dropped)
        << reverted.error().text();
  }

  // The texts that were typed into, with their marks.
  std::vector<std::string> texts_of(Store& store) {
    std::vector<std::string> all;
    for (const Id& id : ids_) {
      for (const char* const field : {"name", "text"}) {
        const auto delta = store->text_delta(id, field, std::nullopt);
        all.push_back(delta.ok() ? *delta : "none");
        marked_ += delta.ok() && delta->find("attributes") != std::string::npos;
      }
    }
    return all;
  }

  std::size_t marked() const noexcept { return marked_; }
  std::size_t taken_back() const noexcept { return taken_back_; }

 protected:
  std::mt19937_64 random_;
  std::vector<Id> ids_;
  bool disk_fails_ = false;  // of the store that is at work

 private:
  // Of collections that have some in the schema.
  void write_by_rules(Batch& batch, const std::string& n) {
    static constexpr const char* kCollections[] = {"Game", "Kept", "Filed"};
    const char* const collection = kCollections[below(std::size(kCollections))];
    const char* const key = kRandomKeys[below(std::size(kRandomKeys))];
    const Id id = id_of_key(collection, key);
    const std::string name = R"({"name":")" + n + R"("})";
    switch (below(collection == kCollections[0] ? 7 : 3)) {
      case 0:
        ASSERT_TRUE(batch.put(collection, key, name).ok());
        break;
      case 1:
        ASSERT_TRUE(batch.remove(id).ok());
        break;
      case 2:
        ASSERT_TRUE(batch.update(id, name).ok());
        break;
      case 3:
        ASSERT_TRUE(batch.add(id, "score", 1).ok());
        break;
      case 4:
        ASSERT_TRUE(batch.update(id, R"({"found":"f)" + n + R"(","said":"s)" + n + R"("})").ok());
        break;
      default:
        ASSERT_TRUE(batch.update(id, R"({"best":)" + n + R"(,"worst":)" + n + "}").ok());
    }
  }

  // Elements can be removed from what is there.
  void change_tags(Batch& batch, const Id& id, const std::string& n) {
    const std::string one = "[" + n.substr(0, 1) + ",\"t\"]";
    ASSERT_TRUE(batch.change(id, "tags", merge::Rule::included, one).ok());
    if (below(2) == 0) return;
    const std::string other = "[" + std::to_string(below(10)) + ",\"t\"]";
    ASSERT_TRUE(batch.change(id, "tags", merge::Rule::excluded, other).ok());
    if (below(4) == 0) ASSERT_TRUE(batch.update(id, R"({"tags":["w"]})").ok());
  }

  // Into a text that has a value, and into one that has not. Where there is none, or no record,
  // that is said, and nothing is done.
  void type(Batch& batch, const Id& id, const std::string& n) {
    for (std::uint64_t left = 1 + below(2); left != 0; --left) {
      const Error error = batch.splice(id, below(2) == 0 ? "name" : "text",
                                       {below(4), below(3), std::string_view(n).substr(below(2))});
      expect_told(error);
      for (std::uint64_t marks = below(4); marks != 0; --marks) mark(batch, id);
    }
  }
  // The same of marks, and of what takes them away.
  void mark(Batch& batch, const Id& id) {
    static constexpr const char* kMarks[] = {"bold", "link"};
    const std::uint64_t from = below(2);
    StagedMark mark{from, from + 1 + below(2), below(2) == 0, below(2) == 0, kMarks[below(2)], {}};
    mark.value.push_back(static_cast<std::uint8_t>(below(4) == 0 ? Type::null : Type::boolean));
    if (mark.value[0] != 0) mark.value.push_back(1);
    expect_told(batch.mark(id, below(2) == 0 ? "name" : "text", std::move(mark)));
  }
  void expect_told(const Error& error) const {
    if (!error) return;
    EXPECT_TRUE(error.code() == Code::not_found || error.code() == Code::invalid ||
                is_of_disk(error))
        << error.text();
  }

  // Of a field that is an object, or of one that is edited otherwise.
  void change_object(Batch& batch, const Id& id, const std::string& n) {
    const std::string field = below(4) == 0 ? "tags" : "at";
    const std::string digit = n.substr(0, 1);
    switch (below(5)) {
      case 0:
        ASSERT_TRUE(batch.update(id, "{\"" + field + "\":{\"a\":" + n + "}}").ok());
        break;
      case 1:
        ASSERT_TRUE(batch
                        .update(id, "{\"" + field + "\":{\"a\":" + n + ",\"o\":{\"x" + digit +
                                        "\":1,\"y\":" + n + "}}}")
                        .ok());
        break;
      case 2:
        ASSERT_TRUE(batch.give_members(id, field, R"([{"o":{}},{"a":true,"o":{"y":true}}])").ok());
        break;
      case 3:
        ASSERT_TRUE(batch.give_members(id, field, "{\"o\":{\"z\":{\"q\":" + n + "}}}").ok());
        break;
      default:
        ASSERT_TRUE(
            batch.give_members(id, field, "{\"m" + digit + "\":" + n + ",\"o\":" + n + "}").ok());
    }
  }

  // A list that has no value, or one that others change as a set.
  void edit_list(Batch& batch, const Id& id, const std::string& n) {
    static constexpr crdt::ListEdit kEdits[] = {crdt::ListEdit::insert, crdt::ListEdit::insert,
                                                crdt::ListEdit::erase, crdt::ListEdit::move,
                                                crdt::ListEdit::set};
    for (std::uint64_t left = 1 + below(2); left != 0; --left) {
      ListEdit edit{kEdits[below(std::size(kEdits))], below(4), 1, below(4), {}};
      const bool has_value =
          edit.what == crdt::ListEdit::insert || edit.what == crdt::ListEdit::set;
      if (has_value) {
        edit.values.emplace_back(1, static_cast<std::uint8_t>(Type::string));
        edit.values.back().insert(edit.values.back().end(), n.begin(), n.end());
      }
      expect_told(batch.edit_list(id, below(4) == 0 ? "tags" : "list", edit));
    }
  }

  // A tree that has no value, or one that others edit as a list or change as a set. What cannot be
  // is said by the commit.
  void edit_tree(const Store& store, Batch& batch, const Id& id, const std::string& n) {
    const std::string field = below(4) == 0 ? "list" : "tree";
    std::vector<std::string> nodes{"", "+0"};
    if (const auto array = store->tree_array(id, field); array.ok()) {
      for (const merge::NodeInArray& one : merge::nodes_of_array(*array)) {
        nodes.emplace_back(one.id);
      }
    }
    for (std::uint64_t left = 1 + below(2); left != 0; --left) {
      merge::TreeEdit edit;
      if (nodes.size() > 2 && below(3) != 0) edit.what = static_cast<tree::Kind>(1 + below(3));
      if (edit.what != tree::Kind::create) edit.node = nodes[2 + below(nodes.size() - 2)];
      if (below(2) == 0) edit.parent = nodes[below(nodes.size())];
      edit.value.push_back(static_cast<std::uint8_t>(Type::string));
      edit.value.insert(edit.value.end(), n.begin(), n.end());
      expect_told(batch.edit_tree(id, field, edit));
    }
  }

  std::size_t marked_ = 0;  // texts
  std::size_t taken_back_ = 0;
};

}  // namespace gs::engine::testing
