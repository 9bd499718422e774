#include "host/test-host.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kms::host {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string failureOf(Host& host, const std::string& path) {
  try {
    host.loadModule(path);
    return {};
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), 40108);
    return error.what();
  }
}

TEST(ModuleLoader, AddsTheClassesOfAModuleOnce) {
  test::TestHost m;
  m.host.loadModule(KMS_TEST_MODULE);
  m.host.loadModule(KMS_TEST_MODULE);
  m.host.create("Echo", "a", {}, m.logged("create"));
  EXPECT_THAT(m.turn(), ElementsAre("create 40001"));  // its home rule was asked
}

TEST(ModuleLoader, NamesThePathOfAModuleThatIsNone) {
  test::TestHost m;
  EXPECT_THAT(failureOf(m.host, "/nowhere/lib.so"), HasSubstr("/nowhere/lib.so"));
  EXPECT_THAT(failureOf(m.host, "libm.so.6"), HasSubstr("kms_module_register"));
}

TEST(ModuleLoader, RefusesAModuleBuiltForAnotherHost) {
  test::TestHost m;
  EXPECT_THAT(failureOf(m.host, KMS_TEST_ALIEN), HasSubstr("another version"));
}

}  // namespace
}  // namespace kms::host
