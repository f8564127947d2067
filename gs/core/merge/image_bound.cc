#include "gs/core/merge/image_bound.h"

#include <algorithm>

namespace gs::merge {

namespace {

// Of each field: the name's and the value's end and the type, in a record that describes itself.
constexpr std::size_t kLooseBytes = 9;
// What a write can leave of a field beside name and value: an exception, a hidden write with its
// padding, what the field takes in a record, and a slot of the widest type for a null; of an
// addition also the summand, of a change of elements the value beside it and what counts elements,
// of edits what a log of them says of their writer and of them.
// Of an array what was taken of it: a hidden write with its padding, and what counts elements.
constexpr std::size_t kTakenBytes = kHiddenBytes + 7 + 8;
constexpr std::size_t kWriteBytes = sizeof(StampException) + kHiddenBytes + 7 + kLooseBytes + 16 +
                                    kHiddenBytes + 8 + 8 + kEditsLogBytes + kTakenBytes;
// Elements are kept with the write that added them, and shown once more with all others; so is what
// was typed.
constexpr std::size_t kTimesKept = 2;
// Of a tree an element of a value, and an edit that creates a node, take five bytes and more; the
// node that is shown is an object of at most 160 bytes beside its value, as ids have at most 42.
constexpr std::size_t kTimesShownOfEdits = 40;

// Whether a write may have edits of a list or a tree, which are bytes, or what they stand on.
bool may_be_edited(const record::Shape& shape) noexcept {
  if (shape.self_describing()) return true;
  const auto& fields = shape.fields();
  return std::any_of(fields.begin(), fields.end(), [](const record::Field& one) {
    return one.type == Type::bytes || one.type == Type::array || one.type == Type::any;
  });
}

std::size_t times_kept(const record::Shape& shape) noexcept {
  return may_be_edited(shape) ? 1 + kTimesShownOfEdits : kTimesKept;
}

// What is hidden now may be shown beside it, when another write is taken away.
std::size_t shown_later(const Stored& stored) noexcept {
  if (stored.image == nullptr) return 0;
  const ImageView image(stored.image);
  std::size_t bytes = 0;
  HiddenView hidden = image.first_hidden();
  for (std::uint32_t i = 0; i < image.hidden_count(); ++i, hidden = hidden.next()) {
    const std::size_t times = is_edits(hidden.kind()) ? kTimesShownOfEdits : 1;
    bytes += times * hidden.content().size();
  }
  return bytes;
}

}  // namespace

std::size_t settled_bytes(const Stored& stored) noexcept {
  const record::RecordView record(stored.shape->get(), stored.record);
  const std::size_t fields = field_numbers_end(record);
  const std::size_t kept =
      stored.image != nullptr ? ImageView(stored.image).size() : kImageHeadBytes + record.size();
  std::size_t more = kNothingBytes + fields * sizeof(StampException);  // behind another base write
  if (!record.shape().self_describing()) {
    more += record.shape().definition().size() + fields * kLooseBytes;  // it may come to do so
  }
  return kept + (times_kept(record.shape()) - 1) * record.size() + shown_later(stored) + more;
}

std::size_t added_bytes(const record::Shape& shape, std::size_t bytes) noexcept {
  return times_kept(shape) * bytes + shape.definition().size() + shape.field_count() * kWriteBytes;
}

std::size_t added_bytes(const record::RecordView& write) noexcept {
  if (!write.shape().self_describing()) return added_bytes(write.shape(), write.size());
  return times_kept(write.shape()) * write.size() + field_numbers_end(write) * kWriteBytes;
}

}  // namespace gs::merge
