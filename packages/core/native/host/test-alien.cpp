// A module for the loader's test that was "built" for another version of the host.
#include <kms/host/module.hpp>

extern "C" int kms_module_register(kms::host::Registrar* registrar) {
  ++registrar->abiVersion;
  return kms::host::registerModule(registrar, [](kms::host::Registrar&) {});
}
