#include "gs/core/merge/members.h"

#include <algorithm>
#include <map>
#include <vector>

#include "gs/base/endian.h"

namespace gs::merge {

using record::NamedPart;
using record::Part;
using record::ValueView;

namespace {

constexpr std::size_t kChangeParts = 2;
// Of a few members, comparing each with each is less than sorting.
constexpr std::uint32_t kMembersByEye = 16;

bool are_same(const ValueView& a, const ValueView& b) noexcept {
  return a.type == b.type &&
         std::equal(a.content.begin(), a.content.end(), b.content.begin(), b.content.end());
}

Part part_of_value(const ValueView& value) noexcept {
  return {value.is_null() ? Part::null : Part::value, value.type, value.content};
}

// An object, by the names of its members.
class Members {
 public:
  explicit Members(Bytes object) : view_{Type::object, object} {
    count_ = object.empty() ? 0 : view_.count();
    if (count_ <= kMembersByEye) return;
    sorted_.reserve(count_);
    for (std::uint32_t i = 0; i < count_; ++i) sorted_.emplace_back(view_.member_name(i), i);
    std::sort(sorted_.begin(), sorted_.end());
  }
  std::uint32_t count() const noexcept { return count_; }
  std::string_view name(std::uint32_t i) const noexcept { return view_.member_name(i); }
  ValueView value(std::uint32_t i) const noexcept { return view_.member(i); }
  std::optional<ValueView> find(std::string_view name) const {
    if (sorted_.empty()) {
      for (std::uint32_t i = 0; i < count_; ++i) {
        if (view_.member_name(i) == name) return view_.member(i);
      }
      return std::nullopt;
    }
    const auto at = std::lower_bound(sorted_.begin(), sorted_.end(), std::pair(name, 0u));
    if (at == sorted_.end() || at->first != name) return std::nullopt;
    return view_.member(at->second);
  }

 private:
  ValueView view_;
  std::uint32_t count_ = 0;
  std::vector<std::pair<std::string_view, std::uint32_t>> sorted_;
};

// An object that is made member by member; contents that stand nowhere else are kept here.
class ObjectMaker {
 public:
  void add(std::string_view name, const ValueView& value) {
    members_.push_back({name, part_of_value(value)});
  }
  // A member that is an object with this content.
  void add_object(std::string_view name, Buffer content) {
    kept_.push_back(std::move(content));
    members_.push_back({name, {Part::value, Type::object, {}}});
    made_.emplace_back(members_.size() - 1, kept_.size() - 1);
  }
  bool empty() const noexcept { return members_.empty(); }
  void append_to(Buffer& out) {
    for (const auto& [member, kept] : made_) members_[member].part.content = kept_[kept];
    record::Sink sink(out);
    record::write_object(members_, sink);
    sink.finish();
  }

 private:
  std::vector<NamedPart> members_;
  std::vector<Buffer> kept_;
  std::vector<std::pair<std::size_t, std::size_t>> made_;  // member, kept
};

constexpr std::uint8_t kTrueContent[] = {1};

ValueView mark() noexcept { return {Type::boolean, Bytes(kTrueContent)}; }

bool is_object_value(const std::optional<ValueView>& value) noexcept {
  return value && value->type == Type::object;
}

Bytes content_of(const std::optional<ValueView>& value) noexcept {
  return is_object_value(value) ? value->content : Bytes();
}

// What is left of one member. `is_less`: set when it is not all of it.
void take_member(std::string_view name, const ValueView& had, const std::optional<ValueView>& given,
                 const std::optional<ValueView>& removed, ObjectMaker& left, bool& is_less) {
  const bool is_gone = (removed && !is_object_value(removed)) || (given && !is_object_value(given));
  const bool is_inside = !is_gone && (given || removed);
  if (!is_gone && !is_inside) return left.add(name, had);
  if (is_gone || (given && had.type != Type::object)) {
    is_less = true;
    return;
  }
  if (had.type != Type::object) return left.add(name, had);
  Buffer rest;
  const bool is_changed = take_members(had.content, {content_of(given), content_of(removed)}, rest);
  const bool has_rest =
      is_changed ? ValueView{Type::object, Bytes(rest)}.count() != 0 : had.count() != 0;
  is_less = is_less || is_changed;
  if (!has_rest && given) {
    is_less = true;  // whoever gave something in it says that it is there
  } else if (is_changed) {
    left.add_object(name, std::move(rest));
  } else {
    left.add(name, had);
  }
}

// What the same member of several objects shows.
void append_member_of(std::string_view name, std::span<const ValueView> values, ObjectMaker& made) {
  if (values.back().type != Type::object) return made.add(name, values.back());
  const auto is_value = [](const ValueView& one) { return one.type != Type::object; };
  const auto last_value = std::find_if(values.rbegin(), values.rend(), is_value);
  const auto first = values.size() - static_cast<std::size_t>(last_value - values.rbegin());
  if (first + 1 == values.size()) return made.add(name, values.back());
  std::vector<Bytes> objects;
  for (const ValueView& one : values.subspan(first)) objects.push_back(one.content);
  Buffer content;
  append_members_of(objects, content);
  made.add_object(name, std::move(content));
}

void add_difference(Bytes had, Bytes wanted, ObjectMaker& given, ObjectMaker& removed) {
  const Members before(had);
  const Members after(wanted);
  for (std::uint32_t i = 0; i < before.count(); ++i) {
    if (!after.find(before.name(i))) removed.add(before.name(i), mark());
  }
  for (std::uint32_t i = 0; i < after.count(); ++i) {
    const ValueView value = after.value(i);
    const auto old = before.find(after.name(i));
    if (old && are_same(*old, value)) continue;
    if (!is_object_value(old) || value.type != Type::object) {
      given.add(after.name(i), value);
      continue;
    }
    ObjectMaker inner_given;
    ObjectMaker inner_removed;
    add_difference(old->content, value.content, inner_given, inner_removed);
    // An order that differs makes no difference.
    if (inner_given.empty() && inner_removed.empty()) continue;
    Buffer content;
    inner_given.append_to(content);
    given.add_object(after.name(i), std::move(content));
    if (inner_removed.empty()) continue;
    Buffer gone;
    inner_removed.append_to(gone);
    removed.add_object(after.name(i), std::move(gone));
  }
}

// As long as it is there a path is longer by one name.
class Deeper {
 public:
  Deeper(MemberPath& path, std::string_view name) : path_(path) { path_.push_back(name); }
  ~Deeper() { path_.pop_back(); }
  Deeper(const Deeper&) = delete;
  Deeper& operator=(const Deeper&) = delete;

 private:
  MemberPath& path_;
};

void visit_not_shown(MemberPath& path, Bytes object, Bytes shown, const VisitMember& visit) {
  const Members has(object);
  const Members shows(shown);
  for (std::uint32_t i = 0; i < has.count(); ++i) {
    const ValueView value = has.value(i);
    const auto instead = shows.find(has.name(i));
    const Deeper deeper(path, has.name(i));
    if (value.type == Type::object && is_object_value(instead)) {
      visit_not_shown(path, value.content, instead->content, visit);
    } else if (!instead || !are_same(*instead, value)) {
      visit(path, value, instead);
    }
  }
}

class Restoring {
 public:
  Restoring(std::string_view field, const MayTake& may_take) : path_{field}, may_take_(may_take) {}

  // The members that are there now, then those that come back.
  void restore(const MembersInEach& in, ObjectMaker& made) {
    const Members before(in.before);
    const Members after(in.after);
    const Members now(in.now);
    const Members without(in.without);
    const auto restore_named = [&](std::string_view name) {
      const Deeper deeper(path_, name);
      restore_one({before.find(name), after.find(name), now.find(name), without.find(name)}, made);
    };
    for (std::uint32_t i = 0; i < now.count(); ++i) restore_named(now.name(i));
    for (std::uint32_t i = 0; i < before.count(); ++i) {
      if (!now.find(before.name(i))) restore_named(before.name(i));
    }
  }
  bool is_all() const noexcept { return is_all_; }

 private:
  using Maybe = std::optional<ValueView>;
  struct InEach {
    Maybe before;
    Maybe after;
    Maybe now;
    Maybe without;
  };

  static bool are_equal(const Maybe& a, const Maybe& b) {
    return a.has_value() == b.has_value() && (!a || are_same(*a, *b));
  }

  void restore_one(const InEach& in, ObjectMaker& made) {
    const std::string_view name = path_.back();
    if (are_equal(in.before, in.after)) {
      if (in.now) made.add(name, *in.now);
      return;
    }
    if (is_object_value(in.now) && (is_object_value(in.before) || is_object_value(in.after))) {
      ObjectMaker inner;
      restore(
          {content_of(in.before), content_of(in.after), in.now->content, content_of(in.without)},
          inner);
      // An object that was made goes with the last that was in it, and what it replaced is back.
      if (inner.empty() && !is_object_value(in.without)) {
        if (in.without) made.add(name, *in.without);
        return;
      }
      Buffer content;
      inner.append_to(content);
      return made.add_object(name, std::move(content));
    }
    const bool is_as_left = are_equal(in.after, in.now) && may_take_(path_);
    is_all_ = is_all_ && is_as_left;
    const Maybe& wanted = is_as_left ? in.without : in.now;
    if (wanted) made.add(name, *wanted);
  }

  MemberPath path_;
  const MayTake& may_take_;
  bool is_all_ = true;
};

}  // namespace

std::optional<MembersChange> members_change_of(const Part& part) {
  if (is_object(part)) return MembersChange{part.content, {}};
  if (part.state != Part::value || part.type != Type::array) return std::nullopt;
  const ValueView pair{part.type, part.content};
  if (pair.count() != kChangeParts) return std::nullopt;
  const ValueView given = pair.element(0);
  const ValueView removed = pair.element(1);
  if (given.type != Type::object || removed.type != Type::object) return std::nullopt;
  return MembersChange{given.content, removed.content};
}

Part members_part(const MembersChange& change, Buffer& content) {
  content.clear();
  if (change.removed.empty() || ValueView{Type::object, change.removed}.count() == 0) {
    content.assign(change.given.begin(), change.given.end());
    return {Part::value, Type::object, Bytes(content)};
  }
  const std::size_t first = 1 + change.given.size();
  content.resize((1 + kChangeParts) * sizeof(std::uint32_t));
  store_u32(content.data(), kChangeParts);
  store_u32(content.data() + 4, static_cast<std::uint32_t>(first));
  store_u32(content.data() + 8, static_cast<std::uint32_t>(first + 1 + change.removed.size()));
  for (const Bytes object : {change.given, change.removed}) {
    content.push_back(static_cast<std::uint8_t>(Type::object));
    content.insert(content.end(), object.begin(), object.end());
  }
  return {Part::value, Type::array, Bytes(content)};
}

bool take_members(Bytes object, const MembersChange& change, Buffer& out) {
  const Members given(change.given);
  const Members removed(change.removed);
  if (given.count() == 0 && removed.count() == 0) return false;
  const ValueView view{Type::object, object};
  ObjectMaker left;
  bool is_less = false;
  const std::uint32_t count = view.count();
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::string_view name = view.member_name(i);
    take_member(name, view.member(i), given.find(name), removed.find(name), left, is_less);
  }
  if (is_less) left.append_to(out);
  return is_less;
}

void append_members_of(std::span<const Bytes> objects, Buffer& out) {
  std::map<std::string_view, std::vector<ValueView>> members;
  for (const Bytes object : objects) {
    const ValueView view{Type::object, object};
    const std::uint32_t count = view.count();
    for (std::uint32_t i = 0; i < count; ++i) {
      members[view.member_name(i)].push_back(view.member(i));
    }
  }
  ObjectMaker made;
  for (const auto& [name, values] : members) append_member_of(name, values, made);
  made.append_to(out);
}

MembersDifference members_difference(Bytes had, Bytes wanted) {
  ObjectMaker given;
  ObjectMaker removed;
  add_difference(had, wanted, given, removed);
  MembersDifference difference;
  difference.is_empty = given.empty() && removed.empty();
  given.append_to(difference.given);
  removed.append_to(difference.removed);
  return difference;
}

std::string text_of(const MemberPath& path) {
  std::string text;
  for (const std::string_view name : path) {
    if (!text.empty()) text += '.';
    text += name;
  }
  return text;
}

void each_member_not_shown(std::string_view field, Bytes object, Bytes shown,
                           const VisitMember& visit) {
  MemberPath path{field};
  visit_not_shown(path, object, shown, visit);
}

bool append_members_before(std::string_view field, const MembersInEach& in, const MayTake& may_take,
                           Buffer& out) {
  Restoring restoring(field, may_take);
  ObjectMaker made;
  restoring.restore(in, made);
  made.append_to(out);
  return restoring.is_all();
}

}  // namespace gs::merge
