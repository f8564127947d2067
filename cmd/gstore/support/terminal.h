// Messages and progress bars on standard error, and whether a stream is a terminal.
//
// In JSON mode only warnings and errors are written, one object each. Colours and bars appear only
// on a terminal; colours never when NO_COLOR is set (no-color.org) or TERM is "dumb".
// One thread at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "globalstorage/error.h"

namespace gs::cli {

// How often a loop over rows offers its progress: a look at the clock costs as much as some rows.
inline constexpr std::uint64_t kRowsPerLook = 512;

struct TerminalStyle {
  bool terminal = false;  // standard error is one
  bool colours = false;
  bool json = false;
};

// Of the terminal behind a descriptor; 80 when it does not tell.
std::size_t terminal_columns(int descriptor);

TerminalStyle style_of(int descriptor, bool json);

enum class Colour : std::uint8_t { red, green };
// The text as it is without `colours`.
std::string coloured(std::string_view text, Colour colour, bool colours);

// What a bar shows at one moment; total 0: unknown.
struct ProgressView {
  std::string_view label;
  std::uint64_t done = 0;
  std::uint64_t total = 0;
  std::string_view note;  // behind the percentage, e.g. "89,000 rows"
  double seconds = 0;
};
// One line without a line break, at most `columns` wide. Pure.
std::string progress_line(const ProgressView& view, std::size_t columns);

class Terminal {
 public:
  Terminal(int descriptor, TerminalStyle style) : descriptor_(descriptor), style_(style) {}

  const TerminalStyle& style() const noexcept { return style_; }
  // A sentence for people; nothing in JSON mode.
  void note(std::string_view text);
  void warning(const Error& warning);
  void error(const Error& error);
  void usage_error(std::string_view text);

  // Draws the bar over the one before, a few times a second at most.
  void progress(const ProgressView& view, bool now = false);
  // Removes the bar.
  void end_progress();

 private:
  void put(std::string_view text);

  int descriptor_;
  TerminalStyle style_;
  bool bar_shown_ = false;
  std::chrono::steady_clock::time_point next_bar_{};
};

}  // namespace gs::cli
