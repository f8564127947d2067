// What operations make of an array.
#include <algorithm>

#include "gs/core/merge/edited_tree.h"
#include "gs/core/merge/edited_value.h"

namespace gs::merge {

using crdt::ListEdit;
using crdt::ListEditsView;
using crdt::ListRun;

namespace {

// Nobody's key: the value is there before anybody edited it.
constexpr crdt::Writer kOfArray{};

std::string content_of(std::vector<Bytes> elements) {
  Buffer content;
  append_elements(Type::array, std::move(elements), content);
  return std::string(as_text(content));
}

}  // namespace

std::vector<Bytes> elements_of_array(std::string_view content) {
  std::vector<Bytes> elements;
  if (content.empty()) return elements;
  each_element({record::Part::value, Type::array, as_bytes(content)},
               [&](Bytes element) { elements.push_back(element); });
  return elements;
}

// Its elements are edits that are older than all others.
EditedList::EditedList(std::string_view value) {
  const std::vector<Bytes> elements = elements_of_array(value);
  if (elements.empty()) return;
  const auto count = static_cast<std::uint32_t>(elements.size());
  crdt::ListEditsWriter edits;
  edits.add({ListEdit::insert, 0, count, 0});
  for (const Bytes element : elements) edits.add_value(element);
  const std::uint32_t writer = list_.writer_number(kOfArray);
  if (!list_.apply(edits.bytes(), {{writer, 0}, 0, {}})) value_end_ = {writer, count - 1};
}

Error EditedList::add(const crdt::Writer& key, std::uint64_t hlc, std::span<const std::uint32_t> on,
                      Bytes bytes) {
  GS_TRY(const ListEditsView edits, ListEditsView::parse(bytes));
  const std::uint32_t writer = list_.writer_number(key);
  const std::uint32_t seq = list_.next_seq(writer);
  const std::vector<crdt::EventId> stands_on = parents(on);
  GS_TRY_OK(list_.apply(bytes, {{writer, seq}, hlc, stands_on}));
  last_.push_back({writer, seq + edits.events() - 1});
  return {};
}

std::string EditedList::shown() const {
  std::vector<Bytes> elements;
  elements.reserve(list_.length());
  list_.values([&](Bytes value) { elements.push_back(value); });
  return content_of(std::move(elements));
}

std::unique_ptr<EditedValue> edited_value(Rule rule, std::string_view value) {
  if (rule == Rule::list) return std::make_unique<EditedList>(value);
  if (rule == Rule::tree) return std::make_unique<EditedTree>(value);
  return std::make_unique<TypedText>(value);
}

namespace {

// One run upon elements; false: it is not in them.
bool edit_elements(std::vector<Bytes>& elements, const ListRun& run, Bytes& values) {
  const std::size_t size = elements.size();
  const std::size_t first =
      run.edit == ListEdit::erase_back ? run.pos - (run.count - 1) : std::size_t{run.pos};
  const std::size_t needs = run.edit == ListEdit::insert ? 0 : run.count;
  if (first > size || needs > size - first) return false;
  const auto at = elements.begin() + static_cast<std::ptrdiff_t>(first);
  if (run.edit == ListEdit::move) {
    if (run.to > size - 1) return false;
    const Bytes moved = *at;
    elements.erase(at);
    elements.insert(elements.begin() + static_cast<std::ptrdiff_t>(run.to), moved);
    return true;
  }
  if (!run.has_values()) {
    elements.erase(at, at + static_cast<std::ptrdiff_t>(run.count));
    return true;
  }
  std::vector<Bytes> fresh(run.count);
  for (Bytes& value : fresh) crdt::take_block(values, value);
  if (run.edit == ListEdit::set) {
    std::copy(fresh.begin(), fresh.end(), at);
  } else {
    elements.insert(at, fresh.begin(), fresh.end());
  }
  return true;
}

}  // namespace

bool edit_list(std::string& content, const ListEditsView& edits) {
  std::vector<Bytes> elements = elements_of_array(content);
  Bytes values = edits.values();
  crdt::ListEditsReader reader = edits.runs();
  for (ListRun run; reader.next(run);) {
    if (!edit_elements(elements, run, values)) return false;
  }
  content = content_of(std::move(elements));
  return true;
}

}  // namespace gs::merge
