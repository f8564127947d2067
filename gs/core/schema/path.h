// Where a check is in a value: a chain of steps on the stack, made into text only for an error.
//
// Pure, no allocation but in text(). A step refers to the one before it, which must outlive it.
#pragma once

#include <string>
#include <string_view>

namespace gs::schema {

class Path {
 public:
  // The root.
  explicit Path(std::string_view text) noexcept : name_(text) {}

  // `.name`, or `name` when there is nothing before it: a field.
  static Path field(const Path& parent, std::string_view name) noexcept {
    return Path(&parent, Step::field, name, 0);
  }
  // `.name`, always: an entry of an object or map.
  static Path entry(const Path& parent, std::string_view name) noexcept {
    return Path(&parent, Step::entry, name, 0);
  }
  // `[index]`: an element.
  static Path element(const Path& parent, std::size_t index) noexcept {
    return Path(&parent, Step::element, {}, index);
  }
  // `(nameindex)`: an element of a tuple.
  static Path item(const Path& parent, std::string_view name, std::size_t index) noexcept {
    return Path(&parent, Step::item, name, index);
  }

  std::string text() const {
    std::string out;
    append(out);
    return out;
  }

 private:
  enum class Step : unsigned char { root, field, entry, element, item };

  Path(const Path* parent, Step step, std::string_view name, std::size_t index) noexcept
      : parent_(parent), name_(name), index_(index), step_(step) {}

  // As deep as a check may be.
  void append(std::string& out) const {
    if (parent_ != nullptr) parent_->append(out);
    if (step_ == Step::entry || (step_ == Step::field && !out.empty())) out.push_back('.');
    if (step_ == Step::element) out.append("[" + std::to_string(index_) + "]");
    if (step_ == Step::item) out.push_back('(');
    out.append(name_);
    if (step_ == Step::item) out.append(std::to_string(index_) + ")");
  }

  const Path* parent_ = nullptr;
  std::string_view name_;
  std::size_t index_ = 0;
  Step step_ = Step::root;
};

}  // namespace gs::schema
