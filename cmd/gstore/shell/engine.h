// One sandbox with `db` in it, and its values as the text that the shell prints.
#pragma once

#include <atomic>
#include <memory>

#include "cmd/gstore/session.h"
#include "gs/engine/script/sandbox.h"

namespace gs::cli::shell {

enum class Mode { table, js, json };

class Engine {
 public:
  // `stop`: true stops what runs. Session, storage and `stop` outlive this. Errors: no_space.
  static Result<std::unique_ptr<Engine>> create(Session& session, Storage& storage,
                                                const std::atomic<bool>& stop);

  // Runs JavaScript and gives what is to be printed of its value, empty for nothing. `width`: of
  // the terminal, 0: none. Errors: those of Sandbox::run.
  Result<std::string> evaluate(std::string_view source, std::string_view file, Mode mode,
                               std::size_t width);
  // Whether it can be run as far as its syntax tells.
  bool parses(std::string_view source);

 private:
  Engine() = default;

  std::unique_ptr<engine::script::Sandbox> sandbox_;
  std::uint32_t shows_[3] = {};  // by mode
};

}  // namespace gs::cli::shell
