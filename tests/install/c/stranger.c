/* What a stranger writes first in C: create a storage, insert, read back.
 *
 *   stranger_c DIRECTORY      one that does not exist yet; exit status 0 when all went well
 */
#include <globalstorage/c.h>
#include <stdio.h>
#include <string.h>

static gs_code use(gs_storage* db, gs_error** error) {
  static const char kJson[] = "{\"name\":\"Kyiv\",\"lat\":50.45}";
  gs_id id;
  gs_record* city = NULL;
  double latitude = 0;
  gs_code code = gs_insert(db, "City", 4, kJson, strlen(kJson), &id, error);
  if (code == GS_OK) code = gs_get(db, &id, &city, error);
  if (code != GS_OK) return code;
  if (!gs_record_number(city, "lat", 3, &latitude) || latitude != 50.45) code = GS_INVALID;
  gs_record_free(city);
  return code == GS_OK ? gs_close(db, error) : code;
}

int main(int argc, char** argv) {
  gs_storage* db = NULL;
  gs_error* error = NULL;
  gs_code code = GS_OK;
  if (argc != 2) return 2;
  code = gs_create(argv[1], strlen(argv[1]), NULL, &db, &error);
  if (code == GS_OK) code = use(db, &error);
  if (code != GS_OK) {
    fprintf(stderr, "%s: %s\n", gs_code_name(code), gs_error_message(error, NULL));
  }
  gs_error_free(error);
  gs_storage_free(db);
  if (code == GS_OK) printf("globalstorage %s for C\n", gs_version());
  return code == GS_OK ? 0 : 1;
}
