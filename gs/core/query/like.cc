#include "gs/core/query/like.h"

#include <cstring>

#include "gs/core/query/limits.h"

namespace gs::query {
namespace {

constexpr bool is_continuation(char c) noexcept {
  return (static_cast<std::uint8_t>(c) & 0xc0) == 0x80;
}

// Behind the character that begins before `at`.
std::size_t skip_continuation(std::string_view text, std::size_t at) noexcept {
  while (at < text.size() && is_continuation(text[at])) ++at;
  return at;
}

}  // namespace

Needle::Needle(std::string_view text) : text_(text), border_(text.size() + 1) {
  std::uint32_t length = 0;
  for (std::size_t i = 1; i < text_.size(); ++i) {
    while (length > 0 && text_[i] != text_[length]) length = border_[length];
    if (text_[i] == text_[length]) ++length;
    border_[i + 1] = length;
  }
}

std::size_t Needle::find(std::string_view in, std::size_t from) const noexcept {
  if (text_.empty()) return from;
  std::size_t matched = 0;
  for (std::size_t at = from; at < in.size();) {
    if (matched == 0) {
      const void* const first = std::memchr(in.data() + at, text_[0], in.size() - at);
      if (first == nullptr) return std::string_view::npos;
      at = static_cast<std::size_t>(static_cast<const char*>(first) - in.data());
    }
    if (in[at] == text_[matched]) {
      ++at;
      if (++matched == text_.size()) return at - matched;
    } else {
      matched = border_[matched];  // not 0 here: then the first one would have matched
    }
  }
  return std::string_view::npos;
}

Result<Pattern> Pattern::parse(std::string_view text) {
  Pattern pattern;
  pattern.parts_.emplace_back();
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '%') {
      pattern.parts_.emplace_back();
      continue;
    }
    Part& part = pattern.parts_.back();
    if (c == '_') {
      part.wild = true;
      part.tokens.push_back(kOne);
      continue;
    }
    if (c == '\\' && ++i == text.size()) {
      return Error(Code::invalid,
                   "the pattern ends with \\, which takes the next character as it "
                   "is. Write \\\\ for a backslash");
    }
    part.tokens.push_back(static_cast<std::uint8_t>(text[i]));
  }
  for (std::size_t i = 1; i + 1 < pattern.parts_.size(); ++i) {
    GS_TRY_OK(prepare(pattern.parts_[i]));
  }
  return pattern;
}

Error Pattern::prepare(Part& middle) {
  if (!middle.wild) {
    middle.needle.emplace_back(std::string(middle.tokens.begin(), middle.tokens.end()));
    return {};
  }
  if (middle.tokens.size() > kLikeWildMax) {
    return Error(Code::too_large, "a part with _ between two % of " +
                                      std::to_string(middle.tokens.size()) +
                                      " bytes, the limit is " + std::to_string(kLikeWildMax));
  }
  Masks& masks = middle.masks.emplace_back();
  for (std::size_t i = 0; i < middle.tokens.size(); ++i) {
    const std::uint64_t bit = std::uint64_t{1} << i;
    if (middle.tokens[i] != kOne) {
      masks[middle.tokens[i]] |= bit;
      continue;
    }
    middle.ones |= bit;
    for (int byte = 0; byte < 256; ++byte) {
      if (!is_continuation(static_cast<char>(byte))) masks[static_cast<std::size_t>(byte)] |= bit;
    }
  }
  return {};
}

// Where the part ends that begins the text; kNone when it does not.
std::size_t Pattern::match_forward(const Part& part, std::string_view text) noexcept {
  std::size_t at = 0;
  for (const Token token : part.tokens) {
    if (at == text.size()) return kNone;
    if (token == kOne) {
      at = skip_continuation(text, at + 1);
    } else if (static_cast<std::uint8_t>(text[at++]) != token) {
      return kNone;
    }
  }
  return at;
}

// Where the part begins that ends the text; kNone when it does not.
std::size_t Pattern::match_backward(const Part& part, std::string_view text) noexcept {
  std::size_t at = text.size();
  for (std::size_t i = part.tokens.size(); i-- > 0;) {
    if (at == 0) return kNone;
    --at;
    if (part.tokens[i] == kOne) {
      while (at > 0 && is_continuation(text[at])) --at;
    } else if (static_cast<std::uint8_t>(text[at]) != part.tokens[i]) {
      return kNone;
    }
  }
  return at;
}

// Where the first place of the part at or behind `from` ends, or kNone.
std::size_t Pattern::search(const Part& part, std::string_view text, std::size_t from) noexcept {
  if (!part.wild) {
    const std::size_t at = part.needle[0].find(text, from);
    return at == kNone ? kNone : at + part.needle[0].size();
  }
  const Masks& masks = part.masks[0];
  const std::uint64_t done = std::uint64_t{1} << (part.tokens.size() - 1);
  std::uint64_t reached = 0;  // bit i: tokens 0 to i match what ends here
  for (std::size_t at = from; at < text.size(); ++at) {
    const std::uint64_t held = is_continuation(text[at]) ? reached & part.ones : 0;
    reached = ((reached << 1 | 1) & masks[static_cast<std::uint8_t>(text[at])]) | held;
    if ((reached & done) != 0) return skip_continuation(text, at + 1);
  }
  return kNone;
}

bool Pattern::matches(std::string_view text) const noexcept {
  std::size_t at = match_forward(parts_.front(), text);
  if (at == kNone) return false;
  if (parts_.size() == 1) return at == text.size();
  const std::size_t end = match_backward(parts_.back(), text);
  if (end == kNone || end < at) return false;
  const std::string_view before = text.substr(0, end);
  for (std::size_t i = 1; i + 1 < parts_.size(); ++i) {
    at = search(parts_[i], before, at);
    if (at == kNone) return false;
  }
  return true;
}

}  // namespace gs::query
