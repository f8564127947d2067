// How public handles are made from what the engine found.
#pragma once

#include "globalstorage/storage.h"
#include "gs/engine/database/database.h"

namespace gs::api {

Record make_record(std::shared_ptr<engine::RecordHold> hold);

}  // namespace gs::api
