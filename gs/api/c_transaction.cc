// The C interface, third part: transactions and waiting for the disk.

#include "globalstorage/c.h"
#include "gs/api/c_support.h"

using gs::Error;
using gs::c::call;
using gs::c::need;
using gs::c::need_open;
using gs::c::need_pending;

gs_code gs_begin(gs_storage* storage, gs_transaction** transaction, gs_error** error) noexcept {
  gs::c::clear(transaction);
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    GS_TRY_OK(need(transaction, "transaction"));
    *transaction = new gs_transaction{storage->storage.begin()};
    return {};
  });
}

void gs_transaction_free(gs_transaction* transaction) noexcept { delete transaction; }

gs_code gs_transaction_insert(gs_transaction* transaction, const char* collection,
                              size_t collection_length, const char* json, size_t json_length,
                              gs_id* id, gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_pending(transaction));
    GS_TRY(const std::string_view where, gs::c::text(collection, collection_length, "collection"));
    GS_TRY(const std::string_view content, gs::c::text(json, json_length, "json"));
    GS_TRY(const gs::Id made, transaction->transaction.insert(where, content));
    if (id != nullptr) *id = gs::c::from_id(made);
    return {};
  });
}

gs_code gs_transaction_put(gs_transaction* transaction, const char* collection,
                           size_t collection_length, const char* key, size_t key_length,
                           const char* json, size_t json_length, gs_id* id,
                           gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_pending(transaction));
    GS_TRY(const std::string_view where, gs::c::text(collection, collection_length, "collection"));
    GS_TRY(const std::string_view name, gs::c::text(key, key_length, "key"));
    GS_TRY(const std::string_view content, gs::c::text(json, json_length, "json"));
    GS_TRY(const gs::Id made, transaction->transaction.put(where, name, content));
    if (id != nullptr) *id = gs::c::from_id(made);
    return {};
  });
}

gs_code gs_transaction_set(gs_transaction* transaction, const gs_id* id, const char* json,
                           size_t json_length, gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_pending(transaction));
    GS_TRY_OK(need(id, "id"));
    GS_TRY(const std::string_view content, gs::c::text(json, json_length, "json"));
    return transaction->transaction.set(gs::c::to_id(*id), content);
  });
}

gs_code gs_transaction_update(gs_transaction* transaction, const gs_id* id, const char* json,
                              size_t json_length, gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_pending(transaction));
    GS_TRY_OK(need(id, "id"));
    GS_TRY(const std::string_view content, gs::c::text(json, json_length, "json"));
    return transaction->transaction.update(gs::c::to_id(*id), content);
  });
}

gs_code gs_transaction_patch(gs_transaction* transaction, const gs_id* id, const char* json,
                             size_t json_length, gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_pending(transaction));
    GS_TRY_OK(need(id, "id"));
    GS_TRY(const std::string_view content, gs::c::text(json, json_length, "json"));
    return transaction->transaction.patch(gs::c::to_id(*id), content);
  });
}

gs_code gs_transaction_add(gs_transaction* transaction, const gs_id* id, const char* field,
                           size_t field_length, int64_t addition, gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_pending(transaction));
    GS_TRY_OK(need(id, "id"));
    GS_TRY(const std::string_view name, gs::c::text(field, field_length, "field"));
    return transaction->transaction.add(gs::c::to_id(*id), name, addition);
  });
}

gs_code gs_transaction_add_elements(gs_transaction* transaction, const gs_id* id, const char* field,
                                    size_t field_length, const char* json, size_t json_length,
                                    gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_pending(transaction));
    GS_TRY_OK(need(id, "id"));
    GS_TRY(const std::string_view name, gs::c::text(field, field_length, "field"));
    GS_TRY(const std::string_view elements, gs::c::text(json, json_length, "json"));
    return transaction->transaction.add_elements(gs::c::to_id(*id), name, elements);
  });
}

gs_code gs_transaction_remove_elements(gs_transaction* transaction, const gs_id* id,
                                       const char* field, size_t field_length, const char* json,
                                       size_t json_length, gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_pending(transaction));
    GS_TRY_OK(need(id, "id"));
    GS_TRY(const std::string_view name, gs::c::text(field, field_length, "field"));
    GS_TRY(const std::string_view elements, gs::c::text(json, json_length, "json"));
    return transaction->transaction.remove_elements(gs::c::to_id(*id), name, elements);
  });
}

gs_code gs_transaction_splice(gs_transaction* transaction, const gs_id* id, const char* field,
                              size_t field_length, uint64_t position, uint64_t deleted,
                              const char* inserted, size_t inserted_length,
                              gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_pending(transaction));
    GS_TRY_OK(need(id, "id"));
    GS_TRY(const std::string_view name, gs::c::text(field, field_length, "field"));
    GS_TRY(const std::string_view text, gs::c::text(inserted, inserted_length, "inserted"));
    return transaction->transaction.splice(gs::c::to_id(*id), name, position, deleted, text);
  });
}

gs_code gs_transaction_list_insert(gs_transaction* transaction, const gs_id* id, const char* field,
                                   size_t field_length, uint64_t position, const char* json,
                                   size_t json_length, gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_pending(transaction));
    GS_TRY_OK(need(id, "id"));
    GS_TRY(const std::string_view name, gs::c::text(field, field_length, "field"));
    GS_TRY(const std::string_view text, gs::c::text(json, json_length, "json"));
    return transaction->transaction.list_insert(gs::c::to_id(*id), name, position, text);
  });
}

gs_code gs_transaction_list_delete(gs_transaction* transaction, const gs_id* id, const char* field,
                                   size_t field_length, uint64_t position, uint64_t count,
                                   gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_pending(transaction));
    GS_TRY_OK(need(id, "id"));
    GS_TRY(const std::string_view name, gs::c::text(field, field_length, "field"));
    return transaction->transaction.list_delete(gs::c::to_id(*id), name, position, count);
  });
}

gs_code gs_transaction_list_move(gs_transaction* transaction, const gs_id* id, const char* field,
                                 size_t field_length, uint64_t from, uint64_t to,
                                 gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_pending(transaction));
    GS_TRY_OK(need(id, "id"));
    GS_TRY(const std::string_view name, gs::c::text(field, field_length, "field"));
    return transaction->transaction.list_move(gs::c::to_id(*id), name, from, to);
  });
}

gs_code gs_transaction_list_set(gs_transaction* transaction, const gs_id* id, const char* field,
                                size_t field_length, uint64_t position, const char* json,
                                size_t json_length, gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_pending(transaction));
    GS_TRY_OK(need(id, "id"));
    GS_TRY(const std::string_view name, gs::c::text(field, field_length, "field"));
    GS_TRY(const std::string_view text, gs::c::text(json, json_length, "json"));
    return transaction->transaction.list_set(gs::c::to_id(*id), name, position, text);
  });
}

gs_code gs_transaction_remove(gs_transaction* transaction, const gs_id* id,
                              gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_pending(transaction));
    GS_TRY_OK(need(id, "id"));
    return transaction->transaction.remove(gs::c::to_id(*id));
  });
}

gs_code gs_transaction_expect(gs_transaction* transaction, const gs_id* id,
                              const gs_digest* version, gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_pending(transaction));
    GS_TRY_OK(need(id, "id"));
    GS_TRY_OK(need(version, "version"));
    return transaction->transaction.expect(gs::c::to_id(*id), gs::c::to_digest(*version));
  });
}

gs_code gs_transaction_expect_absent(gs_transaction* transaction, const gs_id* id,
                                     gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_pending(transaction));
    GS_TRY_OK(need(id, "id"));
    return transaction->transaction.expect_absent(gs::c::to_id(*id));
  });
}

size_t gs_transaction_operations(const gs_transaction* transaction) noexcept {
  return transaction == nullptr ? 0 : transaction->transaction.operations();
}

gs_code gs_transaction_commit(gs_transaction* transaction, gs_durability durability,
                              uint64_t* ticket, gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_pending(transaction));
    transaction->done = true;
    GS_TRY(const auto wanted, gs::c::to_durability(durability));
    gs::Transaction& tx = transaction->transaction;
    GS_TRY(const gs::Ticket given, wanted ? tx.commit(*wanted) : tx.commit());
    if (ticket != nullptr) *ticket = given.sequence;
    return {};
  });
}

gs_code gs_wait(gs_storage* storage, uint64_t ticket, gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    return storage->storage.wait(gs::Ticket{ticket});
  });
}

gs_code gs_sync(gs_storage* storage, gs_error** error) noexcept {
  return call(error, [&]() -> Error {
    GS_TRY_OK(need_open(storage));
    return storage->storage.sync();
  });
}
