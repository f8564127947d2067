#include "gs/core/merge/image.h"

#include "gs/core/merge/edits_log.h"

namespace gs::merge {

bool ImageView::hidden_fits() const noexcept {
  std::size_t left = hidden_bytes();
  HiddenView hidden = first_hidden();
  for (std::uint32_t i = 0; i < hidden_count(); ++i, hidden = hidden.next()) {
    if (left < kHiddenBytes) return false;
    left -= kHiddenBytes;
    const std::size_t content = align_up(hidden.content().size(), std::size_t{8});
    if (content > left) return false;
    left -= content;
  }
  return left == 0;
}

bool has_unseen(const ImageView& image) noexcept {
  const auto is_unseen = [](unsigned flags) { return (flags & kCovered) == 0; };
  for (std::uint32_t i = 0; i < image.exception_count(); ++i) {
    if (is_unseen(image.exceptions()[i].flags())) return true;
  }
  HiddenView hidden = image.first_hidden();
  for (std::uint32_t i = 0; i < image.hidden_count(); ++i, hidden = hidden.next()) {
    const bool is_write =
        hidden.kind() == HiddenKind::value || hidden.kind() == HiddenKind::total ||
        hidden.kind() == HiddenKind::elements || hidden.kind() == HiddenKind::members;
    if (is_write && is_unseen(hidden.flags())) return true;
    if (is_edits(hidden.kind()) && has_open_writer(hidden.content())) return true;
  }
  return false;
}

}  // namespace gs::merge
