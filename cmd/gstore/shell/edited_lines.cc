// Lines of a person at a terminal. The only file that includes libedit.
#include <histedit.h>
#include <poll.h>
#include <unistd.h>

#include <langinfo.h>
#include <algorithm>
#include <cerrno>
#include <clocale>
#include <cstdio>
#include <cwchar>

#include "cmd/gstore/shell/history_file.h"
#include "cmd/gstore/shell/line_source.h"
#include "cmd/gstore/support/terminal.h"
#include "cmd/gstore/support/text_width.h"

namespace gs::cli::shell {
namespace {

// Characters beyond ASCII can be typed only where the locale has them.
void use_utf8() {
  if (std::setlocale(LC_CTYPE, "") != nullptr &&
      ::nl_langinfo(CODESET) == std::string_view("UTF-8"))
    return;
  std::setlocale(LC_CTYPE, "C.UTF-8");
}

class EditedLines : public LineSource {
 public:
  EditedLines(std::function<KnownNames()> names, const Interrupt& stop)
      : names_(std::move(names)), stop_(stop), file_(history_path()) {
    use_utf8();
    editor_ = ::el_init("gstore", stdin, stdout, stderr);
    history_ = ::history_init();
    HistEvent event;
    ::history(history_, &event, H_SETSIZE, static_cast<int>(kHistoryLinesMax));
    ::history(history_, &event, H_SETUNIQUE, 1);
    for (const std::string& line : file_.load()) ::history(history_, &event, H_ENTER, line.c_str());
    ::el_set(editor_, EL_CLIENTDATA, this);
    ::el_set(editor_, EL_PROMPT, &EditedLines::prompt);
    ::el_set(editor_, EL_EDITOR, "emacs");
    ::el_set(editor_, EL_HIST, ::history, history_);
    ::el_set(editor_, EL_GETCFN, &EditedLines::read_character);
    ::el_set(editor_, EL_ADDFN, "gstore-complete", "complete a name", &EditedLines::complete_name);
    ::el_set(editor_, EL_BIND, "^I", "gstore-complete", nullptr);
    ::el_set(editor_, EL_BIND, "^R", "em-inc-search-prev", nullptr);
    ::el_source(editor_, nullptr);  // a person's own ~/.editrc
  }
  ~EditedLines() override {
    ::history_end(history_);
    ::el_end(editor_);
  }
  EditedLines(const EditedLines&) = delete;
  EditedLines& operator=(const EditedLines&) = delete;

  Result<Got> next(bool goes_on, std::string& line) override {
    goes_on_ = goes_on;
    ::el_resize(editor_);
    ::el_set(editor_, EL_PREP_TERM, 1);  // before the prompt, as keys may follow it at once
    int count = 0;
    const char* const typed = ::el_gets(editor_, &count);
    if (typed == nullptr || count <= 0) {
      std::fputc('\n', stdout);
      std::fflush(stdout);
      return stop_.stop ? Got::interrupted : Got::end;
    }
    line.assign(typed, static_cast<std::size_t>(count));
    while (line.ends_with('\n') || line.ends_with('\r')) line.pop_back();
    remember(line);
    return Got::line;
  }

 private:
  static EditedLines& self(EditLine* editor) {
    void* data = nullptr;
    ::el_get(editor, EL_CLIENTDATA, &data);
    return *static_cast<EditedLines*>(data);
  }

  static char* prompt(EditLine* editor) {
    static char first[] = "gstore> ";
    static char further[] = "   ...> ";
    return self(editor).goes_on_ ? further : first;
  }

  // False when the line is given up: Ctrl-C came, before or while it waits.
  bool wait_for_key() const {
    while (!stop_.stop) {
      pollfd wait[] = {{STDIN_FILENO, POLLIN, 0}, {stop_.wakes, POLLIN, 0}};
      if (::poll(wait, std::size(wait), -1) > 0 && wait[0].revents != 0) return !stop_.stop;
    }
    return false;
  }

  // As libedit's own, but that Ctrl-C ends it.
  static int read_character(EditLine* editor, wchar_t* out) {
    std::mbstate_t state{};
    while (true) {
      if (!self(editor).wait_for_key()) return -1;
      char byte = 0;
      const ssize_t got = ::read(STDIN_FILENO, &byte, 1);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return static_cast<int>(got);
      const std::size_t used = std::mbrtowc(out, &byte, 1, &state);
      if (used == static_cast<std::size_t>(-1)) state = {};  // no character: left out
      if (used <= 1) return 1;
    }
  }

  static unsigned char complete_name(EditLine* editor, int) {
    const LineInfo* const info = ::el_line(editor);
    const std::string_view line(info->buffer,
                                static_cast<std::size_t>(info->cursor - info->buffer));
    const Completion found = complete(line, self(editor).names_());
    if (found.candidates.empty()) return CC_ERROR;
    const std::string more = common_beginning(found.candidates).substr(found.typed);
    if (!more.empty()) return ::el_insertstr(editor, more.c_str()) == 0 ? CC_REFRESH : CC_ERROR;
    if (found.candidates.size() == 1) return CC_NORM;
    show(found.candidates);
    return CC_REDISPLAY;
  }

  // Below the line, in columns.
  static void show(const std::vector<std::string>& candidates) {
    constexpr std::size_t kGap = 2;
    std::size_t widest = 0;
    for (const std::string& each : candidates) widest = std::max(widest, columns_of_text(each));
    const std::size_t in_line =
        std::max<std::size_t>(1, terminal_columns(STDOUT_FILENO) / (widest + kGap));
    std::string text = "\n";
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      const bool last = (i + 1) % in_line == 0 || i + 1 == candidates.size();
      const std::size_t blanks = widest + kGap - columns_of_text(candidates[i]);
      text += candidates[i] + (last ? "\n" : std::string(blanks, ' '));
    }
    std::fputs(text.c_str(), stdout);
    std::fflush(stdout);
  }

  void remember(const std::string& line) {
    if (line.find_first_not_of(" \t") == std::string::npos || line == last_) return;
    HistEvent event;
    ::history(history_, &event, H_ENTER, line.c_str());
    file_.add(line);
    last_ = line;
  }

  std::function<KnownNames()> names_;
  const Interrupt& stop_;
  HistoryFile file_;
  EditLine* editor_ = nullptr;
  History* history_ = nullptr;
  std::string last_;
  bool goes_on_ = false;
};

}  // namespace

std::unique_ptr<LineSource> edit_lines(std::function<KnownNames()> names, const Interrupt& stop) {
  return std::make_unique<EditedLines>(std::move(names), stop);
}

}  // namespace gs::cli::shell
