/* The C interface from a program in C: everything once, and every failure that is easy to cause.
 *
 *   c_api_test DIRECTORY      works in a new folder below it and removes that; exit status 0
 */
#define _XOPEN_SOURCE 700

#include "globalstorage/c.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int failures = 0;
static int checks = 0;

static void check(int good, const char* what, int line) {
  ++checks;
  if (good) return;
  ++failures;
  fprintf(stderr, "c_api_test.c:%d: %s\n", line, what);
}

/* The code is the wanted one, and the error says the same; releases the error. */
static void check_code(gs_code got, gs_code wanted, gs_error** error, const char* what, int line) {
  size_t length = 0;
  const char* message = gs_error_message(*error, &length);
  check(got == wanted, what, line);
  if (got != wanted) {
    fprintf(stderr, "  gave %s (%s), not %s\n", gs_code_name(got), message, gs_code_name(wanted));
  }
  check(gs_error_code(*error) == got, "the error carries the returned code", line);
  check((*error == NULL) == (got == GS_OK), "an error is made for failures only", line);
  check(strlen(message) == length && (length > 0) == (got != GS_OK), "a message says why", line);
  gs_error_free(*error);
  *error = NULL;
}

#define CHECK(good) check((good) ? 1 : 0, #good, __LINE__)
#define GIVES(wanted, call) check_code((call), (wanted), &error, #call, __LINE__)
#define OK(call) GIVES(GS_OK, call)
/* A literal as pointer and length. */
#define TEXT(literal) (literal), (sizeof(literal) - 1)

#define PATH_SIZE 4096
#define PATH_TEXT(path) (path), strlen(path)
static char work[PATH_SIZE / 2];

static const char* below(char path[PATH_SIZE], const char* name) {
  snprintf(path, PATH_SIZE, "%s/%s", work, name);
  return path;
}

static int remove_one(const char* path, const struct stat* info, int kind, struct FTW* walk) {
  (void)info;
  (void)kind;
  (void)walk;
  return remove(path);
}

static int same_id(const gs_id* a, const gs_id* b) { return memcmp(a, b, sizeof(*a)) == 0; }
static int same_digest(const gs_digest* a, const gs_digest* b) {
  return memcmp(a, b, sizeof(*a)) == 0;
}

static void json_is(const gs_record* record, const char* wanted, int line) {
  gs_error* error = NULL;
  char* json = NULL;
  size_t length = 0;
  GIVES(GS_OK, gs_record_json(record, &json, &length, &error));
  check(json != NULL && strlen(json) == length && strcmp(json, wanted) == 0, wanted, line);
  if (json != NULL && strcmp(json, wanted) != 0) fprintf(stderr, "  is %s\n", json);
  gs_free(json);
}

/* The newest content of a record. */
static void stored_is(const gs_storage* db, const gs_id* id, const char* wanted, int line) {
  gs_error* error = NULL;
  gs_record* record = NULL;
  GIVES(GS_OK, gs_get(db, id, &record, &error));
  json_is(record, wanted, line);
  gs_record_free(record);
}
#define STORED(id, wanted) stored_is(db, (id), (wanted), __LINE__)

static gs_storage* create(const char* name) {
  gs_error* error = NULL;
  gs_storage* db = NULL;
  char path[PATH_SIZE];
  OK(gs_create(PATH_TEXT(below(path, name)), NULL, &db, &error));
  if (db == NULL) exit(1); /* nothing else can be tested */
  return db;
}

static void test_codes_have_names_and_advice(void) {
  CHECK(strcmp(gs_version(), "") != 0);
  CHECK(strcmp(gs_code_name(GS_OK), "ok") == 0);
  CHECK(strcmp(gs_code_name(GS_NOT_FOUND), "not_found") == 0);
  CHECK(strcmp(gs_code_name(12345), "unknown") == 0);
  CHECK(strcmp(gs_code_name(-1), "unknown") == 0);
  CHECK(strcmp(gs_code_name(65537), "unknown") == 0); /* not 1 */
  CHECK(strlen(gs_code_meaning(GS_CONFLICT)) > 0);
  CHECK(gs_code_advice(GS_INVALID) == GS_ADVICE_NONE);
  CHECK(gs_code_advice(GS_CONFLICT) == GS_ADVICE_RETRY);
  CHECK(gs_code_advice(GS_DAMAGED) == GS_ADVICE_REPAIR);
  CHECK(gs_error_code(NULL) == GS_OK);
  CHECK(strcmp(gs_error_message(NULL, NULL), "") == 0);
}

static void test_ids_and_digests_are_text_and_back(void) {
  static const char* const kId = "01890a5d-ac96-774b-bcce-b302099a8057";
  gs_error* error = NULL;
  gs_id id, other;
  gs_digest digest, same;
  char id_text[GS_ID_TEXT_SIZE], digest_text[GS_DIGEST_TEXT_SIZE];

  OK(gs_id_parse(kId, 36, &id, &error));
  CHECK(id.bytes[0] == 0x01 && id.bytes[15] == 0x57);
  gs_id_text(&id, id_text);
  CHECK(strcmp(id_text, kId) == 0);
  OK(gs_resolve(kId, 36, NULL, 0, &other, &error));
  CHECK(same_id(&id, &other));
  OK(gs_resolve(TEXT("UA"), TEXT("Country"), &other, &error));
  CHECK(other.bytes[6] >> 4 == 8); /* a keyed id is a UUIDv8 */
  GIVES(GS_INVALID, gs_id_parse(kId, 35, &id, &error));
  GIVES(GS_INVALID, gs_id_parse(NULL, 36, &id, &error));
  GIVES(GS_INVALID, gs_id_parse(kId, 36, NULL, &error));
  GIVES(GS_INVALID, gs_resolve(NULL, 2, NULL, 0, &id, &error));
  GIVES(GS_INVALID, gs_resolve(kId, 36, NULL, 0, NULL, &error));

  memset(&digest, 0xA5, sizeof(digest));
  gs_digest_text(&digest, digest_text);
  CHECK(strlen(digest_text) == 64 && strncmp(digest_text, "a5a5", 4) == 0);
  OK(gs_digest_parse(digest_text, 64, &same, &error));
  CHECK(same_digest(&digest, &same));
  GIVES(GS_INVALID, gs_digest_parse(digest_text, 63, &same, &error));
  GIVES(GS_INVALID, gs_digest_parse(digest_text, 64, NULL, &error));
  gs_id_text(NULL, id_text);
  gs_digest_text(NULL, digest_text);
  CHECK(strcmp(id_text, kId) == 0); /* nothing happened */
}

static void count_event(void* context, gs_event_level level, const char* name, size_t name_length,
                        const char* text, size_t text_length) {
  (void)text;
  CHECK(level == GS_EVENT_INFO && text_length > 0);
  if (name_length == strlen("erased") && memcmp(name, "erased", name_length) == 0) ++*(int*)context;
}

static void test_opening_says_why_not(void) {
  gs_error* error = NULL;
  gs_storage* db = NULL;
  gs_storage* second = NULL;
  gs_options options;
  gs_recovery recovery;
  gs_id id;
  gs_digest storage_id, zero;
  char path[PATH_SIZE];
  char* text = NULL;
  size_t length = 1;
  int events = 0;

  memset(&zero, 0, sizeof(zero));
  below(path, "open");
  GIVES(GS_NOT_A_STORAGE, gs_open(PATH_TEXT(path), NULL, &db, &error));
  CHECK(db == NULL);
  GIVES(GS_INVALID, gs_create("", 0, NULL, &db, &error));
  GIVES(GS_INVALID, gs_create(NULL, 3, NULL, &db, &error));
  GIVES(GS_INVALID, gs_create("a\0b", 3, NULL, &db, &error));
  GIVES(GS_INVALID, gs_create(PATH_TEXT(path), NULL, NULL, &error));
  CHECK(gs_create("", 0, NULL, &db, NULL) == GS_INVALID); /* nobody wants the error */

  gs_options_default(NULL);
  gs_options_default(&options);
  CHECK(options.threads == 2 && options.segment_bytes == 64u << 20 && !options.read_only);
  options.durability = 9;
  GIVES(GS_INVALID, gs_create(PATH_TEXT(path), &options, &db, &error));
  options.durability = GS_DURABILITY_SYNC;
  options.policy = 9;
  GIVES(GS_INVALID, gs_create(PATH_TEXT(path), &options, &db, &error));
  options.policy = GS_POLICY_CLOSED;
  options.threads = 0;
  options.on_event = count_event;
  options.event_context = &events;
  OK(gs_create(PATH_TEXT(path), &options, &db, &error));
  storage_id = gs_storage_id(db);
  CHECK(!same_digest(&storage_id, &zero));
  CHECK(!gs_storage_read_only(db));
  OK(gs_insert(db, TEXT("City"), TEXT("{\"name\":\"Kyiv\"}"), &id, &error));
  CHECK(events == 0);
  OK(gs_erase(db, &id, NULL, 0, NULL, &error));
  CHECK(events == 1);

  GIVES(GS_LOCKED, gs_open(PATH_TEXT(path), NULL, &second, &error));
  CHECK(second == NULL);
  OK(gs_close(db, &error));
  OK(gs_close(db, &error)); /* twice is fine */
  GIVES(GS_CLOSED, gs_insert(db, TEXT("City"), TEXT("{}"), NULL, &error));
  GIVES(GS_CLOSED, gs_sync(db, &error));
  GIVES(GS_EXISTS, gs_create(PATH_TEXT(path), NULL, &second, &error));
  zero = gs_storage_id(db);
  CHECK(same_digest(&storage_id, &zero));
  gs_storage_free(db);

  gs_options_default(&options);
  options.read_only = true;
  options.verify_on_open = true;
  OK(gs_open(PATH_TEXT(path), &options, &db, &error));
  CHECK(gs_storage_read_only(db));
  GIVES(GS_READ_ONLY, gs_insert(db, TEXT("City"), TEXT("{}"), NULL, &error));
  OK(gs_storage_recovery(db, &recovery, &text, &length, &error));
  CHECK(!recovery.torn_tail_cut && !recovery.torn_tail_left_out && recovery.damage == 0 &&
        length == 0 && strcmp(text, "") == 0);
  gs_free(text);
  OK(gs_storage_recovery(db, &recovery, NULL, NULL, &error));
  GIVES(GS_INVALID, gs_storage_recovery(db, NULL, NULL, NULL, &error));
  gs_storage_free(db);

  OK(gs_open_or_create(PATH_TEXT(path), NULL, &db, &error));
  zero = gs_storage_id(db);
  CHECK(same_digest(&storage_id, &zero));
  gs_storage_free(db);
  OK(gs_open_or_create(PATH_TEXT(below(path, "made")), NULL, &db, &error));
  gs_storage_free(db);
}

static void test_one_record_is_written_and_read(void) {
  gs_error* error = NULL;
  gs_storage* db = create("records");
  gs_id id, key_id, resolved, missing, found;
  char id_text[GS_ID_TEXT_SIZE];
  gs_digest version, changed;
  gs_record* record = NULL;
  gs_type type = GS_TYPE_NULL;
  const char* text = NULL;
  size_t length = 0;
  double number = 0;
  int64_t integer = 0;
  bool flag = false;

  memset(&missing, 0x7F, sizeof(missing));
  OK(gs_insert(db, TEXT("City"),
               TEXT("{\"name\":\"Kyiv\",\"lat\":50.45,\"capital\":true,"
                    "\"people\":{\"$int\":\"2952301\"}}"),
               &id, &error));
  OK(gs_get(db, &id, &record, &error));
  found = gs_record_id(record);
  CHECK(same_id(&found, &id));
  text = gs_record_collection(record, &length);
  CHECK(length == 4 && memcmp(text, "City", 4) == 0);
  CHECK(gs_record_key(record, &length) == NULL && length == 0);
  CHECK(gs_record_bytes(record, &length) != NULL && length > 0);
  CHECK(gs_record_type(record, TEXT("lat"), &type) && type == GS_TYPE_NUMBER);
  CHECK(gs_record_number(record, TEXT("lat"), &number) && number == 50.45);
  CHECK(gs_record_number(record, TEXT("people"), &number) && number == 2952301);
  CHECK(gs_record_integer(record, TEXT("people"), &integer) && integer == 2952301);
  CHECK(gs_record_boolean(record, TEXT("capital"), &flag) && flag);
  CHECK(gs_record_text(record, TEXT("name"), &text, &length) && length == 4 &&
        memcmp(text, "Kyiv", 4) == 0);
  /* Another type, no such field, no name, nowhere to put it. */
  CHECK(!gs_record_number(record, TEXT("name"), &number));
  CHECK(!gs_record_integer(record, TEXT("lat"), &integer));
  CHECK(!gs_record_boolean(record, TEXT("lat"), &flag));
  CHECK(!gs_record_text(record, TEXT("lat"), &text, &length));
  CHECK(!gs_record_type(record, TEXT("none"), &type));
  CHECK(!gs_record_type(record, NULL, 3, &type));
  CHECK(!gs_record_type(record, TEXT("lat"), NULL));
  CHECK(!gs_record_number(NULL, TEXT("lat"), &number));
  version = gs_record_version(record);

  OK(gs_update(db, &id, TEXT("{\"lat\":50,\"capital\":{\"$unset\":true}}"), &error));
  json_is(record,
          "{\"name\":\"Kyiv\",\"lat\":50.45,\"capital\":true,"
          "\"people\":{\"$int\":\"2952301\"}}",
          __LINE__); /* a record is one version, whatever happens to the storage */
  gs_record_free(record);
  OK(gs_get(db, &id, &record, &error));
  changed = gs_record_version(record);
  CHECK(!same_digest(&version, &changed));
  gs_record_free(record);
  OK(gs_set(db, &id, TEXT("{\"n\":1}"), &error));
  STORED(&id, "{\"n\":1}");
  OK(gs_swap(db, &id, TEXT("{\"n\":1}"), TEXT("{\"n\":2}"), &flag, &error));
  CHECK(flag);
  OK(gs_add(db, &id, TEXT("n"), -1, &error));
  OK(gs_swap(db, &id, TEXT("{\"n\":1}"), TEXT("{\"n\":2}"), &flag, &error));
  CHECK(flag);
  GIVES(GS_TOO_LARGE, gs_add(db, &id, TEXT("n"), INT64_MAX, &error));
  GIVES(GS_INVALID, gs_add(db, &id, TEXT(""), 1, &error));
  OK(gs_swap(db, &id, TEXT("{\"n\":1}"), TEXT("{\"n\":3}"), &flag, &error));
  CHECK(!flag);
  STORED(&id, "{\"n\":2}");
  OK(gs_add_elements(db, &id, TEXT("tags"), TEXT("[\"a\",1]"), &error));
  OK(gs_remove_elements(db, &id, TEXT("tags"), TEXT("[\"a\",\"b\"]"), &error));
  STORED(&id, "{\"n\":2,\"tags\":[1]}");
  GIVES(GS_INVALID, gs_add_elements(db, &id, TEXT("tags"), TEXT("1"), &error));
  GIVES(GS_INVALID, gs_add_elements(db, &id, TEXT("n"), TEXT("[1]"), &error));
  GIVES(GS_INVALID, gs_remove_elements(db, &id, TEXT(""), TEXT("[1]"), &error));
  OK(gs_update(db, &id, TEXT("{\"tags\":{\"$unset\":true}}"), &error));
  OK(gs_update(db, &id, TEXT("{\"at\":{\"x\":1,\"y\":2}}"), &error));
  OK(gs_patch(db, &id, TEXT("{\"at\":{\"x\":{\"$unset\":true},\"z\":{\"a\":3}}}"), &error));
  STORED(&id, "{\"n\":2,\"at\":{\"y\":2,\"z\":{\"a\":3}}}");
  GIVES(GS_INVALID, gs_patch(db, &id, TEXT("{\"at\":[{\"$unset\":true}]}"), &error));
  GIVES(GS_NOT_FOUND, gs_patch(db, &missing, TEXT("{\"at\":{\"x\":1}}"), &error));
  OK(gs_update(db, &id, TEXT("{\"at\":{\"$unset\":true}}"), &error));
  OK(gs_splice(db, &id, TEXT("body"), 0, 0, TEXT("\xc3\xa9t\xc3\xa9"), &error));
  OK(gs_splice(db, &id, TEXT("body"), 1, 1, TEXT("T"), &error));
  STORED(&id, "{\"n\":2,\"body\":\"\xc3\xa9T\xc3\xa9\"}");
  char* delta = NULL;
  size_t delta_length = 0;
  OK(gs_text_mark(db, &id, TEXT("body"), 0, 1, TEXT("bold"), TEXT("true"), GS_MARK_GROWS_AFTER,
                  &error));
  OK(gs_text_delta(db, &id, TEXT("body"), &delta, &delta_length, &error));
  CHECK(delta_length == strlen(delta) && strstr(delta, "\"attributes\":{\"bold\":true}") != NULL);
  gs_free(delta);
  GIVES(GS_INVALID, gs_text_mark(db, &id, TEXT("body"), 1, 1, TEXT("bold"), TEXT("true"),
                                 GS_MARK_GROWS_AFTER, &error));
  GIVES(GS_INVALID, gs_text_mark(db, &id, TEXT("body"), 0, 1, TEXT("bold"), TEXT("true"),
                                 (gs_mark_growth)9, &error));
  char* cursor = NULL;
  size_t cursor_length = 0;
  uint64_t place = 0;
  OK(gs_text_cursor(db, &id, TEXT("body"), 1, false, &cursor, &cursor_length, &error));
  OK(gs_splice(db, &id, TEXT("body"), 0, 0, TEXT("__"), &error));
  OK(gs_text_position(db, &id, TEXT("body"), cursor, cursor_length, &place, &error));
  CHECK(place == 3);
  OK(gs_splice(db, &id, TEXT("body"), 0, 2, TEXT(""), &error));
  GIVES(GS_INVALID, gs_text_position(db, &id, TEXT("body"), "??", 2, &place, &error));
  GIVES(GS_INVALID, gs_text_cursor(db, &id, TEXT("body"), 9, true, NULL, NULL, &error));
  gs_free(cursor);
  GIVES(GS_INVALID, gs_splice(db, &id, TEXT("body"), 4, 0, TEXT("x"), &error));
  GIVES(GS_INVALID, gs_splice(db, &id, TEXT("n"), 0, 0, TEXT("x"), &error));
  GIVES(GS_NOT_FOUND, gs_splice(db, &missing, TEXT("body"), 0, 0, TEXT("x"), &error));
  OK(gs_update(db, &id, TEXT("{\"body\":{\"$unset\":true}}"), &error));

  OK(gs_put(db, TEXT("Country"), TEXT("UA"), TEXT("{\"name\":\"Ukraine\"}"), &key_id, &error));
  OK(gs_put(db, TEXT("Country"), TEXT("UA"), TEXT("{\"name\":\"Україна\"}"), NULL, &error));
  OK(gs_resolve(TEXT("UA"), TEXT("Country"), &resolved, &error));
  CHECK(same_id(&key_id, &resolved));
  OK(gs_find_id(db, TEXT("UA"), TEXT("Country"), &found, &error));
  CHECK(same_id(&key_id, &found));
  gs_id_text(&key_id, id_text);
  OK(gs_put(db, TEXT("Flag"), id_text, 36, TEXT("{}"), &resolved, &error));
  OK(gs_find_id(db, id_text, 36, TEXT("Flag"), &found, &error));
  CHECK(same_id(&resolved, &found));
  OK(gs_find_id(db, id_text, 36, NULL, 0, &found, &error));
  CHECK(same_id(&key_id, &found));
  OK(gs_get(db, &key_id, &record, &error));
  text = gs_record_key(record, &length);
  CHECK(length == 2 && memcmp(text, "UA", 2) == 0);
  json_is(record, "{\"name\":\"Україна\"}", __LINE__);
  gs_record_free(record);

  OK(gs_has(db, &id, &flag, &error));
  CHECK(flag);
  OK(gs_remove(db, &id, &error));
  OK(gs_has(db, &id, &flag, &error));
  CHECK(!flag);

  record = (gs_record*)&number; /* a failure leaves NULL there */
  GIVES(GS_NOT_FOUND, gs_get(db, &id, &record, &error));
  CHECK(record == NULL);
  GIVES(GS_NOT_FOUND, gs_remove(db, &id, &error));
  GIVES(GS_NOT_FOUND, gs_set(db, &missing, TEXT("{}"), &error));
  GIVES(GS_NOT_FOUND, gs_update(db, &missing, TEXT("{}"), &error));
  GIVES(GS_NOT_FOUND, gs_swap(db, &missing, TEXT("{}"), TEXT("{}"), &flag, &error));
  GIVES(GS_INVALID, gs_swap(db, &key_id, TEXT("[]"), TEXT("{}"), &flag, &error));
  GIVES(GS_INVALID, gs_insert(db, TEXT("City"), TEXT("{\"name\":"), NULL, &error));
  GIVES(GS_INVALID, gs_insert(db, TEXT("City"), TEXT("[1]"), NULL, &error));
  GIVES(GS_INVALID, gs_insert(db, TEXT("City"), NULL, 0, NULL, &error));
  GIVES(GS_INVALID, gs_put(db, TEXT("City"), NULL, 0, TEXT("{}"), NULL, &error));
  {
    char name[2048];
    memset(name, 'x', sizeof(name));
    GIVES(GS_TOO_LARGE, gs_insert(db, name, sizeof(name), TEXT("{}"), NULL, &error));
    GIVES(GS_INVALID, gs_put(db, TEXT("City"), name, sizeof(name), TEXT("{}"), NULL, &error));
  }
  gs_storage_free(db);
}

/* What others changed, as it is told: the last of it, and how much. */
struct changes {
  uint64_t position;
  uint64_t deleted;
  char inserted[16];
  int count;
};

static void take_change(void* context, uint64_t position, uint64_t deleted, const char* inserted,
                        size_t inserted_length) {
  struct changes* changes = context;
  changes->position = position;
  changes->deleted = deleted;
  memset(changes->inserted, 0, sizeof changes->inserted);
  memcpy(changes->inserted, inserted,
         inserted_length < sizeof changes->inserted ? inserted_length : 15);
  ++changes->count;
}

static void test_somebody_types(void) {
  gs_error* error = NULL;
  gs_storage* db = create("typing");
  gs_id id;
  gs_id missing;
  gs_text_session* session = NULL;
  const uint8_t* update = NULL;
  size_t bytes = 0;
  char* text = NULL;
  size_t length = 0;
  struct changes changes = {0, 0, "", 0};
  memset(&missing, 7, sizeof missing);
  OK(gs_insert(db, TEXT("Note"), TEXT("{\"n\":1,\"body\":\"Hello\"}"), &id, &error));
  OK(gs_edit_text(db, &id, TEXT("body"), false, &session, &error));
  OK(gs_text_session_splice(session, 5, 0, TEXT("!"), &update, &bytes, &error));
  CHECK(update != NULL && bytes > 4 && bytes <= 12);
  OK(gs_text_session_splice(session, 0, 0, "", 0, &update, &bytes, &error));
  CHECK(update == NULL && bytes == 0);
  GIVES(GS_INVALID, gs_text_session_splice(session, 7, 0, TEXT("x"), NULL, NULL, &error));
  OK(gs_text_session_text(session, &text, &length, &error));
  CHECK(length == 6 && strcmp(text, "Hello!") == 0);
  gs_free(text);
  STORED(&id, "{\"n\":1,\"body\":\"Hello\"}");
  OK(gs_splice(db, &id, TEXT("body"), 0, 1, TEXT("J"), &error));
  GIVES(GS_INVALID,
        gs_text_session_commit(session, (gs_durability)9, take_change, &changes, &error));
  OK(gs_text_session_commit(session, GS_DURABILITY_LAZY, take_change, &changes, &error));
  CHECK(changes.count >= 1 && changes.position == 0);
  STORED(&id, "{\"n\":1,\"body\":\"Jello!\"}");
  OK(gs_text_session_splice(session, 0, 6, TEXT(""), NULL, NULL, &error));
  changes.count = 0;
  OK(gs_text_session_discard(session, take_change, &changes, &error));
  CHECK(changes.count == 1 && strcmp(changes.inserted, "Jello!") == 0);
  OK(gs_text_session_commit(session, GS_DURABILITY_DEFAULT, NULL, NULL, &error));
  STORED(&id, "{\"n\":1,\"body\":\"Jello!\"}");
  gs_text_session_free(session);
  gs_text_session_free(NULL);
  GIVES(GS_INVALID, gs_edit_text(db, &id, TEXT("n"), true, &session, &error));
  CHECK(session == NULL);
  GIVES(GS_NOT_FOUND, gs_edit_text(db, &missing, TEXT("body"), true, &session, &error));
  GIVES(GS_INVALID, gs_edit_text(db, &id, TEXT("body"), true, NULL, &error));
  GIVES(GS_INVALID, gs_text_session_commit(NULL, GS_DURABILITY_LAZY, NULL, NULL, &error));
  OK(gs_close(db, &error));
  gs_storage_free(db);
}

static void test_trees_are_edited(void) {
  gs_error* error = NULL;
  gs_storage* db = create("trees");
  gs_transaction* tx = NULL;
  gs_id id;
  char* node = NULL;
  char* other = NULL;
  size_t length = 0;
  size_t other_length = 0;
  OK(gs_insert(db, TEXT("Mail"), TEXT("{\"folders\":[\"a\",\"b\"]}"), &id, &error));
  OK(gs_tree_create(db, &id, TEXT("folders"), TEXT("\"c\""), TEXT("0"), TEXT(""), &node, &length,
                    &error));
  CHECK(node != NULL && strlen(node) == length && length > 17);
  OK(gs_tree_set(db, &id, TEXT("folders"), node, length, TEXT("\"C\""), &error));
  OK(gs_tree_move(db, &id, TEXT("folders"), node, length, NULL, 0, TEXT("0"), &error));
  OK(gs_tree_move(db, &id, TEXT("folders"), TEXT("0"), node, length, NULL, 0, &error));
  GIVES(GS_INVALID,
        gs_tree_move(db, &id, TEXT("folders"), node, length, TEXT("0"), NULL, 0, &error));
  GIVES(GS_NOT_FOUND, gs_tree_delete(db, &id, TEXT("folders"), TEXT("7"), &error));
  GIVES(GS_INVALID, gs_tree_set(db, &id, TEXT("folders"), TEXT("0"), TEXT("]"), &error));
  OK(gs_tree_delete(db, &id, TEXT("folders"), node, length, &error));
  stored_is(db, &id, "{\"folders\":[{\"id\":\"1\",\"value\":\"b\"}]}", __LINE__);
  gs_free(node);

  OK(gs_begin(db, &tx, &error));
  OK(gs_transaction_tree_create(tx, &id, TEXT("folders"), TEXT("1"), NULL, 0, NULL, 0, &other,
                                &other_length, &error));
  OK(gs_transaction_tree_move(tx, &id, TEXT("folders"), TEXT("1"), other, other_length, NULL, 0,
                              &error));
  OK(gs_transaction_tree_set(tx, &id, TEXT("folders"), other, other_length, TEXT("2"), &error));
  OK(gs_transaction_tree_delete(tx, &id, TEXT("folders"), other, other_length, &error));
  gs_free(other);
  OK(gs_transaction_commit(tx, GS_DURABILITY_BATCH, NULL, &error));
  stored_is(db, &id, "{\"folders\":[]}", __LINE__);
  gs_transaction_free(tx);
  OK(gs_close(db, &error));
  gs_storage_free(db);
}

static void test_transactions_take_effect_all_or_none(void) {
  gs_error* error = NULL;
  gs_storage* db = create("transactions");
  gs_transaction* tx = NULL;
  gs_record* record = NULL;
  gs_id first, second, key_id, missing;
  gs_digest version;
  uint64_t ticket = 0;
  bool flag = true;

  memset(&missing, 0x7F, sizeof(missing));
  OK(gs_begin(db, &tx, &error));
  OK(gs_transaction_insert(tx, TEXT("A"), TEXT("{\"n\":1}"), &first, &error));
  OK(gs_transaction_insert(tx, TEXT("A"), TEXT("{\"n\":2}"), &second, &error));
  OK(gs_transaction_put(tx, TEXT("A"), TEXT("k"), TEXT("{\"n\":3}"), &key_id, &error));
  GIVES(GS_INVALID, gs_transaction_insert(tx, TEXT("A"), TEXT("nonsense"), NULL, &error));
  CHECK(gs_transaction_operations(tx) == 3); /* the bad one left no trace */
  OK(gs_has(db, &first, &flag, &error));
  CHECK(!flag); /* nothing happens before the commit */
  OK(gs_transaction_commit(tx, GS_DURABILITY_LAZY, &ticket, &error));
  CHECK(ticket > 0);
  OK(gs_wait(db, ticket, &error));
  OK(gs_sync(db, &error));
  GIVES(GS_INVALID, gs_transaction_commit(tx, GS_DURABILITY_LAZY, NULL, &error));
  GIVES(GS_INVALID, gs_transaction_remove(tx, &first, &error));
  gs_transaction_free(tx);
  STORED(&first, "{\"n\":1}");
  STORED(&key_id, "{\"n\":3}");

  OK(gs_get(db, &first, &record, &error));
  version = gs_record_version(record);
  gs_record_free(record);
  OK(gs_begin(db, &tx, &error));
  OK(gs_transaction_expect(tx, &first, &version, &error));
  OK(gs_transaction_expect_absent(tx, &missing, &error));
  OK(gs_transaction_update(tx, &first, TEXT("{\"n\":10}"), &error));
  OK(gs_transaction_add(tx, &first, TEXT("n"), 5, &error));
  OK(gs_transaction_add_elements(tx, &first, TEXT("m"), TEXT("[1,2]"), &error));
  OK(gs_transaction_remove_elements(tx, &first, TEXT("m"), TEXT("[1]"), &error));
  OK(gs_transaction_splice(tx, &first, TEXT("t"), 0, 0, TEXT("ac"), &error));
  OK(gs_transaction_splice(tx, &first, TEXT("t"), 1, 0, TEXT("b"), &error));
  OK(gs_transaction_set(tx, &second, TEXT("{\"m\":20}"), &error));
  OK(gs_transaction_remove(tx, &key_id, &error));
  OK(gs_transaction_commit(tx, GS_DURABILITY_SYNC, NULL, &error));
  gs_transaction_free(tx);
  STORED(&first, "{\"n\":15,\"m\":[2],\"t\":\"abc\"}");
  STORED(&second, "{\"m\":20}");
  OK(gs_has(db, &key_id, &flag, &error));
  CHECK(!flag);

  /* The version is an old one now: the whole transaction is refused. */
  OK(gs_begin(db, &tx, &error));
  OK(gs_transaction_update(tx, &second, TEXT("{\"m\":21}"), &error));
  OK(gs_transaction_expect(tx, &first, &version, &error));
  GIVES(GS_CONFLICT, gs_transaction_commit(tx, GS_DURABILITY_DEFAULT, NULL, &error));
  gs_transaction_free(tx);
  OK(gs_begin(db, &tx, &error));
  OK(gs_transaction_expect_absent(tx, &first, &error));
  OK(gs_transaction_remove(tx, &second, &error));
  GIVES(GS_CONFLICT, gs_transaction_commit(tx, GS_DURABILITY_BATCH, NULL, &error));
  gs_transaction_free(tx);
  OK(gs_begin(db, &tx, &error));
  OK(gs_transaction_remove(tx, &second, &error));
  OK(gs_transaction_update(tx, &missing, TEXT("{\"m\":1}"), &error));
  GIVES(GS_NOT_FOUND, gs_transaction_commit(tx, GS_DURABILITY_BATCH, NULL, &error));
  gs_transaction_free(tx);
  OK(gs_begin(db, &tx, &error));
  OK(gs_transaction_remove(tx, &second, &error));
  GIVES(GS_INVALID, gs_transaction_commit(tx, 9, NULL, &error));
  gs_transaction_free(tx);
  OK(gs_begin(db, &tx, &error));
  OK(gs_transaction_remove(tx, &second, &error));
  gs_transaction_free(tx); /* forgotten */
  STORED(&second, "{\"m\":20}");

  /* One that is left over when the storage goes can still be freed, but not committed. */
  OK(gs_begin(db, &tx, &error));
  OK(gs_transaction_remove(tx, &second, &error));
  gs_storage_free(db);
  GIVES(GS_CLOSED, gs_transaction_commit(tx, GS_DURABILITY_BATCH, NULL, &error));
  gs_transaction_free(tx);
}

static void test_scans_and_snapshots_see_one_moment(void) {
  enum { kCount = 20 };
  gs_error* error = NULL;
  gs_storage* db = create("scan");
  gs_snapshot* snapshot = NULL;
  gs_scan* scan = NULL;
  gs_record* record = NULL;
  gs_id ids[kCount], id;
  const uint8_t* bytes = NULL;
  size_t length = 0;
  int seen = 0, i = 0;

  for (i = 0; i < kCount; ++i) {
    OK(gs_insert(db, i % 2 ? "Odd" : "Even", i % 2 ? 3 : 4, TEXT("{\"a\":1}"), &ids[i], &error));
  }
  OK(gs_snapshot_create(db, &snapshot, &error));
  OK(gs_remove(db, &ids[4], &error));
  OK(gs_insert(db, TEXT("Even"), TEXT("{}"), &id, &error));
  CHECK(gs_snapshot_peek(snapshot, &ids[4], &length) != NULL && length > 0);
  CHECK(gs_snapshot_peek(snapshot, &id, &length) == NULL && length == 0);

  OK(gs_scan_create(db, snapshot, TEXT("Even"), NULL, GS_NO_LIMIT, &scan, &error));
  for (seen = 0; gs_scan_next(scan, &record); ++seen) {
    gs_id found = gs_record_id(record);
    CHECK(seen < kCount / 2 && same_id(&found, &ids[2 * seen]));
    gs_record_free(record);
  }
  CHECK(seen == kCount / 2 && record == NULL);
  CHECK(!gs_scan_next(scan, &record)); /* the end stays the end */
  gs_scan_free(scan);

  OK(gs_scan_create(db, NULL, NULL, 0, NULL, GS_NO_LIMIT, &scan, &error));
  for (seen = 0; gs_scan_next_bytes(scan, &id, &bytes, &length); ++seen) CHECK(length > 0);
  CHECK(seen == kCount); /* one removed, one added */
  gs_scan_free(scan);
  OK(gs_scan_create(db, snapshot, NULL, 0, &ids[5], 3, &scan, &error));
  for (seen = 0; gs_scan_next_bytes(scan, &id, &bytes, &length); ++seen) {
    CHECK(same_id(&id, &ids[5 + seen]));
  }
  CHECK(seen == 3);
  gs_scan_seek(scan, &ids[6]);
  CHECK(gs_scan_next_bytes(scan, &id, &bytes, &length) && same_id(&id, &ids[6]));
  gs_scan_seek(scan, NULL);
  for (seen = 0; gs_scan_next_bytes(scan, &id, &bytes, &length); ++seen) continue;
  CHECK(seen == 3); /* the whole limit again */
  gs_scan_seek(NULL, &ids[6]);
  gs_scan_free(scan);

  /* Handles outlive the storage. */
  OK(gs_get(db, &ids[1], &record, &error));
  OK(gs_scan_create(db, NULL, NULL, 0, NULL, GS_NO_LIMIT, &scan, &error));
  gs_storage_free(db);
  json_is(record, "{\"a\":1}", __LINE__);
  gs_record_free(record);
  CHECK(gs_snapshot_peek(snapshot, &ids[4], &length) != NULL);
  gs_snapshot_free(snapshot);
  CHECK(gs_scan_next(scan, &record));
  gs_record_free(record);
  gs_scan_free(scan);
}

static void test_queries_find_count_and_explain(void) {
  char path[PATH_SIZE];
  gs_storage* db = NULL;
  gs_rows* rows = NULL;
  gs_error* error = NULL;
  gs_id id;
  gs_id found;
  const char* json = NULL;
  char* text = NULL;
  size_t length = 0;
  uint64_t count = 9;

  OK(gs_create(PATH_TEXT(below(path, "queries")), NULL, &db, &error));
  OK(gs_put(db, TEXT("City"), TEXT("kyiv"), TEXT("{\"name\":\"Kyiv\",\"n\":3}"), &id, &error));
  OK(gs_put(db, TEXT("City"), TEXT("lviv"), TEXT("{\"name\":\"Lviv\",\"n\":1}"), NULL, &error));

  OK(gs_find(db, TEXT("{\"collection\":\"City\",\"sort\":\"n:desc\",\"select\":[\"name\"]}"), &rows,
             &error));
  CHECK(!gs_rows_id(rows, &found));
  OK(gs_rows_cursor(rows, &text, &length, &error));
  CHECK(length == 0 && text[0] == 0);
  gs_free(text);
  CHECK(gs_rows_next(rows, &json, &length));
  CHECK(strcmp(json, "{\"name\":\"Kyiv\"}") == 0 && strlen(json) == length);
  CHECK(gs_rows_id(rows, &found) && memcmp(&found, &id, sizeof(id)) == 0);
  OK(gs_rows_cursor(rows, &text, NULL, &error));
  CHECK(text[0] != 0);
  gs_free(text);
  CHECK(gs_rows_next(rows, &json, NULL) && strcmp(json, "{\"name\":\"Lviv\"}") == 0);
  CHECK(!gs_rows_next(rows, &json, &length) && json == NULL);
  CHECK(!gs_rows_id(rows, &found));
  OK(gs_rows_error(rows, &error));
  gs_rows_free(rows);

  OK(gs_find(db, TEXT("{\"group\":{\"by\":[],\"fields\":{\"n\":{\"$sum\":\"n\"}}}}"), &rows,
             &error));
  CHECK(gs_rows_next(rows, &json, NULL) && strcmp(json, "{\"n\":4}") == 0);
  CHECK(!gs_rows_id(rows, &found));
  OK(gs_remove(db, &id, &error));
  OK(gs_count(db, TEXT("{\"collection\":\"City\"}"), &count, &error));
  CHECK(count == 1);
  OK(gs_explain(db, TEXT("{\"collection\":\"City\"}"), &text, &length, &error));
  CHECK(strstr(text, "\"returned\":1") != NULL && strlen(text) == length);
  gs_free(text);

  OK(gs_close(db, &error)); /* rows outlive it */
  CHECK(!gs_rows_next(rows, &json, NULL));
  gs_rows_free(rows);
  rows = NULL;
  GIVES(GS_CLOSED, gs_find(db, TEXT("{}"), &rows, &error));
  GIVES(GS_CLOSED, gs_count(db, TEXT("{}"), &count, &error));
  CHECK(rows == NULL && count == 1);
  gs_storage_free(db);
}

static void test_queries_say_what_is_wrong(void) {
  char path[PATH_SIZE];
  gs_storage* db = NULL;
  gs_rows* rows = NULL;
  gs_error* error = NULL;
  char* text = NULL;
  const char* json = NULL;
  uint64_t count = 0;

  OK(gs_create(PATH_TEXT(below(path, "wrong_queries")), NULL, &db, &error));
  CHECK(gs_find(db, TEXT("{\"filter\":{\"n\":{\"$gtt\":1}}}"), &rows, &error) == GS_INVALID);
  CHECK(strstr(gs_error_message(error, NULL), "filter.n.$gtt") != NULL && rows == NULL);
  gs_error_free(error);
  GIVES(GS_INVALID, gs_find(db, NULL, 2, &rows, &error));
  GIVES(GS_INVALID, gs_find(db, TEXT(""), &rows, &error));
  GIVES(GS_INVALID, gs_find(db, TEXT("{}"), NULL, &error));
  GIVES(GS_INVALID, gs_find(NULL, TEXT("{}"), &rows, &error));
  GIVES(GS_INVALID, gs_count(db, TEXT("{\"limit\":1}"), &count, &error));
  GIVES(GS_INVALID, gs_count(db, TEXT("{}"), NULL, &error));
  GIVES(GS_INVALID, gs_explain(db, TEXT("[]"), &text, NULL, &error));
  GIVES(GS_INVALID, gs_explain(db, TEXT("{}"), NULL, NULL, &error));
  GIVES(GS_INVALID, gs_rows_error(NULL, &error));
  GIVES(GS_INVALID, gs_rows_cursor(NULL, &text, NULL, &error));
  CHECK(!gs_rows_next(NULL, &json, NULL) && !gs_rows_id(NULL, NULL));
  gs_rows_free(NULL);
  gs_storage_free(db);
}

#define CITY "{\"files\":{\"City.js\":\"({ name: 'string' })\"}}"
#define CITY_AND_N "{\"files\":{\"City.js\":\"({ name: 'string', n: 'number' })\"}}"

static void test_a_schema_is_compared_and_put_in_force(void) {
  char path[PATH_SIZE];
  gs_storage* db = NULL;
  gs_error* error = NULL;
  char* text = NULL;
  size_t length = 0;
  size_t unsafe = 9;

  OK(gs_create(PATH_TEXT(below(path, "schema")), NULL, &db, &error));
  OK(gs_schema_get(db, &text, &length, &error));
  CHECK(length == 0 && text[0] == 0);
  gs_free(text);
  OK(gs_schema_compare(db, TEXT(CITY), &text, &length, &unsafe, &error));
  CHECK(strstr(text, "\"collection\":\"City\"") != NULL && strlen(text) == length);
  gs_free(text);
  OK(gs_schema_apply(db, TEXT(CITY), true, &error));
  OK(gs_schema_get(db, &text, NULL, &error));
  CHECK(strcmp(text, CITY) == 0);
  gs_free(text);
  GIVES(GS_INVALID, gs_insert(db, TEXT("City"), TEXT("{\"name\":1}"), NULL, &error));

  OK(gs_schema_compare(db, TEXT(CITY), &text, NULL, NULL, &error));
  CHECK(strcmp(text, "[]") == 0);
  gs_free(text);
  OK(gs_schema_compare(db, TEXT(CITY_AND_N), &text, NULL, &unsafe, &error));
  CHECK(unsafe == 0); /* there is no record */
  gs_free(text);
  OK(gs_insert(db, TEXT("City"), TEXT("{\"name\":\"Kyiv\"}"), NULL, &error));
  OK(gs_schema_compare(db, TEXT(CITY_AND_N), &text, NULL, &unsafe, &error));
  CHECK(unsafe == 1 && strstr(text, "{\"risk\":\"unsafe\"") != NULL);
  CHECK(strstr(text, "\"field\":\"n\"") != NULL);
  gs_free(text);
  GIVES(GS_CONFLICT, gs_schema_apply(db, TEXT(CITY_AND_N), false, &error));
  OK(gs_schema_apply(db, TEXT(CITY_AND_N), true, &error));

  OK(gs_schema_types(TEXT(CITY), &text, &length, &error));
  CHECK(strstr(text, "interface City") != NULL && strlen(text) == length);
  gs_free(text);
  GIVES(GS_INVALID, gs_schema_types(TEXT("{\"files\":{\"City.js\":\"(\"}}"), &text, NULL, &error));
  GIVES(GS_INVALID, gs_schema_apply(db, TEXT("{}"), true, &error));
  GIVES(GS_INVALID, gs_schema_apply(db, NULL, 1, true, &error));
  GIVES(GS_INVALID, gs_schema_compare(db, TEXT(CITY), NULL, NULL, NULL, &error));
  GIVES(GS_INVALID, gs_schema_get(NULL, &text, NULL, &error));
  GIVES(GS_INVALID, gs_schema_read(TEXT(""), &text, NULL, &error));
  GIVES(GS_NOT_FOUND, gs_schema_read(PATH_TEXT(below(path, "schema/log")), &text, NULL, &error));
  CHECK(text == NULL);
  OK(gs_close(db, &error));
  GIVES(GS_CLOSED, gs_schema_apply(db, TEXT(CITY), true, &error));
  gs_storage_free(db);
}

static void test_a_schema_is_read_from_its_directory(void) {
  char path[PATH_SIZE];
  char file[PATH_SIZE];
  gs_error* error = NULL;
  char* text = NULL;
  FILE* city = NULL;

  CHECK(mkdir(below(path, "schema_files"), 0700) == 0);
  city = fopen(below(file, "schema_files/City.js"), "wb");
  CHECK(city != NULL);
  if (city == NULL) return;
  CHECK(fputs("({ name: 'string' })", city) >= 0 && fclose(city) == 0);
  OK(gs_schema_read(PATH_TEXT(path), &text, NULL, &error));
  CHECK(strcmp(text, CITY) == 0);
  gs_free(text);
}

static void test_blobs_come_back(void) {
  enum { kSize = 100000 };
  gs_error* error = NULL;
  gs_storage* db = create("blobs");
  gs_blob_ref blob, empty, missing;
  uint8_t* bytes = malloc(kSize);
  uint8_t* back = NULL;
  size_t length = 0, i = 0;

  for (i = 0; i < kSize; ++i) bytes[i] = (uint8_t)(i * 7);
  OK(gs_blob_put(db, bytes, kSize, &blob, &error));
  CHECK(blob.size == kSize);
  OK(gs_blob_get(db, &blob, &back, &length, &error));
  CHECK(length == kSize && memcmp(back, bytes, kSize) == 0);
  gs_free(back);
  OK(gs_blob_put(db, NULL, 0, &empty, &error));
  OK(gs_blob_get(db, &empty, &back, &length, &error));
  CHECK(length == 0 && back != NULL);
  gs_free(back);
  memset(&missing, 0x11, sizeof(missing));
  missing.size = 5;
  GIVES(GS_NOT_FOUND, gs_blob_get(db, &missing, &back, &length, &error));
  CHECK(back == NULL);
  GIVES(GS_INVALID, gs_blob_put(db, NULL, 5, &blob, &error));
  GIVES(GS_INVALID, gs_blob_get(db, NULL, &back, &length, &error));
  gs_storage_free(db);
  free(bytes);
}

static void test_history_is_checked_proven_and_erased(void) {
  gs_error* error = NULL;
  gs_storage* db = create("history");
  gs_id id, kept;
  gs_change* changes = NULL;
  gs_change change;
  gs_digest digest, again, strange;
  gs_digest* heads = NULL;
  gs_record* record = NULL;
  gs_verify_options options;
  gs_verify_summary summary;
  gs_proof_report report;
  char* text = NULL;
  char* proof = NULL;
  char hexadecimal[GS_DIGEST_TEXT_SIZE];
  size_t count = 0, length = 0, proof_length = 0;
  uint64_t payloads = 0;

  memset(&strange, 0x22, sizeof(strange));
  OK(gs_insert(db, TEXT("Person"), TEXT("{\"name\":\"Ann\"}"), &id, &error));
  OK(gs_insert(db, TEXT("Person"), TEXT("{\"name\":\"Bob\"}"), &kept, &error));
  OK(gs_sync(db, &error));
  OK(gs_log(db, 1, &changes, &count, &error));
  CHECK(count == 1 && changes[0].operations > 0);
  change = changes[0];
  gs_free(changes);
  gs_digest_text(&change.digest, hexadecimal);
  OK(gs_find_change(db, hexadecimal, 16, &change, &error));
  CHECK(change.bytes > 0);
  GIVES(GS_INVALID, gs_find_change(db, hexadecimal, 2, &change, &error));
  GIVES(GS_NOT_FOUND, gs_find_change(db, TEXT("0000000000000000000000"), &change, &error));

  OK(gs_update(db, &id, TEXT("{\"name\":\"Anna\"}"), &error));
  OK(gs_get_at(db, &id, &change.digest, 1, &record, &error));
  json_is(record, "{\"name\":\"Ann\"}", __LINE__);
  gs_record_free(record);
  GIVES(GS_NOT_FOUND, gs_get_at(db, &id, &strange, 1, &record, &error));

  OK(gs_state_digest(db, &digest, &heads, &count, &error));
  CHECK(count == 1);
  options.quick = false;
  options.incremental = false;
  options.head = &heads[0];
  OK(gs_verify(db, &options, &summary, &text, &length, &error));
  CHECK(summary.ok && summary.changes > 0 && summary.operations >= 3 && length == 0);
  gs_free(text);
  gs_free(heads);
  options.head = &strange;
  options.quick = true;
  OK(gs_verify(db, &options, &summary, &text, &length, &error));
  CHECK(!summary.ok && summary.sections_failed == 1 && length > 0);
  CHECK(text != NULL && strstr(text, "head") == text);
  gs_free(text);
  OK(gs_verify(db, NULL, &summary, NULL, NULL, &error));
  CHECK(summary.ok);
  OK(gs_state_digest(db, &again, NULL, NULL, &error));
  CHECK(same_digest(&digest, &again));

  OK(gs_proof(db, &kept, &proof, &proof_length, &error));
  OK(gs_verify_proof(proof, proof_length, NULL, &report, &text, &length, &error));
  CHECK(same_id(&report.id, &kept) && strstr(text, "Bob") != NULL);
  digest = gs_storage_id(db);
  CHECK(same_digest(&report.storage, &digest));
  gs_free(text);
  OK(gs_verify_proof(proof, proof_length, &report.log_root, &report, NULL, NULL, &error));
  GIVES(GS_BROKEN_CHAIN,
        gs_verify_proof(proof, proof_length, &strange, &report, NULL, NULL, &error));
  GIVES(GS_INVALID, gs_verify_proof(TEXT("{}"), NULL, &report, NULL, NULL, &error));
  GIVES(GS_INVALID, gs_verify_proof(proof, proof_length, NULL, NULL, NULL, NULL, &error));
  gs_free(proof);

  OK(gs_erase(db, &id, TEXT("asked for it"), &payloads, &error));
  CHECK(payloads == 2);
  GIVES(GS_NOT_FOUND, gs_get(db, &id, &record, &error));
  GIVES(GS_ERASED, gs_get_at(db, &id, &change.digest, 1, &record, &error));
  OK(gs_verify(db, NULL, &summary, NULL, NULL, &error));
  CHECK(summary.ok && summary.erased == 2);
  memset(&id, 0x7F, sizeof(id));
  GIVES(GS_NOT_FOUND, gs_erase(db, &id, NULL, 0, NULL, &error));
  GIVES(GS_NOT_FOUND, gs_proof(db, &id, &proof, &proof_length, &error));
  CHECK(proof == NULL);
  gs_storage_free(db);
}

static void test_versions_have_names(void) {
  gs_error* error = NULL;
  gs_storage* db = create("versions");
  gs_id id, other;
  gs_digest* heads = NULL;
  gs_record* record = NULL;
  gs_rows* rows = NULL;
  char* names = NULL;
  const char* json = NULL;
  size_t count = 0, length = 0;
  uint64_t found = 0;

  OK(gs_insert(db, TEXT("Person"), TEXT("{\"name\":\"Ann\"}"), &id, &error));
  OK(gs_name_version(db, GS_VERSION_TAG, TEXT("v1"), NULL, 0, false, &error));
  GIVES(GS_EXISTS, gs_name_version(db, GS_VERSION_TAG, TEXT("v1"), NULL, 0, false, &error));
  GIVES(GS_INVALID, gs_name_version(db, GS_VERSION_TAG, TEXT("main"), NULL, 0, false, &error));
  OK(gs_update(db, &id, TEXT("{\"name\":\"Anna\"}"), &error));
  OK(gs_insert(db, TEXT("Person"), TEXT("{\"name\":\"Bob\"}"), &other, &error));

  OK(gs_find_version(db, TEXT("v1"), &heads, &count, &error));
  CHECK(count == 1);
  OK(gs_get_at(db, &id, heads, count, &record, &error));
  json_is(record, "{\"name\":\"Ann\"}", __LINE__);
  gs_record_free(record);
  OK(gs_count_at(db, TEXT("{\"collection\":\"Person\"}"), heads, count, &found, &error));
  CHECK(found == 1);
  OK(gs_find_at(db, TEXT("{\"collection\":\"Person\"}"), heads, count, &rows, &error));
  CHECK(gs_rows_next(rows, &json, &length));
  CHECK(strcmp(json, "{\"name\":\"Ann\"}") == 0);
  CHECK(!gs_rows_next(rows, &json, &length));
  gs_rows_free(rows);

  OK(gs_name_version(db, GS_VERSION_BRANCH, TEXT("draft"), heads, count, false, &error));
  gs_free(heads);
  OK(gs_name_version(db, GS_VERSION_BRANCH, TEXT("draft"), NULL, 0, true, &error));
  OK(gs_rename_version(db, GS_VERSION_BRANCH, TEXT("draft"), TEXT("work"), &error));
  OK(gs_named_versions(db, &names, &length, &error));
  CHECK(strstr(names, "[{\"name\":\"v1\",\"kind\":\"tag\",\"heads\":[\"") == names);
  CHECK(strstr(names, "},{\"name\":\"work\",\"kind\":\"branch\",") != NULL);
  gs_free(names);
  OK(gs_remove_version_name(db, GS_VERSION_BRANCH, TEXT("work"), &error));
  GIVES(GS_NOT_FOUND, gs_find_version(db, TEXT("work"), &heads, &count, &error));
  GIVES(GS_INVALID, gs_find_at(db, TEXT("{}"), NULL, 1, &rows, &error));
  GIVES(GS_INVALID, gs_count_at(db, TEXT("{}"), NULL, 1, &found, &error));
  GIVES(GS_INVALID, gs_find_version(db, NULL, 2, &heads, &count, &error));
  GIVES(GS_INVALID, gs_named_versions(db, NULL, &length, &error));
  gs_storage_free(db);
}

static void test_branches_are_checked_out_and_merged(void) {
  gs_error* error = NULL;
  gs_storage* db = create("branched");
  gs_merge_options options = {0};
  gs_merge_report report;
  gs_record* record = NULL;
  gs_digest *heads = NULL, *main_heads = NULL;
  size_t count = 0, main_count = 0;
  uint64_t ahead = 0, behind = 0;
  gs_id id;
  char* name = NULL;
  size_t length = 0;

  OK(gs_insert(db, TEXT("City"), TEXT("{\"name\":\"Kyiv\"}"), &id, &error));
  OK(gs_name_version(db, GS_VERSION_BRANCH, TEXT("draft"), NULL, 0, false, &error));
  OK(gs_checkout(db, TEXT("draft"), &error));
  OK(gs_branch(db, &name, &length, &error));
  CHECK(length == 5 && strcmp(name, "draft") == 0);
  gs_free(name);
  OK(gs_update(db, &id, TEXT("{\"name\":\"Kyjiv\"}"), &error));
  OK(gs_checkout(db, TEXT("main"), &error));
  OK(gs_update(db, &id, TEXT("{\"name\":\"Kiev\"}"), &error));
  options.preview = true;
  OK(gs_merge(db, TEXT("draft"), &options, &report, &error));
  CHECK(!report.is_up_to_date && !report.is_fast_forward);
  CHECK(report.changes == 1 && report.conflicts == 1);
  options.preview = false;
  options.strict = true;
  GIVES(GS_CONFLICT, gs_merge(db, TEXT("draft"), &options, &report, &error));
  OK(gs_find_version(db, TEXT("draft"), &heads, &count, &error));
  OK(gs_find_version(db, TEXT("main"), &main_heads, &main_count, &error));
  OK(gs_divergence(db, heads, count, main_heads, main_count, &ahead, &behind, &error));
  CHECK(ahead == 1 && behind == 1);
  GIVES(GS_INVALID, gs_divergence(db, heads, count, main_heads, main_count, NULL, &behind, &error));
  gs_free(heads);
  gs_free(main_heads);
  OK(gs_merge(db, TEXT("draft"), NULL, NULL, &error));
  OK(gs_merge(db, TEXT("draft"), NULL, &report, &error));
  CHECK(report.is_up_to_date);
  OK(gs_get(db, &id, &record, &error));
  json_is(record, "{\"name\":\"Kiev\"}", __LINE__);
  gs_record_free(record);
  GIVES(GS_NOT_FOUND, gs_checkout(db, TEXT("nowhere"), &error));
  GIVES(GS_INVALID, gs_branch(db, NULL, &length, &error));
  GIVES(GS_INVALID, gs_checkout(db, NULL, 2, &error));
  GIVES(GS_INVALID, gs_merge(db, NULL, 2, NULL, &report, &error));
  gs_storage_free(db);
}

static void test_a_backup_becomes_a_storage(void) {
  gs_error* error = NULL;
  gs_storage* db = create("cared");
  gs_stats stats;
  gs_id id;
  gs_digest writer, other;
  char backup[PATH_SIZE], restored[PATH_SIZE], nothing[PATH_SIZE];

  OK(gs_insert(db, TEXT("City"), TEXT("{\"name\":\"Kyiv\"}"), &id, &error));
  OK(gs_checkpoint(db, &error));
  OK(gs_compact(db, &error));
  OK(gs_storage_stats(db, &stats, &error));
  CHECK(stats.records == 1 && stats.collections == 1 && stats.writers == 1 && stats.runs == 1);
  OK(gs_backup(db, PATH_TEXT(below(backup, "backup")), &error));
  GIVES(GS_EXISTS, gs_backup(db, PATH_TEXT(backup), &error));
  GIVES(GS_INVALID, gs_backup(db, "", 0, &error));
  writer = gs_storage_writer(db);
  gs_storage_free(db);

  OK(gs_restore(PATH_TEXT(backup), PATH_TEXT(below(restored, "restored")), &error));
  GIVES(GS_EXISTS, gs_restore(PATH_TEXT(backup), PATH_TEXT(restored), &error));
  GIVES(GS_NOT_A_STORAGE,
        gs_restore(PATH_TEXT(below(nothing, "nothing")), PATH_TEXT(restored), &error));
  GIVES(GS_INVALID, gs_restore(NULL, 3, PATH_TEXT(restored), &error));
  OK(gs_open(PATH_TEXT(restored), NULL, &db, &error));
  STORED(&id, "{\"name\":\"Kyiv\"}");
  other = gs_storage_writer(db);
  CHECK(!same_digest(&writer, &other));
  gs_storage_free(db);
}

static void test_history_is_dropped(void) {
  gs_error* error = NULL;
  gs_storage* db = create("shallow");
  gs_storage* none = NULL;
  gs_id id;
  gs_digest* version = NULL;
  size_t count = 0;
  char* proof = NULL;
  gs_shallow_options options = {NULL, 0, true};
  gs_shallow_report report;
  gs_verify_summary summary;
  OK(gs_insert(db, TEXT("City"), TEXT("{\"name\":\"Kyiv\"}"), &id, &error));
  GIVES(GS_INVALID, gs_make_shallow(none, NULL, NULL, NULL, NULL, &error));
  GIVES(GS_INVALID, gs_make_shallow(db, NULL, NULL, &version, NULL, &error));
  OK(gs_make_shallow(db, &options, &report, NULL, NULL, &error));
  CHECK(report.changes == 2 && report.operations == 1 && report.base_bytes == 0);
  OK(gs_make_shallow(db, NULL, &report, &version, &count, &error));
  CHECK(report.operations == 1 && report.base_bytes != 0 && count == 1);
  options.before = version;
  options.before_count = count;
  options.preview = false;
  OK(gs_make_shallow(db, &options, &report, NULL, NULL, &error));
  CHECK(report.operations == 0);
  gs_free(version);
  STORED(&id, "{\"name\":\"Kyiv\"}");
  GIVES(GS_DROPPED, gs_proof(db, &id, &proof, &count, &error));
  OK(gs_verify(db, NULL, &summary, NULL, NULL, &error));
  CHECK(summary.ok && summary.dropped == 1 && summary.erased == 0);
  gs_storage_free(db);
}

static void test_replicas_exchange_bundles(void) {
  gs_error* error = NULL;
  gs_storage* db = create("exchanged");
  gs_storage* first = db;
  gs_storage* second = NULL;
  gs_id id;
  gs_digest* heads = NULL;
  gs_digest a, b, unknown = {{1}};
  gs_bundle bundle;
  gs_bundle_applied applied;
  char* refusals = NULL;
  size_t count = 0;
  char path[PATH_SIZE], other[PATH_SIZE], file[PATH_SIZE];
  below(path, "exchanged");
  below(other, "replica");
  below(file, "bundle");

  OK(gs_insert(first, TEXT("City"), TEXT("{\"name\":\"Kyiv\",\"rank\":1}"), &id, &error));
  OK(gs_sync(first, &error));
  OK(gs_clone(PATH_TEXT(path), PATH_TEXT(other), &error));
  GIVES(GS_EXISTS, gs_clone(PATH_TEXT(path), PATH_TEXT(other), &error));
  GIVES(GS_INVALID, gs_clone(NULL, 3, PATH_TEXT(other), &error));
  OK(gs_open(PATH_TEXT(other), NULL, &second, &error));
  OK(gs_heads(second, &heads, &count, &error));
  CHECK(count == 1);
  gs_twin* twins = NULL;
  OK(gs_twins(second, &twins, &count, &error));
  CHECK(count == 0);
  gs_free(twins);
  GIVES(GS_INVALID, gs_twins(second, NULL, &count, &error));
  count = 1;

  OK(gs_update(first, &id, TEXT("{\"rank\":2}"), &error));
  OK(gs_update(second, &id, TEXT("{\"name\":\"Kyjiw\"}"), &error));
  GIVES(GS_NOT_FOUND, gs_bundle_create(first, PATH_TEXT(file), &unknown, 1, &bundle, &error));
  GIVES(GS_INVALID, gs_bundle_create(first, PATH_TEXT(file), NULL, 1, &bundle, &error));
  GIVES(GS_EXISTS, gs_bundle_create(first, PATH_TEXT(path), NULL, 0, &bundle, &error));
  OK(gs_bundle_create(first, PATH_TEXT(file), heads, count, &bundle, &error));
  CHECK(bundle.changes == 1 && bundle.file_bytes != 0 && !bundle.has_checkpoint);
  gs_free(heads);
  OK(gs_bundle_apply(second, PATH_TEXT(file), &applied, &refusals, &count, &error));
  CHECK(applied.changes == 1 && applied.taken == 1 && applied.refused == 0 && count == 0);
  gs_free(refusals);
  OK(gs_bundle_apply(second, PATH_TEXT(file), &applied, NULL, NULL, &error));
  CHECK(applied.taken == 0 && applied.known == 1);
  OK(gs_bundle_create(second, PATH_TEXT(file), NULL, 0, NULL, &error));
  OK(gs_bundle_apply(first, PATH_TEXT(file), NULL, NULL, NULL, &error));
  OK(gs_state_digest(first, &a, NULL, NULL, &error));
  OK(gs_state_digest(second, &b, NULL, NULL, &error));
  CHECK(same_digest(&a, &b));
  STORED(&id, "{\"name\":\"Kyjiw\",\"rank\":2}");
  gs_storage_free(second);

  GIVES(GS_INVALID, gs_bundle_join(PATH_TEXT(file), PATH_TEXT(below(other, "none")), NULL, &error));
  OK(gs_bundle_create_checkpoint(first, PATH_TEXT(file), NULL, 0, &bundle, &error));
  CHECK(bundle.has_checkpoint);
  OK(gs_bundle_join(PATH_TEXT(file), PATH_TEXT(below(other, "joined")), &applied, &error));
  GIVES(GS_EXISTS, gs_bundle_join(PATH_TEXT(file), PATH_TEXT(other), &applied, &error));
  OK(gs_open(PATH_TEXT(other), NULL, &db, &error));
  STORED(&id, "{\"name\":\"Kyjiw\",\"rank\":2}");
  GIVES(GS_INVALID, gs_bundle_apply(db, PATH_TEXT(path), &applied, NULL, NULL, &error));
  gs_storage_free(db);
  gs_storage_free(first);
}

static void test_writes_are_taken_back(void) {
  gs_error* error = NULL;
  gs_storage* db = create("taken-back");
  gs_id id;
  gs_reverted report;
  gs_change* changes = NULL;
  gs_digest unknown = {{1}};
  size_t count = 0;
  OK(gs_insert(db, TEXT("City"), TEXT("{\"rank\":1}"), &id, &error));
  OK(gs_update(db, &id, TEXT("{\"rank\":2}"), &error));
  OK(gs_undo(db, &report, &error));
  CHECK(report.records == 1 && report.kept == 0 && report.time_ms != 0);
  STORED(&id, "{\"rank\":1}");
  OK(gs_redo(db, &report, &error));
  STORED(&id, "{\"rank\":2}");
  GIVES(GS_NOT_FOUND, gs_redo(db, NULL, &error));
  OK(gs_log(db, 3, &changes, &count, &error));
  OK(gs_revert(db, &changes[count - 1].digest, NULL, &error));
  gs_free(changes);
  GIVES(GS_NOT_FOUND, gs_revert(db, &unknown, &report, &error));
  GIVES(GS_INVALID, gs_revert(db, NULL, &report, &error));
  GIVES(GS_INVALID, gs_undo(NULL, &report, &error));
  gs_storage_free(db);
}

/* Every function answers NULL instead of crashing, and every free function accepts it. */
static void test_mistakes_are_answered(void) {
  gs_error* error = NULL;
  gs_storage* db = create("mistakes");
  gs_storage* none = NULL;
  gs_transaction* tx = NULL;
  gs_id id;
  gs_digest digest;
  gs_record* record = NULL;
  gs_scan* scan = NULL;
  gs_snapshot* snapshot = NULL;
  gs_blob_ref blob;
  gs_stats stats;
  gs_change change;
  gs_change* changes = NULL;
  gs_verify_summary summary;
  gs_recovery recovery;
  uint8_t* bytes = NULL;
  const uint8_t* borrowed = NULL;
  char* text = NULL;
  size_t length = 0;
  bool flag = false;

  memset(&id, 0, sizeof(id));
  memset(&digest, 0, sizeof(digest));
  memset(&blob, 0, sizeof(blob));
  GIVES(GS_INVALID, gs_close(none, &error));
  GIVES(GS_INVALID, gs_sync(none, &error));
  GIVES(GS_INVALID, gs_wait(none, 1, &error));
  GIVES(GS_INVALID, gs_checkpoint(none, &error));
  GIVES(GS_INVALID, gs_compact(none, &error));
  GIVES(GS_INVALID, gs_storage_recovery(none, &recovery, NULL, NULL, &error));
  GIVES(GS_INVALID, gs_insert(none, NULL, 0, TEXT("{}"), &id, &error));
  GIVES(GS_INVALID, gs_insert(db, NULL, 4, TEXT("{}"), &id, &error));
  GIVES(GS_INVALID, gs_put(none, NULL, 0, TEXT("k"), TEXT("{}"), &id, &error));
  GIVES(GS_INVALID, gs_set(db, NULL, TEXT("{}"), &error));
  GIVES(GS_INVALID, gs_update(db, NULL, TEXT("{}"), &error));
  GIVES(GS_INVALID, gs_remove(db, NULL, &error));
  GIVES(GS_INVALID, gs_swap(db, &id, TEXT("{}"), TEXT("{}"), NULL, &error));
  GIVES(GS_INVALID, gs_get(db, NULL, &record, &error));
  GIVES(GS_INVALID, gs_get(db, &id, NULL, &error));
  GIVES(GS_INVALID, gs_get_at(db, &id, NULL, 1, &record, &error));
  GIVES(GS_INVALID, gs_has(db, NULL, &flag, &error));
  GIVES(GS_INVALID, gs_has(db, &id, NULL, &error));
  GIVES(GS_INVALID, gs_begin(none, &tx, &error));
  GIVES(GS_INVALID, gs_begin(db, NULL, &error));
  GIVES(GS_INVALID, gs_transaction_insert(tx, NULL, 0, TEXT("{}"), &id, &error));
  GIVES(GS_INVALID, gs_transaction_put(tx, NULL, 0, TEXT("k"), TEXT("{}"), &id, &error));
  GIVES(GS_INVALID, gs_transaction_set(tx, &id, TEXT("{}"), &error));
  GIVES(GS_INVALID, gs_transaction_update(tx, &id, TEXT("{}"), &error));
  GIVES(GS_INVALID, gs_transaction_remove(tx, &id, &error));
  GIVES(GS_INVALID, gs_transaction_expect(tx, &id, &digest, &error));
  GIVES(GS_INVALID, gs_transaction_expect_absent(tx, &id, &error));
  GIVES(GS_INVALID, gs_transaction_commit(tx, GS_DURABILITY_DEFAULT, NULL, &error));
  CHECK(gs_transaction_operations(NULL) == 0);
  OK(gs_begin(db, &tx, &error));
  GIVES(GS_INVALID, gs_transaction_remove(tx, NULL, &error));
  GIVES(GS_INVALID, gs_transaction_expect(tx, &id, NULL, &error));
  GIVES(GS_INVALID, gs_transaction_expect_absent(tx, NULL, &error));
  gs_transaction_free(tx);

  GIVES(GS_INVALID, gs_snapshot_create(db, NULL, &error));
  CHECK(gs_snapshot_peek(NULL, &id, &length) == NULL && length == 0);
  OK(gs_snapshot_create(db, &snapshot, &error));
  CHECK(gs_snapshot_peek(snapshot, NULL, NULL) == NULL);
  gs_snapshot_free(snapshot);
  GIVES(GS_INVALID, gs_scan_create(db, NULL, NULL, 0, NULL, 1, NULL, &error));
  GIVES(GS_INVALID, gs_scan_create(none, NULL, NULL, 0, NULL, 1, &scan, &error));
  CHECK(!gs_scan_next(NULL, &record) && record == NULL);
  CHECK(!gs_scan_next_bytes(NULL, &id, &borrowed, &length) && borrowed == NULL);
  GIVES(GS_INVALID, gs_record_json(NULL, &text, &length, &error));
  CHECK(gs_record_collection(NULL, &length) == NULL && gs_record_key(NULL, NULL) == NULL);
  CHECK(gs_record_bytes(NULL, NULL) == NULL && gs_record_id(NULL).bytes[0] == 0);
  CHECK(gs_record_version(NULL).bytes[0] == 0);
  CHECK(gs_storage_id(NULL).bytes[0] == 0 && gs_storage_writer(NULL).bytes[0] == 0);
  CHECK(!gs_storage_read_only(NULL));

  GIVES(GS_INVALID, gs_blob_put(none, NULL, 0, &blob, &error));
  GIVES(GS_INVALID, gs_blob_get(none, &blob, &bytes, &length, &error));
  GIVES(GS_INVALID, gs_log(db, 1, NULL, &length, &error));
  GIVES(GS_INVALID, gs_log(db, 1, &changes, NULL, &error));
  GIVES(GS_INVALID, gs_find_change(db, NULL, 8, &change, &error));
  GIVES(GS_INVALID, gs_state_digest(db, NULL, NULL, NULL, &error));
  GIVES(GS_INVALID, gs_verify(db, NULL, NULL, NULL, NULL, &error));
  GIVES(GS_INVALID, gs_verify(none, NULL, &summary, NULL, NULL, &error));
  GIVES(GS_INVALID, gs_proof(db, &id, NULL, NULL, &error));
  GIVES(GS_INVALID, gs_erase(db, NULL, NULL, 0, NULL, &error));
  GIVES(GS_INVALID, gs_storage_stats(db, NULL, &error));
  GIVES(GS_INVALID, gs_storage_stats(none, &stats, &error));
  GIVES(GS_INVALID, gs_backup(none, TEXT("x"), &error));

  OK(gs_close(db, &error));
  GIVES(GS_CLOSED, gs_get(db, &id, &record, &error));
  GIVES(GS_CLOSED, gs_has(db, &id, &flag, &error));
  GIVES(GS_CLOSED, gs_begin(db, &tx, &error));
  GIVES(GS_CLOSED, gs_snapshot_create(db, &snapshot, &error));
  GIVES(GS_CLOSED, gs_verify(db, NULL, &summary, NULL, NULL, &error));
  GIVES(GS_CLOSED, gs_storage_stats(db, &stats, &error));
  CHECK(tx == NULL && snapshot == NULL);
  gs_storage_free(db);
  gs_storage_free(NULL);
  gs_transaction_free(NULL);
  gs_record_free(NULL);
  gs_snapshot_free(NULL);
  gs_scan_free(NULL);
  gs_error_free(NULL);
  gs_free(NULL);
}

int main(int argc, char** argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: c_api_test DIRECTORY\n");
    return 2;
  }
  snprintf(work, sizeof(work), "%s/c_api_XXXXXX", argv[1]);
  if (mkdtemp(work) == NULL) {
    perror(work);
    return 2;
  }
  test_codes_have_names_and_advice();
  test_ids_and_digests_are_text_and_back();
  test_opening_says_why_not();
  test_one_record_is_written_and_read();
  test_somebody_types();
  test_trees_are_edited();
  test_transactions_take_effect_all_or_none();
  test_scans_and_snapshots_see_one_moment();
  test_queries_find_count_and_explain();
  test_queries_say_what_is_wrong();
  test_a_schema_is_compared_and_put_in_force();
  test_a_schema_is_read_from_its_directory();
  test_blobs_come_back();
  test_history_is_checked_proven_and_erased();
  test_versions_have_names();
  test_branches_are_checked_out_and_merged();
  test_a_backup_becomes_a_storage();
  test_history_is_dropped();
  test_replicas_exchange_bundles();
  test_writes_are_taken_back();
  test_mistakes_are_answered();
  nftw(work, remove_one, 16, FTW_DEPTH | FTW_PHYS);
  printf("%d checks, %d failed\n", checks, failures);
  return failures == 0 ? 0 : 1;
}
