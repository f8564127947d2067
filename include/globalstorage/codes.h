/* Error codes for C. Made from code.def by tools/generate_errors.py: change the list,
 * not this file.
 *
 * Numbers are appended, never changed and never used again.
 */
#pragma once

/* clang-format off */

#ifdef __cplusplus
extern "C" {
#endif

typedef enum gs_code {  // NOLINT(readability-identifier-naming): the custom of C
  GS_OK            = 0,  /* success */
  GS_NOT_FOUND     = 1,  /* no such record, change, blob, file or storage */
  GS_CONFLICT      = 2,  /* the compared version is not the current one */
  GS_INVALID       = 3,  /* the input does not have the documented form */
  GS_TOO_LARGE     = 4,  /* a documented limit is exceeded */
  GS_BROKEN_CHAIN  = 5,  /* stored or received history does not match its digests */
  GS_DAMAGED       = 6,  /* stored bytes do not match their checksum */
  GS_BAD_SIGNATURE = 7,  /* a signature does not match its change and writer */
  GS_IO            = 8,  /* the operating system refused or failed an input or output */
  GS_NO_SPACE      = 9,  /* the disk is full; nothing was written */
  GS_READ_ONLY     = 10, /* the storage or its disk cannot be written */
  GS_LOCKED        = 11, /* another process has the storage open */
  GS_NEWER_FORMAT  = 12, /* the bytes were written by a newer version of the format */
  GS_EXISTS        = 13, /* the thing to create is there already */
  GS_FAILED        = 14, /* an earlier write failed; the storage takes no more writes */
  GS_ERASED        = 15, /* the payload was erased; its proof is intact */
  GS_UNSUPPORTED   = 16, /* this build or platform cannot do that */
  GS_NOT_A_STORAGE = 17, /* the directory holds no storage */
  GS_UNREACHABLE   = 18, /* the other side cannot be reached */
  GS_CLOSED        = 19, /* the storage is closed */
  GS_DROPPED       = 20  /* history before a version was dropped here */
} gs_code;

#ifdef __cplusplus
}
#endif
