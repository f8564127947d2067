// What the shell's JavaScript may ask of the storage: functions over texts, for library.cc.
#pragma once

#include "cmd/gstore/session.h"
#include "gs/engine/script/sandbox.h"

namespace gs::cli::shell {

// An object of functions. Session and storage outlive the sandbox. Errors: those of Sandbox::add.
Result<schema::JsValue> host_calls(engine::script::Sandbox& sandbox, Session& session,
                                   Storage& storage);

}  // namespace gs::cli::shell
