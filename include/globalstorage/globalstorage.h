// Everything: the one header that programs include.
#pragma once

#include "globalstorage/storage.h"
