#include "gs/core/record/layout.h"

#include <algorithm>
#include <atomic>

#include "gs/core/record/pieces.h"

namespace gs::record {

std::optional<Id> linked_id(const CollectionId& target, std::string_view text) {
  if (const std::optional<Id> id = said_id(text)) return id;
  if (!is_foreign_key(text)) return std::nullopt;
  return keyed_id(target, text);
}

namespace {

bool before(const Layout::LinkField& field, std::string_view name) noexcept {
  return field.name < name;
}

// Appends the content of an array or set, its texts as ids.
void append_linked(const CollectionId& target, Type type, Bytes content, Buffer& out) {
  const ValueView list{type, content};
  Sink sink(out);
  const std::size_t start = sink.used();
  std::vector<std::uint32_t> ends;
  ends.reserve(list.count());
  for (std::uint32_t i = 0; i < list.count(); ++i) {
    const ValueView element = list.element(i);
    const auto id = element.type == Type::string ? linked_id(target, element.text()) : std::nullopt;
    if (id) {
      sink.append_number(static_cast<std::uint8_t>(Type::id));
      sink.append(id->bytes);
    } else {
      sink.append_number(static_cast<std::uint8_t>(element.type));
      sink.append(element.content);
    }
    ends.push_back(static_cast<std::uint32_t>(sink.used() - start));
  }
  if (type == Type::set) {
    finish_set(sink, start, ends);
  } else {
    insert_table(sink, start, ends.size(), ends);
  }
  sink.finish();
}

Value linked(const Layout::LinkField& field, const Value& value) {
  const auto one = [&](const Value& from) {
    const std::string* text = from.get<std::string>();
    const auto id = text == nullptr ? std::nullopt : linked_id(field.target, *text);
    return id ? Value(*id) : from;
  };
  if (field.link == Layout::Link::one) return one(value);
  if (const Array* array = value.get<Array>()) {
    Array made;
    for (const Value& element : *array) made.push_back(one(element));
    return made;
  }
  if (const Set* set = value.get<Set>()) {
    Set made;
    for (const Value& element : set->elements) made.elements.push_back(one(element));
    return made;
  }
  return value;
}

bool is_before(const Layout::Nest& nest, std::string_view name) noexcept {
  return nest.name < name;
}

// The value with what it has inside of it. Nesting is bounded by that of records.
// `complete`: with the defaults of what is not given.
Value filled(const Layout::Nest& nest, const Value& value, bool complete);

Array filled_elements(const Layout::Nest& nest, const Array& array) {
  Array made;
  made.reserve(array.size());
  for (std::size_t i = 0; i < array.size(); ++i) {
    const Value& element = array[i];
    const Array* const pair = nest.is_map ? element.get<Array>() : nullptr;
    if (pair != nullptr && pair->size() == 2) {
      made.push_back(Array{(*pair)[0], filled(*nest.element, (*pair)[1], true)});
    } else if (nest.is_map || (nest.element == nullptr && i >= nest.items.size())) {
      made.push_back(element);
    } else {
      made.push_back(filled(nest.element ? *nest.element : nest.items[i], element, true));
    }
  }
  return made;
}

Object filled_members(const Layout::Nest& nest, const Object& object, bool complete) {
  Object made;
  made.reserve(object.size() + nest.defaults.size());
  for (const auto& [name, value] : object) {
    const auto at = std::find_if(
        nest.members.begin(), nest.members.end(),
        [&sought = name](const Layout::Nest& member) { return member.name == sought; });
    const Layout::Nest* const inner = at != nest.members.end() ? &*at : nest.element.get();
    made.emplace_back(name, inner == nullptr ? value : filled(*inner, value, complete));
  }
  if (!complete) return made;
  for (const auto& [name, value] : nest.defaults) {
    const bool is_given =
        std::any_of(object.begin(), object.end(),
                    [&sought = name](const Member& member) { return member.first == sought; });
    if (!is_given) made.emplace_back(name, value);
  }
  return made;
}

Value filled(const Layout::Nest& nest, const Value& value, bool complete) {
  if (nest.target) {
    return linked({{}, nest.is_list ? Layout::Link::many : Layout::Link::one, *nest.target}, value);
  }
  if (const Object* object = value.get<Object>()) return filled_members(nest, *object, complete);
  const bool has_elements = nest.element != nullptr || !nest.items.empty();
  if (!has_elements) return value;
  if (const Array* array = value.get<Array>()) return filled_elements(nest, *array);
  if (const Set* set = value.get<Set>()) return Set{filled_elements(nest, set->elements)};
  return value;
}

bool is_container(Type type) noexcept {
  return type == Type::array || type == Type::set || type == Type::object;
}

// The new content is written behind all others.
Error fill(const Layout::Nest& nest, Pieces& pieces, Piece& piece) {
  const Value value = filled(nest, ValueView{piece.type, pieces.content(piece)}.to_value(), true);
  Sink out(pieces.contents);
  piece.begin = out.used();
  Error error = write_content(value, 2, out);
  out.finish();
  piece.end = pieces.contents.size();
  return error;
}

}  // namespace

Layout::Layout() noexcept {
  static std::atomic<std::uint64_t> last{0};
  serial_ = last.fetch_add(1, std::memory_order_relaxed) + 1;
}

void Layout::add_link(std::string name, Link link, std::string_view target_collection) {
  const auto at = std::lower_bound(links_.begin(), links_.end(), std::string_view(name), before);
  links_.insert(at, {std::move(name), link, collection_id(target_collection)});
}

Error Layout::add_default(std::string name, const Value& value) {
  Default made{std::move(name), value.type(), {}};
  Sink out(made.content, 0);
  GS_TRY_OK(write_content(value, 2, out));
  out.finish();
  defaults_.push_back(std::move(made));
  return {};
}

void Layout::add_nest(Nest nest) {
  const auto at =
      std::lower_bound(nests_.begin(), nests_.end(), std::string_view(nest.name), is_before);
  nests_.insert(at, std::move(nest));
}

const Layout::Nest* Layout::find_nest(std::string_view name) const noexcept {
  const auto at = std::lower_bound(nests_.begin(), nests_.end(), name, is_before);
  return at != nests_.end() && at->name == name ? &*at : nullptr;
}

const Layout::LinkField* Layout::find_link(std::string_view name) const noexcept {
  const auto at = std::lower_bound(links_.begin(), links_.end(), name, before);
  return at != links_.end() && at->name == name ? &*at : nullptr;
}

// Contents that change are written behind all others.
Error Layout::link(Pieces& pieces) const {
  for (Piece& piece : pieces.list) {
    const Nest* const nest = is_container(piece.type) ? find_nest(pieces.name(piece)) : nullptr;
    if (nest != nullptr) {
      GS_TRY_OK(fill(*nest, pieces, piece).in(pieces.name(piece)));
      continue;
    }
    const LinkField* const link = find_link(pieces.name(piece));
    if (link == nullptr) continue;
    const Bytes there = pieces.content(piece);
    const Buffer content(there.begin(), there.end());
    const std::size_t begin = pieces.contents.size();
    if (link->link == Link::one && piece.type == Type::string) {
      const std::optional<Id> id = linked_id(link->target, as_text(content));
      if (!id) continue;  // stays a text, which is no relation
      pieces.contents.insert(pieces.contents.end(), id->bytes.begin(), id->bytes.end());
      piece.type = Type::id;
    } else if (link->link == Link::many && (piece.type == Type::array || piece.type == Type::set)) {
      append_linked(link->target, piece.type, content, pieces.contents);
    } else {
      continue;
    }
    piece.begin = begin;
    piece.end = pieces.contents.size();
  }
  return {};
}

void Layout::add_defaults(Pieces& pieces) const {
  const std::size_t given = pieces.list.size();
  for (const Default& each : defaults_) {
    const auto end = pieces.list.begin() + static_cast<std::ptrdiff_t>(given);
    const bool is_given = std::any_of(pieces.list.begin(), end, [&](const Piece& piece) {
      return pieces.name(piece) == each.name;
    });
    if (is_given) continue;
    Buffer& contents = pieces.contents;
    Piece piece{contents.size(), 0, 0, 0, each.type};
    contents.insert(contents.end(), each.name.begin(), each.name.end());
    piece.name_end = piece.begin = contents.size();
    contents.insert(contents.end(), each.content.begin(), each.content.end());
    piece.end = contents.size();
    pieces.list.push_back(piece);
  }
}

Object Layout::applied(const Object& object, bool with_defaults) const {
  Object made;
  made.reserve(object.size() + defaults_.size());
  for (const auto& [name, value] : object) {
    const LinkField* const link = find_link(name);
    const Nest* const nest = find_nest(name);
    made.emplace_back(name, link != nullptr   ? linked(*link, value)
                            : nest != nullptr ? filled(*nest, value, true)
                                              : value);
  }
  if (!with_defaults) return made;
  for (const Default& each : defaults_) {
    const bool is_given = std::any_of(object.begin(), object.end(), [&](const Member& member) {
      return member.first == each.name;
    });
    if (!is_given) made.emplace_back(each.name, ValueView{each.type, each.content}.to_value());
  }
  return made;
}

Object Layout::linked_inside(const Object& object) const {
  Object made;
  made.reserve(object.size());
  for (const auto& [name, value] : object) {
    const Nest* const nest = find_nest(name);
    made.emplace_back(name, nest != nullptr ? filled(*nest, value, false) : value);
  }
  return made;
}

}  // namespace gs::record
