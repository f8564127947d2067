// Trees of records for C: nodes created, moved, set and deleted, at once or by a transaction.

#include "globalstorage/c.h"
#include "gs/api/c_support.h"

namespace {

using gs::Error;
using gs::c::call;
using gs::c::give_text;
using gs::c::need;
using gs::c::need_open;
using gs::c::need_pending;

// A text and its length, as callers give them.
struct TextOf {
  const char* at = nullptr;
  size_t length = 0;
};

struct TreeCall {
  const gs_id* id = nullptr;
  TextOf field;
  TextOf node;
  TextOf json;
  TextOf parent;
  TextOf before;
};

// What a TreeCall says, once it was looked at.
struct TreeWords {
  gs::Id id;
  std::string_view field;
  std::string_view node;
  std::string_view json;
  gs::TreePlace place;
};

Error read_tree_call(const TreeCall& given, TreeWords& words) {
  GS_TRY_OK(need(given.id, "id"));
  words.id = gs::c::to_id(*given.id);
  GS_TRY(words.field, gs::c::text(given.field.at, given.field.length, "field"));
  GS_TRY(words.node, gs::c::text(given.node.at, given.node.length, "node"));
  GS_TRY(words.json, gs::c::text(given.json.at, given.json.length, "json"));
  GS_TRY(words.place.parent, gs::c::text(given.parent.at, given.parent.length, "parent"));
  GS_TRY(words.place.before, gs::c::text(given.before.at, given.before.length, "before"));
  return {};
}

// `target`: a storage or a transaction.
template <typename Target>
Error create_node(Target& target, const TreeCall& given, char** node, size_t* node_length) {
  TreeWords words;
  GS_TRY_OK(read_tree_call(given, words));
  GS_TRY(const std::string made,
         target.tree_create(words.id, words.field, words.json, words.place));
  if (node != nullptr) give_text(made, node, node_length);
  return {};
}

template <typename Target>
Error move_node(Target& target, const TreeCall& given) {
  TreeWords words;
  GS_TRY_OK(read_tree_call(given, words));
  return target.tree_move(words.id, words.field, words.node, words.place);
}

template <typename Target>
Error set_node(Target& target, const TreeCall& given) {
  TreeWords words;
  GS_TRY_OK(read_tree_call(given, words));
  return target.tree_set(words.id, words.field, words.node, words.json);
}

template <typename Target>
Error delete_node(Target& target, const TreeCall& given) {
  TreeWords words;
  GS_TRY_OK(read_tree_call(given, words));
  return target.tree_delete(words.id, words.field, words.node);
}

}  // namespace

gs_code gs_tree_create(gs_storage* storage, const gs_id* id, const char* field, size_t field_length,
                       const char* json, size_t json_length, const char* parent,
                       size_t parent_length, const char* before, size_t before_length, char** node,
                       size_t* node_length, gs_error** error) noexcept {
  gs::c::clear(node);
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    return create_node(storage->storage,
                       {id,
                        {field, field_length},
                        {},
                        {json, json_length},
                        {parent, parent_length},
                        {before, before_length}},
                       node, node_length);
  });
}

gs_code gs_tree_move(gs_storage* storage, const gs_id* id, const char* field, size_t field_length,
                     const char* node, size_t node_length, const char* parent, size_t parent_length,
                     const char* before, size_t before_length, gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    return move_node(storage->storage, {id,
                                        {field, field_length},
                                        {node, node_length},
                                        {},
                                        {parent, parent_length},
                                        {before, before_length}});
  });
}

gs_code gs_tree_set(gs_storage* storage, const gs_id* id, const char* field, size_t field_length,
                    const char* node, size_t node_length, const char* json, size_t json_length,
                    gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    return set_node(storage->storage,
                    {id, {field, field_length}, {node, node_length}, {json, json_length}, {}, {}});
  });
}

gs_code gs_tree_delete(gs_storage* storage, const gs_id* id, const char* field, size_t field_length,
                       const char* node, size_t node_length, gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    return delete_node(storage->storage,
                       {id, {field, field_length}, {node, node_length}, {}, {}, {}});
  });
}

gs_code gs_transaction_tree_create(gs_transaction* transaction, const gs_id* id, const char* field,
                                   size_t field_length, const char* json, size_t json_length,
                                   const char* parent, size_t parent_length, const char* before,
                                   size_t before_length, char** node, size_t* node_length,
                                   gs_error** error) noexcept {
  gs::c::clear(node);
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_pending(transaction));
    return create_node(transaction->transaction,
                       {id,
                        {field, field_length},
                        {},
                        {json, json_length},
                        {parent, parent_length},
                        {before, before_length}},
                       node, node_length);
  });
}

gs_code gs_transaction_tree_move(gs_transaction* transaction, const gs_id* id, const char* field,
                                 size_t field_length, const char* node, size_t node_length,
                                 const char* parent, size_t parent_length, const char* before,
                                 size_t before_length, gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_pending(transaction));
    return move_node(transaction->transaction, {id,
                                                {field, field_length},
                                                {node, node_length},
                                                {},
                                                {parent, parent_length},
                                                {before, before_length}});
  });
}

gs_code gs_transaction_tree_set(gs_transaction* transaction, const gs_id* id, const char* field,
                                size_t field_length, const char* node, size_t node_length,
                                const char* json, size_t json_length, gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_pending(transaction));
    return set_node(transaction->transaction,
                    {id, {field, field_length}, {node, node_length}, {json, json_length}, {}, {}});
  });
}

gs_code gs_transaction_tree_delete(gs_transaction* transaction, const gs_id* id, const char* field,
                                   size_t field_length, const char* node, size_t node_length,
                                   gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_pending(transaction));
    return delete_node(transaction->transaction,
                       {id, {field, field_length}, {node, node_length}, {}, {}, {}});
  });
}
