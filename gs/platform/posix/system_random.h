// The random numbers of the kernel, fit for keys. Safe to call from any thread.
#pragma once

#include "gs/platform/environment.h"

namespace gs::platform {

class SystemRandom final : public Random {
 public:
  void fill(MutableBytes out) override;
};

}  // namespace gs::platform
