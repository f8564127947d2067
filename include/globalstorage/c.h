/* GlobalStorage for C: a storage is one database in one directory.
 *
 *   gs_storage* db = NULL;
 *   gs_id id;
 *   if (gs_create("./gs", 4, NULL, &db, NULL) == GS_OK) {
 *     gs_insert(db, "City", 4, "{\"name\":\"Kyiv\"}", 15, &id, NULL);
 *     gs_storage_free(db);
 *   }
 *
 * Rules that hold for every function, unless its own comment says otherwise:
 *
 * Codes      Functions that can fail return a gs_code of codes.h, GS_OK for success. Beside the
 *            codes that a comment names, every one can give GS_INVALID (an argument has not the
 *            documented form), GS_IO, GS_DAMAGED, GS_FAILED and GS_CLOSED; writes also
 *            GS_READ_ONLY, GS_NO_SPACE and GS_TOO_LARGE. docs/ERRORS.md says what to do about each.
 * Errors     The last argument may be NULL. Else *error becomes NULL on success and a new gs_error
 *            on failure; it is yours: gs_error_free(). What *error held before is overwritten.
 * Text       Pointer and length in bytes, UTF-8, no zero needed at the end. NULL with length 0 is
 *            the empty text. Text is read during the call only.
 * Out        Filled on success. On failure an out pointer is NULL and any other out argument is
 *            unchanged. An argument marked "or NULL" may be NULL when it is not wanted.
 * Ownership  Handles (gs_error, gs_storage, gs_transaction, gs_snapshot, gs_scan, gs_rows,
 *            gs_record) are yours and go with their own ..._free(); memory of a `char**`,
 *            `uint8_t**`, `gs_digest**` or `gs_change**` goes with gs_free(). All of these accept
 *            NULL. "Borrowed" bytes belong to the handle they came from and live as long as it, or
 *            as the comment says. Text that is handed out has a zero after its end, borrowed text
 *            only where the comment says so.
 * Threads    A gs_storage and a gs_snapshot serve many threads at once, gs_record too for reading;
 *            a gs_transaction, gs_scan, gs_rows or gs_error serves one thread at a time. Freeing a
 *            handle while another thread uses it is a programming error.
 * Lifetime   Transactions, snapshots, scans, rows and records may outlive the gs_storage they came
 *            from.
 * Mistakes   NULL for a handle or for an out argument that is needed is a programming error. It is
 *            answered with GS_INVALID where a code is returned, else with 0, false or NULL.
 *            Freed or foreign pointers are not detected. Running out of memory stops the program.
 *
 * C99 and C++. The layout of structs is fixed within a minor version, such as 0.1. These functions
 * are visible symbols also when the archive becomes part of a shared library; the C++ interface is
 * not: it is for programs that link the archive.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "globalstorage/codes.h"

#if defined(__GNUC__)
#define GS_EXPORT __attribute__((visibility("default")))
#else
#define GS_EXPORT
#endif

/* No function throws. */
// NOLINTBEGIN(readability-identifier-naming): C has its own custom of naming types

#ifdef __cplusplus
#define GS_NO_THROW noexcept
extern "C" {
#else
#define GS_NO_THROW
#endif

/* --- library, codes, errors --------------------------------------------------------------- */

typedef struct gs_error gs_error;

/* Version of the library, such as "0.1.0"; static. */
GS_EXPORT const char* gs_version(void) GS_NO_THROW;

/* Name ("not_found") and meaning of a code, ending with a zero; static, "unknown" for a number that
 * is no code. */
GS_EXPORT const char* gs_code_name(int code) GS_NO_THROW;
GS_EXPORT const char* gs_code_meaning(int code) GS_NO_THROW;

/* What a program may sensibly do about a code. */
typedef enum gs_advice {
  GS_ADVICE_NONE = 0,   /* the call or its input has to change */
  GS_ADVICE_RETRY = 1,  /* the same call may succeed later */
  GS_ADVICE_REOPEN = 2, /* close the storage and open it again */
  GS_ADVICE_REPAIR = 3  /* bytes are damaged: fetch them from a backup */
} gs_advice;
GS_EXPORT gs_advice gs_code_advice(int code) GS_NO_THROW;

/* GS_OK for NULL. */
GS_EXPORT gs_code gs_error_code(const gs_error* error) GS_NO_THROW;
/* What failed, where and what to do next, for people; borrowed, ends with a zero, "" for NULL.
 * `length`: its bytes, or NULL. */
GS_EXPORT const char* gs_error_message(const gs_error* error, size_t* length) GS_NO_THROW;
GS_EXPORT void gs_error_free(gs_error* error) GS_NO_THROW;

/* Releases memory that a function handed out. */
GS_EXPORT void gs_free(void* memory) GS_NO_THROW;

/* --- ids and digests ---------------------------------------------------------------------- */

/* The 128-bit name of a record. Order of the bytes = order of the text. */
typedef struct gs_id {
  uint8_t bytes[16];
} gs_id;

/* SHA-256: names changes, versions, storages and writers. */
typedef struct gs_digest {
  uint8_t bytes[32];
} gs_digest;

enum { GS_ID_TEXT_SIZE = 37, GS_DIGEST_TEXT_SIZE = 65 }; /* with the zero at the end */

/* Write the text form and a zero. Nothing happens when an argument is NULL. */
GS_EXPORT void gs_id_text(const gs_id* id, char text[GS_ID_TEXT_SIZE]) GS_NO_THROW;
GS_EXPORT void gs_digest_text(const gs_digest* digest, char text[GS_DIGEST_TEXT_SIZE]) GS_NO_THROW;
/* Accept exactly the text form, in either case. GS_INVALID for anything else. */
GS_EXPORT gs_code gs_id_parse(const char* text, size_t length, gs_id* id,
                              gs_error** error) GS_NO_THROW;
GS_EXPORT gs_code gs_digest_parse(const char* text, size_t length, gs_digest* digest,
                                  gs_error** error) GS_NO_THROW;
/* The id that a text names: a UUID, or a foreign key in `collection`, as UUIDs of versions are that
 * no id has. Looks into no storage: see gs_find_id(). */
GS_EXPORT gs_code gs_resolve(const char* text, size_t length, const char* collection,
                             size_t collection_length, gs_id* id, gs_error** error) GS_NO_THROW;

/* --- options ------------------------------------------------------------------------------ */

/* When a commit returns. An int, as an enum of C++ must not hold any other number. */
enum {
  GS_DURABILITY_DEFAULT = 0, /* the storage's; in gs_options: batch */
  GS_DURABILITY_LAZY = 1,    /* at once; on disk with the next sync or within about a second */
  GS_DURABILITY_BATCH = 2,   /* after the fdatasync that it shares with other commits */
  GS_DURABILITY_SYNC = 3     /* the same: no commit waits for company */
};
typedef int gs_durability;

enum {
  GS_POLICY_OPEN = 0,  /* everybody who holds the storage may write */
  GS_POLICY_CLOSED = 1 /* admitted writers only */
};
typedef int gs_policy;

typedef enum gs_event_level {
  GS_EVENT_DEBUG = 0,
  GS_EVENT_INFO = 1,
  GS_EVENT_WARNING = 2,
  GS_EVENT_ERROR = 3
} gs_event_level;

/* Receives what happened, from any thread; must not call back into the storage. `name` is stable
 * snake_case, `text` for people; both are borrowed for the call and have no zero at the end. */
typedef void (*gs_event_function)(void* context, gs_event_level level, const char* name,
                                  size_t name_length, const char* text, size_t text_length);

/* Always begin with gs_options_default(). */
typedef struct gs_options {
  bool read_only;
  bool verify_on_open; /* check every change of the log again while opening; slower */
  bool keep_writer;    /* of a moved directory, when no other copy of it is written to again */
  gs_durability durability;
  gs_policy policy;              /* used by gs_create only */
  unsigned threads;              /* beside the callers', 0 .. 8; 0: work runs inside calls */
  uint32_t segment_bytes;        /* 8 KiB .. 1 GiB */
  uint64_t memory_bytes;         /* for rows before they go to a sorted run, 4 KiB .. 1 GiB */
  uint64_t memory_store_bytes;   /* for collections kept in memory, 1 MiB .. 2 GiB */
  uint64_t checkpoint_log_bytes; /* log that triggers a checkpoint, 4 KiB .. 4 GiB */
  uint64_t lock_wait_ms;         /* for another process that writes, 0 .. 86,400,000 */
  uint64_t cache_bytes;          /* data above it gets runs with full records; 0: half of RAM */
  const char* scratch_directory; /* for verify and some readers; NULL: /var/tmp, else /tmp */
  gs_event_function on_event;    /* or NULL */
  void* event_context;           /* handed to on_event; must live as long as the storage is used */
} gs_options;

/* Fills in the defaults. */
GS_EXPORT void gs_options_default(gs_options* options) GS_NO_THROW;

/* --- a storage ---------------------------------------------------------------------------- */

typedef struct gs_storage gs_storage;

/* `options`: or NULL for the defaults.
 * create: GS_EXISTS when a storage is there already, GS_LOCKED when it is open.
 * open: GS_NOT_A_STORAGE, GS_NEWER_FORMAT, GS_LOCKED (the message names the owner), GS_DAMAGED only
 * when not even reading is possible: else it opens read-only and gs_storage_recovery() tells. */
GS_EXPORT gs_code gs_create(const char* directory, size_t length, const gs_options* options,
                            gs_storage** storage, gs_error** error) GS_NO_THROW;
GS_EXPORT gs_code gs_open(const char* directory, size_t length, const gs_options* options,
                          gs_storage** storage, gs_error** error) GS_NO_THROW;
/* As gs_open, but makes a storage with GS_POLICY_OPEN where there is none. */
GS_EXPORT gs_code gs_open_or_create(const char* directory, size_t length, const gs_options* options,
                                    gs_storage** storage, gs_error** error) GS_NO_THROW;

/* Waits until everything is durable and lets go of the directory. Every later call with this
 * storage gives GS_CLOSED, a second gs_close() GS_OK. The handle still needs gs_storage_free(). */
GS_EXPORT gs_code gs_close(gs_storage* storage, gs_error** error) GS_NO_THROW;
/* Closes when that did not happen yet; gs_close() first to learn whether it went well. */
GS_EXPORT void gs_storage_free(gs_storage* storage) GS_NO_THROW;

/* Who it is; zeros for NULL. These answer after gs_close() too. */
GS_EXPORT gs_digest gs_storage_id(const gs_storage* storage) GS_NO_THROW;
GS_EXPORT gs_digest gs_storage_writer(const gs_storage* storage) GS_NO_THROW;
GS_EXPORT bool gs_storage_read_only(const gs_storage* storage) GS_NO_THROW;

/* What opening found after a crash. */
typedef struct gs_recovery {
  uint64_t changes_replayed;
  uint64_t bytes_replayed;
  bool torn_tail_cut;      /* an unfinished write at the end of the log was removed ... */
  bool torn_tail_left_out; /* ... or, opened read-only and without an owner, only not read: */
  bool torn_tail_judged;   /* log/mark was there to show whether it had been acknowledged */
  uint32_t cut_segment;
  uint64_t cut_offset;
  uint64_t cut_bytes;
  size_t damage; /* damaged places; not 0: the storage is read-only until repaired */
} gs_recovery;
/* `text`: one line for each damaged place, or NULL; gs_free(). */
GS_EXPORT gs_code gs_storage_recovery(const gs_storage* storage, gs_recovery* recovery, char** text,
                                      size_t* text_length, gs_error** error) GS_NO_THROW;

/* --- one record: each write is a transaction of its own with the storage's durability ------ */

/* `json`: one object; docs/FORMAT.md, "JSON", for dates, bytes, big numbers, ids and sets.
 * `collection`: empty for none. `id`: of the new record, or NULL. */
GS_EXPORT gs_code gs_insert(gs_storage* storage, const char* collection, size_t collection_length,
                            const char* json, size_t json_length, gs_id* id,
                            gs_error** error) GS_NO_THROW;
/* With a foreign key of 1 to 1,024 bytes, from which the id is made; replaces the record if it is
 * there. */
GS_EXPORT gs_code gs_put(gs_storage* storage, const char* collection, size_t collection_length,
                         const char* key, size_t key_length, const char* json, size_t json_length,
                         gs_id* id, gs_error** error) GS_NO_THROW;
/* Replaces the whole content. GS_NOT_FOUND. */
GS_EXPORT gs_code gs_set(gs_storage* storage, const gs_id* id, const char* json, size_t json_length,
                         gs_error** error) GS_NO_THROW;
/* Replaces the given fields; {"$unset":true} as a value removes a field. GS_NOT_FOUND. */
GS_EXPORT gs_code gs_update(gs_storage* storage, const gs_id* id, const char* json,
                            size_t json_length, gs_error** error) GS_NO_THROW;
/* Gives members to objects, as deep as they go, and keeps the others; {"$unset":true} removes a
 * field or a member. What others give to the same object at the same time stays as well.
 * GS_NOT_FOUND, GS_INVALID. */
GS_EXPORT gs_code gs_patch(gs_storage* storage, const gs_id* id, const char* json,
                           size_t json_length, gs_error** error) GS_NO_THROW;
/* Adds to a number, up to 2^53 either way; one that is not there is 0. What others add at the same
 * time counts as well. GS_NOT_FOUND, GS_INVALID, GS_TOO_LARGE. */
GS_EXPORT gs_code gs_add(gs_storage* storage, const gs_id* id, const char* field,
                         size_t field_length, int64_t addition, gs_error** error) GS_NO_THROW;
/* Adds elements to an array or a set, or removes them: `json` is an array of them. What others do
 * at the same time counts as well, and who adds an element wins over who removes it. GS_NOT_FOUND,
 * GS_INVALID, GS_TOO_LARGE. */
GS_EXPORT gs_code gs_add_elements(gs_storage* storage, const gs_id* id, const char* field,
                                  size_t field_length, const char* json, size_t json_length,
                                  gs_error** error) GS_NO_THROW;
GS_EXPORT gs_code gs_remove_elements(gs_storage* storage, const gs_id* id, const char* field,
                                     size_t field_length, const char* json, size_t json_length,
                                     gs_error** error) GS_NO_THROW;
/* Edits a text: takes out `deleted` code points at `position` and puts in others. What others type
 * at the same time stays. A field that is not there is an empty text. GS_NOT_FOUND, GS_INVALID (a
 * position that is not in the text), GS_CONFLICT (somebody replaced the text), GS_TOO_LARGE. */
GS_EXPORT gs_code gs_splice(gs_storage* storage, const gs_id* id, const char* field,
                            size_t field_length, uint64_t position, uint64_t deleted,
                            const char* inserted, size_t inserted_length,
                            gs_error** error) GS_NO_THROW;
/* Marks a text from code point `from` up to `to`, not including it. `json`: what the mark says,
 * null takes marks with this key away. Where marks with one key overlap the later one counts; what
 * is typed between marked code points has the mark, and beside it where it grows. Errors: those of
 * gs_splice. */
typedef enum gs_mark_growth {
  GS_MARK_GROWS_NOWHERE = 0,
  GS_MARK_GROWS_BEFORE = 1,
  GS_MARK_GROWS_AFTER = 2,
  GS_MARK_GROWS_BOTH = 3
} gs_mark_growth;
GS_EXPORT gs_code gs_text_mark(gs_storage* storage, const gs_id* id, const char* field,
                               size_t field_length, uint64_t from, uint64_t to, const char* key,
                               size_t key_length, const char* json, size_t json_length,
                               gs_mark_growth growth, gs_error** error) GS_NO_THROW;
/* The text with its marks, as JSON for editors: [{"insert":"Hello","attributes":{"bold":true}},
 * {"insert":" you"}]. `json`: for gs_free(). GS_NOT_FOUND, GS_INVALID, GS_TOO_LARGE. */
GS_EXPORT gs_code gs_text_delta(const gs_storage* storage, const gs_id* id, const char* field,
                                size_t field_length, char** json, size_t* length,
                                gs_error** error) GS_NO_THROW;
/* A short text that names the place before code point `position` of a text and stays there whatever
 * is typed by whomever: before the code point behind it, or with `after` behind the one in front of
 * it. `cursor`: for gs_free(). GS_NOT_FOUND, GS_INVALID. */
GS_EXPORT gs_code gs_text_cursor(const gs_storage* storage, const gs_id* id, const char* field,
                                 size_t field_length, uint64_t position, bool after, char** cursor,
                                 size_t* cursor_length, gs_error** error) GS_NO_THROW;
/* Where that is now; of a code point that was deleted, where it was. GS_NOT_FOUND as well when the
 * text was replaced since, or what the cursor stands beside has not come here yet. */
GS_EXPORT gs_code gs_text_position(const gs_storage* storage, const gs_id* id, const char* field,
                                   size_t field_length, const char* cursor, size_t cursor_length,
                                   uint64_t* position, gs_error** error) GS_NO_THROW;
/* Edit a list, an array: insert elements (`json`: an array of them), delete some, move one (`to`:
 * its position once it is out) or set one (`json`: it). What others do to it at the same time
 * counts as well. A field that is not there is an empty list. Positions count elements.
 * GS_NOT_FOUND, GS_INVALID (a position that is not in the list), GS_CONFLICT (somebody replaced
 * the list), GS_TOO_LARGE. */
GS_EXPORT gs_code gs_list_insert(gs_storage* storage, const gs_id* id, const char* field,
                                 size_t field_length, uint64_t position, const char* json,
                                 size_t json_length, gs_error** error) GS_NO_THROW;
GS_EXPORT gs_code gs_list_delete(gs_storage* storage, const gs_id* id, const char* field,
                                 size_t field_length, uint64_t position, uint64_t count,
                                 gs_error** error) GS_NO_THROW;
GS_EXPORT gs_code gs_list_move(gs_storage* storage, const gs_id* id, const char* field,
                               size_t field_length, uint64_t from, uint64_t to,
                               gs_error** error) GS_NO_THROW;
GS_EXPORT gs_code gs_list_set(gs_storage* storage, const gs_id* id, const char* field,
                              size_t field_length, uint64_t position, const char* json,
                              size_t json_length, gs_error** error) GS_NO_THROW;
/* Edit a tree, an array of nodes {"id":..,"parent":..,"value":..}: create one (`json`: its value;
 * `node` gets its id, gs_free() it), move one with all that is below it, set its value, or delete
 * it with all that is below it. `parent`: the id of the node below which it is to be, of no length
 * for none; `before`: of a node there, of no length for behind all of them. What others do to it
 * at the same time counts as well; moves never make a cycle. A field that is not there is an empty
 * tree. GS_NOT_FOUND (also of a node), GS_INVALID (a node below itself), GS_TOO_LARGE. */
GS_EXPORT gs_code gs_tree_create(gs_storage* storage, const gs_id* id, const char* field,
                                 size_t field_length, const char* json, size_t json_length,
                                 const char* parent, size_t parent_length, const char* before,
                                 size_t before_length, char** node, size_t* node_length,
                                 gs_error** error) GS_NO_THROW;
GS_EXPORT gs_code gs_tree_move(gs_storage* storage, const gs_id* id, const char* field,
                               size_t field_length, const char* node, size_t node_length,
                               const char* parent, size_t parent_length, const char* before,
                               size_t before_length, gs_error** error) GS_NO_THROW;
GS_EXPORT gs_code gs_tree_set(gs_storage* storage, const gs_id* id, const char* field,
                              size_t field_length, const char* node, size_t node_length,
                              const char* json, size_t json_length, gs_error** error) GS_NO_THROW;
GS_EXPORT gs_code gs_tree_delete(gs_storage* storage, const gs_id* id, const char* field,
                                 size_t field_length, const char* node, size_t node_length,
                                 gs_error** error) GS_NO_THROW;
/* GS_NOT_FOUND. */
GS_EXPORT gs_code gs_remove(gs_storage* storage, const gs_id* id, gs_error** error) GS_NO_THROW;
/* Applies `changes` (as gs_update) when every field of `expected` has exactly that value now.
 * `swapped`: whether it did. GS_NOT_FOUND; GS_CONFLICT when others kept changing the record. */
GS_EXPORT gs_code gs_swap(gs_storage* storage, const gs_id* id, const char* expected,
                          size_t expected_length, const char* changes, size_t changes_length,
                          bool* swapped, gs_error** error) GS_NO_THROW;

typedef struct gs_record gs_record;

/* The newest version. GS_NOT_FOUND. */
GS_EXPORT gs_code gs_get(const gs_storage* storage, const gs_id* id, gs_record** record,
                         gs_error** error) GS_NO_THROW;
/* As in a version: `heads` are changes, and mean all that comes before them as well (see
 * gs_find_version()). GS_NOT_FOUND (the record or a change), GS_ERASED. */
GS_EXPORT gs_code gs_get_at(const gs_storage* storage, const gs_id* id, const gs_digest* heads,
                            size_t head_count, gs_record** record, gs_error** error) GS_NO_THROW;
GS_EXPORT gs_code gs_has(const gs_storage* storage, const gs_id* id, bool* has,
                         gs_error** error) GS_NO_THROW;
/* gs_resolve(), but that a UUID is a foreign key as well where it names no record of the
 * collection; without a collection: no record at all. */
GS_EXPORT gs_code gs_find_id(const gs_storage* storage, const char* text, size_t length,
                             const char* collection, size_t collection_length, gs_id* id,
                             gs_error** error) GS_NO_THROW;

/* --- reading a record: one version, its bytes stay in place while the handle lives ---------- */

/* Numbers are those of docs/FORMAT.md, "Types". */
typedef enum gs_type {
  GS_TYPE_NULL = 0,
  GS_TYPE_BOOLEAN = 1,
  GS_TYPE_NUMBER = 2,
  GS_TYPE_INTEGER = 3,
  GS_TYPE_DATE = 4,
  GS_TYPE_ID = 5,
  GS_TYPE_STRING = 6,
  GS_TYPE_BYTES = 7,
  GS_TYPE_BIG = 8,
  GS_TYPE_ARRAY = 9,
  GS_TYPE_OBJECT = 10,
  GS_TYPE_SET = 11,
  GS_TYPE_BLOB = 12
} gs_type;

GS_EXPORT void gs_record_free(gs_record* record) GS_NO_THROW;
GS_EXPORT gs_id gs_record_id(const gs_record* record) GS_NO_THROW;
/* Names exactly this version, for gs_transaction_expect(). */
GS_EXPORT gs_digest gs_record_version(const gs_record* record) GS_NO_THROW;
/* Borrowed; NULL and length 0 for none. */
GS_EXPORT const char* gs_record_collection(const gs_record* record, size_t* length) GS_NO_THROW;
GS_EXPORT const char* gs_record_key(const gs_record* record, size_t* length) GS_NO_THROW;
/* The record format of docs/FORMAT.md; borrowed. */
GS_EXPORT const uint8_t* gs_record_bytes(const gs_record* record, size_t* length) GS_NO_THROW;
/* The whole record as one line of JSON; gs_free(). `length`: or NULL. */
GS_EXPORT gs_code gs_record_json(const gs_record* record, char** json, size_t* length,
                                 gs_error** error) GS_NO_THROW;

/* One field, read in place: true when the record has a field of that name and of that type; else
 * false, and `value` is unchanged. Fields within fields: gs_record_json(). */
GS_EXPORT bool gs_record_type(const gs_record* record, const char* name, size_t length,
                              gs_type* value) GS_NO_THROW;
GS_EXPORT bool gs_record_boolean(const gs_record* record, const char* name, size_t length,
                                 bool* value) GS_NO_THROW;
/* Of integers too, when a double has exactly that value. */
GS_EXPORT bool gs_record_number(const gs_record* record, const char* name, size_t length,
                                double* value) GS_NO_THROW;
/* Integers, and dates in milliseconds since 1970-01-01 00:00 UTC. */
GS_EXPORT bool gs_record_integer(const gs_record* record, const char* name, size_t length,
                                 int64_t* value) GS_NO_THROW;
/* Borrowed. */
GS_EXPORT bool gs_record_text(const gs_record* record, const char* name, size_t length,
                              const char** value, size_t* value_length) GS_NO_THROW;

/* --- transactions: operations that take effect all or none --------------------------------- */

typedef struct gs_transaction gs_transaction;

GS_EXPORT gs_code gs_begin(gs_storage* storage, gs_transaction** transaction,
                           gs_error** error) GS_NO_THROW;
/* An uncommitted transaction is forgotten. */
GS_EXPORT void gs_transaction_free(gs_transaction* transaction) GS_NO_THROW;

/* Like the functions for one record, but nothing happens before gs_transaction_commit(). After an
 * error of one of these, the transaction holds what it held before. */
GS_EXPORT gs_code gs_transaction_insert(gs_transaction* transaction, const char* collection,
                                        size_t collection_length, const char* json,
                                        size_t json_length, gs_id* id,
                                        gs_error** error) GS_NO_THROW;
GS_EXPORT gs_code gs_transaction_put(gs_transaction* transaction, const char* collection,
                                     size_t collection_length, const char* key, size_t key_length,
                                     const char* json, size_t json_length, gs_id* id,
                                     gs_error** error) GS_NO_THROW;
GS_EXPORT gs_code gs_transaction_set(gs_transaction* transaction, const gs_id* id, const char* json,
                                     size_t json_length, gs_error** error) GS_NO_THROW;
GS_EXPORT gs_code gs_transaction_update(gs_transaction* transaction, const gs_id* id,
                                        const char* json, size_t json_length,
                                        gs_error** error) GS_NO_THROW;
GS_EXPORT gs_code gs_transaction_patch(gs_transaction* transaction, const gs_id* id,
                                       const char* json, size_t json_length,
                                       gs_error** error) GS_NO_THROW;
GS_EXPORT gs_code gs_transaction_add(gs_transaction* transaction, const gs_id* id,
                                     const char* field, size_t field_length, int64_t addition,
                                     gs_error** error) GS_NO_THROW;
GS_EXPORT gs_code gs_transaction_add_elements(gs_transaction* transaction, const gs_id* id,
                                              const char* field, size_t field_length,
                                              const char* json, size_t json_length,
                                              gs_error** error) GS_NO_THROW;
GS_EXPORT gs_code gs_transaction_remove_elements(gs_transaction* transaction, const gs_id* id,
                                                 const char* field, size_t field_length,
                                                 const char* json, size_t json_length,
                                                 gs_error** error) GS_NO_THROW;
GS_EXPORT gs_code gs_transaction_splice(gs_transaction* transaction, const gs_id* id,
                                        const char* field, size_t field_length, uint64_t position,
                                        uint64_t deleted, const char* inserted,
                                        size_t inserted_length, gs_error** error) GS_NO_THROW;
GS_EXPORT gs_code gs_transaction_list_insert(gs_transaction* transaction, const gs_id* id,
                                             const char* field, size_t field_length,
                                             uint64_t position, const char* json,
                                             size_t json_length, gs_error** error) GS_NO_THROW;
GS_EXPORT gs_code gs_transaction_list_delete(gs_transaction* transaction, const gs_id* id,
                                             const char* field, size_t field_length,
                                             uint64_t position, uint64_t count,
                                             gs_error** error) GS_NO_THROW;
GS_EXPORT gs_code gs_transaction_list_move(gs_transaction* transaction, const gs_id* id,
                                           const char* field, size_t field_length, uint64_t from,
                                           uint64_t to, gs_error** error) GS_NO_THROW;
GS_EXPORT gs_code gs_transaction_list_set(gs_transaction* transaction, const gs_id* id,
                                          const char* field, size_t field_length, uint64_t position,
                                          const char* json, size_t json_length,
                                          gs_error** error) GS_NO_THROW;
/* `node` gets a name for what the transaction does to the field next. */
GS_EXPORT gs_code gs_transaction_tree_create(gs_transaction* transaction, const gs_id* id,
                                             const char* field, size_t field_length,
                                             const char* json, size_t json_length,
                                             const char* parent, size_t parent_length,
                                             const char* before, size_t before_length, char** node,
                                             size_t* node_length, gs_error** error) GS_NO_THROW;
GS_EXPORT gs_code gs_transaction_tree_move(gs_transaction* transaction, const gs_id* id,
                                           const char* field, size_t field_length, const char* node,
                                           size_t node_length, const char* parent,
                                           size_t parent_length, const char* before,
                                           size_t before_length, gs_error** error) GS_NO_THROW;
GS_EXPORT gs_code gs_transaction_tree_set(gs_transaction* transaction, const gs_id* id,
                                          const char* field, size_t field_length, const char* node,
                                          size_t node_length, const char* json, size_t json_length,
                                          gs_error** error) GS_NO_THROW;
GS_EXPORT gs_code gs_transaction_tree_delete(gs_transaction* transaction, const gs_id* id,
                                             const char* field, size_t field_length,
                                             const char* node, size_t node_length,
                                             gs_error** error) GS_NO_THROW;
GS_EXPORT gs_code gs_transaction_remove(gs_transaction* transaction, const gs_id* id,
                                        gs_error** error) GS_NO_THROW;
/* The commit gives GS_CONFLICT unless the record has exactly this version then; or is not there. */
GS_EXPORT gs_code gs_transaction_expect(gs_transaction* transaction, const gs_id* id,
                                        const gs_digest* version, gs_error** error) GS_NO_THROW;
GS_EXPORT gs_code gs_transaction_expect_absent(gs_transaction* transaction, const gs_id* id,
                                               gs_error** error) GS_NO_THROW;
GS_EXPORT size_t gs_transaction_operations(const gs_transaction* transaction) GS_NO_THROW;

/* GS_CONFLICT, GS_NOT_FOUND, GS_TOO_LARGE: nothing of it took effect. After GS_IO or GS_FAILED
 * while it waited for the disk, opening the storage again tells whether all of it or nothing is
 * there. `ticket`: for gs_wait(), or NULL. Whether it succeeds or not, the transaction then takes
 * no calls but gs_transaction_free(): they give GS_INVALID. */
GS_EXPORT gs_code gs_transaction_commit(gs_transaction* transaction, gs_durability durability,
                                        uint64_t* ticket, gs_error** error) GS_NO_THROW;

/* Wait until everything up to `ticket`, or everything so far, is durable. */
GS_EXPORT gs_code gs_wait(gs_storage* storage, uint64_t ticket, gs_error** error) GS_NO_THROW;
GS_EXPORT gs_code gs_sync(gs_storage* storage, gs_error** error) GS_NO_THROW;

/* --- a person who types ------------------------------------------------------------------- */

/* A text of a record that somebody types into: each key press is a matter of memory, and gives the
 * bytes that show it to connected peers at once (docs/FORMAT.md, "Text edits": a session update);
 * what was typed becomes one transaction now and then. What is not committed when the session is
 * freed is forgotten. One thread at a time. */
typedef struct gs_text_session gs_text_session;

/* What others changed: one replacement in the text that those before it have left. */
typedef void (*gs_text_change_function)(void* context, uint64_t position, uint64_t deleted,
                                        const char* inserted, size_t inserted_length);

/* `utf16`: positions count units of UTF-16, else Unicode code points. A value that only the schema
 * gives is written first. GS_NOT_FOUND, GS_INVALID (the field holds no text). */
GS_EXPORT gs_code gs_edit_text(gs_storage* storage, const gs_id* id, const char* field,
                               size_t field_length, bool utf16, gs_text_session** session,
                               gs_error** error) GS_NO_THROW;
GS_EXPORT void gs_text_session_free(gs_text_session* session) GS_NO_THROW;
/* Takes out `deleted` units at a position of the text as the session shows it, and puts in others.
 * `update`: the session update, until the next call; NULL when nothing changed. GS_INVALID (a
 * position that is not in the text, or inside of a character), GS_TOO_LARGE (16 MiB that are not
 * committed). */
GS_EXPORT gs_code gs_text_session_splice(gs_text_session* session, uint64_t position,
                                         uint64_t deleted, const char* inserted,
                                         size_t inserted_length, const uint8_t** update,
                                         size_t* update_bytes, gs_error** error) GS_NO_THROW;
/* As it is shown. `text`: for gs_free(). */
GS_EXPORT gs_code gs_text_session_text(const gs_text_session* session, char** text, size_t* length,
                                       gs_error** error) GS_NO_THROW;
/* Writes what was typed, then shows what others have written as well: `change` is called for each
 * change of that, unless it is NULL. Errors: those of gs_transaction_commit; GS_CONFLICT as well
 * when somebody replaced the text, GS_INVALID when the schema does not allow it. Then what was
 * typed is still there, to be tried again. */
GS_EXPORT gs_code gs_text_session_commit(gs_text_session* session, gs_durability durability,
                                         gs_text_change_function change, void* context,
                                         gs_error** error) GS_NO_THROW;
/* Forgets what is not committed, and shows what there is. GS_NOT_FOUND. */
GS_EXPORT gs_code gs_text_session_discard(gs_text_session* session, gs_text_change_function change,
                                          void* context, gs_error** error) GS_NO_THROW;

/* --- many records -------------------------------------------------------------------------- */

/* A fixed moment to read from. Keeping one for long keeps replaced files on disk. */
typedef struct gs_snapshot gs_snapshot;

GS_EXPORT gs_code gs_snapshot_create(const gs_storage* storage, gs_snapshot** snapshot,
                                     gs_error** error) GS_NO_THROW;
GS_EXPORT void gs_snapshot_free(gs_snapshot* snapshot) GS_NO_THROW;
/* The fastest read: the bytes of gs_record_bytes(), borrowed from the snapshot; NULL and length 0
 * when it has no such record, and when damage hides it (gs_get() tells). */
GS_EXPORT const uint8_t* gs_snapshot_peek(const gs_snapshot* snapshot, const gs_id* id,
                                          size_t* length) GS_NO_THROW;

/* Records in the order of their ids, as of the moment in which the scan was made. */
typedef struct gs_scan gs_scan;

#define GS_NO_LIMIT UINT64_MAX

/* `snapshot`: of this storage, or NULL for now. `collection`: empty for all. `from`: the first id,
 * inclusive, or NULL. */
GS_EXPORT gs_code gs_scan_create(const gs_storage* storage, const gs_snapshot* snapshot,
                                 const char* collection, size_t collection_length,
                                 const gs_id* from, uint64_t limit, gs_scan** scan,
                                 gs_error** error) GS_NO_THROW;
GS_EXPORT void gs_scan_free(gs_scan* scan) GS_NO_THROW;
/* False at the end (see gs_scan_error()). `record` is a new handle: gs_record_free(); NULL at the
 * end. */
GS_EXPORT bool gs_scan_next(gs_scan* scan, gs_record** record) GS_NO_THROW;
/* The same without a handle; the bytes are borrowed until the next call with this scan. */
GS_EXPORT bool gs_scan_next_bytes(gs_scan* scan, gs_id* id, const uint8_t** bytes,
                                  size_t* length) GS_NO_THROW;
/* After the end: GS_DAMAGED when damage is what ended the scan; what came before is right. */
GS_EXPORT gs_code gs_scan_error(const gs_scan* scan, gs_error** error) GS_NO_THROW;
/* Starts again from the first id at or after `from` (NULL: from the first), with the whole limit
 * and in the same moment; cheaper than a new scan. */
GS_EXPORT void gs_scan_seek(gs_scan* scan, const gs_id* from) GS_NO_THROW;

/* --- queries: `query` is a JSON object as in docs/QUERY.md ------------------------------------ */

/* Rows of a query in its order, all from the moment in which it was made. */
typedef struct gs_rows gs_rows;

/* GS_INVALID, GS_TOO_LARGE: the message says where in the query. */
GS_EXPORT gs_code gs_find(const gs_storage* storage, const char* query, size_t length,
                          gs_rows** rows, gs_error** error) GS_NO_THROW;
/* The same of a version, with the schema that was in force in it. GS_NOT_FOUND (a change). */
GS_EXPORT gs_code gs_find_at(const gs_storage* storage, const char* query, size_t length,
                             const gs_digest* heads, size_t head_count, gs_rows** rows,
                             gs_error** error) GS_NO_THROW;
GS_EXPORT void gs_rows_free(gs_rows* rows) GS_NO_THROW;
/* False at the end (see gs_rows_error()). `json`: the row on one line, what the query selects of a
 * record with what it includes, or the values of a group; with a zero at its end, borrowed until
 * the next call with these rows, NULL at the end. `length`: or NULL. */
GS_EXPORT bool gs_rows_next(gs_rows* rows, const char** json, size_t* length) GS_NO_THROW;
/* The record that the last row is made of. False, and `id` unchanged, when there is none: of a
 * group, before the first row and behind the last one. */
GS_EXPORT bool gs_rows_id(const gs_rows* rows, gs_id* id) GS_NO_THROW;
/* After the end: GS_DAMAGED or GS_TOO_LARGE (a row of more than docs/QUERY.md allows) when that is
 * what ended the rows; what came before is right. */
GS_EXPORT gs_code gs_rows_error(const gs_rows* rows, gs_error** error) GS_NO_THROW;
/* A text for the query's `cursor`, to go on behind the last row; empty before the first one.
 * GS_TOO_LARGE. `cursor`: gs_free(). `cursor_length`: or NULL. */
GS_EXPORT gs_code gs_rows_cursor(const gs_rows* rows, char** cursor, size_t* cursor_length,
                                 gs_error** error) GS_NO_THROW;

/* How many records pass; the query has nothing but `collection` and `filter`. */
GS_EXPORT gs_code gs_count(const gs_storage* storage, const char* query, size_t length,
                           uint64_t* count, gs_error** error) GS_NO_THROW;
GS_EXPORT gs_code gs_count_at(const gs_storage* storage, const char* query, size_t length,
                              const gs_digest* heads, size_t head_count, uint64_t* count,
                              gs_error** error) GS_NO_THROW;
/* Executes the query and tells how, as JSON: gs_free(). `plan_length`: or NULL. */
GS_EXPORT gs_code gs_explain(const gs_storage* storage, const char* query, size_t length,
                             char** plan, size_t* plan_length, gs_error** error) GS_NO_THROW;

/* --- schemas: `schema` is the text of one, {"files":{"City.js":"({ ... })"}} ----------------- */
/* Texts that are handed out: gs_free(); each `.._length`: or NULL. GS_INVALID says which file, line
 * and column, or which collection is wrong; GS_TOO_LARGE: 1 MiB in all. docs/SCHEMA.md. */

/* The text of a directory's schema files. GS_NOT_FOUND when there are none. */
GS_EXPORT gs_code gs_schema_read(const char* directory, size_t length, char** schema,
                                 size_t* schema_length, gs_error** error) GS_NO_THROW;
/* TypeScript interfaces of its entities. */
GS_EXPORT gs_code gs_schema_types(const char* schema, size_t length, char** types,
                                  size_t* types_length, gs_error** error) GS_NO_THROW;
/* The one in force; empty: none. */
GS_EXPORT gs_code gs_schema_get(const gs_storage* storage, char** schema, size_t* schema_length,
                                gs_error** error) GS_NO_THROW;
/* What would change, [{"risk":"safe","collection":"City","field":"name","what":".."}] with the risk
 * safe, migrated, unsafe or checked, without `field` about the collection. `unsafe`: how many are,
 * or NULL. */
GS_EXPORT gs_code gs_schema_compare(const gs_storage* storage, const char* schema, size_t length,
                                    char** differences, size_t* differences_length, size_t* unsafe,
                                    gs_error** error) GS_NO_THROW;
/* Puts it in force, durably. GS_CONFLICT: unsafe differences, without `allow_unsafe`, or another
 * schema came meanwhile. */
GS_EXPORT gs_code gs_schema_apply(gs_storage* storage, const char* schema, size_t length,
                                  bool allow_unsafe, gs_error** error) GS_NO_THROW;

/* --- blobs: values larger than a record ------------------------------------------------------ */

typedef struct gs_blob_ref {
  gs_digest digest;
  uint64_t size;
} gs_blob_ref;

GS_EXPORT gs_code gs_blob_put(gs_storage* storage, const uint8_t* bytes, size_t length,
                              gs_blob_ref* blob, gs_error** error) GS_NO_THROW;
/* GS_NOT_FOUND. The bytes: gs_free(). */
GS_EXPORT gs_code gs_blob_get(const gs_storage* storage, const gs_blob_ref* blob, uint8_t** bytes,
                              size_t* length, gs_error** error) GS_NO_THROW;

/* --- history and proofs ---------------------------------------------------------------------- */

typedef struct gs_change {
  gs_digest digest;
  gs_digest writer;
  gs_digest prev; /* the same writer's change before it */
  uint64_t sequence;
  uint64_t time_ms;
  uint64_t bytes;
  uint64_t offset; /* in the segment */
  uint32_t segment;
  uint32_t parents; /* how many changes of others it follows */
  uint32_t transactions;
  uint32_t operations;
} gs_change;

/* The newest `count_max` changes, newest first. `changes`: an array of `count`; gs_free(). */
GS_EXPORT gs_code gs_log(const gs_storage* storage, uint64_t count_max, gs_change** changes,
                         size_t* count, gs_error** error) GS_NO_THROW;
/* A change named by the first 4 to 64 characters of its digest in hexadecimal. GS_NOT_FOUND. */
GS_EXPORT gs_code gs_find_change(const gs_storage* storage, const char* prefix, size_t length,
                                 gs_change* change, gs_error** error) GS_NO_THROW;

/* --- versions and their names ---------------------------------------------------------------- */

typedef enum gs_version_kind {
  GS_VERSION_TAG = 0,   /* a name that stays at a version */
  GS_VERSION_BRANCH = 1 /* one that is meant to move */
} gs_version_kind;

/* What a text names: a change by 4 to 64 characters of its digest, a tag or a branch, "main" among
 * them, "now" for what is here, or a time, "2026-11-29T12:00". `heads`: an array of `head_count`;
 * gs_free(). GS_NOT_FOUND, GS_INVALID. */
GS_EXPORT gs_code gs_find_version(const gs_storage* storage, const char* text, size_t length,
                                  gs_digest** heads, size_t* head_count,
                                  gs_error** error) GS_NO_THROW;
/* Gives a version a name, durably; without heads what is here now. `move`: the name is there and
 * gets another version; else it is new. GS_EXISTS, GS_NOT_FOUND, GS_INVALID, GS_TOO_LARGE. */
GS_EXPORT gs_code gs_name_version(gs_storage* storage, gs_version_kind kind, const char* name,
                                  size_t length, const gs_digest* heads, size_t head_count,
                                  bool move, gs_error** error) GS_NO_THROW;
/* GS_NOT_FOUND, GS_EXISTS, GS_INVALID. */
GS_EXPORT gs_code gs_rename_version(gs_storage* storage, gs_version_kind kind, const char* from,
                                    size_t from_length, const char* to, size_t to_length,
                                    gs_error** error) GS_NO_THROW;
GS_EXPORT gs_code gs_remove_version_name(gs_storage* storage, gs_version_kind kind,
                                         const char* name, size_t length,
                                         gs_error** error) GS_NO_THROW;
/* What two versions have apart: changes that one of them alone has, but for those that only name
 * versions or say what was merged. GS_NOT_FOUND (a head). */
GS_EXPORT gs_code gs_divergence(const gs_storage* storage, const gs_digest* heads,
                                size_t head_count, const gs_digest* other_heads, size_t other_count,
                                uint64_t* ahead, uint64_t* behind, gs_error** error) GS_NO_THROW;
/* All names, ascending: [{"name":"v1","kind":"tag","heads":["hex"],"writer":"hex","time_ms":1}];
 * gs_free(). `names_length`: or NULL. */
GS_EXPORT gs_code gs_named_versions(const gs_storage* storage, char** names, size_t* names_length,
                                    gs_error** error) GS_NO_THROW;

/* --- branches -------------------------------------------------------------------------------- */

/* The name of the branch that is checked out; gs_free(). `name_length`: or NULL. */
GS_EXPORT gs_code gs_branch(const gs_storage* storage, char** name, size_t* name_length,
                            gs_error** error) GS_NO_THROW;
/* Makes the records those of another branch, durably. Transactions that were begun before are
 * refused (GS_CONFLICT). GS_NOT_FOUND, GS_INVALID (what names no branch), GS_TOO_LARGE. */
GS_EXPORT gs_code gs_checkout(gs_storage* storage, const char* name, size_t length,
                              gs_error** error) GS_NO_THROW;

typedef struct gs_merge_options {
  bool preview; /* merges nothing */
  bool strict;  /* merges nothing when something would be hidden: GS_CONFLICT */
} gs_merge_options;

typedef struct gs_merge_report {
  bool is_up_to_date;   /* everything was here */
  bool is_fast_forward; /* all that was written here is in what was merged */
  uint64_t changes;     /* that came, or would */
  size_t conflicts;     /* records of which something is hidden that was not before */
} gs_merge_report;

/* Takes what a version has and the branch has not. `what`: as in gs_find_version. `options` and
 * `report`: or NULL. GS_NOT_FOUND, GS_CONFLICT. */
GS_EXPORT gs_code gs_merge(gs_storage* storage, const char* what, size_t length,
                           const gs_merge_options* options, gs_merge_report* report,
                           gs_error** error) GS_NO_THROW;

/* --- taking back ----------------------------------------------------------------------------- */

typedef struct gs_reverted {
  gs_digest change; /* whose writes were taken back */
  uint64_t time_ms; /* when they were written, by the writer's clock */
  size_t records;   /* that it changed */
  size_t kept;      /* fields and records that stay, as somebody wrote to them since */
} gs_reverted;

/* Takes back what a change wrote, by anybody; what others did since stays. `report`: or NULL.
 * GS_NOT_FOUND, GS_INVALID (the schema does not allow it, or it is a merge). */
GS_EXPORT gs_code gs_revert(gs_storage* storage, const gs_digest* change, gs_reverted* report,
                            gs_error** error) GS_NO_THROW;
/* The same of one transaction: the newest one of this storage's writer that is not undone, and the
 * one that was undone last, as long as nothing was written since. GS_NOT_FOUND: there is none. */
GS_EXPORT gs_code gs_undo(gs_storage* storage, gs_reverted* report, gs_error** error) GS_NO_THROW;
GS_EXPORT gs_code gs_redo(gs_storage* storage, gs_reverted* report, gs_error** error) GS_NO_THROW;

/* --- exchange: replicas of one storage, each with a writer of its own ------------------------- */

/* Makes a replica of a storage in a new directory: all changes and blobs, and a new writer. Also
 * beside a process that writes. GS_EXISTS, GS_NOT_A_STORAGE, GS_DAMAGED. */
GS_EXPORT gs_code gs_clone(const char* directory, size_t length, const char* new_directory,
                           size_t new_length, gs_error** error) GS_NO_THROW;
/* The newest changes, from which all others can be reached: what a bundle for this storage need not
 * have. `heads`: an array of `head_count`; gs_free(). */
GS_EXPORT gs_code gs_heads(const gs_storage* storage, gs_digest** heads, size_t* head_count,
                           gs_error** error) GS_NO_THROW;

typedef struct gs_bundle {
  gs_digest storage;
  uint64_t changes;
  uint64_t change_bytes; /* of these changes */
  uint64_t file_bytes;
  bool has_checkpoint; /* a storage can be made of it: gs_bundle_join() */
} gs_bundle;

/* Writes the changes that are neither among `since`, heads of somebody else, nor before them.
 * `since`: or NULL, then all. Replaces an earlier bundle of that name. `bundle`: or NULL.
 * GS_NOT_FOUND (one of `since` is not here), GS_EXISTS (the file is no bundle), GS_DAMAGED. */
GS_EXPORT gs_code gs_bundle_create(const gs_storage* storage, const char* file, size_t length,
                                   const gs_digest* since, size_t since_count, gs_bundle* bundle,
                                   gs_error** error) GS_NO_THROW;
/* For somebody who has nothing yet: the state at a version, NULL for now, and what came after it. A
 * shallow storage takes the version at which it is. Errors as well: those of gs_make_shallow(). */
GS_EXPORT gs_code gs_bundle_create_checkpoint(gs_storage* storage, const char* file, size_t length,
                                              const gs_digest* before, size_t before_count,
                                              gs_bundle* bundle, gs_error** error) GS_NO_THROW;

typedef struct gs_bundle_applied {
  uint64_t changes; /* in the bundle */
  uint64_t taken;   /* with those that had waited for them */
  uint64_t known;   /* were here already */
  /* Here in all, for changes that have not come yet, for their time, or for a payload. */
  uint64_t waiting;
  uint64_t early;      /* of these, whose writer's clock was more than a minute ahead */
  uint64_t incomplete; /* of these, from which somebody took a payload out */
  uint64_t completed;  /* of those known, that had lacked a payload */
  uint64_t refused;
} gs_bundle_applied;

/* Takes what is not here yet. GS_OK means that the bundle was read: look at `refused`. `refusals`:
 * a line for each of the first 100 changes that were refused, or NULL; gs_free(). `applied`: or
 * NULL. GS_INVALID (no bundle, or of another storage), GS_DAMAGED (the file is not whole),
 * GS_NEWER_FORMAT, GS_DROPPED (what this storage lacks was dropped). */
GS_EXPORT gs_code gs_bundle_apply(gs_storage* storage, const char* file, size_t length,
                                  gs_bundle_applied* applied, char** refusals,
                                  size_t* refusals_length, gs_error** error) GS_NO_THROW;
/* Makes a replica of a bundle with a checkpoint in a new directory; all of it is looked at before
 * it is believed. Errors as well: GS_EXISTS, GS_BAD_SIGNATURE, GS_BROKEN_CHAIN. */
GS_EXPORT gs_code gs_bundle_join(const char* file, size_t length, const char* directory,
                                 size_t directory_length, gs_bundle_applied* applied,
                                 gs_error** error) GS_NO_THROW;

/* Changes with one number of one writer: its key is in two places, or it lies. One of them counts,
 * the same one on every replica with the same changes. */
typedef struct gs_twin {
  gs_digest writer;
  uint64_t sequence; /* the number; twins of one writer and number stand together */
  gs_digest change;
  bool counts;
  uint64_t votes; /* other writers whose newest change stands upon it */
} gs_twin;

/* All of them, none in a sound storage; gs_free(). */
GS_EXPORT gs_code gs_twins(const gs_storage* storage, gs_twin** twins, size_t* twin_count,
                           gs_error** error) GS_NO_THROW;

/* The digest of the state, equal on every replica with the same heads. `heads`: digests of the
 * newest changes of the log, those that no other change follows; gs_free(). Both or NULL. */
GS_EXPORT gs_code gs_state_digest(const gs_storage* storage, gs_digest* digest, gs_digest** heads,
                                  size_t* head_count, gs_error** error) GS_NO_THROW;

typedef struct gs_verify_options {
  bool quick;            /* without rebuilding the state from the log to compare it */
  bool incremental;      /* only changes that no gs_verify() with this storage has seen yet */
  const gs_digest* head; /* this change must be in the log: shows a cut-off end; or NULL */
} gs_verify_options;

typedef struct gs_verify_summary {
  bool ok;
  uint64_t bytes;
  uint64_t changes;
  uint64_t operations;
  uint64_t erased;
  size_t sections_failed;
  size_t damage;    /* damaged places of the log, counted up to 1,000 */
  uint64_t dropped; /* operations whose contents were, as the storage is shallow */
} gs_verify_summary;

/* Checks the whole history. GS_OK means that checking was possible: look at `ok`. `options`: or
 * NULL. `failures`: one line for each failed section and each damaged place, or NULL; gs_free(). */
GS_EXPORT gs_code gs_verify(const gs_storage* storage, const gs_verify_options* options,
                            gs_verify_summary* summary, char** failures, size_t* failures_length,
                            gs_error** error) GS_NO_THROW;

/* A proof of the record's newest version: JSON that gs_verify_proof() can check anywhere;
 * gs_free(). GS_NOT_FOUND. */
GS_EXPORT gs_code gs_proof(const gs_storage* storage, const gs_id* id, char** json, size_t* length,
                           gs_error** error) GS_NO_THROW;

/* What a valid proof says. */
typedef struct gs_proof_report {
  gs_digest storage;
  gs_digest change;
  gs_digest writer;
  gs_id id;
  uint64_t time_ms;
  gs_digest log_root;   /* root of the log tree that the change is in */
  gs_digest log_signer; /* who vouches for that root; whom to believe is yours to say */
  uint64_t log_size;
} gs_proof_report;

/* Needs no storage. `log_root`: the log must have this root, or NULL. `json`: the record's content
 * in that version, of an update what it was given, or NULL; gs_free(). GS_INVALID (no proof),
 * GS_BROKEN_CHAIN, GS_BAD_SIGNATURE. */
GS_EXPORT gs_code gs_verify_proof(const char* proof, size_t proof_length, const gs_digest* log_root,
                                  gs_proof_report* report, char** json, size_t* json_length,
                                  gs_error** error) GS_NO_THROW;

/* Removes the record and every payload that ever held it; the chain still verifies. `reason`: kept
 * in the log. `payloads`: how many were erased, or NULL. GS_NOT_FOUND. */
GS_EXPORT gs_code gs_erase(gs_storage* storage, const gs_id* id, const char* reason,
                           size_t reason_length, uint64_t* payloads, gs_error** error) GS_NO_THROW;

/* --- care ------------------------------------------------------------------------------------ */

typedef struct gs_stats {
  uint64_t records;
  uint64_t log_bytes;   /* valid bytes of the log */
  uint64_t state_bytes; /* files below state/ */
  uint64_t blob_bytes;
  uint64_t memory_bytes;   /* rows, slots, images and commits in RAM */
  uint64_t memory_records; /* of the records, those in memory only */
  uint64_t segments;
  uint64_t changes;
  uint64_t operations; /* appended by this process */
  uint64_t runs;
  uint64_t writers;
  uint64_t shapes;
  uint64_t collections;
} gs_stats;

GS_EXPORT gs_code gs_storage_stats(const gs_storage* storage, gs_stats* stats,
                                   gs_error** error) GS_NO_THROW;
/* Writes rows in RAM to a run now; merges all runs into one. */
GS_EXPORT gs_code gs_checkpoint(gs_storage* storage, gs_error** error) GS_NO_THROW;
GS_EXPORT gs_code gs_compact(gs_storage* storage, gs_error** error) GS_NO_THROW;

typedef struct gs_shallow_options {
  const gs_digest*
      before; /* what came before these changes, a version, is dropped; NULL: before now */
  size_t before_count;
  bool preview; /* tells what it would do, and does nothing */
} gs_shallow_options;

typedef struct gs_shallow_report {
  uint64_t changes;    /* before the cut; their signed headers stay */
  uint64_t operations; /* whose contents were dropped by this call */
  uint64_t log_bytes;  /* that they took in the log */
  uint64_t base_bytes; /* of the base, which has the state at the cut; 0 of a preview */
} gs_shallow_report;

/* Drops what the records were before a version, for good and here alone; what has been asked for
 * since and is gone gives GS_DROPPED. Changes that no other replica has are lost for the others.
 * `options` and `report`: or NULL. `version`: the cut, gs_free(). Both or NULL. GS_NOT_FOUND,
 * GS_CONFLICT, GS_DROPPED (there is less than that already), GS_INVALID (nothing comes before). */
GS_EXPORT gs_code gs_make_shallow(gs_storage* storage, const gs_shallow_options* options,
                                  gs_shallow_report* report, gs_digest** version,
                                  size_t* version_count, gs_error** error) GS_NO_THROW;
/* A copy that can be restored; never contains this writer's keys. Runs beside writes. GS_EXISTS;
 * GS_DAMAGED: the log is, and the copy holds what was written before its first damage. */
GS_EXPORT gs_code gs_backup(const gs_storage* storage, const char* directory, size_t length,
                            gs_error** error) GS_NO_THROW;
/* Makes a storage from a backup, with a new writer. GS_EXISTS, GS_NOT_A_STORAGE; GS_DAMAGED: the
 * backup is, or does not lead to the state that the storage had. */
GS_EXPORT gs_code gs_restore(const char* backup, size_t backup_length, const char* directory,
                             size_t directory_length, gs_error** error) GS_NO_THROW;

#ifdef __cplusplus
}
#endif

// NOLINTEND(readability-identifier-naming)
