// Everything: the one header that programs include.
#pragma once

#include "globalstorage/live.h"
#include "globalstorage/storage.h"
