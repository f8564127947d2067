#include "gs/core/query/path.h"

#include <charconv>

#include "gs/core/query/limits.h"
#include "gs/core/record/content.h"

namespace gs::query {
namespace {

// Decimal without leading zeros; nullopt for anything else.
std::optional<std::uint32_t> index_of(std::string_view text) noexcept {
  std::uint32_t index = 0;
  const char* const end = text.data() + text.size();
  const auto [after, status] = std::from_chars(text.data(), end, index);
  if (status != std::errc() || after != end) return std::nullopt;
  if (text.size() > 1 && text[0] == '0') return std::nullopt;
  return index;
}

std::optional<ValueView> member(const ValueView& object, std::string_view name) noexcept {
  const std::uint32_t count = object.count();
  for (std::uint32_t i = 0; i < count; ++i) {
    if (object.member_name(i) != name) continue;
    const ValueView value = object.member(i);
    if (value.type == record::kAbsentMember) return std::nullopt;
    return value;
  }
  return std::nullopt;
}

}  // namespace

Result<Path> Path::parse(std::string_view text) {
  if (text.size() > kPathBytesMax) {
    return Error(Code::too_large, "a path of " + std::to_string(text.size()) +
                                      " bytes, the limit is " + std::to_string(kPathBytesMax));
  }
  Path path;
  path.text_ = text;
  path.starts_.push_back(0);
  for (std::size_t at = text.find('.'); at != std::string_view::npos; at = text.find('.', at + 1)) {
    path.starts_.push_back(at + 1);
  }
  return path;
}

std::string_view Path::part(std::size_t index) const noexcept {
  const std::string_view rest = from(index);
  return rest.substr(0, rest.find('.'));
}

std::optional<ValueView> Path::inside(ValueView value, std::size_t index) const noexcept {
  for (;; ++index) {
    const bool last = index + 1 == parts();
    std::optional<ValueView> next;
    if (value.type == Type::object) {
      next = member(value, from(index));
      if (next || last) return next;
      next = member(value, part(index));
    } else if (value.type == Type::array) {
      const auto place = index_of(part(index));
      if (place && *place < value.count()) next = value.element(*place);
    }
    if (!next || last) return next;
    value = *next;
  }
}

std::optional<ValueView> Path::in(const RecordView& record) const noexcept {
  if (!record.shape().self_describing()) {
    return find_planned(*this, plan_path(*this, record.shape()), record.start());
  }
  const auto whole = record.find(text_);
  if (whole || parts() == 1) return whole;
  const auto head = record.find(part(0));
  return head ? inside(*head, 1) : std::nullopt;
}

FieldPlan plan_field(const record::Shape& shape, int index) noexcept {
  constexpr std::uint32_t kWordsOffset = 8;
  constexpr std::uint32_t kSlotBytes[] = {0, 1, 8, 8, 8, 16};  // by type, up to id
  FieldPlan plan;
  if (index < 0) return plan;
  const auto field = static_cast<std::uint32_t>(index);
  const record::Place& place = shape.place(field);
  plan.word = kWordsOffset + 8 * (field / 32);
  plan.shift = field % 32;
  plan.type = place.type;
  if (place.variable) {
    plan.slot = shape.fixed_end() + 4 * place.slot;
    plan.is_first = place.slot == 0;
    plan.heap = shape.heap_begin();
  } else {
    plan.slot = place.slot;
    plan.size = kSlotBytes[static_cast<std::size_t>(place.type)];
  }
  return plan;
}

PathPlan plan_path(const Path& path, const record::Shape& shape) noexcept {
  return {plan_field(shape, shape.find(path.text())),
          plan_field(shape, path.parts() > 1 ? shape.find(path.part(0)) : -1)};
}

}  // namespace gs::query
