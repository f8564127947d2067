// Error codes for TypeScript. Made from code.def by tools/generate_errors.py: change the
// list, not this file.

export type Code =
  | 'GS_NOT_FOUND'
  | 'GS_CONFLICT'
  | 'GS_INVALID'
  | 'GS_TOO_LARGE'
  | 'GS_BROKEN_CHAIN'
  | 'GS_DAMAGED'
  | 'GS_BAD_SIGNATURE'
  | 'GS_IO'
  | 'GS_NO_SPACE'
  | 'GS_READ_ONLY'
  | 'GS_LOCKED'
  | 'GS_NEWER_FORMAT'
  | 'GS_EXISTS'
  | 'GS_FAILED'
  | 'GS_ERASED'
  | 'GS_UNSUPPORTED'
  | 'GS_NOT_A_STORAGE'
  | 'GS_UNREACHABLE'
  | 'GS_CLOSED'
  | 'GS_DROPPED';
