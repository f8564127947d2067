// Goal: text is copied up to exactly the first byte that JSON does not take as it stands.
// Method: every byte at every place of texts around the block borders, against one byte at a time.
// Compiled a second time with an unsigned `char`, as other processors have it.
#include "gs/core/record/plain_text.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "gs/base/test_share.h"

namespace gs::record {
namespace {

constexpr std::size_t kLongest = 100;
constexpr std::uint8_t kUntouched = 0xa5;

std::size_t plain_length(std::string_view text) {
  const auto special = [](char c) {
    const auto byte = static_cast<std::uint8_t>(c);
    return byte < 0x20 || byte >= 0x80 || c == '"' || c == '\\';
  };
  return static_cast<std::size_t>(std::find_if(text.begin(), text.end(), special) - text.begin());
}

void check(std::string_view text) {
  // Of the text's own size, so that the address sanitizer sees who reads on.
  const std::vector<char> from(text.begin(), text.end());
  std::vector<std::uint8_t> to(text.size() + 64, kUntouched);
  const std::size_t expected = plain_length(text);
  ASSERT_EQ(copy_plain(from.data(), from.size(), to.data()), expected) << text.size();
  EXPECT_TRUE(std::equal(to.begin(), to.begin() + static_cast<std::ptrdiff_t>(expected),
                         as_bytes(text).begin()));
  const std::vector<std::uint8_t> rest(64, kUntouched);
  EXPECT_EQ(std::memcmp(to.data() + text.size(), rest.data(), rest.size()), 0) << text.size();
}

TEST(PlainText, EveryByteAtEveryPlaceEndsItOrNot) {
  for (std::size_t size = 0; size <= kLongest; ++size) {
    std::string text(size, 'x');
    check(text);
    for (std::size_t at = 0; at < size; ++at) {
      for (int byte = 0; byte < 256; byte += testing::kSanitizedStep) {
        text[at] = static_cast<char>(byte);
        check(text);
        if (HasFatalFailure()) FAIL() << "size " << size << " place " << at << " byte " << byte;
      }
      text[at] = 'x';
    }
  }
}

TEST(PlainText, TheFirstOfSeveralEndsIt) {
  std::string text(kLongest, 'x');
  for (std::size_t first = 0; first < kLongest; ++first) {
    for (std::size_t second = first; second < kLongest; ++second) {
      text.assign(kLongest, 'x');
      text[first] = '"';
      text[second] = '\\';
      check(text);
    }
  }
}

}  // namespace
}  // namespace gs::record
