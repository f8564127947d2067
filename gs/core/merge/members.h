// Objects that several writers change: which members a write gives and which it takes away.
//
// A member is known by its path, the names that lead to it, whoever wrote it first: two who make
// one object at the same time make one object. A write with rule `members` has an object of what it
// gives, or an array of two: such an object, and an object of what it takes away, whose leaves are
// true. An object inside of what is given is no value of its own, but more paths. What is of no
// such form changes nothing.
//
// Pure. Views borrow what they are made of. Objects nest as deep as a record may (record.h).
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gs/core/record/content.h"

namespace gs::merge {

inline bool is_object(const record::Part& part) noexcept {
  return part.state == record::Part::value && part.type == Type::object;
}
inline bool has_members(const record::Part& part) noexcept {
  return is_object(part) && record::ValueView{part.type, part.content}.count() != 0;
}

// What a write does to the members of an object: contents of objects, empty for none.
struct MembersChange {
  Bytes given;
  Bytes removed;
};
// Nothing: it is of no form that a change has.
std::optional<MembersChange> members_change_of(const record::Part& part);

// The content of the part of a write with rule `members`: an object when nothing is removed, else
// an array. `given`, `removed`: contents of objects.
record::Part members_part(const MembersChange& change, Buffer& content);

// What is left of an object when somebody who saw it wrote this: without what was removed, and
// without what was given anew. Appends it to `out`; false: the object is as it was, and nothing is
// appended.
bool take_members(Bytes object, const MembersChange& change, Buffer& out);

// The content of the object that these make, each upon those before it: a member shows the last
// value that it has, and objects of one path are one. Members are in the order of their names.
void append_members_of(std::span<const Bytes> objects, Buffer& out);

// What makes one object of another; contents of objects, in memory of its own.
struct MembersDifference {
  Buffer given;
  Buffer removed;
  bool is_empty = true;
  MembersChange change() const noexcept { return {Bytes(given), Bytes(removed)}; }
};
MembersDifference members_difference(Bytes had, Bytes wanted);

// The names that lead to a member.
using MemberPath = std::vector<std::string_view>;
// With dots between them.
std::string text_of(const MemberPath& path);

// Calls `visit(path, value, shown)` for what an object has and the one that is shown has not, or
// not so; `shown`: what it has there instead. Paths begin with `field`.
using VisitMember = std::function<void(const MemberPath& path, const record::ValueView& value,
                                       const std::optional<record::ValueView>& shown)>;
void each_member_not_shown(std::string_view field, Bytes object, Bytes shown,
                           const VisitMember& visit);

// One object as several moments have it; contents, empty where it is not there.
struct MembersInEach {
  Bytes before;
  Bytes after;
  Bytes now;
  Bytes without;  // now, if `before` had never become `after`
};
// Takes back what made `after` of `before`: a path that still is as it was left is as it is without
// that, if `may_take(path)`. Appends the content of the object; returns whether all paths were as
// they were left.
using MayTake = std::function<bool(const MemberPath& path)>;
bool append_members_before(std::string_view field, const MembersInEach& in, const MayTake& may_take,
                           Buffer& out);

}  // namespace gs::merge
