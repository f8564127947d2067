// Lines of files and pipes.
#include "cmd/gstore/shell/line_source.h"
#include "cmd/gstore/support/input.h"

namespace gs::cli::shell {
namespace {

constexpr std::size_t kLineBytesMax = std::size_t{16} << 20;

class PlainLines : public LineSource {
 public:
  PlainLines(FileSource source, const std::atomic<bool>& stop)
      : source_(std::move(source)), input_(source_, kChunkBytes, kLineBytesMax), stop_(stop) {
    source_.stop_when(&stop);
  }

  Result<Got> next(bool, std::string& line) override {
    std::size_t searched = 0;
    while (true) {
      const std::string_view rest = input_.rest();
      const std::size_t at = rest.find('\n', searched);
      const bool found = at != std::string_view::npos;
      searched = rest.size();
      bool grown = false;
      if (!found) {
        GS_TRY(grown, input_.more());
      }
      if (stop_) return Got::interrupted;
      if (grown) continue;
      if (!found && searched == 0) return Got::end;
      line = input_.rest().substr(0, found ? at : searched);
      input_.consume(found ? at + 1 : searched);
      if (line.ends_with('\r')) line.pop_back();
      return Got::line;
    }
  }

 private:
  FileSource source_;
  Input input_;
  const std::atomic<bool>& stop_;
};

}  // namespace

Result<std::unique_ptr<LineSource>> read_plain_lines(const std::string& path,
                                                     const std::atomic<bool>& stop) {
  GS_TRY(FileSource source, FileSource::open(path));
  return std::unique_ptr<LineSource>(std::make_unique<PlainLines>(std::move(source), stop));
}

}  // namespace gs::cli::shell
