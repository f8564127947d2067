// Writes that cross the border to JavaScript: many transactions in one run of bytes.
//
// A call of a binding costs more than most writes, so JavaScript collects what it writes and hands
// it over at once. Numbers are little-endian, nothing is padded. A batch is transactions one behind
// the other, each of operations that take effect all or none:
//
//   transaction  u32 bytes of its operations, the operations
//   operation    u8 kind, then what the kind needs
//   text         u32 bytes, UTF-8
//   object       u32 bytes, the content of an any value of type object (docs/FORMAT.md, "Types")
//
// Where an id is first, 128 may be added to the kind: then text collection and text name are there
// in place of the id, and Storage::find_id() tells whose they are.
//
//   kind                 then
//    0 insert            text collection, object
//    1 put               text collection, text key, object
//    2 set               id 16, object
//    3 update            id 16, object; a member of type 13 without content removes the field
//    4 remove            id 16
//    5 expect            id 16, version 32; zeros: there is no such record
//    6 patch             id 16, text JSON
//    7 add               id 16, text field, i64
//    8 add elements      id 16, text field, text JSON array
//    9 remove elements   the same
//   10 splice            id 16, text field, u32 edits, then of all u32 positions, of all u32 how
//                        many code points are deleted, of all u32 how many are inserted; then
//                        text: all that is inserted
//   11 mark              id 16, text field, u32 from, u32 to, text key, text JSON, u8 growth
//   12 list insert       id 16, text field, u32 position, text JSON array
//   13 list delete       id 16, text field, u32 position, u32 count
//   14 list move         id 16, text field, u32 from, u32 to
//   15 list set          id 16, text field, u32 position, text JSON
//   16 tree create       id 16, text field, text JSON, text parent, text before
//   17 tree move         id 16, text field, text node, text parent, text before
//   18 tree set          id 16, text field, text node, text JSON
//   19 tree delete       id 16, text field, text node
//   20 swap              id 16, object expected, object changes: a member of type 13 without
//                        content is a field that is not there; alone in its transaction
//
// The outcome has for each transaction, in order:
//
//   u16 code (code.def; 0: done), u32 bytes, then what its operations give: insert and put an id of
//   16 bytes, swap u8 (1: swapped), tree create a text. Of an error: u32 number of the operation
//   that failed, from 0 (0xffffffff: all of them together), and the message
//
// A transaction that fails leaves the others alone. Errors: invalid, when the bytes are none of
// this; nothing of the batch took effect then but what stands before the first broken transaction.
// Any thread.
#pragma once

#include "globalstorage/storage.h"

namespace gs::bindings {

// Applies a batch; commits lazily, so whoever needs durable writes waits afterwards. Appends to
// `outcome`.
Error apply_batch(Storage& storage, Bytes batch, Buffer& outcome);

}  // namespace gs::bindings
