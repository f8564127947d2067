// For tests of the public interface: a new directory for each, removed at its end.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "gs/api/temporary_directory.h"

namespace gs::testing {

class InDirectory : public ::testing::Test {
 protected:
  std::string path(const std::string& name) const { return root_.path(name); }

 private:
  TemporaryDirectory root_{"gs_api"};
};

}  // namespace gs::testing
