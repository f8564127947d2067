// Goal: a reader that goes away is quiet, a full disk is not, and messages keep to their rules.
// Method: real pipes and /dev/full.
#include "cmd/gstore/support/output.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>

#include "cmd/gstore/support/terminal.h"

namespace gs::cli {
namespace {

class Pipe {
 public:
  Pipe() { EXPECT_EQ(::pipe(ends_), 0); }
  ~Pipe() {
    close_reader();
    ::close(ends_[1]);
  }
  int writer() const { return ends_[1]; }
  void close_reader() {
    if (ends_[0] >= 0) ::close(ends_[0]);
    ends_[0] = -1;
  }
  std::string read() const {
    char buffer[4096];
    const ssize_t n = ::read(ends_[0], buffer, sizeof buffer);
    return n < 0 ? "" : std::string(buffer, static_cast<std::size_t>(n));
  }

 private:
  int ends_[2] = {-1, -1};
};

TEST(Output, ArrivesInOrder) {
  Pipe pipe;
  Output out(pipe.writer());
  out.write("a");
  out.line("b");
  out.buffer() += "c";
  EXPECT_TRUE(out.finish().ok());
  EXPECT_EQ(pipe.read(), "ab\nc");
}

TEST(Output, AReaderThatGoesAwayIsNoFailure) {
  std::signal(SIGPIPE, SIG_IGN);
  Pipe pipe;
  pipe.close_reader();
  Output out(pipe.writer());
  out.line("dropped");
  out.flush();
  EXPECT_FALSE(out.wanted());
  EXPECT_TRUE(out.finish().ok());
}

TEST(Output, AFullDiskIsAFailure) {
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  if (full < 0) GTEST_SKIP() << "no /dev/full here";
  Output out(full);
  out.line("lost");
  EXPECT_EQ(out.finish().code(), Code::no_space);
  EXPECT_FALSE(out.wanted());
  ::close(full);
}

TEST(Terminal, JsonModeWritesErrorsAsObjectsAndNothingElse) {
  Pipe pipe;
  TerminalStyle style;
  style.json = true;
  Terminal terminal(pipe.writer(), style);
  terminal.note("not this");
  terminal.progress({"import", 1, 2, "", 0}, true);
  terminal.usage_error("what?");
  EXPECT_EQ(pipe.read(),
            "{\"error\":{\"code\":\"usage\",\"message\":\"what?\",\"advice\":\"none\"}}\n");
}

TEST(Terminal, ControlCharactersOfInputDoNotReachTheTerminal) {
  Pipe pipe;
  Terminal terminal(pipe.writer(), {});
  terminal.error(Error(Code::invalid, "row \x1b[2J\n is bad. Look"));
  EXPECT_EQ(pipe.read(), "gstore: row  [2J  is bad. Look.\n");
}

TEST(Terminal, NoBarAndNoColourOutsideATerminal) {
  Pipe pipe;
  const TerminalStyle style = style_of(pipe.writer(), false);
  EXPECT_FALSE(style.terminal);
  EXPECT_FALSE(style.colours);
  Terminal terminal(pipe.writer(), style);
  terminal.progress({"import", 1, 2, "", 0}, true);
  terminal.end_progress();
  terminal.note("done");
  EXPECT_EQ(pipe.read(), "done\n");
}

TEST(Terminal, ABarIsDrawnOverTheOneBeforeAndRemoved) {
  Pipe pipe;
  TerminalStyle style;
  style.terminal = true;
  Terminal terminal(pipe.writer(), style);
  terminal.progress({"import", 1, 2, "", 0}, true);
  terminal.note("done");
  const std::string text = pipe.read();
  EXPECT_EQ(text.substr(0, 11), "\r  import  ");
  EXPECT_EQ(text.substr(text.size() - 12), "\x1b[K\r\x1b[Kdone\n");
}

}  // namespace
}  // namespace gs::cli
