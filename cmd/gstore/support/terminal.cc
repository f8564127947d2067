// Standard error as a place for people to look at.
#include "cmd/gstore/support/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <string>

#include "cmd/gstore/support/exit_code.h"
#include "cmd/gstore/support/json_text.h"
#include "cmd/gstore/support/words.h"

namespace gs::cli {
namespace {

constexpr std::size_t kBarColumns = 28;
constexpr std::size_t kColumnsDefault = 80;
constexpr std::chrono::milliseconds kBarInterval{100};
constexpr std::string_view kRed = "\x1b[31m";
constexpr std::string_view kGreen = "\x1b[32m";
constexpr std::string_view kPlain = "\x1b[0m";

}  // namespace

std::size_t terminal_columns(int descriptor) {
  winsize size{};
  if (::ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kColumnsDefault;
  return size.ws_col;
}

TerminalStyle style_of(int descriptor, bool json) {
  TerminalStyle style;
  style.terminal = ::isatty(descriptor) == 1;
  style.json = json;
  const char* const no_color = std::getenv("NO_COLOR");
  const char* const term = std::getenv("TERM");
  const bool dumb = term != nullptr && std::string_view(term) == "dumb";
  const bool refused = no_color != nullptr && *no_color != '\0';
  style.colours = style.terminal && !json && !dumb && !refused;
  return style;
}

std::string coloured(std::string_view text, Colour colour, bool colours) {
  if (!colours) return std::string(text);
  std::string out(colour == Colour::red ? kRed : kGreen);
  return out.append(text).append(kPlain);
}

std::string progress_line(const ProgressView& view, std::size_t columns) {
  std::string line = "  " + std::string(view.label) + "  ";
  if (view.total != 0) {
    const double part =
        std::min(1.0, static_cast<double>(view.done) / static_cast<double>(view.total));
    const auto filled = static_cast<std::size_t>(part * static_cast<double>(kBarColumns));
    line += '[' + std::string(filled, '#') + std::string(kBarColumns - filled, '.') + "] ";
    const std::string percent = std::to_string(static_cast<int>(part * 100));
    line += std::string(3 - percent.size(), ' ') + percent + " %";
  }
  if (!view.note.empty()) line += "  " + std::string(view.note);
  line += "  " + duration_text(view.seconds);
  if (line.size() > columns) line.resize(columns);
  return line;
}

void Terminal::put(std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(descriptor_, text.data(), text.size());
    if (n > 0) {
      text.remove_prefix(static_cast<std::size_t>(n));
    } else if (n == 0 || errno != EINTR) {
      return;  // nobody to tell
    }
  }
}

void Terminal::note(std::string_view text) {
  if (style_.json) return;
  end_progress();
  put(message_lines(text) + '\n');
}

void Terminal::warning(const Error& warning) {
  end_progress();
  if (style_.json) {
    put(warning_json(warning) + '\n');
  } else {
    put("gstore: warning: " + one_line(sentences(warning)) + '\n');
  }
}

void Terminal::error(const Error& error) {
  end_progress();
  if (style_.json) {
    put(error_json(error) + '\n');
    return;
  }
  const std::string text = message_lines(sentences(error));
  put(coloured("gstore:", Colour::red, style_.colours) + ' ' + text + '\n');
}

void Terminal::usage_error(std::string_view text) {
  if (style_.json) {
    put(error_json("usage", text, "none") + '\n');
  } else {
    put("gstore: " + one_line(text) + '\n');
  }
}

void Terminal::progress(const ProgressView& view, bool now) {
  if (!style_.terminal || style_.json) return;
  const auto time = std::chrono::steady_clock::now();
  if (!now && time < next_bar_) return;
  next_bar_ = time + kBarInterval;
  bar_shown_ = true;
  // One column less than there is: writing in the last one may begin a new line.
  put('\r' + progress_line(view, terminal_columns(descriptor_) - 1) + "\x1b[K");
}

void Terminal::end_progress() {
  if (!bar_shown_) return;
  bar_shown_ = false;
  put("\r\x1b[K");
}

}  // namespace gs::cli
