#include "gs/core/merge/image_check.h"

#include <string>

#include "gs/base/endian.h"
#include "gs/core/merge/edited_value.h"
#include "gs/core/merge/edits_log.h"
#include "gs/core/merge/field_writes.h"
#include "gs/core/merge/merged_record.h"

namespace gs::merge {

namespace {

using record::RecordView;

constexpr unsigned kFlagsEnd = (kLoose | kCovered) + 1;

Error wrong_image(const char* what) {
  return Error(Code::damaged, std::string("an image has ") + what);
}

// A value as it stands in a record that describes itself.
bool is_value(std::uint8_t type, Bytes content) {
  Buffer value{type};
  value.insert(value.end(), content.begin(), content.end());
  return record::validate_any(value, record::kFieldDepth).ok();
}

class ImageCheck {
 public:
  ImageCheck(const RecordView& record, ImageView image, const WriterOrder& order,
             std::size_t writers)
      : record_(record),
        image_(image),
        begin_(record.shape().self_describing()
                   ? 0
                   : static_cast<std::uint32_t>(record.shape().key_fields())),
        end_(field_numbers_end(record)),
        order_(order),
        writers_(writers) {}

  Error check_exceptions(ImageView image) const {
    std::uint32_t next = begin_;
    for (std::uint32_t i = 0; i < image.exception_count(); ++i) {
      const StampException& one = image.exceptions()[i];
      if (one.field() < next || one.field() >= end_)
        return wrong_image("a field that is not there");
      next = one.field() + 1;
      GS_TRY_OK(check_write(one.stamp(), one.rule(), one.flags()));
    }
    return {};
  }

  Error check_hidden(const HiddenView& hidden, bool is_first) const {
    switch (hidden.kind()) {
      case HiddenKind::place:
        return {};
      case HiddenKind::erasure:
        if (!is_first) return wrong_image("an erasure behind what it hides");
        return check_stamp(hidden.stamp());
      case HiddenKind::removal:
        if (hidden.rule() > static_cast<std::uint8_t>(RemovalRule::archive)) {
          return wrong_image("a removal with an unknown rule");
        }
        return check_stamp(hidden.stamp());
      case HiddenKind::text:
      case HiddenKind::list:
      case HiddenKind::tree:
        return check_field(hidden);
      case HiddenKind::value:
      case HiddenKind::summand:
        GS_TRY_OK(check_field(hidden));
        return check_content(hidden);
      case HiddenKind::members:
        GS_TRY_OK(check_field(hidden));
        return static_cast<Type>(hidden.type()) == Type::object
                   ? check_content(hidden)
                   : wrong_image("members of what has none");
      case HiddenKind::total:
        GS_TRY_OK(check_field(hidden));
        return is_number(hidden) ? check_content(hidden) : wrong_image("a total that is no number");
      case HiddenKind::taken:
        if (static_cast<Type>(hidden.type()) != Type::array) {
          return wrong_image("elements taken of what is no array");
        }
        [[fallthrough]];
      case HiddenKind::elements:
        GS_TRY_OK(check_field(hidden));
        return is_collection(static_cast<Type>(hidden.type()))
                   ? check_content(hidden)
                   : wrong_image("elements of what has none");
    }
    return wrong_image("a hidden write of a kind that this version does not know");
  }

  // Once all else is known to be right. All edits have to be such as somebody can have made, upon
  // what they stand on.
  Error check_edits(const HiddenView& hidden) const {
    const EditsLog log(hidden.content());
    for (const EditsLog::Writer& writer : log.writers()) GS_TRY_OK(check_stamp(writer.stamp()));
    const Rule rule = rule_of(hidden.kind());
    if (hidden.rule() != static_cast<std::uint8_t>(rule)) return wrong_image("edits of two kinds");
    const auto value = value_under(hidden);
    const Type type = rule == Rule::text ? Type::string : Type::array;
    if (value && !value->is_null() && value->type != type) {
      return wrong_image("edits upon what they cannot stand on");
    }
    const auto made = edited_value(rule, value ? as_text(value->content) : std::string_view());
    EditsLog::Cursor cursor(log);
    EditsLog::Operation operation;
    std::uint32_t count = 0;
    while (cursor.next(operation)) {
      // Names of nodes have keys of writers in them.
      const Error wrong = made->add(order_.key(operation.stamp.writer), operation.stamp.hlc,
                                    operation.parents, operation.edits);
      if (wrong) return wrong_image("edits that nobody can have made");
      ++count;
    }
    return count == log.size() && cursor.left() == 0 ? Error()
                                                     : wrong_image("edits that cannot be read");
  }

 private:
  static bool is_number(const HiddenView& hidden) noexcept {
    const auto type = static_cast<Type>(hidden.type());
    return type == Type::number || type == Type::integer || type == Type::big;
  }
  Error check_stamp(const LocalStamp& stamp) const {
    return stamp.writer < writers_ ? Error() : wrong_image("a writer that nobody knows");
  }
  Error check_write(const LocalStamp& stamp, std::uint8_t rule, std::uint8_t flags) const {
    if (rule > static_cast<std::uint8_t>(Rule::whole) || flags >= kFlagsEnd) {
      return wrong_image("a write with an unknown rule or flag");
    }
    return check_stamp(stamp);
  }
  Error check_field(const HiddenView& hidden) const {
    if (hidden.field() < begin_ || hidden.field() >= end_) {
      return wrong_image("a hidden write of a field that is not there");
    }
    return check_write(hidden.stamp(), hidden.rule(), hidden.flags());
  }
  static Error check_content(const HiddenView& hidden) {
    return is_value(hidden.type(), hidden.content()) ? Error()
                                                     : wrong_image("a hidden value that is none");
  }
  static Rule rule_of(HiddenKind kind) noexcept {
    if (kind == HiddenKind::tree) return Rule::tree;
    return kind == HiddenKind::list ? Rule::list : Rule::text;
  }
  // Nothing: they stand on none.
  std::optional<record::ValueView> value_under(const HiddenView& edits) const {
    if (edits.stamp().hlc == 0) return std::nullopt;
    HiddenView hidden = image_.first_hidden();
    for (std::uint32_t i = 0; i < image_.hidden_count(); ++i, hidden = hidden.next()) {
      const bool is_value =
          hidden.kind() == HiddenKind::value || hidden.kind() == HiddenKind::summand;
      if (is_value && hidden.field() == edits.field() && hidden.stamp() == edits.stamp()) {
        return record::ValueView{static_cast<Type>(hidden.type()), hidden.content()};
      }
    }
    return value_of_field(record_, edits.field());
  }

  const RecordView record_;
  const ImageView image_;
  const std::uint32_t begin_;
  const std::uint32_t end_;
  const WriterOrder& order_;
  const std::size_t writers_;
};

}  // namespace

Error check_image(const record::Shape& shape, ImageView image, const WriterOrder& order,
                  std::size_t writers) {
  const std::uint8_t* const start = image.record();
  if (Error error = record::validate(shape, {start, load_u32(start)})) {
    return Error(Code::damaged, "a record: " + std::string(error.message()));
  }
  if (!image.hidden_fits()) return wrong_image("hidden writes that do not fit");
  const ImageCheck check({&shape, start}, image, order, writers);
  GS_TRY_OK(check.check_exceptions(image));
  HiddenView hidden = image.first_hidden();
  for (std::uint32_t i = 0; i < image.hidden_count(); ++i, hidden = hidden.next()) {
    GS_TRY_OK(check.check_hidden(hidden, i == 0));
  }
  hidden = image.first_hidden();
  for (std::uint32_t i = 0; i < image.hidden_count(); ++i, hidden = hidden.next()) {
    if (is_edits(hidden.kind())) GS_TRY_OK(check.check_edits(hidden));
  }
  return {};
}

}  // namespace gs::merge
